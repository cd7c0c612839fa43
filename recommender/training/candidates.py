"""Curated lists with the candidates that could be suggested for them: what learning tries its choices on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.articles import Article, days_of
from recommender.search import Decay
from recommender.settings import Settings
from recommender.training.split import Lists

DEPTH = 10
_WIDTH = 50  # candidates that each way of looking adds
_BLOCK = 64  # lists at once: bounds the memory
_HALF_LIFE_DAYS = 7.0
_DISCOUNTS = 1 / np.log2(np.arange(2, DEPTH + 2))


@dataclass(frozen=True, slots=True)
class Pool:
    """Lists and their candidates, padded to one width; candidates in rank order, so that ties need no care.

    A candidate is here because some way of looking finds it (either field or both, with time or without), never
    because it is linked: a link that no way finds stays a miss, as it would in use.

    Attributes:
        queries: int64 (lists,) the rows whose lists these are, in the order of their dates.
        candidates: int64 (lists, width) rows; -1 where a list has fewer.
        title, excerpt: float32 (lists, width) the cosines of the two fields.
        later: float32 (lists, width) days from the query to the candidate; NaN where unknown.
        days: float64 (lists,) the day of each query, whole; NaN where unknown.
        linked: bool (lists, width) whether the editors linked it.
        ideal: float64 (lists,) the DCG@10 of a perfect ranking.
    """

    queries: NDArray[np.int64]
    candidates: NDArray[np.int64]
    title: NDArray[np.float32]
    excerpt: NDArray[np.float32]
    later: NDArray[np.float32]
    days: NDArray[np.float64]
    linked: NDArray[np.bool_]
    ideal: NDArray[np.float64]

    @classmethod
    def of(cls, articles: Sequence[Article], title: csr_array, excerpt: csr_array, lists: Lists) -> Self:
        """Gather the candidates of each list.

        Args:
            articles: in rank order.
            title, excerpt: their vectors in either field, of unit length, float32 (articles, terms).
        """
        row_of = {article.id: row for row, article in enumerate(articles)}
        # Rank order is newest first: backwards it is the order of time, articles without a date leading.
        owners = sorted(lists, key=lambda owner: -row_of[owner])
        queries = np.array([row_of[id] for id in owners], np.int64)
        days = days_of(articles)
        visible = np.array([not article.hidden for article in articles])
        found, cosines = _candidates(queries, title, excerpt, days, visible)
        width = max((len(rows) for rows in found), default=0)
        shape = (len(queries), width)
        candidates = np.full(shape, -1, np.int64)
        of_title, of_excerpt = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        linked = np.zeros(shape, np.bool_)
        for place, (id, rows, pair) in enumerate(zip(owners, found, cosines, strict=True)):
            candidates[place, : len(rows)] = rows
            of_title[place, : len(rows)], of_excerpt[place, : len(rows)] = pair
            linked[place, : len(rows)] = np.isin(rows, [row_of[target] for target in lists[id]])
        ideals = np.append(0, np.cumsum(_DISCOUNTS))
        return cls(
            queries,
            candidates,
            of_title,
            of_excerpt,
            (np.append(days, np.nan)[candidates] - days[queries][:, None]).astype(np.float32),
            np.floor(days[queries]),
            linked,
            ideals[[min(len(lists[id]), DEPTH) for id in owners]],
        )

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def dated(self) -> bool:
        """Whether any candidate is a known time away from its query."""
        return not bool(np.isnan(self.later).all())

    def part(self, places: NDArray[Any]) -> Pool:
        """Some of the lists."""
        return Pool(*(getattr(self, item.name)[places] for item in fields(self)))

    def under(self, *, title: csr_array | None = None, excerpt: csr_array | None = None) -> Pool:
        """The same candidates with the cosines of other vectors, in one field or both."""
        return replace(
            self,
            title=self.title if title is None else self._cosines(title),
            excerpt=self.excerpt if excerpt is None else self._cosines(excerpt),
        )

    def _cosines(self, vectors: csr_array) -> NDArray[np.float32]:
        cosines = np.zeros(self.candidates.shape, np.float32)
        for place, query in enumerate(self.queries):
            rows = self.candidates[place][self.candidates[place] >= 0]
            cosines[place, : len(rows)] = (vectors[rows] @ vectors[[query]].T).toarray()[:, 0]
        return cosines

    def factors(self, settings: Settings, popularity: NDArray[np.float64]) -> NDArray[np.float64]:
        """What time and popularity leave of each candidate's similarity, (lists, width)."""
        time = Decay.of(settings).factor(np.zeros(1), self.later.astype(np.float64))
        return time * popularity[self.candidates] ** settings.hub_exponent

    def scores(self, settings: Settings, popularity: NDArray[np.float64]) -> NDArray[np.float64]:
        """The score of every candidate, (lists, width); -1 where there is none."""
        similarity = settings.title_weight * self.title + (1 - settings.title_weight) * self.excerpt
        return np.where(self.candidates >= 0, similarity * self.factors(settings, popularity), -1.0)

    def ndcg(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """nDCG@10 of each list, (lists,), when its candidates are ranked by `scores`."""
        best = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        gains = np.take_along_axis(self.linked, best, axis=1)
        return np.asarray(gains @ _DISCOUNTS[: best.shape[1]] / self.ideal)


def _candidates(
    queries: NDArray[np.int64],
    title: csr_array,
    excerpt: csr_array,
    days: NDArray[np.float64],
    visible: NDArray[np.bool_],
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float32]]]:
    """The rows that look promising for each query, ascending, and their two cosines, (2, rows)."""
    decay = Decay(_HALF_LIFE_DAYS)
    transposed = csr_array(title.T), csr_array(excerpt.T)
    found, cosines = [], []
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        of_title, of_excerpt = (
            csr_array(field[block] @ other).toarray() for field, other in zip((title, excerpt), transposed, strict=True)
        )
        for place, query in enumerate(block):
            pair = np.stack([of_title[place], of_excerpt[place]])
            pair[:, ~visible] = 0
            pair[:, query] = 0
            faded = pair * decay.factor(days[[query]], days)
            looks = (*pair, pair.mean(axis=0), *faded, faded.mean(axis=0))
            rows = np.unique(np.concatenate([_most(look, _WIDTH) for look in looks]))
            found.append(rows)
            cosines.append(pair[:, rows].astype(np.float32))
    return found, cosines


def _most(values: NDArray[Any], count: int) -> NDArray[np.int64]:
    """The rows of the greatest values, none of them 0."""
    count = min(count, len(values))
    rows = np.argpartition(-values, count - 1)[:count]
    return rows[values[rows] > 0].astype(np.int64)
