"""Pairs of a list's article and a candidate: their similarities, and the candidates' ranks."""

from __future__ import annotations

from math import isqrt

import numpy as np
import scipy
from numpy.typing import NDArray

from recommender.search import brute_force
from recommender.search.arrays import read_only, zeroed_scratch


def ranks_of(
    scores: NDArray[np.float64], lists: NDArray[np.int64], positions: NDArray[np.int64], *, depth: int
) -> NDArray[np.int64]:
    """The rank of some candidates in their lists, from 0, int64 (candidates,); at most `depth`.

    Args:
        scores: float64 (lists, width) of all candidates; of equal ones the first ranks first.
        lists, positions: int64 (candidates,) where each one's score is.
    """
    if brute_force.is_small(isqrt(scores.size)):
        own, order = scores[lists, positions][:, None], np.arange(scores.shape[1])
        is_before = (scores[lists] > own) | ((scores[lists] == own) & (order < positions[:, None]))
        return np.asarray(np.minimum(np.count_nonzero(is_before, axis=1), depth), np.int64)
    from recommender.search.kernels import ranks_of as compiled_ranks

    return np.asarray(compiled_ranks(read_only(scores), read_only(lists), read_only(positions), depth))


def similarities(
    vectors: scipy.sparse.csr_array, queries: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The dot products of pairs of rows of float32 vectors, float32 (queries, width).

    Args:
        queries: int64 (queries,) a row for each query.
        rows: int64 (queries, width) the rows that each query is compared with; -1 for none (dot product 0).
    """
    from recommender.search.kernels import similarities as dot_products

    found = np.empty(rows.shape, np.float32)
    dot_products(
        read_only(np.asarray(vectors.indptr, np.int64)),
        read_only(np.asarray(vectors.indices, np.int32)),
        read_only(np.asarray(vectors.data, np.float32)),
        read_only(queries),
        read_only(rows),
        zeroed_scratch(vectors.shape[1]),
        found,
    )
    return found
