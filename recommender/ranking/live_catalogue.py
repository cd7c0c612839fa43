"""Two sets of articles as one: those of a trained model, and the live ones that came since; some rows are masked.

Live rows follow the model's, so a row alone settles no tie here. Instead each article has a sort position: 2r + 1 for
the model's row r, and for a live one twice the number of the model's articles before it in rank order.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from recommender.articles import Article, rank_key
from recommender.catalogue import HIDDEN, Catalogue, Schedule, StringIndex
from recommender.search import Decay, Index, Neighbors, TopLists


class LiveStringIndex:
    """Which row each key has, the keys of what came since first."""

    def __init__(self, base: StringIndex, live: StringIndex, *, start: int, masked: frozenset[int]) -> None:
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
        """The keys next to where this one would stand, `count` at most of each set."""
        names = [name for name in self._base.near(key, count) if self._base.row(name) not in self._masked]
        return [*self._live.near(key, count), *names]


class LiveCatalogue(Sequence[Article]):
    """Articles by row; a row that is withdrawn or replaced stays, but nothing leads to it."""

    def __init__(
        self, base: Catalogue, live: Catalogue, *, masked: frozenset[int], sort_positions: Sequence[int]
    ) -> None:
        start = len(base)
        self._base = base
        self._live = live
        self._masked = masked
        self._sort_positions = sort_positions
        self.names = LiveStringIndex(base.names, live.names, start=start, masked=masked)
        self.urls = LiveStringIndex(base.urls, live.urls, start=start, masked=masked)
        self.days = np.concatenate((base.days, live.days))
        self.flags = np.concatenate((base.flags, live.flags))
        self.flags[list(masked)] |= HIDDEN

    def __len__(self) -> int:
        return len(self._base) + len(self._live)

    @overload
    def __getitem__(self, row: int) -> Article: ...
    @overload
    def __getitem__(self, row: slice) -> list[Article]: ...
    def __getitem__(self, row: int | slice) -> Article | list[Article]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        row %= len(self)
        return self._base[row] if row < len(self._base) else self._live[row - len(self._base)]

    def __iter__(self) -> Iterator[Article]:
        """The articles that can be looked up, in rank order."""
        return (self[row] for row in self.rows.tolist())

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The rows of all that can be looked up, in rank order."""
        start = len(self._base)
        stays = np.ones(start, np.bool_)
        stays[list(self._masked)] = False
        before = np.append(0, stays.cumsum())[np.asarray(self._sort_positions, np.int64) // 2]
        return np.insert(np.flatnonzero(stays), before, np.arange(start, len(self)))

    def entry_json(self, row: int) -> bytes:
        """An article's entry as it leaves, JSON in UTF-8."""
        start = len(self._base)
        return self._base.entry_json(row) if row < start else self._live.entry_json(row - start)

    def id(self, row: int) -> str:
        """An article's ID, without the rest of the article."""
        start = len(self._base)
        return self._base.id(row) if row < start else self._live.id(row - start)

    @cached_property
    def schedule(self) -> Schedule:
        """The articles that are public only from or until some moment."""
        return self._base.schedule.joined(self._live.schedule, start=len(self._base))

    def language(self, row: int) -> str | None:
        """The language that an article declares."""
        start = len(self._base)
        return self._base.language(row) if row < start else self._live.language(row - start)

    def curated(self, row: int) -> tuple[str, ...]:
        """The IDs that an article's editors linked, in their order; of what came since, none is known."""
        return self._base.curated(row) if row < len(self._base) else ()

    def search_titles(self, text: str, *, limit: int, allowed: NDArray[np.bool_]) -> list[int]:
        """The newest rows, `limit` at most, of those `allowed` whose title holds every word of a text."""
        start = len(self._base)
        found = self._base.search_titles(text, limit=limit, allowed=allowed[:start])
        found += [start + row for row in self._live.search_titles(text, limit=limit, allowed=allowed[start:])]
        return sorted(found, key=lambda row: rank_key(self[row]))[:limit]

    @cached_property
    def providers(self) -> NDArray[np.int32]:
        """Each article's provider as a number, int32 (articles,); -1 for none."""
        found, numbers = self._base.provider_numbers[0], dict(self._base.provider_numbers[1])
        keys = [self._live.provider(row) for row in range(len(self._live))]
        more = [numbers.setdefault(key, len(numbers)) if key else -1 for key in keys]
        return np.concatenate((found, np.array(more, np.int32)))


class LiveIndex:
    """Articles as candidates.

    Attributes:
        days, weights: as an `Index` has them, of both.
    """

    def __init__(self, base: Index, live: Index, *, sort_positions: Sequence[int]) -> None:
        self._base = base
        self._live = live
        self._sort_positions = sort_positions
        self.days = np.concatenate((base.days, live.days))
        self.weights = np.concatenate((base.weights, live.weights))

    @property
    def vectors(self) -> csr_array:
        """The articles' vectors, float32 (articles, terms)."""
        return csr_array(vstack((self._base.vectors, self._live.vectors), format="csr"))

    def vectors_of(self, rows: Sequence[int]) -> csr_array:
        """The vectors of some articles, float32 (rows, terms)."""
        start = len(self._base.days)
        inside = [row for row in rows if row < start]
        if len(inside) == len(rows):
            return self._base.vectors_of(rows)
        beyond = [row - start for row in rows if row >= start]
        if not inside:
            return self._live.vectors_of(beyond)
        both = csr_array(vstack((self._base.vectors_of(inside), self._live.vectors_of(beyond)), format="csr"))
        back, ahead = iter(range(len(inside))), iter(range(len(inside), len(rows)))
        return csr_array(both[[next(back if row < start else ahead) for row in rows]])

    def nearest(
        self,
        queries: csr_array,
        *,
        query_days: NDArray[np.float64],
        decay: Decay,
        limit: int,
        min_score: float = 0.0,
        excluded: NDArray[np.int32] | None = None,
        allowed: NDArray[np.bool_] | None = None,
        since: NDArray[np.float64] | None = None,
        workers: int | None = None,
    ) -> Neighbors:
        """What `Index.nearest` would find, were all articles in one index."""
        start = len(self._base.days)
        if excluded is None:
            excluded = np.empty((queries.shape[0], 0), np.int32)

        def found_in(part: Index, first: int) -> Neighbors:
            rows = excluded - first
            return part.nearest(
                queries,
                query_days=query_days,
                decay=decay,
                limit=limit,
                min_score=min_score,
                excluded=np.where((rows >= 0) & (rows < len(part.days)), rows, -1).astype(np.int32),
                allowed=None if allowed is None else allowed[first : first + len(part.days)],
                since=since,
                workers=workers,
            )

        base, live = found_in(self._base, 0), found_in(self._live, start)
        found = Neighbors(np.full((queries.shape[0], limit), -1, np.int32), np.zeros((queries.shape[0], limit)))
        for query in range(queries.shape[0]):
            old = [(-s, 2 * row + 1, row) for row, s in _pairs(base, query)]
            new = [(-s, self._sort_positions[row], start + row) for row, s in _pairs(live, query)]
            for rank, (negative, _, row) in enumerate(islice(heapq.merge(old, new), limit)):
                found.rows[query, rank], found.scores[query, rank] = row, -negative
        return found


def _pairs(found: Neighbors, query: int) -> list[tuple[int, float]]:
    rows, scores = found.rows[query].tolist(), found.scores[query].tolist()
    return [(row, score) for row, score in zip(rows, scores, strict=True) if row >= 0]


class LiveTopLists:
    """The precomputed lists of a model's articles, with what came since put in and what is withdrawn left out."""

    def __init__(
        self,
        base: TopLists,
        *,
        masked: frozenset[int],
        owners: NDArray[np.int32],
        scores: NDArray[np.float64],
        candidates: NDArray[np.int64],
        sort_positions: Sequence[int],
    ) -> None:
        """Take what `entered` found.

        Args:
            owners, scores, candidates: (pairs,) for each article of the model, ascending, which of those that came
                since enter its list (by number, from 0), and with which score.
            sort_positions: of those that came since, by number.
        """
        self._base = base
        self._masked = masked
        self._owners = owners
        self._scores = scores
        self._candidates = candidates
        self._sort_positions = sort_positions

    def best(
        self, row: int, limit: int, *, min_score: float = 0.0, keeps: Callable[[int], bool] | None = None
    ) -> list[tuple[int, float]] | None:
        """What `TopLists.best` would give; `None` where the list runs short, or for what came since."""
        count, width = self._base.rows.shape
        if row >= count:
            return None
        first = bisect_left(self._owners, row)
        last = bisect_left(self._owners, row + 1, lo=first)
        if first == last and not self._masked:
            return self._base.best(row, limit, min_score=min_score, keeps=keeps)
        rows, scores = self._base.rows[row].tolist(), self._base.scores[row].tolist()
        ranked = [(-score, 2 * other + 1, other) for other, score in zip(rows, scores, strict=True) if other >= 0]
        # Behind the end of a full list there may be others that nobody has looked at.
        end = ranked[-1] if len(ranked) == width else (np.inf, 0, 0)
        ranked += [
            (-score, self._sort_positions[number], count + number)
            for number, score in zip(
                self._candidates[first:last].tolist(), self._scores[first:last].tolist(), strict=True
            )
        ]
        found: list[tuple[int, float]] = []
        for pair in sorted(ranked):
            if len(found) == limit or pair > end:
                break
            if -pair[0] < min_score:
                return found
            if pair[2] not in self._masked and (keeps is None or keeps(pair[2])):
                found.append((pair[2], -pair[0]))
        return found if len(found) == limit or len(ranked) - (last - first) < width else None
