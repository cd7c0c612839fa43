"""Seals: results of verifying a version, bound to the files that were verified."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec

from recommender.artefacts.manifest import MANIFEST
from recommender.artefacts.model_files import ALL_NAMES
from recommender.storage import atomic_write, locked_folder, open_regular_file

_TIMESTAMP_SECONDS = 0.02  # two writes within this time may have the same time stamps
_SERVED = "served"


class Fingerprint(msgspec.Struct, frozen=True):
    """The state of a version's files on the disk.

    The system sets inode and change time, which can't be forged by copying, unpacking or writing a file. So a seal that
    is copied along with a version never matches the copy.

    Attributes:
        manifest: SHA-256 of the manifest in hex; empty if it can't be read.
        files: size, inode, modification time and change time (ns) by name; empty if there is no such file.
    """

    manifest: str
    files: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, folder: Path) -> Fingerprint:
        """The fingerprint of the files in a folder, whether or not they are an artefact."""
        files: dict[str, tuple[int, ...]] = {}
        for name in sorted((MANIFEST, *ALL_NAMES)):
            try:
                status = (folder / name).stat()
            except OSError:
                files[name] = ()
            else:
                files[name] = (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        manifest = ""
        with suppress(OSError):
            manifest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
        return cls(manifest, files)

    def wait_until_settled(self) -> None:
        """Wait until 20 ms after the last write, so that any later write changes a time stamp."""
        latest = max((status[-1] for status in self.files.values() if status), default=0) / 1e9
        if 0 < (rest := latest + _TIMESTAMP_SECONDS - time.time()) <= _TIMESTAMP_SECONDS:
            time.sleep(rest)


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """The result of verifying a version.

    Attributes:
        fingerprint: of the verified files; the seal holds for no others.
        status: still `verifying` if the verifying process ended without a result.
        reason: why the version is refused.
        attempts: how often verification of these files was started.
        started: when it was last started, seconds since the epoch.
    """

    fingerprint: Fingerprint
    status: Literal["verifying", "verified", "refused"]
    reason: str = ""
    attempts: int = 0
    started: float = 0.0


class Seals:
    """The seals of a models folder, in its subfolder `.seals`.

    They are a cache: if they are missing or can't be written, versions are verified again.
    """

    def __init__(self, models: Path) -> None:
        self._models = models
        self.folder = models / ".seals"

    def read(self, version: str) -> Seal | None:
        """The seal of a version, if there is one and it matches the current files."""
        try:
            seal = msgspec.json.decode((self.folder / f"{version}.json").read_bytes(), type=Seal)
        except (OSError, msgspec.MsgspecError):
            return None
        return seal if seal.fingerprint == Fingerprint.of(self._models / version) else None

    def write(self, version: str, seal: Seal) -> None:
        """Write a seal, if the folder is writable, and remove seals of versions that no longer exist."""
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            for path in self.folder.glob("*.json"):
                if not (self._models / path.stem).is_dir():
                    path.unlink(missing_ok=True)
            with atomic_write(self.folder / f"{version}.json") as stream:
                stream.write(msgspec.json.encode(seal))

    def remove(self, version: str) -> None:
        """Remove the seal of a version."""
        with suppress(OSError):
            (self.folder / f"{version}.json").unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold a lock on verifying versions of this folder, after waiting for other processes."""
        with ExitStack() as stack:
            with suppress(OSError):  # if the folder is not writable, each process verifies for itself
                self.folder.mkdir(exist_ok=True)
                stack.enter_context(locked_folder(self.folder, wait=True))
            yield

    def served(self) -> str | None:
        """The version that a server of this folder started to serve most recently."""
        try:
            with open_regular_file(self.folder / _SERVED) as stream:
                return stream.read().decode()
        except (OSError, UnicodeDecodeError):
            return None

    def write_served(self, version: str) -> None:
        """Record the version being served."""
        if self.served() != version:
            with suppress(OSError):
                self.folder.mkdir(exist_ok=True)
                with atomic_write(self.folder / _SERVED) as stream:
                    stream.write(version.encode())
