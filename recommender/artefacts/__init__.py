"""Trained models on disk or at a URL: publish, verify, load, roll back.

Publishing is atomic. Loading executes no code from the files, and refuses a damaged or forged model with an error that
says what to do. `models/README.md` describes the files.
"""

from recommender.artefacts.index_reader import IndexReader
from recommender.artefacts.local_models import LocalModels
from recommender.artefacts.manifest import Manifest
from recommender.artefacts.model_files import RECORDS, ModelFiles, array_bytes
from recommender.artefacts.models import Models, models_at
from recommender.artefacts.remote_models import RemoteModels, on_disk
from recommender.artefacts.trained_model import NO_ORIGIN, TrainedModel

__all__ = [
    "NO_ORIGIN",
    "RECORDS",
    "IndexReader",
    "LocalModels",
    "Manifest",
    "ModelFiles",
    "Models",
    "RemoteModels",
    "TrainedModel",
    "array_bytes",
    "models_at",
    "on_disk",
]
