"""Texts by number and rows by key: plain bytes and arrays, in memory or mapped from files."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray

from recommender.storage import Blob

_CHECKED = 1 << 14  # texts that are looked at at a time


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
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            if bytes(blob[ends[middle - 1] if middle else 0 : ends[middle]]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def check(self) -> None:
        """Raise `ValueError` unless every text lies within the blob."""
        ends = self.ends
        if len(ends) and (ends[0] < 0 or ends[-1] != len(self.blob) or _descends(ends)):
            raise ValueError("texts end where there are none")


class Buckets(NamedTuple):
    """Texts by hash: the few that one is to be looked for among, however many there are.

    Attributes:
        starts: int32 (buckets + 1,) where each bucket's begin in `places`; there is a power of two of buckets.
        places: int32 (texts,) bucket by bucket, each in order.
    """

    starts: NDArray[np.int32]
    places: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[bytes]) -> Self:
        """Sort texts into buckets, of which there are about as many."""
        count = 1 << len(texts).bit_length()
        numbers = np.fromiter(map(zlib.crc32, texts), np.int64, len(texts)) & (count - 1)
        ends = np.cumsum(np.bincount(numbers, minlength=count))
        return cls(np.append(0, ends).astype(np.int32), np.argsort(numbers, kind="stable").astype(np.int32))

    def check(self, texts: Sequence[bytes]) -> None:
        """Raise `ValueError` unless this is what `of` makes of some texts; few are looked at at a time."""
        starts, places = self
        count = 1 << len(texts).bit_length()
        whole = len(starts) == count + 1 and starts[0] == 0 and starts[-1] == len(places) == len(texts)
        if not whole or _descends(starts):
            raise ValueError("names are not sorted by hash")
        last = (-1, -1)
        for first in range(0, len(places), _CHECKED):
            some = places[first : first + _CHECKED].tolist()
            if min(some) < 0 or max(some) >= len(texts):
                raise ValueError("a name is not there")
            buckets = np.searchsorted(starts, np.arange(first, first + len(some), dtype=starts.dtype), side="right") - 1
            for place, bucket in zip(some, buckets.tolist(), strict=True):
                # Each in its own bucket, and in each bucket in order: so each is there once.
                if zlib.crc32(texts[place]) & (count - 1) != bucket or (bucket, place) <= last:
                    raise ValueError("a name is not where it is looked for")
                last = bucket, place


class Keys:
    """Which row each key has.

    Attributes:
        texts: the keys in UTF-8, ascending.
        rows: int32 (keys,).
        buckets: of the texts.
    """

    def __init__(self, texts: Texts, rows: NDArray[np.int32], buckets: Buckets) -> None:
        self.texts = texts
        self.rows = rows
        self.buckets = buckets
        # Plain numbers, as in `Texts`.
        self._starts, self._places = (np.ascontiguousarray(part).data for part in buckets)

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> Self:
        """Sort keys; half of a surrogate pair, which UTF-8 does not know, is no key."""
        pairs = sorted((key.encode(errors="replace"), row) for key, row in rows.items())
        texts = Texts.of(key for key, _ in pairs)
        return cls(texts, np.array([row for _, row in pairs], np.int32), Buckets.of(texts))

    def row(self, key: str) -> int | None:
        """The row of a key, `None` if there is no such key; what it takes does not grow with their number."""
        wanted = key.encode(errors="replace")
        bucket = zlib.crc32(wanted) & (len(self._starts) - 2)
        for place in self._places[self._starts[bucket] : self._starts[bucket + 1]]:
            if self.texts[place] == wanted:
                return int(self.rows[place])
        return None

    def around(self, key: str, count: int) -> list[str]:
        """The keys next to where this one would stand, `count` at most."""
        place = self.texts.place(key.encode(errors="replace"))
        start = max(0, min(place - count // 2, len(self.texts) - count))
        return [text.decode() for text in self.texts[start : start + count]]

    def check(self, articles: int) -> None:
        """Raise `ValueError` unless every key has the row of an article, and is where it is looked for."""
        self.texts.check()
        if (
            len(self.rows) != len(self.texts)
            or not 0 <= self.rows.min(initial=0) <= self.rows.max(initial=-1) + 1 <= articles
        ):
            raise ValueError("a name belongs to no article")
        self.buckets.check(self.texts)


def _descends(values: NDArray[np.integer[Any]]) -> bool:
    """Whether any value is less than the one before; few are looked at at a time."""
    return any(
        bool((np.diff(values[first : first + _CHECKED + 1]) < 0).any()) for first in range(0, len(values), _CHECKED)
    )
