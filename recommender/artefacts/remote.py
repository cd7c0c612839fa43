"""Models at a URL, in an object store: published there, and brought to the machines that use them.

A version is a folder of pieces and, once all of them are there, its manifest; `current` names the one in use, as on a
disk. Nothing is served from there: what answers maps its files, and so has a copy of its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from joblib import Parallel, delayed
from tqdm import tqdm

from recommender.artefacts import local
from recommender.artefacts.manifest import MANIFEST, Manifest, version_at
from recommender.artefacts.trained_model import TrainedModel
from recommender.errors import ArtefactError, RecommenderError, without_secrets
from recommender.storage import CHUNK_SIZE, DiskFolder, FileStore, Folder, ObjectFolder, locked_folder

_AT_A_TIME = 8  # files that are fetched


@dataclass(frozen=True, slots=True, repr=False)
class RemoteModels:
    """Trained models at a URL that fsspec knows."""

    url: str

    def __str__(self) -> str:
        return without_secrets(self.url)

    __repr__ = __str__

    @property
    def _objects(self) -> FileStore:
        return FileStore(self.url)

    def versions(self) -> list[str]:
        """The versions that are there, oldest first; what has no manifest is none.

        Raises:
            StorageError: they can't be listed.
        """
        return self._folders(finished=True)

    def unfinished(self) -> list[str]:
        """What is no version yet, or what a training that was killed has left.

        Raises:
            StorageError: it can't be listed.
        """
        return self._folders(finished=False)

    def _folders(self, *, finished: bool) -> list[str]:
        return [name for name in self._objects.folders() if self._objects.exists(f"{name}/{MANIFEST}") is finished]

    def current(self) -> str:
        """The version that is to be used.

        Raises:
            ArtefactError: nothing has been published there.
            StorageError: it can't be read.
        """
        if not self._objects.exists(local.POINTER):
            known = self.versions()
            cure = f"models use {known[-1]}" if known else "train CORPUS"
            raise ArtefactError(f"{self}: no model has been published here; run `recommender {cure} --models {self}`")
        return self._objects.read(local.POINTER).decode(errors="replace").strip()

    def use(self, version: str) -> None:
        """Make a version the current one.

        Raises:
            ArtefactError: there is no such version.
            StorageError: it can't be written.
        """
        self._require(version)
        self._objects.write(local.POINTER, f"{version}\n".encode())

    def manifest(self, version: str | None = None) -> Manifest:
        """The manifest of a version, the current one by default.

        Raises:
            ArtefactError: it is missing, damaged, or of another format.
            StorageError: it can't be read.
        """
        version = version or self.current()
        self._require(version)
        place = f"{self}/{version}"
        return Manifest.from_json(self._objects.read(f"{version}/{MANIFEST}"), version=version, place=place)

    def _require(self, version: str) -> None:
        if version not in (known := self.versions()):
            raise ArtefactError(f"{self}: there is no version {version!r}; there is {', '.join(known) or 'none'}")

    def folder(self, version: str) -> ObjectFolder:
        """The files of a version."""
        return ObjectFolder(f"{self.url}/{version}")

    def publish(self, fill: Callable[[Folder], Manifest]) -> Manifest:
        """Publish what `fill` puts into a new folder, all of it or nothing, and make it the current version.

        What it has put there by the time it fails is removed; what a process that is killed has left is `unfinished`.

        Raises:
            StorageError: the store can't be written.
        """
        version = version_at(datetime.now(UTC), secrets.token_hex(4))  # objects can't be given another name later
        try:
            manifest = replace(fill(self.folder(version)), version=version)
            self._objects.write(f"{version}/{MANIFEST}", manifest.to_json())
        except BaseException:
            with suppress(RecommenderError):
                self._objects.remove(version)
            raise
        self.use(version)
        return manifest

    def pull(self, models: Path, version: str | None = None, *, progress: bool = False) -> Manifest:
        """Bring a version, the current one by default, into a folder of models, where it is verified and then used.

        Raises:
            ArtefactError: it is missing, damaged or hostile, or the folder can't be written.
            StorageError: it can't be read.
        """
        manifest = self.manifest(version)
        if manifest.version in local.versions(models):
            local.verify(models, manifest.version)
            local.use_version(models, manifest.version)
            return manifest

        def fill(folder: DiskFolder) -> Manifest:
            source = self.folder(manifest.version)
            with local.refusing(f"{self}/{manifest.version}"):
                fetch(source, manifest.files, folder, progress=progress)
            local.check_files(folder, manifest, place=f"{self}/{manifest.version}")
            return manifest

        return local.publish_locally(models, fill)

    def load(self, version: str) -> TrainedModel:
        """Load a version from this machine's copy, which is made, and verified, where there is none yet.

        Copies lie in `related-articles` in the folder that `XDG_CACHE_HOME` names, or else in ~/.cache; of one URL no
        more than one version is kept. Processes that ask at the same time wait for the first of them.

        Raises:
            ArtefactError: it is missing, damaged or hostile, or the copy can't be written.
            StorageError: it can't be read.
        """
        copies = _copies_of(self.url)
        try:
            copies.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked_folder(copies, wait=True):
                if version not in local.versions(copies):
                    for path in copies.iterdir():
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
                    self.pull(copies, version)
                return local.load_model(copies, version, verified=True)
        except OSError as error:
            raise ArtefactError(f"{copies}: a copy of {self} can't be kept here: {error.strerror or error}") from error


def fetch(source: Folder, names: Collection[str], target: DiskFolder, *, progress: bool = False) -> None:
    sizes = {name: source.size(name) for name in names}
    with tqdm(
        total=sum(sizes.values()), desc="fetching", unit="B", unit_scale=True, disable=None if progress else True
    ) as bar:

        def copy(name: str) -> None:
            with target.open_writer(name) as sink:
                for start in range(0, sizes[name], CHUNK_SIZE):
                    content = source.read(name, start, min(start + CHUNK_SIZE, sizes[name]))
                    sink.write(content)
                    bar.update(len(content))

        Parallel(n_jobs=_AT_A_TIME, prefer="threads")(delayed(copy)(name) for name in sizes)


def _copies_of(url: str) -> Path:
    kept = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(kept).expanduser() / "related-articles" / hashlib.sha256(url.encode()).hexdigest()[:16]
