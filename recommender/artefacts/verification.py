"""Verifies an artefact: every file is the one that was published, and all parts fit together."""

from __future__ import annotations

from pathlib import Path

from recommender.artefacts.manifest import Manifest, refusal, refusing
from recommender.artefacts.model_files import ModelFiles
from recommender.artefacts.trained_model import TrainedModel
from recommender.text import fields_of


def verify_files(files: ModelFiles, manifest: Manifest, *, path: str | Path) -> None:
    """Compare every file with its sha256, and check that all parts fit together.

    Searches are compiled and trust the arrays. So the content of a forged artefact, whose manifest matches its files,
    is checked here.

    Args:
        path: of the artefact, for error messages.

    Raises:
        ArtefactError: a file is missing or is not the one that was published, or the content is no artefact's.
    """
    for name, expected in manifest.files.items():
        try:
            found = files.folder.digest(name)
        except OSError as error:
            raise refusal(path, f"{name} can't be read ({error.strerror})") from error
        if found != expected:
            raise refusal(path, f"{name} is damaged: it is not the file that was published")
    with refusing(path):
        model = TrainedModel.read(files, manifest.settings)
        catalogue, index = model.catalogue, model.index
        index.check()
        if len(index) != len(catalogue):
            raise ValueError("there is not one vector an article")
        catalogue.check()
        if model.top_lists is not None:
            model.top_lists.check(len(catalogue))
        if sum(files.count_terms(field) for field in fields_of(manifest.settings)) != index.terms:
            raise ValueError("the terms are not those of the vectors")
