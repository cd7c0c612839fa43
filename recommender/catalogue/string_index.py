"""Byte strings packed into one buffer, and an index from sorted strings to rows; in memory or mapped from files."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from recommender.storage import Blob

_GUIDES = 1 << 14  # maximum number of keys kept as Python objects (2 MB), whose comparison is ten times as fast
_CHECKED = 1 << 14  # offsets compared at once: a mapped array need not fit in memory


def plain_ints(values: NDArray[np.integer[Any]]) -> memoryview[int]:
    """A view whose items are plain ints; indexing it is five times as fast as numpy."""
    return np.ascontiguousarray(values).data


class PackedStrings(Sequence[bytes]):
    """Byte strings stored back to back.

    Attributes:
        blob: all strings, concatenated.
        ends: int64 (strings,) the offset in `blob` at which each string ends and the next begins.
    """

    def __init__(self, blob: Blob, ends: NDArray[np.int64]) -> None:
        self.blob = blob
        self.ends = ends
        self._ends = plain_ints(ends)

    @classmethod
    def pack(cls, strings: Iterable[bytes]) -> Self:
        """Concatenate strings."""
        strings = list(strings)
        return cls(b"".join(strings), np.cumsum([len(string) for string in strings], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, position: int) -> bytes: ...
    @overload
    def __getitem__(self, position: slice) -> list[bytes]: ...
    def __getitem__(self, position: int | slice) -> bytes | list[bytes]:
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(len(self)))]
        return bytes(self.blob[self._ends[position - 1] if position else 0 : self._ends[position]])

    def __iter__(self) -> Iterator[bytes]:
        return (self[position] for position in range(len(self)))

    def start(self, position: int) -> int:
        """The offset in the blob at which a string begins."""
        return self._ends[position - 1] if position else 0

    def check(self) -> None:
        """Raise `ValueError` unless every string lies within the blob."""
        ends = self.ends
        if not len(ends):
            return
        descends = any(
            (np.diff(ends[first : first + _CHECKED + 1]) < 0).any() for first in range(0, len(ends), _CHECKED)
        )
        if ends[0] < 0 or ends[-1] != len(self.blob) or descends:
            raise ValueError("strings end outside of their text")


class StringIndex:
    """Maps strings to rows by bisection.

    Attributes:
        keys: the strings in UTF-8, ascending.
        rows: int32 (keys,) the row of each key.
    """

    def __init__(self, keys: PackedStrings, rows: NDArray[np.int32]) -> None:
        self.keys = keys
        self.rows = rows

    @classmethod
    def build(cls, rows: Mapping[str, int]) -> Self:
        """Sort keys; a lone surrogate, which UTF-8 cannot encode, becomes a question mark."""
        pairs = sorted((key.encode(errors="replace"), row) for key, row in rows.items())
        return cls(PackedStrings.pack(key for key, _ in pairs), np.array([row for _, row in pairs], np.int32))

    def row(self, key: str) -> int | None:
        """The row of a key; `None` if it is not in the index."""
        wanted = key.encode(errors="replace")
        position = self._position(wanted)
        found = position < len(self.keys) and self.keys[position] == wanted
        return int(self.rows[position]) if found else None

    def near(self, key: str, count: int) -> list[str]:
        """Up to `count` keys nearest to this one in sorted order; it need not be in the index."""
        position = self._position(key.encode(errors="replace"))
        start = max(0, min(position - count // 2, len(self.keys) - count))
        return [found.decode() for found in self.keys[start : start + count]]

    def _position(self, key: bytes) -> int:
        """The position of the first key that is not less than the given one."""
        step = self._step
        guide = bisect_right(self._guides, key)
        return bisect_left(self.keys, key, max(0, (guide - 1) * step), min(guide * step, len(self.keys)))

    @cached_property
    def _guides(self) -> list[bytes]:
        """Every `_step`-th key, to narrow down the bisection."""
        return self.keys[:: self._step]

    @cached_property
    def _step(self) -> int:
        return max(16, -(-len(self.keys) // _GUIDES))

    def check(self, articles: int) -> None:
        """Raise `ValueError` unless the keys ascend and each has a row below `articles`."""
        self.keys.check()
        if len(self.rows) != len(self.keys):
            raise ValueError("the numbers of rows and names differ")
        if self.rows.min(initial=0) < 0 or self.rows.max(initial=-1) >= articles:
            raise ValueError("a name belongs to no article")
        if any(first > second for first, second in pairwise(self.keys)):
            raise ValueError("names are not sorted")
