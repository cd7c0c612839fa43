"""Seals: what verifying a version found, bound to the very files that were verified."""

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

_TIMESTAMP_SECONDS = 0.02  # a file that is written to twice within this time may keep its time stamps
_SERVED = "served"


class Fingerprint(msgspec.Struct, frozen=True):
    """The files of a version as they are on the disk.

    Inode and time of change are given by the system and can't be set on a file that is copied, unpacked or written to.
    So a seal that is copied along with a version never fits it.

    Attributes:
        manifest: sha256 of the manifest, as hex; empty where it can't be read.
        files: size, inode, time of modification and time of change (ns) by name; empty where there is no such file.
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
        """Wait until any later write changes a time stamp, 20 ms after the last one."""
        latest = max((status[-1] for status in self.files.values() if status), default=0) / 1e9
        if 0 < (rest := latest + _TIMESTAMP_SECONDS - time.time()) <= _TIMESTAMP_SECONDS:
            time.sleep(rest)


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying a version found.

    Attributes:
        fingerprint: of the files that were verified; the seal says nothing of any others.
        status: `verifying` also where the process that verified has ended without a result.
        reason: why the version is refused.
        attempts: how often verifying these files was begun.
        started: when it was begun last, seconds since the epoch.
    """

    fingerprint: Fingerprint
    status: Literal["verifying", "verified", "refused"]
    reason: str = ""
    attempts: int = 0
    started: float = 0.0


class Seals:
    """The seals of a models folder, in its subfolder `.seals`.

    They are a cache: without them, or where they can't be written, versions are verified again.
    """

    def __init__(self, models: Path) -> None:
        self._models = models
        self.folder = models / ".seals"

    def read(self, version: str) -> Seal | None:
        """The seal of a version, if there is one and it fits the files as they are."""
        try:
            seal = msgspec.json.decode((self.folder / f"{version}.json").read_bytes(), type=Seal)
        except (OSError, msgspec.MsgspecError):
            return None
        return seal if seal.fingerprint == Fingerprint.of(self._models / version) else None

    def write(self, version: str, seal: Seal) -> None:
        """Keep a seal, if the folder can be written; seals of versions that are gone are removed."""
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            for path in self.folder.glob("*.json"):
                if not (self._models / path.stem).is_dir():
                    path.unlink(missing_ok=True)
            with atomic_write(self.folder / f"{version}.json") as stream:
                stream.write(msgspec.json.encode(seal))

    def remove(self, version: str) -> None:
        """Forget what verifying a version found."""
        with suppress(OSError):
            (self.folder / f"{version}.json").unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait for other processes that verify versions of this folder, and have others wait until the block ends."""
        with ExitStack() as stack:
            with suppress(OSError):  # a folder that can't be written: each process verifies for itself
                self.folder.mkdir(exist_ok=True)
                stack.enter_context(locked_folder(self.folder, wait=True))
            yield

    def served(self) -> str | None:
        """The version that a server of this folder began to serve last."""
        try:
            with open_regular_file(self.folder / _SERVED) as stream:
                return stream.read().decode()
        except (OSError, UnicodeDecodeError):
            return None

    def write_served(self, version: str) -> None:
        """Keep which version is served."""
        if self.served() != version:
            with suppress(OSError):
                self.folder.mkdir(exist_ok=True)
                with atomic_write(self.folder / _SERVED) as stream:
                    stream.write(version.encode())
