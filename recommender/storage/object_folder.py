"""`Folder` in an object store, whose objects can't be changed: each file is a folder of objects.

An object is named by its offset in the file. Each `write` puts one object in one request, so tasks can fill a file
together, and a task that is run again writes the same objects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from recommender.errors import StorageError
from recommender.storage.file_store import FileStore
from recommender.storage.folder import Blob, Sink

CHUNK_SIZE = 1 << 25
"""Bytes that are buffered when a file is streamed."""
_CACHED_LISTINGS = 256  # files


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """A folder at a URL that fsspec knows; see `Folder`."""

    url: str

    @property
    def _objects(self) -> FileStore:
        return _file_store(self.url)

    def names(self) -> set[str]:
        return {name.rpartition("/")[0] for name in self._objects.names()}

    def size(self, name: str) -> int:
        return self._pieces(name)[-1].end

    def read(self, name: str, start: int = 0, end: int | None = None) -> Blob:
        """The bytes are copied into memory."""
        if end is None:
            end = self.size(name)
        cached = _listings.get((self.url, name))
        ranges = _ranges_covering(cached, start, end) if cached else None
        if ranges is None:  # the cached listing may be outdated
            ranges = _ranges_covering(self._pieces(name), start, end)
        if ranges is None:
            raise ValueError(f"{name} lacks some of its bytes {start} to {end}")
        found = self._objects.read_ranges(ranges) if ranges else []
        return found[0] if len(found) == 1 else b"".join(found)

    @contextmanager
    def open_writer(self, name: str, start: int = 0) -> Iterator[Sink]:
        writer = _ObjectWriter(self, name, start)
        yield writer
        writer.flush()

    def allocate(self, name: str, size: int) -> None:
        """An object store needs no allocation."""

    def write(self, name: str, start: int, content: Blob) -> None:
        if len(content):  # an empty object would replace the one at the same offset
            self.put(name, start, bytes(content))

    def put(self, name: str, start: int, content: bytes) -> None:
        """Put one object of a file."""
        self._objects.write(f"{name}/{start:015}", content)

    def digest(self, name: str) -> str:
        found, size = hashlib.sha256(), self.size(name)
        for start in range(0, size, CHUNK_SIZE):
            found.update(self.read(name, start, min(start + CHUNK_SIZE, size)))
        return found.hexdigest()

    def remove(self, name: str) -> None:
        _listings.clear()
        self._objects.remove(name)

    def _pieces(self, name: str) -> list[_Piece]:
        """The objects of a file, in the order of their offsets."""
        sizes = self._objects.sizes(name)
        if not sizes:
            raise StorageError(f"{self._objects.location}/{name}: is not there")
        pieces = sorted(_Piece(int(path.rpartition("/")[2]), path, size) for path, size in sizes.items())
        if len(_listings) >= _CACHED_LISTINGS:
            _listings.clear()
        _listings[self.url, name] = pieces
        return pieces


class _Piece(NamedTuple):
    start: int
    name: str
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


_listings: dict[tuple[str, str], list[_Piece]] = {}
"""The last listing of each file, by URL and name. Listed objects stay, but others may have been added."""


def _ranges_covering(pieces: list[_Piece], start: int, end: int) -> list[tuple[str, int, int]] | None:
    """The byte ranges of objects that make up a range of their file; `None` if one is missing."""
    ranges, position = [], start
    for piece in pieces:
        if piece.start <= position < min(piece.end, end):
            until = min(piece.end, end)
            ranges.append((piece.name, position - piece.start, until - piece.start))
            position = until
    return ranges if position == end else None


class _ObjectWriter:
    """A sink that puts an object whenever its buffer is full."""

    def __init__(self, folder: ObjectFolder, name: str, start: int) -> None:
        self._folder = folder
        self._name = name
        self._start = start
        self._buffer = bytearray()

    def write(self, content: Blob) -> None:
        self._buffer += content
        if len(self._buffer) >= CHUNK_SIZE:
            self.flush()

    def flush(self) -> None:
        """Put the buffered bytes as one object; an empty file is one empty object."""
        if self._buffer or not self._start:
            self._folder.put(self._name, self._start, bytes(self._buffer))
            self._start += len(self._buffer)
            self._buffer = bytearray()


@lru_cache(maxsize=16)
def _file_store(url: str) -> FileStore:
    return FileStore(url)
