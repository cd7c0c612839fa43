"""The files of an artefact: plain arrays and texts, written and read whole or stretch by stretch.

A stretch is some rows of an array. Workers on any machines fill one file together, each its own rows; nobody holds the
whole of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from recommender.storage import Blob, Folder, Sink
from recommender.text import FIELDS, Vocabulary

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
_HEADER = 128  # bytes that say what an array is
_MANY = 4096  # rows that are written at a time
NAMES = frozenset((*TEXTS, *(f"{field}.terms.txt" for field in FIELDS), *(f"{name}.npy" for name in ARRAYS)))


def save_text(folder: Folder, name: str, text: Blob) -> None:
    """Write a text."""
    with folder.writing(name) as sink:
        sink.write(text)


def save(folder: Folder, name: str, values: ArrayLike) -> None:
    """Write an array of `ARRAYS`."""
    array = np.asarray(values, ARRAYS[name][0], order="C")
    with folder.writing(f"{name}.npy") as sink:
        sink.write(_header(name, array.shape))
        sink.write(bytes_of(array))


def allocate(folder: Folder, name: str, shape: tuple[int, ...]) -> None:
    """Make an array of `ARRAYS` whose stretches are written later."""
    folder.begin(f"{name}.npy", _HEADER + _size(name, shape))
    folder.write(f"{name}.npy", 0, _header(name, shape))


def write_rows(folder: Folder, name: str, first: int, values: NDArray[Any]) -> None:
    """Write a stretch of an allocated array from row `first` on.

    Raises:
        ValueError: it does not lie within the array, or is of another kind.
    """
    shape, dtype = _shape(folder, name), np.dtype(ARRAYS[name][0])
    if values.shape[1:] != shape[1:] or values.dtype != dtype or not 0 <= first <= shape[0] - len(values):
        raise ValueError(f"{name}: rows {first} to {first + len(values)} of {values.shape} are not within {shape}")
    folder.write(f"{name}.npy", _HEADER + first * _row(name, shape), bytes_of(values))


def write_columns(folder: Folder, name: str, first: int, values: NDArray[Any]) -> None:
    """The same for some columns of a two-dimensional array, from column `first` on."""
    shape, dtype = _shape(folder, name), np.dtype(ARRAYS[name][0])
    rows, columns = values.shape
    if rows != shape[0] or values.dtype != dtype or not 0 <= first <= shape[1] - columns:
        raise ValueError(f"{name}: columns {first} to {first + columns} of {rows} rows are not within {shape}")
    for row in range(rows):
        start = _HEADER + (row * shape[1] + first) * dtype.itemsize
        folder.write(f"{name}.npy", start, bytes_of(values[row]))


class Growing:
    """An array of `ARRAYS` that is written from its first row to its last, and never held."""

    def __init__(self, sink: Sink, name: str) -> None:
        self._sink = sink
        self._dtype = np.dtype(ARRAYS[name][0])
        self._size = 0
        self._last: list[float] = []

    def __len__(self) -> int:
        return self._size

    def append(self, value: float) -> None:
        """Add a row."""
        self._last.append(value)
        self._size += 1
        if len(self._last) == _MANY:
            self.flush()

    def flush(self) -> None:
        """Write what was added."""
        self._sink.write(bytes_of(np.array(self._last, self._dtype)))
        self._last.clear()


@contextmanager
def growing(folder: Folder, name: str) -> Iterator[Growing]:
    """Write a one-dimensional array of `ARRAYS` bit by bit; how long it has become is put before it at last."""
    with folder.writing(f"{name}.npy", _HEADER) as sink:
        array = Growing(sink, name)
        yield array
        array.flush()
    folder.write(f"{name}.npy", 0, _header(name, (len(array),)))


def read_array(folder: Folder, name: str) -> NDArray[Any]:
    """An array of `ARRAYS`, mapped where the folder can.

    Raises:
        ValueError: the file holds something else.
    """
    shape = _shape(folder, name)
    return _array(name, folder.read(f"{name}.npy", _HEADER, _HEADER + _size(name, shape)), shape)


def read_rows(folder: Folder, name: str, first: int, last: int) -> NDArray[Any]:
    """The rows of an array from `first` until `last`.

    Raises:
        ValueError: the file holds something else, or not so many.
    """
    shape = _shape(folder, name)
    if not 0 <= first <= last <= shape[0]:
        raise ValueError(f"{name}: rows {first} to {last} are not within {shape}")
    row = _row(name, shape)
    content = folder.read(f"{name}.npy", _HEADER + first * row, _HEADER + last * row)
    return _array(name, content, (last - first, *shape[1:]))


def read_columns(folder: Folder, name: str, first: int, last: int) -> NDArray[Any]:
    """The columns of a two-dimensional array from `first` until `last`, copied.

    Raises:
        ValueError: the file holds something else, or not so many.
    """
    rows, columns = _shape(folder, name)
    if not 0 <= first <= last <= columns:
        raise ValueError(f"{name}: columns {first} to {last} are not within {columns}")
    item = _row(name, (rows,))
    starts = [_HEADER + (row * columns + first) * item for row in range(rows)]
    found = [folder.read(f"{name}.npy", start, start + (last - first) * item) for start in starts]
    return np.stack([_array(name, content, (last - first,)) for content in found])


def length(folder: Folder, name: str) -> int:
    """The rows of an array.

    Raises:
        ValueError: the file holds something else.
    """
    return _shape(folder, name)[0]


def save_vocabulary(folder: Folder, field: str, vocabulary: Vocabulary) -> None:
    """Write what a field has learnt."""
    save_text(folder, f"{field}.terms.txt", "\n".join(vocabulary.terms).encode())
    save(folder, f"{field}.weights", vocabulary.weights)


def count_terms(folder: Folder, field: str) -> int:
    """How many terms a field has learnt, none of which is held.

    Raises:
        ValueError: there is not one weight a term.
    """
    text = str(folder.read(f"{field}.terms.txt"), "utf-8")
    terms = text.count("\n") + 1 if text else 0
    if terms != length(folder, f"{field}.weights"):
        raise ValueError(f"the {field}'s terms and their weights don't match")
    return terms


def read_vocabulary(folder: Folder, field: str) -> Vocabulary:
    """What a field has learnt.

    Raises:
        ValueError: there is not one weight a term.
    """
    text = bytes(folder.read(f"{field}.terms.txt")).decode()
    terms, weights = tuple(text.split("\n")) if text else (), read_array(folder, f"{field}.weights")
    if len(terms) != len(weights):
        raise ValueError(f"the {field}'s terms and their weights don't match")
    return Vocabulary(terms, weights)


def _header(name: str, shape: tuple[int, ...]) -> bytes:
    stream = BytesIO()
    descr = np.lib.format.dtype_to_descr(np.dtype(ARRAYS[name][0]))
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def _shape(folder: Folder, name: str) -> tuple[int, ...]:
    """What the file says of its array, which must be of the very kind that belongs there."""
    head = bytes(folder.read(f"{name}.npy", 0, _HEADER))
    # Not by numpy, which has Python parse it: in several threads at once, Python 3.11 can fail at that.
    found = re.search(rb"'shape': \(([0-9, ]*)\)", head)
    shape = tuple(map(int, re.findall(rb"[0-9]+", found[1]))) if found else ()
    if len(shape) != ARRAYS[name][1] or head != _header(name, shape):
        raise ValueError(f"{name}.npy is not a plain array of {np.dtype(ARRAYS[name][0])}")
    return shape


def _row(name: str, shape: tuple[int, ...]) -> int:
    """The bytes of a row."""
    return math.prod(shape[1:]) * np.dtype(ARRAYS[name][0]).itemsize


def _size(name: str, shape: tuple[int, ...]) -> int:
    """The bytes of an array."""
    return math.prod(shape) * np.dtype(ARRAYS[name][0]).itemsize


def _array(name: str, content: Blob, shape: tuple[int, ...]) -> NDArray[Any]:
    return np.frombuffer(content, ARRAYS[name][0]).reshape(shape)


def bytes_of(array: NDArray[Any]) -> Blob:
    """What an array holds, row by row; copied only where it does not lie so."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
