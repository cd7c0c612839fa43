"""Reverse search: the articles among whose nearest a new candidate may be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.index_arrays import IndexArrays
from recommender.search.kernels.compiled import compiled
from recommender.search.kernels.postings import SUM_ERROR, accumulate, dot
from recommender.search.kernels.scoring import TIME_CHUNK, DecayParameters, max_factor_for_queries, score


@compiled
def search_reversed(
    index: IndexArrays,
    terms: NDArray[np.int32],
    values: NDArray[np.float32],
    day: float,
    weight: float,
    min_scores: NDArray[np.float64],
    decay: DecayParameters,
    dense_candidate: NDArray[np.float32],
    found_rows: NDArray[np.int64],
    found_scores: NDArray[np.float64],
) -> int:
    """Find the rows for which a candidate scores above 0 and at least their minimum.

    Args:
        terms, values: (values,) the candidate's vector.
        min_scores: float64 (articles,).
        dense_candidate: float32 (terms,) scratch space, all zero before and after.
        found_rows, found_scores: (articles,) get the answer.

    Returns:
        The number of rows found.
    """
    slack = 1 + SUM_ERROR * (len(terms) + 64)
    scaled = np.empty(len(values), np.float32)
    square = 0.0
    for i in range(len(terms)):
        dense_candidate[terms[i]] = values[i]
        scaled[i] = values[i] / index.value_scale
        square += np.float64(values[i]) ** 2
    max_score = np.sqrt(square) * index.max_norm * weight * slack  # before time decay
    products = np.empty(len(index.term_levels))
    sums = np.empty(index.block_size, np.float32)
    queries = np.empty(index.block_size, np.int32)
    size = 0
    for block in range(len(index.posting_offsets)):
        first, last = block * index.block_size, min((block + 1) * index.block_size, len(index.days))
        count, vector_values = 0, 0
        for low in range(first, last, TIME_CHUNK):
            high = min(low + TIME_CHUNK, last)
            chunk_score = max_score * max_factor_for_queries(index, low, high, day, decay)
            for row in range(low, high):
                if chunk_score >= min_scores[row]:
                    queries[count] = row
                    count += 1
                    vector_values += index.indptr[row + 1] - index.indptr[row]
        offsets = index.posting_offsets[block]
        posting_count = 0
        for i in range(len(terms)):
            posting_count += offsets[terms[i] + 1] - offsets[terms[i]]
        summed = vector_values > posting_count
        if summed:  # it is less work to read the postings of all rows than the vectors of those in question
            sums[:] = 0
            accumulate(sums, terms, scaled, offsets, offsets, index.postings[index.indptr[first] : index.indptr[last]])
        for row in queries[:count]:
            if summed and (sums[row - first] <= 0 or sums[row - first] * weight * slack < min_scores[row]):
                continue
            exact = score(dot(index, row, dense_candidate, products), day - index.days[row], weight, decay)
            if exact > 0 and exact >= min_scores[row]:
                found_rows[size], found_scores[size] = row, exact
                size += 1
    for i in range(len(terms)):
        dense_candidate[terms[i]] = 0
    return size
