"""Precomputed top-k lists: every article's nearest, found in one batch, so that look-ups need no search."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from recommender.search.index import Index, Neighbors
from recommender.search.scoring import Scoring
from recommender.search.self_join import all_nearest

_SLICE_ROWS = 1 << 16  # rows by which lists are extended at a time
_ROUNDING = 2.0**-20  # exceeds the relative error of any float32 sum, so an upper bound is never too low
_MIN_ROWS_TO_JOIN = 20_000  # for fewer articles, a self-join is not worth the ten seconds of compiling it once


def list_length(limit: int) -> int:
    """Candidates of a precomputed list: twice the entries that are shown, since rules leave some out; 20 to 64."""
    return min(max(2 * limit, 20), 64)


class SlicedIndex(Protocol):
    """An index that is read in slices, from row `first` until `last`."""

    def __len__(self) -> int:
        """The number of rows."""

    def days(self, first: int, last: int, /) -> NDArray[np.float64]:
        """The dates of some rows, as `Index.days`."""

    def allowed(self, first: int, last: int, /) -> NDArray[np.bool_]:
        """Which rows lists may hold, bool (rows,)."""

    def read(self, first: int, last: int, /) -> Index:
        """The index of some rows, the first of which begins a block."""


class TopLists(NamedTuple):
    """The best candidates of each article, best first, under the model's settings and with no minimum score.

    Attributes:
        rows: int32 (articles, length); -1 where there are fewer.
        scores: float64 (articles, length); 0 there.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]

    @classmethod
    def build(
        cls,
        index: Index,
        *,
        scoring: Scoring,
        allowed: NDArray[np.bool_],
        length: int,
        progress: bool = False,
    ) -> Self:
        """Find every article's nearest, on all cores.

        Args:
            allowed: bool (articles,) the articles that lists may hold.
            length: candidates of each list.
            progress: show a progress bar.
        """
        count = len(index)
        if count >= _MIN_ROWS_TO_JOIN and index.query_data is None:
            found = all_nearest(index, scoring=scoring, allowed=allowed, limit=length, progress=progress)
        else:
            own = np.arange(count, dtype=np.int32)[:, None]
            found = index.nearest(
                index.as_queries.vectors,
                query_days=index.days,
                query_providers=index.providers,
                excluded=own,
                allowed=allowed,
                scoring=scoring,
                limit=length,
            )
        return cls(found.rows, found.scores)

    @classmethod
    def build_slice(cls, index: SlicedIndex, first: int, last: int, *, scoring: Scoring, length: int) -> Self:
        """The same lists, for the articles from row `first`, which begins a block, until `last`.

        The slice is joined with itself. Newer and older rows are then searched slice by slice, for those lists whose
        threshold a candidate there may still reach.
        """
        own = index.read(first, last)
        lists = cls.build(own, scoring=scoring, allowed=index.allowed(first, last), length=length)
        lists.rows[lists.rows >= 0] += first
        max_similarity, count = own.arrays.max_norm**2 * (1 + _ROUNDING), len(index)
        has_undated = scoring.half_life_days is None or bool(np.isnan(index.days(count - 1, count)).any())
        step = max(_SLICE_ROWS // own.arrays.block_size, 1) * own.arrays.block_size
        newer = [(max(end - step, 0), end) for end in range(first, 0, -step)]
        older = [(start, min(start + step, count)) for start in range(last, count, step)]
        for outwards in (newer, older):
            for start, end in outwards:
                bounds = max_similarity * _max_time_factors(own.days, index.days(start, end), scoring)
                positions = np.flatnonzero(bounds >= lists.thresholds())
                if len(positions):
                    others = index.read(start, end)
                    lists._merge(own, positions, others, start, scoring=scoring, allowed=index.allowed(start, end))
                elif not has_undated:
                    break  # rows farther away score even less, unless they are undated
        return lists

    def thresholds(self) -> NDArray[np.float64]:
        """The score that another candidate needs to enter each list, float64 (articles,); 0 if the list is not full."""
        return np.where(self.rows[:, -1] >= 0, self.scores[:, -1], 0.0)

    def _merge(
        self,
        index: Index,
        positions: NDArray[np.intp],
        others: Index,
        start: int,
        *,
        scoring: Scoring,
        allowed: NDArray[np.bool_],
    ) -> None:
        """Merge what a search of another index, whose first row is `start`, finds for articles into their lists."""
        length = self.rows.shape[1]
        found = others.nearest(
            index.as_queries.vectors_of(positions.tolist()),
            query_days=index.days[positions],
            query_providers=index.providers[positions],
            allowed=allowed,
            scoring=scoring,
            limit=length,
            min_score=self.thresholds()[positions],
        )
        rows = np.where(found.rows >= 0, found.rows + start, -1).astype(np.int32)
        merged = Neighbors(self.rows[positions], self.scores[positions]).merge(found._replace(rows=rows))
        self.rows[positions], self.scores[positions] = merged.rows, merged.scores

    def admission_scores(self, limits: NDArray[np.int64], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The score that another candidate needs to be among the first of each list, float64 (articles,).

        It is 0 if the list holds too few allowed candidates.

        Args:
            limits: int64 (articles,) how many candidates of each list count as the first.
            allowed: bool (candidates,) the candidates that count.
        """
        held = np.append(allowed, False)[self.rows]  # row -1 is not allowed
        positions = limits - 1
        gaps = np.flatnonzero(~held.all(axis=1) | (limits > self.rows.shape[1]))
        reached = held[gaps].cumsum(axis=1) >= limits[gaps, None]
        positions[gaps] = np.where(reached[:, -1], reached.argmax(axis=1), -1)
        return np.where(positions < 0, 0.0, np.take_along_axis(self.scores, positions[:, None], axis=1)[:, 0])

    def best(
        self,
        row: int,
        limit: int,
        *,
        days: NDArray[np.float64],
        min_score: float = 0.0,
        excluded: Collection[int] = (),
        allowed: NDArray[np.bool_],
        since: float = np.nan,
    ) -> list[tuple[int, float]] | None:
        """The first `limit` candidates of a list, as rows and scores, equal to the answer of `Index.nearest`.

        Args:
            days: float64 (articles,) their dates.
            excluded, allowed, since: as for `Index.nearest`, for one query.

        Returns:
            `None` if the list is too short: there may be further candidates that it does not hold.
        """
        timeless = np.isnan(since)
        found: list[tuple[int, float]] = []
        views = self.rows[row].data, self.scores[row].data  # most of their items are not needed
        for other, score in zip(*views, strict=True):
            if other < 0 or score < min_score or len(found) == limit:
                return found
            if allowed[other] and other not in excluded and (timeless or days[other] >= since):
                found.append((other, score))
        return found if len(found) == limit else None

    def check(self, articles: int) -> None:
        """Check that every list holds rows of articles.

        Raises:
            ValueError: one does not, or the number of lists differs from the number of articles.
        """
        if self.rows.shape != self.scores.shape or self.rows.shape[:1] != (articles,):
            raise ValueError("the numbers of lists and articles differ")
        if self.rows.min(initial=-1) < -1 or self.rows.max(initial=-1) >= articles:
            raise ValueError("a list names an article that does not exist")


def _max_time_factors(
    query_days: NDArray[np.float64], days: NDArray[np.float64], scoring: Scoring
) -> NDArray[np.float64]:
    """Upper bound on the time factor of candidates of some `days`, descending, for each query, float64 (queries,)."""
    dated = days[~np.isnan(days)]
    nearest = np.clip(query_days, dated[-1], dated[0]) if len(dated) else days[:1]
    bounds = scoring.time_factor(query_days, nearest)
    return bounds if len(dated) == len(days) else np.maximum(bounds, scoring.time_factor(query_days, days[-1:]))
