"""Brute-force search for small indexes, in numpy: the same bits as the kernels, with nothing to compile.

Products of two float32 are exact in float64, and scipy sums them in the order of the columns, as the kernels do.
"""

from __future__ import annotations

import heapq
import math
import sys
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays, ScoringParameters

MAX_ROWS = 512
"""Articles up to which brute force takes a fraction of the seconds of a first compilation."""

_KERNELS = "recommender.search.kernels"


def is_small(rows: int) -> bool:
    """Whether this many rows are compared by brute force; kernels that are loaded already are faster."""
    return rows <= MAX_ROWS and _KERNELS not in sys.modules


def time_factors(days_later: NDArray[np.float64], scoring: ScoringParameters) -> NDArray[np.float64]:
    """The time factor of each pair, float64, in the shape of the days; see `kernels/scoring.py`."""
    days = np.abs(days_later)
    half_lives = np.where(days_later > 0, scoring.newer_half_life, scoring.half_life)
    with np.errstate(invalid="ignore"):
        exponents = (-days / half_lives).ravel().tolist()
    fading = np.fromiter(map(math.exp2, exponents), np.float64, days.size).reshape(days.shape)  # numpy's bits differ
    factors = np.asarray(scoring.evergreen + (1.0 - scoring.evergreen) * fading)
    factors[days > scoring.window] = scoring.evergreen
    factors[days == 0] = 1.0
    factors[np.isnan(days)] = scoring.undated
    return factors


def provider_factors(
    providers: NDArray[np.int32], others: NDArray[np.int32], scoring: ScoringParameters
) -> NDArray[np.float64]:
    """The provider factor of each pair, float64; see `kernels/scoring.py`."""
    differ = (providers >= 0) & (others >= 0) & (providers != others)
    return np.where(differ, scoring.other_provider, 1.0)


def scores(
    similarities: NDArray[np.float64],
    factors: NDArray[np.float64],
    weights: NDArray[np.float64] | float,
    of_providers: NDArray[np.float64] | float,
    scoring: ScoringParameters,
) -> NDArray[np.float64]:
    """The score of each pair, float64, multiplied in the order of `kernels/scoring.py`."""
    return np.where(similarities < scoring.min_similarity, 0.0, similarities * (factors * weights * of_providers))


def invert_block(index: IndexArrays, block: int) -> float:
    """Write a block's posting offsets, postings and head norms; returns the greatest norm of its vectors."""
    levels = len(index.head_norms)
    first, last = block * index.block_size, min((block + 1) * index.block_size, len(index.days))
    vectors = _vectors(index, first, last)
    by_term = vectors.tocsc()
    scaled = np.minimum(np.ceil(by_term.data.astype(np.float64) * index.value_scale), 65535.0)
    index.posting_offsets[block] = by_term.indptr
    rows = by_term.indices.astype(np.uint32) << np.uint32(16)
    index.postings[index.indptr[first] : index.indptr[last]] = rows | scaled.astype(np.uint32)
    cells = np.repeat(np.arange(last - first), np.diff(vectors.indptr)) * (levels + 1)
    squares = np.bincount(
        cells + index.term_levels[vectors.indices],
        weights=np.square(vectors.data, dtype=np.float64),
        minlength=(last - first) * (levels + 1),
    )
    norms = np.sqrt(squares.reshape(-1, levels + 1).cumsum(axis=1))
    index.head_norms[:, first:last] = norms[:, :-1].T
    return float(norms[:, -1].max(initial=0.0))


def nearest(
    index: IndexArrays,
    queries: scipy.sparse.csr_array,
    *,
    days: NDArray[np.float64],
    providers: NDArray[np.int32],
    ends: NDArray[np.int64],
    excluded: NDArray[np.int32],
    allowed: NDArray[np.bool_],
    scoring: ScoringParameters,
    min_scores: NDArray[np.float64],
    limit: int,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The rows and scores that `kernels.search` finds, int32 and float64 (queries, limit).

    Args:
        days, providers, ends, min_scores: (queries,) their dates and providers, the rows from which on candidates are
            left out, and the lowest scores.
        excluded: int32 (queries, any) rows that are left out for a query.
        allowed: bool (articles,) the rows that may be returned; empty for all.
    """
    articles = len(index.days)
    found = scores(
        _dot_products(queries, _vectors(index, 0, articles), np.float64),
        time_factors(index.days - days[:, None], scoring),
        index.weights,
        provider_factors(providers[:, None], index.providers, scoring),
        scoring,
    )
    eligible = (found > 0) & (found >= min_scores[:, None]) & (np.arange(articles) < ends[:, None])
    if len(allowed):
        eligible &= allowed
    query, column = np.nonzero((excluded >= 0) & (excluded < articles))
    eligible[query, excluded[query, column]] = False
    found[~eligible] = 0.0
    rows = np.argsort(-found, axis=1, kind="stable")[:, :limit].astype(np.int32)
    best = np.take_along_axis(found, rows, axis=1)
    rows[best == 0] = -1
    missing = ((0, 0), (0, limit - rows.shape[1]))
    return np.pad(rows, missing, constant_values=-1), np.pad(best, missing)


def mean_scores(index: IndexArrays, *, neighbors: int, scoring: ScoringParameters) -> NDArray[np.float64]:
    """The mean exact score of each article to its nearest, float64 (articles,), selected as by the kernels."""
    count = len(index.days)
    vectors = _vectors(index, 0, count)
    factors = time_factors(index.days - index.days[:, None], scoring)
    sums = _dot_products(vectors, vectors, np.float32)  # float32, as the kernels select the nearest
    approximate = scores(sums, factors, 1.0, 1.0, scoring)
    exact = scores(_dot_products(vectors, vectors, np.float64), factors, 1.0, 1.0, scoring)
    means = np.zeros(count)
    for row in range(count):
        threshold, heap = 0.0, list[tuple[float, int]]()
        for other, of_other in enumerate(approximate[row].tolist()):
            if of_other > threshold and other != row:
                (heapq.heappush if len(heap) < neighbors else heapq.heappushpop)(heap, (of_other, -other))
                threshold = float(np.float32(heap[0][0])) if len(heap) == neighbors else 0.0
        total = 0.0
        for _, other in sorted(heap, reverse=True):
            total += float(exact[row, -other])
        means[row] = total / neighbors
    return means


def _vectors(index: IndexArrays, first: int, last: int) -> scipy.sparse.csr_array:
    start, end = index.indptr[first], index.indptr[last]
    parts = index.data[start:end], index.indices[start:end], (index.indptr[first : last + 1] - start).astype(np.int32)
    return scipy.sparse.csr_array(parts, shape=(last - first, len(index.term_levels)))


def _dot_products(
    queries: scipy.sparse.csr_array, vectors: scipy.sparse.csr_array, dtype: type[np.floating[Any]]
) -> NDArray[np.float64]:
    """All dot products, float64 (queries, vectors), summed in the given dtype in the order of the columns."""
    return np.asarray((queries.astype(dtype) @ vectors.astype(dtype).T).toarray(), np.float64)
