"""Verifies an artefact: checksums of all files, and consistency of all parts."""

from __future__ import annotations

from pathlib import Path

from recommender.artefacts.manifest import Manifest, refusal, refusing
from recommender.artefacts.model_files import ModelFiles
from recommender.artefacts.trained_model import TrainedModel
from recommender.text import fields_of


def verify_files(files: ModelFiles, manifest: Manifest, *, path: str | Path) -> None:
    """Compare every file with its SHA-256, and check that all parts are consistent.

    Compiled searches trust the arrays, so even files that match their manifest are checked, in case it is forged.

    Args:
        path: of the artefact, for error messages.

    Raises:
        ArtefactError: a file is missing or is not the one that was published, or the content is invalid.
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
            raise ValueError("the numbers of vectors and articles differ")
        catalogue.check()
        if model.top_lists is not None:
            model.top_lists.check(len(catalogue))
        if sum(files.count_terms(field) for field in fields_of(manifest.settings)) != index.terms:
            raise ValueError("the terms are not those of the vectors")
