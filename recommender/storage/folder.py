"""Files that many tasks fill together, each its own byte ranges: the protocol, and its implementation on a disk."""

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

from recommender.storage.atomic import create_synced

Blob = bytes | memoryview


class Sink(Protocol):
    """Accepts bytes sequentially."""

    def write(self, content: Blob, /) -> object:
        """Append some bytes."""


class Folder(Hashable, Protocol):
    """Files by name that tasks on any machine read and write by byte range.

    A folder can be pickled and sent to a worker; two folders with the same location are equal.
    """

    def names(self) -> set[str]:
        """The names of all files, with slashes for subfolders."""

    def size(self, name: str) -> int:
        """The size of a file in bytes.

        Raises:
            OSError, RecommenderError: the file doesn't exist, or can't be accessed.
        """

    def read(self, name: str, start: int = 0, end: int | None = None) -> Blob:
        """The bytes of a file from `start` up to `end`, by default up to its end.

        Raises:
            OSError, RecommenderError: the file doesn't exist, or can't be read.
            ValueError: the file ends before `end`.
        """

    def open_writer(self, name: str, start: int = 0) -> AbstractContextManager[Sink]:
        """Create a file and append to it from offset `start` on; it is durable when the block ends.

        Bytes before `start` are written later.
        """

    def allocate(self, name: str, size: int) -> None:
        """Create a file of a known size, to be filled by `write`."""

    def write(self, name: str, start: int, content: Blob) -> None:
        """Write bytes at an offset of a file that `allocate` or `open_writer` has created; durable on return."""

    def digest(self, name: str) -> str:
        """The SHA-256 digest of a file, in hexadecimal."""

    def remove(self, name: str) -> None:
        """Remove a file, or a subfolder with everything in it, if it exists."""


@dataclass(frozen=True, slots=True)
class DiskFolder:
    """A folder on a local or shared disk, see `Folder`; `read` maps files into memory."""

    path: Path

    def names(self) -> set[str]:
        return {file.relative_to(self.path).as_posix() for file in self.path.rglob("*") if file.is_file()}

    def size(self, name: str) -> int:
        return (self.path / name).stat().st_size

    def read(self, name: str, start: int = 0, end: int | None = None) -> Blob:
        with (self.path / name).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if not start <= (size if end is None else end) <= size:
                raise ValueError(f"{name} ends after {size} bytes")
            if not size:
                return b""  # an empty file can't be mapped
            return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))[start:end]

    @contextmanager
    def open_writer(self, name: str, start: int = 0) -> Iterator[Sink]:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        with create_synced(path) as stream:
            stream.seek(start)
            yield stream

    def allocate(self, name: str, size: int) -> None:
        """The file is sparse until it is written."""
        with (self.path / name).open("xb") as stream:
            stream.truncate(size)

    def write(self, name: str, start: int, content: Blob) -> None:
        with (self.path / name).open("r+b") as stream:
            stream.seek(start)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())

    def digest(self, name: str) -> str:
        with (self.path / name).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def remove(self, name: str) -> None:
        path = self.path / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
