"""`Labels`: the languages, providers or topics of articles, as a column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

NONE = "none"
"""Stands for articles without a label."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Labels of articles, any number for each article.

    Attributes:
        names: the labels.
        articles: the number of articles.
        owners: int32 (pairs,) the position of an article, ascending.
        codes: int32 (pairs,) the index of its label in `names`.
    """

    names: tuple[str, ...]
    articles: int
    owners: NDArray[np.int32]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, labels: Iterable[Sequence[str]]) -> Self:
        """Build from the labels of each article; repeated labels of an article count once."""
        numbers: dict[str, int] = {}
        codes: list[int] = []
        counts = []
        for own in labels:
            distinct = dict.fromkeys(own)
            codes += [numbers.setdefault(name, len(numbers)) for name in distinct]
            counts.append(len(distinct))
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        return cls(tuple(numbers), len(counts), owners, np.array(codes, np.int32))

    def of_article(self, position: int) -> list[str]:
        """The labels of one article."""
        first, last = np.searchsorted(self.owners, (position, position + 1))
        return [self.names[code] for code in self.codes[first:last].tolist()]

    def mask(self, name: str) -> NDArray[np.bool_]:
        """Which articles have a label, ignoring case, bool (articles,); for `NONE`, those without labels."""
        wanted = name.casefold()
        codes = [code for code, other in enumerate(self.names) if other.casefold() == wanted]
        found = np.zeros(self.articles, np.bool_)
        found[self.owners[np.isin(self.codes, codes)]] = True
        if wanted == NONE:
            found |= ~self._labelled()
        return found

    def counts(self, shown: NDArray[np.bool_]) -> list[tuple[str, int]]:
        """The number of articles with each label, the most frequent first; last, the number without labels, if any.

        Args:
            shown: bool (articles,) which articles count.
        """
        totals = np.bincount(self.codes[shown[self.owners]], minlength=len(self.names)).tolist()
        pairs = [(name, count) for name, count in zip(self.names, totals, strict=True) if count]
        pairs.sort(key=lambda pair: (-pair[1], pair[0]))
        without = int((shown & ~self._labelled()).sum())
        return [*pairs, (NONE, without)] if without else pairs

    def _labelled(self) -> NDArray[np.bool_]:
        found = np.zeros(self.articles, np.bool_)
        found[self.owners] = True
        return found
