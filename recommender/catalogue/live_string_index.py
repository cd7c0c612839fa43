"""The keys of a trained model's articles and of live ones as one index from keys to rows."""

from __future__ import annotations

from recommender.catalogue.string_index import StringIndex


class LiveStringIndex:
    """Which row each key has, the live articles' keys first; keys of masked rows are not found."""

    def __init__(self, base: StringIndex, live: StringIndex, *, start: int, masked: frozenset[int]) -> None:
        """Join two indexes.

        Args:
            start: the row of the first live article.
            masked: rows of the model that are withdrawn or replaced.
        """
        self._base = base
        self._live = live
        self._start = start
        self._masked = masked

    def row(self, key: str) -> int | None:
        """The row of a key, `None` if there is no such key."""
        row = self._live.row(key)
        if row is not None:
            return self._start + row
        row = self._base.row(key)
        return None if row in self._masked else row

    def near(self, key: str, count: int) -> list[str]:
        """The keys next to where this one would stand, `count` at most of the model and of the live articles each."""
        names = [name for name in self._base.near(key, count) if self._base.row(name) not in self._masked]
        return [*self._live.near(key, count), *names]
