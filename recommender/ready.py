"""Ready lists: the best of every article, found once in batch, so that a look-up need not search."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from recommender.neighbors import Decay, Index

WIDTH = 50
_MANY = 20_000  # articles, from which on joining them pays for ten seconds of compiling, once a machine


class ReadyLists(NamedTuple):
    """For each article the best others, best first, under the settings it was trained with and no least score.

    Attributes:
        rows: int32 (articles, width); -1 where there are fewer.
        scores: float64 (articles, width).
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]

    @classmethod
    def of(
        cls, index: Index, *, decay: Decay, shown: NDArray[np.bool_], width: int = WIDTH, progress: bool = False
    ) -> Self:
        """Find every article's nearest, on all cores.

        Args:
            shown: bool (articles,) which may be in a list at all.
        """
        count = len(index.days)
        if count >= _MANY:
            from recommender.selfjoin import all_nearest  # imports numba

            found = all_nearest(index, decay=decay, allowed=shown, limit=width, progress=progress)
        else:
            own = np.arange(count, dtype=np.int32)[:, None]
            found = index.nearest(
                index.vectors, query_days=index.days, excluded=own, allowed=shown, decay=decay, limit=width
            )
        return cls(found.rows, found.scores)

    def best(
        self, row: int, limit: int, *, min_score: float = 0.0, keeps: Callable[[int], bool] | None = None
    ) -> list[tuple[int, float]] | None:
        """The first `limit` of an article's list that are to be kept, as rows and scores.

        `None` where the list runs short: there may then be others that it does not hold.
        """
        width = limit if keeps is None else self.rows.shape[1]
        if width > self.rows.shape[1]:
            return None
        found: list[tuple[int, float]] = []
        ended = False
        for other, score in zip(self.rows[row, :width].tolist(), self.scores[row, :width].tolist(), strict=True):
            ended = other < 0 or score < min_score
            if ended or len(found) == limit:
                break
            if keeps is None or keeps(other):
                found.append((other, score))
        return found if ended or len(found) == limit else None

    def check(self, articles: int) -> None:
        """Raise `ValueError` unless every list holds rows of articles."""
        if self.rows.shape != self.scores.shape or self.rows.shape[:1] != (articles,):
            raise ValueError("there is not one list an article")
        if ((self.rows < -1) | (self.rows >= articles)).any():
            raise ValueError("a list names an article that does not exist")
