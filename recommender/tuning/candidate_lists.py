"""The candidates of the lists and their similarities, for comparing settings without searching."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from operator import is_
from typing import Any, Self

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.articles import Article, published_days
from recommender.search import Scoring, ranks_of, similarities
from recommender.settings import Settings
from recommender.tuning.split import CuratedLists

DEPTH = 10
"""Rank cutoff of all measures."""
_PER_RANKING = 50  # candidates that each ranking contributes
_BLOCK = 64  # lists at a time, which bounds memory
_HALF_LIFE_DAYS = 7.0
_DISCOUNTS = 1 / np.log2(np.arange(2, DEPTH + 2))


@dataclass(frozen=True, slots=True)
class CandidateLists:
    """The candidates of each list, padded to one width, in rank order (a stable sort then breaks ties correctly).

    Candidates are the articles that rank high by title, excerpt or both, with or without time decay; links are not
    added. A link that no ranking finds stays a miss, as it would in use.

    Attributes:
        queries: int64 (lists,) the row of each list's article, in order of date.
        rows: int64 (lists, width) the candidates' rows; -1 is padding.
        title, excerpt: float32 (lists, width) similarities in the two fields.
        days_later: float32 (lists, width) days from the query's date to the candidate's; NaN where unknown.
        days: float64 (lists,) the day of each query, rounded down; NaN where unknown.
        linked: bool (lists, width) whether editors linked the candidate.
        of_other_provider: bool (lists, width) whether query and candidate name two different providers.
        ideal_dcg: float64 (lists,) the DCG@10 of a perfect ranking.
        archive_days: float64 (articles,) the dates of all articles, in rank order.
    """

    queries: NDArray[np.int64]
    rows: NDArray[np.int64]
    title: NDArray[np.float32]
    excerpt: NDArray[np.float32]
    days_later: NDArray[np.float32]
    days: NDArray[np.float64]
    linked: NDArray[np.bool_]
    of_other_provider: NDArray[np.bool_]
    ideal_dcg: NDArray[np.float64]
    archive_days: NDArray[np.float64]
    _latest: dict[str, tuple[tuple[object, ...], NDArray[Any]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(
        cls,
        articles: Sequence[Article],
        title: csr_array,
        excerpt: csr_array,
        lists: CuratedLists,
        *,
        older_only: bool = False,
    ) -> Self:
        """Collect the candidates of each list.

        Args:
            articles: in rank order.
            older_only: whether a list can only hold articles published no later than its own, as with links in texts.
            title, excerpt: float32 (articles, terms) the articles' vectors in each field, at most of unit length.
        """
        row_of = {article.id: row for row, article in enumerate(articles)}
        # Rank order is newest first; reversed it is chronological, with undated articles first.
        ids = sorted(lists, key=row_of.__getitem__, reverse=True)
        queries = np.array([row_of[id] for id in ids], np.int64)
        days = published_days(articles)
        visible = np.array([not article.hidden for article in articles])
        found, cosines = _find(queries, title, excerpt, days, visible, older_only=older_only)
        width = max((len(rows) for rows in found), default=0)
        shape = (len(queries), width)
        padded = np.full(shape, -1, np.int64)
        of_title, of_excerpt = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        linked = np.zeros(shape, np.bool_)
        for i, (id, rows, pair) in enumerate(zip(ids, found, cosines, strict=True)):
            padded[i, : len(rows)] = rows
            of_title[i, : len(rows)], of_excerpt[i, : len(rows)] = pair
            linked[i, : len(rows)] = np.isin(rows, [row_of[target] for target in lists[id]])
        numbers = {name: number for number, name in enumerate(dict.fromkeys(one.provider for one in articles))}
        providers = np.array([-1 if one.provider is None else numbers[one.provider] for one in articles], np.int64)
        own = providers[queries][:, None]
        ideal_dcgs = np.append(0, np.cumsum(_DISCOUNTS))
        return cls(
            queries,
            padded,
            of_title,
            of_excerpt,
            (np.append(days, np.nan)[padded] - days[queries][:, None]).astype(np.float32),
            np.floor(days[queries]),
            linked,
            (providers[padded] >= 0) & (own >= 0) & (providers[padded] != own),
            ideal_dcgs[[min(len(lists[id]), DEPTH) for id in ids]],
            days,
        )

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def dated(self) -> bool:
        """Whether the time between any query and candidate is known."""
        return not bool(np.isnan(self.days_later).all())

    def subset(self, lists: NDArray[Any]) -> CandidateLists:
        """The candidates of some lists, selected by index or mask."""
        of_lists = [each.name for each in fields(self) if each.name not in ("archive_days", "_latest")]
        return replace(self, **{name: getattr(self, name)[lists] for name in of_lists})

    def with_vectors(self, *, title: csr_array | None = None, excerpt: csr_array | None = None) -> CandidateLists:
        """The same candidates with cosines recomputed from other vectors, in one field or both."""
        return replace(
            self,
            title=self.title if title is None else similarities(title, self.queries, self.rows),
            excerpt=self.excerpt if excerpt is None else similarities(excerpt, self.queries, self.rows),
        )

    def factors(self, settings: Settings, popularity: NDArray[np.float64]) -> NDArray[np.float64]:
        """The product of each candidate's time, provider and popularity factors, float64 (lists, width)."""
        time = settings.half_life_days, settings.newer_stretch, settings.evergreen, settings.window_days
        hubs = settings.hub_exponent, popularity
        factors = self._once("time", time, lambda: self._time_factors(settings))
        if settings.other_provider != 1:
            factors = factors * np.where(self.of_other_provider, settings.other_provider, 1.0)
        return np.asarray(factors * self._once("hubs", hubs, lambda: popularity[self.rows] ** settings.hub_exponent))

    def _time_factors(self, settings: Settings) -> NDArray[np.float64]:
        days = self._once("days", (), lambda: self.days_later.astype(np.float64))
        if not self._once("all dated", (), lambda: ~np.isnan(self.days_later[self.rows >= 0])).all():
            return Scoring.from_settings(settings, self.archive_days).time_factor(np.zeros(1), days)
        half_life, stretch, evergreen = settings.half_life_days, settings.newer_stretch, settings.evergreen
        if half_life is None:
            return np.ones_like(days)
        fading = self._once(  # most settings that are compared share their powers of 2
            "fading",
            (half_life, stretch),
            lambda: Scoring(half_life, newer_stretch=stretch, undated=1.0).time_factor(np.zeros(1), days),
        )
        factors = (1.0 - evergreen) * fading
        factors += evergreen
        if settings.window_days is not None:
            np.copyto(factors, evergreen, where=np.abs(days) > settings.window_days)
        return factors

    def _once(self, kind: str, of: tuple[object, ...], compute: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Cache of size one per kind, keyed by object identity: settings compared in a row differ little."""
        latest = self._latest.get(kind)
        if latest is None or not all(map(is_, latest[0], of)):
            latest = self._latest[kind] = of, compute()
        return latest[1]

    def scores(self, settings: Settings, popularity: NDArray[np.float64]) -> NDArray[np.float64]:
        """The candidates' scores, float64 (lists, width); at most 0 for padding."""
        scores = self.factors(settings, popularity)
        scores *= self._once("similarity", (settings.title_weight,), lambda: self._similarities(settings.title_weight))
        return scores

    def _similarities(self, title_weight: float) -> NDArray[np.float32]:
        similarities = title_weight * self.title + (1 - title_weight) * self.excerpt
        return np.where(self.rows >= 0, similarities, np.float32(-1))

    def ndcg(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """nDCG@10 of each list when its candidates are ranked by `scores`, float64 (lists,)."""
        lists, positions = self._once("links", (), lambda: np.stack(np.nonzero(self.linked)))
        gains = np.append(_DISCOUNTS, 0.0)[ranks_of(scores, lists, positions, depth=DEPTH)]
        return np.bincount(lists, gains, minlength=len(self)) / self.ideal_dcg


def _find(
    queries: NDArray[np.int64],
    title: csr_array,
    excerpt: csr_array,
    days: NDArray[np.float64],
    visible: NDArray[np.bool_],
    *,
    older_only: bool,
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float32]]]:
    """Find the candidate rows of each query, ascending, and their cosines, float32 (2, rows)."""
    scoring = Scoring(_HALF_LIFE_DAYS)
    fields, transposed = (title, excerpt), (csr_array(title.T), csr_array(excerpt.T))

    def find(block: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        found = []
        factors = scoring.time_factor(days[block][:, None], days)
        for i, query in enumerate(block):
            pair = np.stack([_products(field, other, query) for field, other in zip(fields, transposed, strict=True)])
            pair[:, ~visible] = 0
            pair[:, query] = 0
            if older_only:
                pair[:, ~(days <= days[query])] = 0
            decayed = pair * factors[i]
            rankings = (*pair, pair.mean(axis=0), *decayed, decayed.mean(axis=0))
            rows = np.unique(np.concatenate([_top(scores, _PER_RANKING) for scores in rankings]))
            found.append((rows, pair[:, rows].astype(np.float32)))
        return found

    blocks = [queries[start : start + _BLOCK] for start in range(0, len(queries), _BLOCK)]
    workers = cpu_count() if len(blocks) > 1 else 1
    found = list(chain.from_iterable(Parallel(n_jobs=workers, prefer="threads")(map(delayed(find), blocks))))
    return [rows for rows, _ in found], [cosines for _, cosines in found]


def _products(vectors: csr_array, transposed: csr_array, row: np.int64) -> NDArray[np.float32]:
    """The dot products of a row with all rows, float32 (articles,)."""
    terms = slice(vectors.indptr[row], vectors.indptr[row + 1])
    return np.asarray(transposed[vectors.indices[terms]].T @ vectors.data[terms])


def _top(scores: NDArray[Any], count: int) -> NDArray[np.int64]:
    """The rows of the highest scores above 0; of equal scores, the first rows, as `argpartition` does not promise."""
    if len(scores) <= count:
        return np.flatnonzero(scores > 0)
    lowest = np.partition(scores, -count)[-count]
    higher, equal = np.flatnonzero(scores > lowest), np.flatnonzero(scores == lowest)
    rows = np.append(higher, equal[: count - len(higher)])
    return rows[scores[rows] > 0]
