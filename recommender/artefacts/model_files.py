"""The files of one artefact: typed arrays and texts, read and written whole or by rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from recommender.settings import Settings
from recommender.storage import Blob, Folder, Sink
from recommender.text import FIELDS, Vocabulary, fields_of

RECORDS = "articles.jsonl"
TEXTS = (RECORDS, "names.txt", "urls.txt")
ARRAYS: dict[str, tuple[DTypeLike, int]] = {  # dtype and number of dimensions
    "articles.ends": (np.int64, 1),
    "articles.entries": (np.int32, 1),
    "articles.flags": (np.uint8, 1),
    "copies.text_keys": (np.uint64, 1),
    "copies.originals": (np.int32, 1),
    "names.ends": (np.int64, 1),
    "names.rows": (np.int32, 1),
    "urls.ends": (np.int64, 1),
    "urls.rows": (np.int32, 1),
    "lists.rows": (np.int32, 2),
    "lists.scores": (np.float64, 2),
    "index.indptr": (np.int64, 1),
    "index.indices": (np.int32, 1),
    "index.data": (np.float32, 1),
    "index.query_data": (np.float32, 1),
    "index.days": (np.float64, 1),
    "index.weights": (np.float64, 1),
    "index.providers": (np.int32, 1),
    "index.term_levels": (np.uint8, 1),
    "index.head_norms": (np.float32, 2),
    "index.mean_head_norms": (np.float64, 1),
    "index.posting_offsets": (np.int32, 2),
    "index.postings": (np.uint32, 1),
    "index.block_size": (np.int64, 0),
    "index.dated_count": (np.int64, 0),
    "index.value_scale": (np.float64, 0),
    "index.max_norm": (np.float64, 0),
    **{f"{field}.weights": (np.float32, 1) for field in FIELDS},
}


ALL_NAMES = frozenset((*TEXTS, *(f"{field}.terms.txt" for field in FIELDS), *(f"{name}.npy" for name in ARRAYS)))
"""All possible files of an artefact, except its manifest; `file_names` gives those of one with certain settings."""


def file_names(settings: Settings) -> frozenset[str]:
    """The files of an artefact with these settings, except its manifest."""
    unused = set(FIELDS).difference(fields_of(settings))
    names = ALL_NAMES.difference(f"{field}.{part}" for field in unused for part in ("terms.txt", "weights.npy"))
    return names - {"index.query_data.npy"} if "text" in unused else names


_HEADER_BYTES = 128  # of a .npy file
_BUFFERED_ROWS = 4096  # of an array being appended to


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of an artefact in a folder, on a disk or in an object store.

    Arrays are named as in `ARRAYS`, without the suffix `.npy`. Workers on several machines may fill one array together,
    each its own rows, and none needs to hold all of it. Ranges of rows exclude their end.

    Methods raise a `ValueError` if a file holds something else, if the numbers of terms and weights differ, or if rows
    or columns are of another type or do not lie within their array.
    """

    folder: Folder

    def write_text(self, name: str, text: Blob) -> None:
        """Write a file as it is."""
        with self.folder.open_writer(name) as sink:
            sink.write(text)

    def write_array(self, name: str, values: ArrayLike) -> None:
        """Write a whole array."""
        array = np.asarray(values, ARRAYS[name][0], order="C")
        with self.folder.open_writer(f"{name}.npy") as sink:
            sink.write(_header(name, array.shape))
            sink.write(array_bytes(array))

    def allocate(self, name: str, shape: tuple[int, ...]) -> None:
        """Create an array whose rows are written later."""
        self.folder.allocate(f"{name}.npy", _HEADER_BYTES + _byte_size(name, shape))
        self.folder.write(f"{name}.npy", 0, _header(name, shape))

    def write_rows(self, name: str, first: int, values: NDArray[Any]) -> None:
        """Write rows of an allocated array, from row `first` on."""
        shape, dtype = self._shape(name), np.dtype(ARRAYS[name][0])
        if values.shape[1:] != shape[1:] or values.dtype != dtype or not 0 <= first <= shape[0] - len(values):
            raise ValueError(f"{name}: rows {first} to {first + len(values)} of {values.shape} are not within {shape}")
        self.folder.write(f"{name}.npy", _HEADER_BYTES + first * _byte_size(name, shape[1:]), array_bytes(values))

    def write_columns(self, name: str, first: int, values: NDArray[Any]) -> None:
        """Write columns of an allocated two-dimensional array, from column `first` on."""
        shape, dtype = self._shape(name), np.dtype(ARRAYS[name][0])
        rows, columns = values.shape
        if rows != shape[0] or values.dtype != dtype or not 0 <= first <= shape[1] - columns:
            raise ValueError(f"{name}: columns {first} to {first + columns} of {rows} rows are not within {shape}")
        for row in range(rows):
            start = _HEADER_BYTES + (row * shape[1] + first) * dtype.itemsize
            self.folder.write(f"{name}.npy", start, array_bytes(values[row]))

    @contextmanager
    def appending(self, name: str) -> Iterator[ArrayWriter]:
        """Write a one-dimensional array value by value, without holding it."""
        with self.folder.open_writer(f"{name}.npy", _HEADER_BYTES) as sink:
            writer = ArrayWriter(sink, name)
            yield writer
            writer.flush()
        self.folder.write(f"{name}.npy", 0, _header(name, (len(writer),)))

    def read_array(self, name: str) -> NDArray[Any]:
        """An array, memory-mapped if the folder supports it."""
        shape = self._shape(name)
        content = self.folder.read(f"{name}.npy", _HEADER_BYTES, _HEADER_BYTES + _byte_size(name, shape))
        return _as_array(name, content, shape)

    def read_rows(self, name: str, first: int, last: int) -> NDArray[Any]:
        """The rows of an array from `first` until `last`."""
        shape = self._shape(name)
        if not 0 <= first <= last <= shape[0]:
            raise ValueError(f"{name}: rows {first} to {last} are not within {shape}")
        size = _byte_size(name, shape[1:])
        content = self.folder.read(f"{name}.npy", _HEADER_BYTES + first * size, _HEADER_BYTES + last * size)
        return _as_array(name, content, (last - first, *shape[1:]))

    def read_columns(self, name: str, first: int, last: int) -> NDArray[Any]:
        """A copy of the columns of a two-dimensional array from `first` until `last`."""
        rows, columns = self._shape(name)
        if not 0 <= first <= last <= columns:
            raise ValueError(f"{name}: columns {first} to {last} are not within {columns}")
        size = _byte_size(name, ())
        starts = [_HEADER_BYTES + (row * columns + first) * size for row in range(rows)]
        found = [self.folder.read(f"{name}.npy", start, start + (last - first) * size) for start in starts]
        return np.stack([_as_array(name, content, (last - first,)) for content in found])

    def count_rows(self, name: str) -> int:
        """The number of rows of an array."""
        return self._shape(name)[0]

    def write_vocabulary(self, field: str, vocabulary: Vocabulary) -> None:
        """Write the terms of a field and their weights."""
        self.write_text(f"{field}.terms.txt", "\n".join(vocabulary.terms).encode())
        self.write_array(f"{field}.weights", vocabulary.weights)

    def read_vocabulary(self, field: str) -> Vocabulary:
        """The terms of a field and their weights."""
        text = bytes(self.folder.read(f"{field}.terms.txt")).decode()
        terms, weights = tuple(text.split("\n")) if text else (), self.read_array(f"{field}.weights")
        if len(terms) != len(weights):
            raise ValueError(f"the {field}'s terms and their weights don't match")
        return Vocabulary(terms, weights)

    def count_terms(self, field: str) -> int:
        """The number of terms of a field, without holding them."""
        text = str(self.folder.read(f"{field}.terms.txt"), "utf-8")
        terms = text.count("\n") + 1 if text else 0
        if terms != self.count_rows(f"{field}.weights"):
            raise ValueError(f"the {field}'s terms and their weights don't match")
        return terms

    def _shape(self, name: str) -> tuple[int, ...]:
        """The shape that the file's header gives; the header must be exactly that of the array's type."""
        header = bytes(self.folder.read(f"{name}.npy", 0, _HEADER_BYTES))
        # Not by numpy: it parses the header as Python, which can fail in several threads at once on Python 3.11.
        found = re.search(rb"'shape': \(([0-9, ]*)\)", header)
        shape = tuple(map(int, re.findall(rb"[0-9]+", found[1]))) if found else ()
        if len(shape) != ARRAYS[name][1] or header != _header(name, shape):
            raise ValueError(f"{name}.npy is not a plain array of {np.dtype(ARRAYS[name][0])}")
        return shape


