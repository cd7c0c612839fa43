"""Exact nearest neighbours by similarity and time: plain arrays in, plain arrays out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_BLOCK = 256  # queries at once: bounds the memory of a batch, and changes no answer


class Neighbors(NamedTuple):
    """The best rows of each query, best first.

    Attributes:
        rows: int32 (queries, limit); -1 where a query has fewer.
        scores: float64 (queries, limit); 0 there.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float64]


def decay(
    query_days: NDArray[np.float64], days: NDArray[np.float64], half_life_days: float | None
) -> NDArray[np.float64]:
    """2^(-|days apart| / half-life), elementwise; 1 where either date is NaN or there is no half-life."""
    apart = np.abs(query_days - days)
    if half_life_days is None:
        return np.ones_like(apart)
    return np.exp2(-np.nan_to_num(apart, nan=0.0) / half_life_days)


def nearest(
    queries: csr_array,
    transposed: csr_array,
    *,
    query_days: NDArray[np.float64],
    days: NDArray[np.float64],
    half_life_days: float | None,
    allowed: NDArray[np.bool_],
    own_rows: NDArray[np.int32],
    limit: int,
    min_score: float = 0.0,
) -> Neighbors:
    """The `limit` best candidates of each query, by score = similarity * decay, then by row.

    Candidates must share a term with the query; rows are to be in the order that settles ties. A query's answer does
    not depend on the others: each similarity is summed in the order of the query's own columns.

    Args:
        queries: float32 (queries, terms), sorted columns.
        transposed: the candidates' vectors, float32 (terms, candidates).
        query_days, days: days since any fixed moment, (queries,) and (candidates,); NaN where unknown.
        half_life_days: days apart that halve a score; `None` leaves time out.
        allowed: (candidates,) which rows may be suggested at all.
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
            score = similarity.data[span] * decay(query_days[query], days[candidates], half_life_days)
            kept = (score > 0) & (score >= min_score) & allowed[candidates] & (candidates != own_rows[query])
            best = _best(candidates[kept], score[kept], limit)
            rows[query, : len(best)] = candidates[kept][best]
            scores[query, : len(best)] = score[kept][best]
    return Neighbors(rows, scores)


def _best(rows: NDArray[np.int32], scores: NDArray[np.float64], limit: int) -> NDArray[np.intp]:
    """Positions of the `limit` best by score, then by row; `argpartition` alone would leave ties to chance."""
    contenders = np.arange(len(scores))
    if len(scores) > limit:
        threshold = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        contenders = np.flatnonzero(scores >= threshold)
    order = np.lexsort((rows[contenders], -scores[contenders]))
    return contenders[order[:limit]]
