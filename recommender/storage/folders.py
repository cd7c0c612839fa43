"""A folder of files that many processes fill together, each its own stretch of them."""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recommender.storage.atomic import synced

Blob = bytes | memoryview


class Sink(Protocol):
    """What bytes are written to, one after the other."""

    def write(self, content: Blob, /) -> object:
        """Add some."""


class Folder(Hashable, Protocol):
    """Files by name, as tasks on any machine see them; they are read and written by the byte.

    It can be sent to a worker, and two of one place are equal.
    """

    def names(self) -> set[str]:
        """The files that are there, with slashes where they lie deeper."""

    def size(self, name: str) -> int:
        """The bytes of a file.

        Raises:
            OSError, RecommenderError: there is no such file, or it can't be looked at.
        """

    def read(self, name: str, start: int = 0, end: int | None = None) -> Blob:
        """A stretch of a file, until its end if no other is given.

        Raises:
            OSError, RecommenderError: there is no such file, or it can't be read.
            ValueError: it does not reach so far.
        """

    def writing(self, name: str, start: int = 0) -> AbstractContextManager[Sink]:
        """Write a new file from some place on; what is before is written later. All is kept when the block ends."""

    def begin(self, name: str, size: int) -> None:
        """Make a file of a known size, all of which is written later."""

    def write(self, name: str, start: int, content: Blob) -> None:
        """Write a stretch of a file that `begin` or `writing` has made; it is kept when this returns."""

    def digest(self, name: str) -> str:
        """The sha256 of a file, as hex."""

    def remove(self, name: str) -> None:
        """Remove a file, or a folder and all that is in it, if it is there."""


@dataclass(frozen=True, slots=True)
class DiskFolder:
    """A folder on a disk, or on one that machines share; what is read of it is mapped."""

    path: Path

    def names(self) -> set[str]:
        """See `Folder`."""
        return {file.relative_to(self.path).as_posix() for file in self.path.rglob("*") if file.is_file()}

    def size(self, name: str) -> int:
        """See `Folder`."""
        return (self.path / name).stat().st_size

    def read(self, name: str, start: int = 0, end: int | None = None) -> Blob:
        """See `Folder`."""
        with (self.path / name).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if not start <= (size if end is None else end) <= size:
                raise ValueError(f"{name} ends after {size} bytes")
            if not size:
                return b""  # which can't be mapped
            return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))[start:end]

    @contextmanager
    def writing(self, name: str, start: int = 0) -> Iterator[Sink]:
        """See `Folder`."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        with synced(path) as stream:
            stream.seek(start)
            yield stream

    def begin(self, name: str, size: int) -> None:
        """See `Folder`; until it is written, the file takes no room."""
        with (self.path / name).open("xb") as stream:
            stream.truncate(size)

    def write(self, name: str, start: int, content: Blob) -> None:
        """See `Folder`."""
        with (self.path / name).open("r+b") as stream:
            stream.seek(start)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())

    def digest(self, name: str) -> str:
        """See `Folder`."""
        with (self.path / name).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def remove(self, name: str) -> None:
        """See `Folder`."""
        path = self.path / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
