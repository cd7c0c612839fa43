"""Trained models in an object store: published there, and copied to the machines that use them.

A version is a folder of objects and, written last, its manifest; `current` names the version in use, as on a disk.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recommender.artefacts.local_models import POINTER, LocalModels
from recommender.artefacts.manifest import MANIFEST, Manifest, refusing, version_name
from recommender.artefacts.model_files import ModelFiles
from recommender.artefacts.trained_model import TrainedModel
from recommender.artefacts.verification import verify_files
from recommender.errors import ArtefactError, RecommenderError, without_secrets
from recommender.storage import CHUNK_SIZE, DiskFolder, FileStore, Folder, ObjectFolder, locked_folder, temporary_folder

_PARALLEL_DOWNLOADS = 8


@dataclass(frozen=True, slots=True, repr=False)
class RemoteModels:
    """Trained models at a URL that fsspec knows; methods raise a `StorageError` if it can't be read or written."""

    url: str

    def __str__(self) -> str:
        return without_secrets(self.url)

    __repr__ = __str__

    @property
    def _objects(self) -> FileStore:
        return FileStore(self.url)

    @property
    def path(self) -> None:
        """Models at a URL have no folder on this machine, and no servers."""

    def versions(self) -> list[str]:
        """The versions, oldest first; folders without a manifest are ignored."""
        return self._folders(finished=True)

    def unfinished(self) -> list[str]:
        """Folders without a manifest, of running or killed trainings."""
        return self._folders(finished=False)

    def _folders(self, *, finished: bool) -> list[str]:
        return [name for name in self._objects.folders() if self._objects.exists(f"{name}/{MANIFEST}") is finished]

    def current(self) -> str:
        """The version in use.

        Raises:
            ArtefactError: no model has been published.
        """
        if not self._objects.exists(POINTER):
            known = self.versions()
            cure = f"models use {known[-1]}" if known else "train CORPUS"
            raise ArtefactError(f"{self}: no model has been published here; run `recommender {cure} --models {self}`")
        return self._objects.read(POINTER).decode(errors="replace").strip()

    def use(self, version: str) -> None:
        """Put a version into use; it is verified when it is copied.

        Raises:
            ArtefactError: there is no such version.
        """
        self._require(version)
        self._objects.write(POINTER, f"{version}\n".encode())

    def manifest(self, version: str | None = None) -> Manifest:
        """The manifest of a version, by default the one in use.

        Raises:
            ArtefactError: it is missing, damaged, or of another format.
        """
        version = version or self.current()
        self._require(version)
        text = self._objects.read(f"{version}/{MANIFEST}")
        return Manifest.from_json(text, version=version, path=f"{self}/{version}")

    def ensure_verified(self, version: str | None = None) -> Manifest:
        """The manifest of a version; its files are verified when they are copied.

        Raises:
            ArtefactError: it is missing, damaged, or of another format.
        """
        return self.manifest(version)

    def _require(self, version: str) -> None:
        if version not in (known := self.versions()):
            raise ArtefactError(f"{self}: there is no version {version!r}; there is {', '.join(known) or 'none'}")

    def folder(self, version: str) -> ObjectFolder:
        """The folder of a version, whether or not it exists."""
        return ObjectFolder(f"{self.url}/{version}")

    def publish(self, fill: Callable[[Folder], Manifest]) -> Manifest:
        """Publish the files that `fill` writes into a new folder atomically, and put them into use.

        After a failure, its files are removed; those of a killed process remain as `unfinished`.
        """
        version = version_name(datetime.now(UTC), secrets.token_hex(4))  # objects can't be renamed later
        try:
            manifest = replace(fill(self.folder(version)), version=version)
            self._objects.write(f"{version}/{MANIFEST}", manifest.to_json())
        except BaseException:
            with suppress(RecommenderError):
                self._objects.remove(version)
            raise
        self.use(version)
        return manifest

    def pull(self, models: LocalModels, version: str | None = None, *, progress: bool = False) -> Manifest:
        """Copy a version, by default the one in use, to a folder of models, verify it there and put it into use.

        Raises:
            ArtefactError: it is missing, damaged or hostile, or the folder can't be written.
        """
        manifest = self.manifest(version)
        if manifest.version in models.versions():
            models.use(manifest.version)
            return manifest

        def fill(folder: DiskFolder) -> Manifest:
            path = f"{self}/{manifest.version}"
            with refusing(path):
                _download(self.folder(manifest.version), manifest.files, folder, progress=progress)
            verify_files(ModelFiles(folder), manifest, path=path)
            return manifest

        return models.publish(fill)

    def load(self, version: str | None = None) -> TrainedModel:
        """Load a version, by default the one in use, from a verified local copy, which is made if needed.

        Copies are kept in `related-articles` in the folder named by `XDG_CACHE_HOME`, or else in ~/.cache, one version
        per URL. One of several processes copies; the others wait.

        Raises:
            ArtefactError: it is missing, damaged or hostile, or the copy can't be written.
        """
        version = version or self.current()
        copies = LocalModels(_cache_folder(self.url))
        try:
            copies.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked_folder(copies.path, wait=True):
                if version not in copies.versions():
                    for path in copies.path.iterdir():
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
                    self.pull(copies, version)
                return copies.load(version)
        except OSError as error:
            raise ArtefactError(f"{copies}: a copy of {self} can't be kept here: {error.strerror or error}") from error


@contextmanager
def on_disk(folder: Folder, names: Collection[str]) -> Iterator[DiskFolder]:
    """The folder itself if it is on a disk, otherwise a temporary copy of some of its files.

    Raises:
        StorageError: they can't be read.
    """
    if isinstance(folder, DiskFolder):
        yield folder
        return
    with temporary_folder("related-articles-copy-") as path:
        copy = DiskFolder(path)
        _download(folder, names, copy)
        yield copy


def _download(source: Folder, names: Collection[str], target: DiskFolder, *, progress: bool = False) -> None:
    sizes = {name: source.size(name) for name in names}
    from tqdm import tqdm

    with tqdm(
        total=sum(sizes.values()), desc="fetching", unit="B", unit_scale=True, disable=None if progress else True
    ) as bar:

        def copy(name: str) -> None:
            with target.open_writer(name) as sink:
                for start in range(0, sizes[name], CHUNK_SIZE):
                    content = source.read(name, start, min(start + CHUNK_SIZE, sizes[name]))
                    sink.write(content)
                    bar.update(len(content))

        # Leaving the block waits for all running downloads, also after an error, before the folder is removed.
        with ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
            for _ in pool.map(copy, sizes):
                pass


def _cache_folder(url: str) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "related-articles" / hashlib.sha256(url.encode()).hexdigest()[:16]
