"""`ListComparison`: the lists of two recommenders, article by article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.comparison.agreement import Agreement
from recommender.comparison.overlap import DEPTH, rank_biased_overlap
from recommender.comparison.side import Side
from recommender.ranking import Recommender

_SAMPLE = 200  # articles compared if lists are not precomputed: a search takes a millisecond or more
_MOST_CURATED = 1000  # maximum number of curated lists used if all lists are precomputed
_BATCH = 1024  # articles whose lists are made at a time
_SEARCHES = 20  # articles whose lists are searched for at a time
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class ListComparison:
    """The lists of two recommenders for articles that both know and readers may see.

    Attributes:
        shown: the served recommender, to which all rows refer.
        articles: the number of such articles.
        rows: int64 (compared,) the compared ones: all, or a sample.
        before, after: int64 (compared, 10) the entries of their lists, as rows; -1 after the end of a list.
        overlaps: float64 (compared,) see `rank_biased_overlap`.
        agreement: with the curated links; `None` if there are none.
    """

    shown: Recommender
    articles: int
    rows: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    overlaps: NDArray[np.float64]
    agreement: Agreement | None

    @classmethod
    def of(
        cls,
        before: Recommender,
        after: Recommender,
        *,
        shown: Recommender,
        on_progress: Callable[[float], object] | None = None,
    ) -> Self:
        """Compare all lists if both have them precomputed, else those of 200 articles.

        Args:
            shown: the served recommender; articles that it may not name are left out of both lists.
            on_progress: called with the share that is done, from 0 to 1.
        """
        sides = Side(before, shown), Side(after, shown)
        both = np.flatnonzero(sides[0].known & sides[1].known)
        shuffled = np.random.default_rng(_SEED).permutation(both)
        is_whole = all(side.is_precomputed for side in sides)
        rows = both if is_whole else np.sort(shuffled[:_SAMPLE])
        lists = np.full((2, len(rows), DEPTH), -1, np.int64)
        size = _BATCH if is_whole else _SEARCHES
        for start in range(0, len(rows), size):
            if on_progress is not None:
                on_progress(start / len(rows))
            span = slice(start, start + size)
            for side, found in zip(sides, lists, strict=True):
                found[span] = side.lists(rows[span].tolist())
        return cls(
            shown=shown,
            articles=len(both),
            rows=rows,
            before=lists[0],
            after=lists[1],
            overlaps=rank_biased_overlap(*lists),
            agreement=Agreement.of(*sides, shown, shuffled.tolist(), most=_MOST_CURATED if is_whole else _SAMPLE),
        )

    def __len__(self) -> int:
        """The number of articles compared."""
        return len(self.rows)

    @property
    def changed(self) -> NDArray[np.int64]:
        """Positions of the articles whose lists differ, the least overlap first, then in rank order."""
        differ = np.flatnonzero((self.before != self.after).any(axis=1))
        return differ[np.argsort(self.overlaps[differ], kind="stable")]

    @property
    def reordered(self) -> int:
        """The number of lists with the same entries in another order."""
        same = (np.sort(self.before, axis=1) == np.sort(self.after, axis=1)).all(axis=1)
        return int((same & (self.before != self.after).any(axis=1)).sum())

    def article(self, position: int) -> Article:
        """The article at a position."""
        return self.shown.catalogue[int(self.rows[position])]

    def lists(self, position: int) -> tuple[list[Article], list[Article]]:
        """Both lists of the article at a position."""
        catalogue = self.shown.catalogue
        rows = self.before[position].tolist(), self.after[position].tolist()
        before, after = ([catalogue[row] for row in side if row >= 0] for side in rows)
        return before, after
