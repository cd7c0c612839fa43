"""A trained model on disk or at a URL: publish, verify, load, roll back. Loading executes nothing."""

from recommender.artefacts.index_reader import IndexReader
from recommender.artefacts.local import (
    POINTER,
    counts_of,
    current_version,
    publish_locally,
    read_model,
    use_version,
    verify,
)
from recommender.artefacts.manifest import Manifest, manifest_of
from recommender.artefacts.model_files import RECORDS, ModelFiles, array_bytes
from recommender.artefacts.models import Models, load_model, on_disk, publish_files, read_manifest, versions
from recommender.artefacts.remote import RemoteModels
from recommender.artefacts.trained_model import TrainedModel
from recommender.artefacts.verification import Verdict, Verdicts

__all__ = [
    "POINTER",
    "RECORDS",
    "IndexReader",
    "Manifest",
    "ModelFiles",
    "Models",
    "RemoteModels",
    "TrainedModel",
    "Verdict",
    "Verdicts",
    "array_bytes",
    "counts_of",
    "current_version",
    "load_model",
    "manifest_of",
    "on_disk",
    "publish_files",
    "publish_locally",
    "read_manifest",
    "read_model",
    "use_version",
    "verify",
    "versions",
]
