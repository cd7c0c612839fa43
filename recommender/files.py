"""The files of an artefact: plain arrays and texts, written whole or stretch by stretch, and mapped.

A stretch is some rows of an array. Workers on any machines that see the folder fill one file together, each its own
rows; nobody holds the whole of it.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from recommender.disk import synced
from recommender.keys import Blob
from recommender.model import FIELDS, Vocabulary

RECORDS = "articles.jsonl"
TEXTS = (RECORDS, "names.txt", "urls.txt")
ARRAYS: dict[str, tuple[DTypeLike, int]] = {  # dtype and dimensions
    "articles.ends": (np.int64, 1),
    "articles.entries": (np.int32, 1),
    "articles.flags": (np.uint8, 1),
    "names.ends": (np.int64, 1),
    "names.rows": (np.int32, 1),
    "names.starts": (np.int32, 1),
    "names.places": (np.int32, 1),
    "urls.ends": (np.int64, 1),
    "urls.rows": (np.int32, 1),
    "urls.starts": (np.int32, 1),
    "urls.places": (np.int32, 1),
    "lists.rows": (np.int32, 2),
    "lists.scores": (np.float64, 2),
    "index.indptr": (np.int64, 1),
    "index.indices": (np.int32, 1),
    "index.data": (np.float32, 1),
    "index.days": (np.float64, 1),
    "index.weights": (np.float64, 1),
    "index.levels": (np.uint8, 1),
    "index.heads": (np.float32, 2),
    "index.usual_heads": (np.float64, 1),
    "index.directory": (np.int32, 2),
    "index.postings": (np.uint32, 1),
    "index.block": (np.int64, 0),
    "index.dated": (np.int64, 0),
    "index.scale": (np.float64, 0),
    "index.greatest_norm": (np.float64, 0),
    **{f"{field}.weights": (np.float32, 1) for field in FIELDS},
}
_MANY = 4096  # rows that are written at a time
NAMES = frozenset((*TEXTS, *(f"{field}.terms.txt" for field in FIELDS), *(f"{name}.npy" for name in ARRAYS)))


def save_text(folder: Path, name: str, text: Blob) -> None:
    """Write a text, on the disk when this returns."""
    with synced(folder / name) as stream:
        stream.write(text)


def save(folder: Path, name: str, values: ArrayLike) -> None:
    """Write an array of `ARRAYS`, on the disk when this returns."""
    with synced(folder / f"{name}.npy") as stream:
        np.save(stream, np.asarray(values, ARRAYS[name][0]), allow_pickle=False)


def allocate(folder: Path, name: str, shape: tuple[int, ...]) -> None:
    """Make an array of `ARRAYS` whose stretches are written later; until then it is zero, and takes no room."""
    with (folder / f"{name}.npy").open("xb") as stream:
        _begin(stream, np.dtype(ARRAYS[name][0]), shape)
        stream.truncate(stream.tell() + int(np.prod(shape)) * np.dtype(ARRAYS[name][0]).itemsize)


def write_rows(folder: Path, name: str, first: int, values: NDArray[Any]) -> None:
    """Write a stretch of an allocated array from row `first` on, on the disk when this returns.

    Raises:
        ValueError: it does not lie within the array, or is of another kind.
    """
    with (folder / f"{name}.npy").open("r+b") as stream:
        shape, dtype = _header(stream)
        if values.shape[1:] != shape[1:] or values.dtype != dtype or not 0 <= first <= shape[0] - len(values):
            raise ValueError(f"{name}: rows {first} to {first + len(values)} of {values.shape} are not within {shape}")
        stream.seek(first * int(np.prod(shape[1:])) * dtype.itemsize, os.SEEK_CUR)
        stream.write(np.ascontiguousarray(values).data)
        stream.flush()
        os.fsync(stream.fileno())


def write_columns(folder: Path, name: str, first: int, values: NDArray[Any]) -> None:
    """The same for some columns of a two-dimensional array, from column `first` on."""
    with (folder / f"{name}.npy").open("r+b") as stream:
        shape, dtype = _header(stream)
        rows, columns = values.shape
        if rows != shape[0] or values.dtype != dtype or not 0 <= first <= shape[1] - columns:
            raise ValueError(f"{name}: columns {first} to {first + columns} of {rows} rows are not within {shape}")
        start = stream.tell()
        for row in range(rows):
            stream.seek(start + (row * shape[1] + first) * dtype.itemsize)
            stream.write(np.ascontiguousarray(values[row]).data)
        stream.flush()
        os.fsync(stream.fileno())


class Growing:
    """An array of `ARRAYS` that is written from its first row to its last, and never held."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._dtype = np.dtype(ARRAYS[name][0])
        self._size = 0
        self._last: list[float] = []
        self._start = stream.tell()
        _begin(stream, self._dtype, (1 << 62,))  # as long as any number of rows; the right one is put here at the end

    def __len__(self) -> int:
        return self._size

    def append(self, value: float) -> None:
        """Add a row."""
        self._last.append(value)
        self._size += 1
        if len(self._last) == _MANY:
            self._flush()

    def _flush(self) -> None:
        self._stream.write(np.array(self._last, self._dtype).data)
        self._last.clear()

    def end(self) -> None:
        """Say in the file how many rows there are."""
        self._flush()
        self._stream.seek(self._start)
        _begin(self._stream, self._dtype, (self._size,))


@contextmanager
def growing(folder: Path, name: str) -> Iterator[Growing]:
    """Write a one-dimensional array of `ARRAYS` bit by bit; it is on the disk when the block ends."""
    with synced(folder / f"{name}.npy") as stream:
        array = Growing(stream, name)
        yield array
        array.end()


def read_array(folder: Path, name: str) -> NDArray[Any]:
    """An array of `ARRAYS`, mapped.

    Raises:
        ValueError: the file holds something else.
    """
    dtype, dimensions = ARRAYS[name]
    path = folder / f"{name}.npy"
    array = np.load(path, mmap_mode="r" if dimensions else None, allow_pickle=False)
    if not (isinstance(array, np.ndarray) and array.dtype == dtype and array.ndim == dimensions):
        raise ValueError(f"{path.name} is not a plain array of {np.dtype(dtype)}")
    return np.asarray(array)  # mapped as before, but not a memmap, of which each value costs five times as much


def read_text(folder: Path, name: str) -> Blob:
    """A text, mapped."""
    with (folder / name).open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            return b""  # which can't be mapped
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def save_vocabulary(folder: Path, field: str, vocabulary: Vocabulary) -> None:
    """Write what a field has learnt."""
    save_text(folder, f"{field}.terms.txt", "\n".join(vocabulary.terms).encode())
    save(folder, f"{field}.weights", vocabulary.weights)


def read_vocabulary(folder: Path, field: str) -> Vocabulary:
    """What a field has learnt.

    Raises:
        ValueError: there is not one weight a term.
    """
    text = (folder / f"{field}.terms.txt").read_bytes().decode()
    terms, weights = tuple(text.split("\n")) if text else (), read_array(folder, f"{field}.weights")
    if len(terms) != len(weights):
        raise ValueError(f"the {field}'s terms and their weights don't match")
    return Vocabulary(terms, weights)


def digest(path: Path) -> str:
    """The sha256 of a file, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _begin(stream: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(
        stream, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    )


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    np.lib.format.read_magic(stream)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    return shape, dtype
