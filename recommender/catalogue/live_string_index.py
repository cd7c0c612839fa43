"""The string indexes of a trained model and of live articles, as one."""

from __future__ import annotations

from recommender.catalogue.string_index import StringIndex


class LiveStringIndex:
    """Maps keys to rows; keys of live articles take precedence, those of masked rows are not found."""

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
        """The keys nearest to this one in sorted order, up to `count` each of the model and of the live articles."""
        names = [name for name in self._base.near(key, count) if self._base.row(name) not in self._masked]
        return [*self._live.near(key, count), *names]
