"""Trained models, in a folder or at a URL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from recommender.artefacts import local
from recommender.artefacts.manifest import Manifest
from recommender.artefacts.remote import RemoteModels, fetch
from recommender.artefacts.trained_model import TrainedModel
from recommender.storage import DiskFolder, Folder

Models: TypeAlias = Path | RemoteModels
"""Trained models: in a folder, or at a URL."""


def versions(models: Models) -> list[str]:
    """The versions in a folder or at a URL, oldest first."""
    return models.versions() if isinstance(models, RemoteModels) else local.versions(models)


def read_manifest(models: Models, version: str | None = None) -> Manifest:
    """The manifest of a version in a folder or at a URL, the current one by default.

    Raises:
        ArtefactError: it is missing, damaged, or of another format.
        StorageError: it can't be read.
    """
    return models.manifest(version) if isinstance(models, RemoteModels) else local.read_manifest(models, version)


def publish_files(models: Models, fill: Callable[[Folder], Manifest]) -> Manifest:
    """Publish what `fill` puts into a new folder, all of it or nothing, and make it the current version.

    Raises:
        ArtefactError, StorageError: it can't be written.
    """
    return models.publish(fill) if isinstance(models, RemoteModels) else local.publish_locally(models, fill)


@contextmanager
def on_disk(folder: Folder, names: Collection[str]) -> Iterator[DiskFolder]:
    """A folder, if it is on a disk, or else a copy of some of its files that is gone when the block ends.

    Raises:
        StorageError: they can't be read.
    """
    if isinstance(folder, DiskFolder):
        yield folder
        return
    with TemporaryDirectory(prefix="related-articles-") as place:
        copy = DiskFolder(Path(place))
        fetch(folder, names, copy)
        yield copy


def load_model(models: Models, version: str | None = None, *, verified: bool = False) -> TrainedModel:
    """Load a version, the current one by default; from a URL it is copied to this machine, and verified, first.

    Args:
        verified: the caller has called `verify` on this version of a folder already.

    Raises:
        ArtefactError: it is missing, damaged, hostile or of another format.
        StorageError: it can't be read.
    """
    if isinstance(models, RemoteModels):
        return models.load(version or models.current())
    return local.load_model(models, version, verified=verified)
