"""Ready lists: the best of every article, found once in batch, so that a look-up need not search."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from recommender.search.decay import Decay
from recommender.search.index import Index

WIDTH = 50
_STRETCH = 1 << 16  # rows that lists are extended by at a time
_ROUNDING = 2.0**-20  # more than any sum of float32 can be wrong by: a bound may be too high, never too low
_MANY = 20_000  # articles, from which on joining them pays for ten seconds of compiling, once a machine


class Archive(Protocol):
    """All articles, in the order of an `Index`, of which a stretch is opened at a time: rows from one until another."""

    def __len__(self) -> int:
        """All of them."""

    def days(self, first: int, last: int, /) -> NDArray[np.float64]:
        """As `Index.days`."""

    def shown(self, first: int, last: int, /) -> NDArray[np.bool_]:
        """Which of them may be in a list at all."""

    def stretch(self, first: int, last: int, /) -> Index:
        """Those from row `first`, where a block begins, until `last`."""


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
            from recommender.search.self_join import all_nearest  # imports numba

            found = all_nearest(index, decay=decay, allowed=shown, limit=width, progress=progress)
        else:
            own = np.arange(count, dtype=np.int32)[:, None]
            found = index.nearest(
                index.vectors, query_days=index.days, excluded=own, allowed=shown, decay=decay, limit=width
            )
        return cls(found.rows, found.scores)

    @classmethod
    def of_rows(cls, archive: Archive, first: int, last: int, *, decay: Decay, width: int = WIDTH) -> Self:
        """The same lists for the articles from row `first`, where a block begins, until `last` alone.

        They are joined with themselves; of those beyond, newer and older ones are searched, a stretch at a time, for
        the lists that time leaves a chance to find better there.
        """
        index = archive.stretch(first, last)
        own = cls.of(index, decay=decay, shown=archive.shown(first, last), width=width)
        own.rows[own.rows >= 0] += first
        similar, count = index.greatest_norm**2 * (1 + _ROUNDING), len(archive)
        undated = decay.half_life_days is None or bool(np.isnan(archive.days(count - 1, count)).any())
        step = max(_STRETCH // index.block, 1) * index.block
        newer = [(max(end - step, 0), end) for end in range(first, 0, -step)]
        older = [(start, min(start + step, count)) for start in range(last, count, step)]
        for beyond in (newer, older):
            for start, end in beyond:
                chances = own._may_gain(index.days, archive.days(start, end), decay, similar=similar)
                hopeful = np.flatnonzero(chances)
                if len(hopeful):
                    others = archive.stretch(start, end)
                    own._take_in(index, hopeful, others, start, decay=decay, shown=archive.shown(start, end))
                elif not undated:
                    break  # what is farther away is even less of use, but for what has no date
        return own

    def _may_gain(
        self, own: NDArray[np.float64], others: NDArray[np.float64], decay: Decay, *, similar: float
    ) -> NDArray[np.bool_]:
        """Which lists time leaves a chance to find better ones among others, going by the days of both."""
        nearest = np.clip(own, others[-1], others[0])
        # What has no date, on either side, does not fade.
        left = decay.factor(own, np.where(np.isnan(others[-1]), own, nearest))
        return np.asarray(similar * left >= self._wanted())

    def _wanted(self) -> NDArray[np.float64]:
        """What each list asks of another article, float64 (articles,)."""
        return np.where(self.rows[:, -1] >= 0, self.scores[:, -1], 0.0)

    def _take_in(
        self,
        index: Index,
        places: NDArray[np.intp],
        others: Index,
        start: int,
        *,
        decay: Decay,
        shown: NDArray[np.bool_],
    ) -> None:
        """Put what some articles of an index find among others, the first of which has the row `start`, into their
        lists.
        """
        found = others.nearest(
            index.vectors_of(places.tolist()),
            query_days=index.days[places],
            allowed=shown,
            decay=decay,
            limit=self.rows.shape[1],
            min_score=self._wanted()[places],
        )
        scores = np.concatenate((self.scores[places], found.scores), axis=1)
        rows = np.concatenate((self.rows[places], np.where(found.rows >= 0, found.rows + start, -1)), axis=1)
        best = np.lexsort((rows, -scores), axis=1)[:, : self.rows.shape[1]]
        self.scores[places] = np.take_along_axis(scores, best, axis=1)
        self.rows[places] = np.take_along_axis(rows, best, axis=1)

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
        if self.rows.min(initial=-1) < -1 or self.rows.max(initial=-1) >= articles:
            raise ValueError("a list names an article that does not exist")
