"""Texts by number and rows by key: plain bytes and arrays, in memory or mapped from files."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

Blob = bytes | memoryview

_STEP = 32  # texts between two landmarks: a kilobyte or so, few lines of memory to wait for


class Texts(Sequence[bytes]):
    """Texts one behind the other, and where each ends.

    Attributes:
        blob: all of them.
        ends: int64 (texts,) where each ends in `blob`; it begins where the one before ends.
    """

    def __init__(self, blob: Blob, ends: NDArray[np.int64]) -> None:
        self.blob = blob
        self.ends = ends
        self._ends = np.ascontiguousarray(ends).data  # which gives plain numbers, five times as fast

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> Self:
        """Join texts."""
        texts = list(texts)
        return cls(b"".join(texts), np.cumsum([len(text) for text in texts], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        return bytes(self.blob[self.start(place) : self._ends[place]])

    def start(self, place: int) -> int:
        """Where a text begins in the blob."""
        return self._ends[place - 1] if place > 0 else 0

    def place(self, wanted: bytes) -> int:
        """Where a text stands, or would stand, among ascending ones."""
        blob, ends = self.blob, self._ends
        landmark = bisect_left(self._landmarks, wanted)
        low, high = max(0, (landmark - 1) * _STEP), min(landmark * _STEP, len(ends))
        while low < high:
            middle = (low + high) // 2
            if bytes(blob[ends[middle - 1] if middle else 0 : ends[middle]]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    @cached_property
    def _landmarks(self) -> list[bytes]:
        """Every so manieth text: what a search looks at first stays in the process's own memory, close together."""
        return self[::_STEP]

    def check(self) -> None:
        """Raise `ValueError` unless every text lies within the blob."""
        ends = self.ends
        if len(ends) and (ends[0] < 0 or ends[-1] != len(self.blob) or (np.diff(ends) < 0).any()):
            raise ValueError("texts end where there are none")


class Keys:
    """Which row each key has.

    Attributes:
        texts: the keys in UTF-8, ascending.
        rows: int32 (keys,).
    """

    def __init__(self, texts: Texts, rows: NDArray[np.int32]) -> None:
        self.texts = texts
        self.rows = rows

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> Self:
        """Sort keys; half of a surrogate pair, which UTF-8 does not know, is no key."""
        pairs = sorted((key.encode(errors="replace"), row) for key, row in rows.items())
        return cls(Texts.of(key for key, _ in pairs), np.array([row for _, row in pairs], np.int32))

    def row(self, key: str) -> int | None:
        """The row of a key, `None` if there is no such key."""
        wanted = key.encode(errors="replace")
        place = self.texts.place(wanted)
        return int(self.rows[place]) if place < len(self.texts) and self.texts[place] == wanted else None

    def around(self, key: str, count: int) -> list[str]:
        """The keys next to where this one would stand, `count` at most."""
        place = self.texts.place(key.encode(errors="replace"))
        start = max(0, min(place - count // 2, len(self.texts) - count))
        return [text.decode() for text in self.texts[start : start + count]]

    def check(self, articles: int) -> None:
        """Raise `ValueError` unless every key has the row of an article."""
        self.texts.check()
        if len(self.rows) != len(self.texts) or ((self.rows < 0) | (self.rows >= articles)).any():
            raise ValueError("a name belongs to no article")
