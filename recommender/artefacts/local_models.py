"""Trained models in a folder: publish, verify, load, roll back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recommender.artefacts.manifest import MANIFEST, Manifest, refusal, refusing
from recommender.artefacts.model_files import ModelFiles
from recommender.artefacts.seals import Fingerprint, Seal, Seals
from recommender.artefacts.trained_model import Origin, TrainedModel
from recommender.artefacts.verification import verify_files
from recommender.errors import ArtefactError
from recommender.storage import (
    DiskFolder,
    atomic_write,
    open_regular_file,
    remove_temporary_files,
    staging_folder,
    sync_folder,
)

POINTER = "current"
_LONGEST_NAME = 255  # bytes of a version's name
_LONGEST_WAIT = 600  # seconds between two attempts at verifying
_MOST_ATTEMPTS = 8
_STAGING = ".publishing-"
_MAX_WRITING = 3600.0  # seconds: far more than writing the pointer or a seal takes


@dataclass(frozen=True, slots=True)
class LocalModels:
    """Trained models in a folder.

    Each version is a subfolder; the file `current` names the one in use. Both appear by an atomic rename, so a reader
    finds a complete model or none. A version is verified when it is published, pulled or put into use, or at the latest
    when it is first loaded; after that its seal is trusted.
    """

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def versions(self) -> list[str]:
        """The versions, oldest first; folders without a manifest are ignored."""
        if not self.path.is_dir():
            return []
        found = (path.parent.name for path in self.path.glob(f"*/{MANIFEST}"))
        return sorted(name for name in found if not name.startswith("."))

    def current(self) -> str:
        """The version in use.

        Raises:
            ArtefactError: no model has been published, or the pointer can't be read.
        """
        try:
            with open_regular_file(self.pointer) as stream:
                # Text editors may add a byte order mark and a line break.
                return stream.read(_LONGEST_NAME + 6).decode("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            known = self.versions()
            cure = f"`recommender models use {known[-1]}`" if known else "`recommender train CORPUS`"
            if isinstance(error, FileNotFoundError):
                raise ArtefactError(f"{self}: no model has been published here; run {cure}") from error
            reason = getattr(error, "strerror", None) or error
            raise ArtefactError(f"{self.pointer}: can't be read ({reason}); remove it, and run {cure}") from error

    @property
    def pointer(self) -> Path:
        """The file that names the version in use."""
        return self.path / POINTER

    def folder(self, version: str) -> DiskFolder:
        """The folder of a version, whether or not it exists.

        Raises:
            ArtefactError: the name is not a valid version name.
        """
        if not _is_name(version):
            raise ArtefactError(f"{self}: {version!r} is not a version; `recommender models` lists them")
        return DiskFolder(self.path / version)

    def manifest(self, version: str | None = None) -> Manifest:
        """The manifest of a version, by default the one in use.

        Raises:
            ArtefactError: it is missing, damaged, or of another format.
        """
        version = version or self.current()
        folder = self.folder(version).path
        if not folder.is_dir():
            raise self._unknown(version)
        try:
            text = (folder / MANIFEST).read_bytes()
        except OSError as error:
            raise refusal(folder, f"{MANIFEST} can't be read ({error})") from error
        return Manifest.from_json(text, version=version, path=folder)

    def use(self, version: str) -> None:
        """Verify a version and put it into use.

        Raises:
            ArtefactError: there is no such version, it is damaged, or the folder can't be written.
        """
        if version not in self.versions():
            raise self._unknown(version)
        self.verify(version)
        try:
            self._write_pointer(version)
        except OSError as error:
            raise ArtefactError(f"{self.pointer}: can't be written: {error.strerror or error}") from error

    def publish(self, fill: Callable[[DiskFolder], Manifest]) -> Manifest:
        """Publish the files that `fill` writes into a new folder atomically, and put them into use.

        What killed processes left behind is removed.

        Args:
            fill: returns the manifest of its files, which it must have made or verified itself.

        Raises:
            ArtefactError: the folder can't be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for folder in (self.path, Seals(self.path).folder):
                remove_temporary_files(folder, min_age=_MAX_WRITING)
            with staging_folder(self.path, _STAGING) as staging:
                manifest = fill(DiskFolder(staging))
                ModelFiles(DiskFolder(staging)).write_text(MANIFEST, manifest.to_json())
                staging.rename(self.path / manifest.version)
            sync_folder(self.path)
            fingerprint = Fingerprint.of(self.path / manifest.version)
            fingerprint.wait_until_settled()
            Seals(self.path).write(manifest.version, Seal(fingerprint=fingerprint, status="verified"))
            self._write_pointer(manifest.version)
        except OSError as error:
            raise ArtefactError(f"{self}: the artefact can't be written: {error.strerror or error}") from error
        return manifest

    def verify(self, version: str | None = None) -> Manifest:
        """Verify a version completely, by default the one in use, regardless of its seal, and seal it.

        Raises:
            ArtefactError: a file is missing or is not the one that was published, or the content is invalid.
        """
        manifest = self.manifest(version)
        seals = Seals(self.path)
        with seals.locked():
            self._verify(manifest, seals, attempts=1)
        return manifest

    def is_verified(self, version: str) -> bool:
        """Whether the files of a version have been verified; reads only the manifest and the seal."""
        seal = Seals(self.path).read(version)
        return seal is not None and seal.status == "verified"

    def ensure_verified(self, version: str | None = None) -> Manifest:
        """Verify a version, by default the one in use, unless a seal covers these files.

        One of several processes verifies; the others wait and use its seal. If a process dies while verifying (for lack
        of memory, for example), the files are verified again only after a delay that doubles with each attempt, up to
        ten minutes; after eight attempts, only by `verify`.

        Raises:
            ArtefactError: the version is refused.
        """
        manifest = self.manifest(version)
        if self.is_verified(manifest.version):
            return manifest
        seals, attempts = Seals(self.path), 0
        with seals.locked():
            seal = seals.read(manifest.version)
            if seal is not None and seal.status == "verified":
                return manifest
            if seal is not None and seal.status == "refused":
                raise ArtefactError(seal.reason)
            if seal is not None:
                attempts = seal.attempts
                rest = seal.started + min(2**attempts, _LONGEST_WAIT) - time.time()
                is_last = attempts >= _MOST_ATTEMPTS
                if is_last or rest > 0:
                    verify = f", and run `recommender models verify {manifest.version}`"
                    raise refusal(
                        self.path / manifest.version,
                        f"its verification was interrupted {attempts} times; see whether memory is short"
                        + (verify if is_last else f" (next attempt in {rest:.0f} s)"),
                    )
            self._verify(manifest, seals, attempts=attempts + 1)
        return manifest

    def load(self, version: str | None = None) -> TrainedModel:
        """Load a version, by default the one in use; its arrays are memory-mapped and shared by processes.

        Raises:
            ArtefactError: it is missing, damaged, unsafe or of another format.
        """
        manifest = self.ensure_verified(version)
        with refusing(self.path / manifest.version):
            files, origin = ModelFiles(self.folder(manifest.version)), Origin(manifest.version, manifest.journal)
            return TrainedModel.read(files, manifest.settings, origin)

    def last_served(self) -> str | None:
        """The version that a server started to serve most recently, if it still exists."""
        version = Seals(self.path).served()
        return version if version in self.versions() else None

    def record_served(self, version: str) -> None:
        """Record the version that a server serves, for workers that start while the version in use is refused."""
        Seals(self.path).write_served(version)

    def _verify(self, manifest: Manifest, seals: Seals, *, attempts: int) -> None:
        version, path = manifest.version, self.path / manifest.version
        fingerprint = Fingerprint.of(path)
        fingerprint.wait_until_settled()
        begun = Seal(fingerprint=fingerprint, status="verifying", attempts=attempts, started=time.time())
        seals.write(version, begun)
        try:
            verify_files(ModelFiles(self.folder(version)), manifest, path=path)
        except MemoryError as error:
            raise refusal(path, "there is not enough memory to verify it") from error
        except ArtefactError as error:
            if isinstance(error.__cause__, OSError):  # it may be readable later, or for another process
                seals.remove(version)
            else:
                seals.write(version, Seal(fingerprint=fingerprint, status="refused", reason=str(error)))
            raise
        if Fingerprint.of(path) != fingerprint:
            seals.remove(version)
            raise refusal(path, "it was changed while it was being verified")
        seals.write(version, Seal(fingerprint=fingerprint, status="verified"))

    def _write_pointer(self, version: str) -> None:
        with atomic_write(self.pointer) as stream:
            stream.write(f"{version}\n".encode())

    def _unknown(self, version: str) -> ArtefactError:
        known = ", ".join(self.versions()) or "none"
        return ArtefactError(f"{self}: there is no version {version!r}; there is {known}")


def _is_name(version: str) -> bool:
    """Whether a version can have this name: a plain, non-hidden folder name."""
    return (
        version != ""
        and not version.startswith(".")
        and Path(version).name == version
        and version.isprintable()
        and len(os.fsencode(version)) <= _LONGEST_NAME
    )
