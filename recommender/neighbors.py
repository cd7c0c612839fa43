"""Exact nearest neighbours by similarity and time: plain arrays in, plain arrays out.

A score is similarity * time factor * the candidate's own weight. Similarity and weight are at most 1 and the time
factor falls with the distance in time, so no candidate farther away than some distance can beat a score that is
already found: `nearest_in_window` looks only as far as that, and finds what `nearest` finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.settings import Settings

_BLOCK = 256  # queries at once: bounds the memory of a batch, and changes no answer
_FIRST_WINDOW = 3.0  # half-lives; most lists are settled within four
_HUB_NEIGHBORS = 20
_HUB_PERCENTILE = 10
_ROUNDING = 1 + 1e-5  # float32 cosines may come out a little over 1


@dataclass(frozen=True, slots=True)
class Decay:
    """How time fades a score: 2^(-|days apart| / half-life).

    Towards newer candidates the half-life is `newer_stretch` times as long, and older ones have a weight, 0 to 1.
    Where a date is unknown (NaN) time counts for nothing, and the factor is 1.
    """

    half_life_days: float | None
    newer_stretch: float = 1.0
    older_weight: float = 1.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """How time fades a score under some settings."""
        return cls(settings.half_life_days, newer_stretch=settings.newer_stretch, older_weight=settings.older_weight)

    def factor(self, query_days: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
        """The factor, 0 to 1, of candidates of some `days` for queries of others, broadcast, float64."""
        later = np.asarray(days - query_days)
        if self.half_life_days is None:
            return np.ones_like(later)
        half_life = np.where(later > 0, self.half_life_days * self.newer_stretch, self.half_life_days)
        fading = np.exp2(-np.abs(later) / half_life) * np.where(later < 0, self.older_weight, 1.0)
        return np.where(np.isnan(later), 1.0, fading)

    def bound(self, days_apart: float) -> float:
        """The most that any candidate at least so far away can score."""
        if self.half_life_days is None:
            return 1.0
        return float(np.exp2(-days_apart / (self.half_life_days * max(self.newer_stretch, 1.0))))


class Neighbors(NamedTuple):
    """The best rows of each query, best first.

    Attributes:
        rows: int32 (queries, limit); -1 where a query has fewer.
        scores: float64 (queries, limit); 0 there.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]


def nearest(
    queries: csr_array,
    transposed: csr_array,
    *,
    query_days: NDArray[np.float64],
    days: NDArray[np.float64],
    weights: NDArray[np.float64],
    own_rows: NDArray[np.int32],
    decay: Decay,
    limit: int,
    min_score: float = 0.0,
) -> Neighbors:
    """The `limit` best candidates of each query, by score, then by row.

    Candidates must share a term with the query; rows are to be in the order that settles ties. A query's answer does
    not depend on the others: each similarity is summed in the order of the query's own columns.

    Args:
        queries: float32 (queries, terms), sorted columns.
        transposed: the candidates' vectors, float32 (terms, candidates).
        query_days, days: days since any fixed moment, (queries,) and (candidates,); NaN where unknown.
        weights: float64 (candidates,), 0 to 1; 0 for what must not be suggested.
        own_rows: int32 (queries,) a row that each query must not get, itself; -1 for none.
    """
    count = queries.shape[0]
    rows = np.full((count, limit), -1, np.int32)
    scores = np.zeros((count, limit), np.float64)
    for start in range(0, count, _BLOCK):
        similarity = csr_array(queries[start : start + _BLOCK] @ transposed)
        for offset in range(similarity.shape[0]):
            query = start + offset
            span = slice(similarity.indptr[offset], similarity.indptr[offset + 1])
            candidates = similarity.indices[span]
            score = similarity.data[span] * (decay.factor(query_days[query], days[candidates]) * weights[candidates])
            kept = (score > 0) & (score >= min_score) & (candidates != own_rows[query])
            best = _best(candidates[kept], score[kept], limit)
            rows[query, : len(best)] = candidates[kept][best]
            scores[query, : len(best)] = score[kept][best]
    return Neighbors(rows, scores)


