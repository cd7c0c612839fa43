"""Each article's nearest neighbours in rank order: a self-join within a band of rows.

Float32 sums select the nearest; their scores are then computed exactly, as in any search.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays, ScoringParameters
from recommender.search.kernels.compiled import Int, compiled, kernel
from recommender.search.kernels.heap import push, sort
from recommender.search.kernels.postings import dot
from recommender.search.kernels.scoring import (
    TIME_CHUNK,
    max_factor_of_candidates,
    score,
)

BandHeaps: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]
"""Heaps of scores and of rows, both (articles, limit), their sizes and, once they are full, their thresholds."""


@kernel
def mean_score(
    index: IndexArrays,
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    day: float,
    excluded: NDArray[np.int32],
    first: int,
    last: int,
    scoring: ScoringParameters,
    limit: int,
    dense_query: NDArray[np.float32],
) -> float:
    """The mean score of a query to its `limit` nearest among some rows, with all weights taken as 1.

    Args:
        columns, values: (values,) the query's vector.
        excluded: int32 (any,) rows that do not count as neighbours.
        first, last: the range of rows, `last` excluded.
        dense_query: float32 (terms,) scratch space, all zero before and after.
    """
    scores, rows = np.zeros(limit), np.full(limit, -1, np.int32)
    size: Int = np.int64(0)
    products = np.empty(len(index.term_levels))
    for i in range(len(columns)):
        dense_query[columns[i]] = values[i]
    for row in range(first, last):
        exact = score(dot(index, row, dense_query, products), index.days[row] - day, 1.0, 1.0, scoring)
        if exact > 0 and not (excluded == row).any():
            size = push((scores, rows), size, exact, row)
    dense_query[columns] = 0
    sort((scores, rows), size)
    total = 0.0
    for exact in scores[:size]:
        total += exact
    return total / limit


@kernel
def join_band(index: IndexArrays, begin: int, window: int, scoring: ScoringParameters, nearest: BandHeaps) -> None:
    """Join each of `window` rows from `begin` on with the `window` rows after it."""
    scores, rows, sizes, thresholds = nearest
    limit = scores.shape[1]
    stop = min(begin + window, len(index.days))
    end = min(stop + window, len(index.days))
    # An inverted index of these rows: where each term's postings start, their rows and their values.
    starts = np.empty(len(index.term_levels) + 1, np.int64)
    starts[:] = 0
    for i in range(index.indptr[begin], index.indptr[end]):
        starts[index.indices[i] + 1] += 1
    for term in range(len(index.term_levels)):
        starts[term + 1] += starts[term]
    posting_rows, posting_values = np.empty(starts[-1], np.uint16), np.empty(starts[-1], np.float32)
    cursors = np.empty(len(index.term_levels), np.int64)
    for term in range(len(cursors)):
        cursors[term] = starts[term]
    for row in range(begin, end):
        for i in range(index.indptr[row], index.indptr[row + 1]):
            term = index.indices[i]
            posting_rows[cursors[term]], posting_values[cursors[term]] = row - begin, index.data[i]
            cursors[term] += 1
    for term in range(len(cursors)):
        cursors[term] = starts[term]
    sums, candidates = np.empty(end - begin, np.float32), np.empty(end - begin, np.int32)
    for row in range(begin, stop):
        sums[row - begin :] = 0
        for i in range(index.indptr[row], index.indptr[row + 1]):
            term, value = index.indices[i], index.data[i]
            cursors[term] += 1  # only later rows are left to read
            of_term = slice(cursors[term], starts[term + 1])
            term_rows, term_values = posting_rows[of_term], posting_values[of_term]
            for j in range(np.uint64(0), np.uint64(len(term_rows))):
                sums[term_rows[j]] += value * term_values[j]
        day = index.days[row]
        last = min(row + window + 1, end)
        for low in range(row + 1, last, TIME_CHUNK):
            high = min(low + TIME_CHUNK, last)
            max_factor = np.float32(max_factor_of_candidates(index, low, high, day, scoring) * (1 + 1e-6))
            count = _select_candidates(
                candidates, low, sums[low - begin : high - begin], max_factor, thresholds[row], thresholds[low:high]
            )
            for other in candidates[:count]:
                approximate = score(np.float64(sums[other - begin]), index.days[other] - day, 1.0, 1.0, scoring)
                if approximate > thresholds[row]:
                    sizes[row] = push((scores[row], rows[row]), np.int64(sizes[row]), approximate, np.int64(other))
                    thresholds[row] = scores[row, 0] if sizes[row] == limit else 0
                if approximate > thresholds[other]:
                    sizes[other] = push(
                        (scores[other], rows[other]), np.int64(sizes[other]), approximate, np.int64(row)
                    )
                    thresholds[other] = scores[other, 0] if sizes[other] == limit else 0


@kernel
def mean_scores(
    index: IndexArrays,
    begin: int,
    window: int,
    scoring: ScoringParameters,
    nearest: BandHeaps,
    dense_query: NDArray[np.float32],
    means: NDArray[np.float64],
) -> None:
    """Write the mean exact score of each heap, float64 (articles,), for `window` rows from `begin` on.

    Args:
        dense_query: float32 (terms,) scratch space, all zero before and after.
    """
    scores, rows, sizes, _ = nearest
    products = np.empty(len(index.term_levels))
    for row in range(begin, min(begin + window, len(index.days))):
        vector = slice(index.indptr[row], index.indptr[row + 1])
        for i in range(index.indptr[row], index.indptr[row + 1]):
            dense_query[index.indices[i]] = index.data[i]
        sort((scores[row], rows[row]), np.int64(sizes[row]))
        total = 0.0
        for other in rows[row, : sizes[row]]:
            similarity = dot(index, np.int64(other), dense_query, products)
            total += score(similarity, index.days[other] - index.days[row], 1.0, 1.0, scoring)
        means[row] = total / scores.shape[1]
        dense_query[index.indices[vector]] = 0


@compiled
def _select_candidates(
    candidates: NDArray[np.int32],
    first: int,
    sums: NDArray[np.float32],
    max_factor: np.float32,
    threshold: np.float32,
    thresholds: NDArray[np.float32],
) -> int:
    """Write the rows from `first` on that an article's heap may admit, or the reverse; returns their number."""
    count = 0
    for i in range(len(sums)):
        candidates[count] = first + i
        count += sums[i] * max_factor > min(threshold, thresholds[i])
    return count
