"""Files in an object store, where none can be changed: each is a folder of objects, named by where they begin in it.

A stretch that is written is an object of its own, put in one request; so tasks fill a file together, as on a disk, and
what a task that is run again puts there is what it had put before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from recommender.errors import StorageError
from recommender.storage.dataset import Dataset
from recommender.storage.folders import Blob, Sink

STEP = 1 << 25
"""Bytes that are held at a time, where a file goes past."""
_LISTED = 256  # files whose pieces are remembered


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """A folder at a URL that fsspec knows; see `Folder`."""

    url: str

    @property
    def _objects(self) -> Dataset:
        return _dataset(self.url)

    def names(self) -> set[str]:
        """See `Folder`."""
        return {name.rpartition("/")[0] for name in self._objects.names()}

    def size(self, name: str) -> int:
        """See `Folder`."""
        return self._pieces(name)[-1].end

    def read(self, name: str, start: int = 0, end: int | None = None) -> Blob:
        """See `Folder`; what is read is held."""
        if end is None:
            end = self.size(name)
        known = _listed.get((self.url, name))
        wanted = _covering(known, start, end) if known else None
        if wanted is None:  # there may be more by now
            wanted = _covering(self._pieces(name), start, end)
        if wanted is None:
            raise ValueError(f"{name} lacks some of its bytes {start} to {end}")
        found = self._objects.stretches(wanted) if wanted else []
        return found[0] if len(found) == 1 else b"".join(found)

    @contextmanager
    def writing(self, name: str, start: int = 0) -> Iterator[Sink]:
        """See `Folder`."""
        pieces = _Pieces(self, name, start)
        yield pieces
        pieces.put()

    def begin(self, name: str, size: int) -> None:
        """See `Folder`; in a store there is nothing to do."""

    def write(self, name: str, start: int, content: Blob) -> None:
        """See `Folder`."""
        if len(content):  # or it would take the place of what else begins there
            self.put(name, start, bytes(content))

    def put(self, name: str, start: int, content: bytes) -> None:
        """Make one object of a file."""
        self._objects.write(f"{name}/{start:015}", content)

    def digest(self, name: str) -> str:
        """See `Folder`."""
        found, size = hashlib.sha256(), self.size(name)
        for start in range(0, size, STEP):
            found.update(self.read(name, start, min(start + STEP, size)))
        return found.hexdigest()

    def remove(self, name: str) -> None:
        """See `Folder`."""
        _listed.clear()
        self._objects.remove(name)

    def _pieces(self, name: str) -> list[_Piece]:
        """The objects that a file is made of, in order."""
        sizes = self._objects.sizes(name)
        if not sizes:
            raise StorageError(f"{self._objects.place}/{name}: is not there")
        pieces = sorted(_Piece(int(path.rpartition("/")[2]), path, size) for path, size in sizes.items())
        if len(_listed) >= _LISTED:
            _listed.clear()
        _listed[self.url, name] = pieces
        return pieces


class _Piece(NamedTuple):
    start: int
    name: str
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


_listed: dict[tuple[str, str], list[_Piece]] = {}
"""The pieces of files, by URL and name, as they were listed last: what is there stays, but there may be more."""


def _covering(pieces: list[_Piece], start: int, end: int) -> list[tuple[str, int, int]] | None:
    """The stretches of pieces that make a stretch of their file; `None` where one is missing."""
    wanted, at = [], start
    for piece in pieces:
        if piece.start <= at < min(piece.end, end):
            until = min(piece.end, end)
            wanted.append((piece.name, at - piece.start, until - piece.start))
            at = until
    return wanted if at == end else None


class _Pieces:
    """A sink that becomes one object after the other."""

    def __init__(self, folder: ObjectFolder, name: str, start: int) -> None:
        self._folder = folder
        self._name = name
        self._start = start
        self._held = bytearray()

    def write(self, content: Blob) -> None:
        """Add some bytes."""
        self._held += content
        if len(self._held) >= STEP:
            self.put()

    def put(self) -> None:
        """Make an object of what is held; of an empty file there is one, too."""
        if self._held or not self._start:
            self._folder.put(self._name, self._start, bytes(self._held))
            self._start += len(self._held)
            self._held = bytearray()


@lru_cache(maxsize=16)
def _dataset(url: str) -> Dataset:
    return Dataset(url)