class ArrayWriter:
    """Writes a one-dimensional array value by value; see `ModelFiles.appending`."""

    def __init__(self, sink: Sink, name: str) -> None:
        self._sink = sink
        self._dtype = np.dtype(ARRAYS[name][0])
        self._length = 0
        self._buffer: list[float] = []

    def __len__(self) -> int:
        return self._length

    def append(self, value: float) -> None:
        """Add a value."""
        self._buffer.append(value)
        self._length += 1
        if len(self._buffer) == _BUFFERED_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the values that are buffered."""
        self._sink.write(array_bytes(np.array(self._buffer, self._dtype)))
        self._buffer.clear()


def array_bytes(array: NDArray[Any]) -> Blob:
    """The bytes of an array in C order, copied only if it has another layout."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _header(name: str, shape: tuple[int, ...]) -> bytes:
    stream = BytesIO()
    descr = np.lib.format.dtype_to_descr(np.dtype(ARRAYS[name][0]))
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def _byte_size(name: str, shape: tuple[int, ...]) -> int:
    """The size in bytes of an array of this shape."""
    return math.prod(shape) * np.dtype(ARRAYS[name][0]).itemsize


def _as_array(name: str, content: Blob, shape: tuple[int, ...]) -> NDArray[Any]:
    return np.frombuffer(content, ARRAYS[name][0]).reshape(shape)