def nearest_in_window(
    queries: csr_array,
    vectors: csr_array,
    *,
    query_days: NDArray[np.float64],
    days: NDArray[np.float64],
    weights: NDArray[np.float64],
    own_rows: NDArray[np.int32],
    decay: Decay,
    limit: int,
    min_score: float = 0.0,
) -> Neighbors:
    """What `nearest` gives, for many queries, without looking at the whole archive.

    `vectors` are the candidates, float32 (candidates, terms), the newest first and those without a date last.
    """
    count = queries.shape[0]
    found = Neighbors(np.full((count, limit), -1, np.int32), np.zeros((count, limit), np.float64))
    dated = int(np.count_nonzero(~np.isnan(days)))
    ages = -days[:dated]  # ascending

    def search(positions: NDArray[np.int64], reach: float) -> None:
        asked = query_days[positions]
        first, last = 0, dated
        if not np.isnan(asked).any():
            first = int(np.searchsorted(ages, -(asked.max() + reach), side="left"))
            last = int(np.searchsorted(ages, -(asked.min() - reach), side="right"))
        window = np.r_[first:last, dated : len(days)]
        own = own_rows[positions]
        own_in_window = np.searchsorted(window, own) if len(window) else np.zeros(len(own), np.int64)
        own_in_window[(own < 0) | ~np.isin(own, window)] = -1
        block = nearest(
            csr_array(queries[positions]),
            csr_array(vectors[window].T),
            query_days=asked,
            days=days[window],
            weights=weights[window],
            own_rows=own_in_window.astype(np.int32),
            decay=decay,
            limit=limit,
            min_score=min_score,
        )
        rows = np.where(block.rows >= 0, np.append(window, -1)[block.rows], -1)
        found.rows[positions], found.scores[positions] = rows, block.scores
        if last - first < dated:
            bound = decay.bound(reach) * _ROUNDING
            unsettled = positions[(block.scores[:, -1] <= bound) & (bound >= min_score)]
            if len(unsettled):
                search(unsettled, reach * 2)

    order = np.argsort(query_days, kind="stable")
    for start in range(0, count, _BLOCK):
        half_life = decay.half_life_days
        search(order[start : start + _BLOCK], np.inf if half_life is None else half_life * _FIRST_WINDOW)
    return found


def hub_weights(vectors: csr_array, days: NDArray[np.float64], *, decay: Decay, exponent: float) -> NDArray[np.float64]:
    """The weight that takes each article's popularity back: (least popularity / its own)^exponent, float64, 0 to 1.

    An article's popularity is its mean score to its twenty nearest; the least is that of the tenth percentile, below
    which all weigh 1. Hubs, which are near to everything, would else crowd into every list (Radovanović et al., 2010).
    """
    count = vectors.shape[0]
    if exponent == 0:
        return np.ones(count)
    found = nearest_in_window(
        vectors,
        vectors,
        query_days=days,
        days=days,
        weights=np.ones(count),
        own_rows=np.arange(count, dtype=np.int32),
        decay=decay,
        limit=_HUB_NEIGHBORS,
    )
    popularity = found.scores.mean(axis=1)
    if not popularity.any():
        return np.ones(count)
    least = np.percentile(popularity[popularity > 0], _HUB_PERCENTILE)
    return np.asarray((least / np.maximum(popularity, least)) ** exponent)


def _best(rows: NDArray[np.int32], scores: NDArray[np.float64], limit: int) -> NDArray[np.intp]:
    """Positions of the `limit` best by score, then by row; `argpartition` alone would leave ties to chance."""
    contenders = np.arange(len(scores))
    if len(scores) > limit:
        threshold = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        contenders = np.flatnonzero(scores >= threshold)
    order = np.lexsort((rows[contenders], -scores[contenders]))
    return contenders[order[:limit]]
