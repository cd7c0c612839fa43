"""Self-join of the index: the similarity of two articles is computed once for both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays, ScoringParameters
from recommender.search.kernels.compiled import Int, compiled, kernel
from recommender.search.kernels.postings import (
    HEAD_SHARE,
    LEVEL_STEP,
    STRIP,
    SUM_ERROR,
    accumulate,
    prepare_query,
)
from recommender.search.kernels.scoring import (
    MIN_TIME_FACTOR,
    TIME_CHUNK,
    max_factor_for_queries,
    max_factor_of_candidates,
    provider_factor,
    score,
    time_factor,
)
from recommender.search.kernels.topk import TopK, count_score, new_histograms, score_candidates, score_pairs

_PAIRS_PER_ROW = 512  # deferred pairs that a block may hold per row; a few dozen megabytes
_REFRESH_ROWS = 64  # rows after which the mean threshold is recomputed


@kernel
def may_share_neighbors(
    index: IndexArrays, newer: int, older: int, scoring: ScoringParameters, thresholds: NDArray[np.float64]
) -> bool:
    """Whether, despite time decay, a row of one block may still reach the threshold of a row of the other."""
    first, last = newer * index.block_size, min((newer + 1) * index.block_size, len(index.days))
    start, end = older * index.block_size, min((older + 1) * index.block_size, len(index.days))
    days_later = index.days[start] - index.days[last - 1]
    older_factor, newer_factor = time_factor(days_later, scoring), time_factor(-days_later, scoring)
    if np.isnan(index.days[end - 1]):
        older_factor, newer_factor = max(older_factor, scoring.undated), max(newer_factor, scoring.undated)
    max_similarity = index.max_norm**2 * (1 + SUM_ERROR)
    return bool(
        max_similarity * older_factor >= thresholds[first:last].min()
        or max_similarity * newer_factor >= thresholds[start:end].min()
    )


@kernel
def join_within_block(
    index: IndexArrays,
    block: int,
    allowed: NDArray[np.bool_],
    scoring: ScoringParameters,
    top: TopK,
    dense_query: NDArray[np.float32],
) -> int:
    """Join a block with itself; its heaps are empty before.

    The summed postings are the similarities up to rounding. They yield lower bounds on the thresholds and the pairs
    that may reach them. Exact scoring of these pairs is deferred until the thresholds are high and few pairs are left.

    Args:
        dense_query: float32 (terms,) scratch space, all zero before and after.

    Returns:
        The number of postings read.
    """
    limit, thresholds, weights = top.scores.shape[1], top.thresholds, index.weights
    first, last = block * index.block_size, min((block + 1) * index.block_size, len(index.days))
    offsets, postings = index.posting_offsets[block], index.postings[index.indptr[first] : index.indptr[last]]
    starts = offsets.copy()
    sums, candidates = np.empty(index.block_size, np.float32), np.empty(index.block_size, np.int32)
    products = np.empty(len(index.term_levels))
    capacity = _PAIRS_PER_ROW * index.block_size
    rows, others = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    upper_bounds = np.empty(capacity, np.float32)
    size, postings_read = 0, 0
    histograms = new_histograms(last - first, index.max_norm**2)
    for row in range(first, last):
        columns, data = _vector(index, row)
        values = np.empty(len(columns), np.float32)
        max_excess = 0.0  # by which rounding up the products may inflate a sum
        for i in range(len(columns)):
            starts[columns[i]] += 1  # only later rows are left to read
            values[i] = data[i] / index.value_scale
            max_excess += values[i]
        sums[:] = 0
        postings_read += accumulate(sums, columns, values, starts, offsets, postings)
        day, weight, provider = index.days[row], weights[row], index.providers[row]
        slack = 1 + SUM_ERROR * (len(columns) + 64)
        count: Int = np.int64(0)
        for low in range(row + 1, last, TIME_CHUNK):
            high = min(low + TIME_CHUNK, last)
            factor = max_factor_of_candidates(index, low, high, day, scoring)
            reverse_factor = max_factor_for_queries(index, low, high, day, scoring) * weight if allowed[row] else -1.0
            count = _select_candidates(
                candidates,
                count,
                low,
                sums[low - first : high - first],
                np.float32(0),
                index.head_norms[0, low:high],
                weights[low:high],
                np.float32(thresholds[row] / max(factor * slack, MIN_TIME_FACTOR)),
                np.float32(reverse_factor * slack),
                np.float32(scoring.min_similarity / slack),
                thresholds[low:high],
            )
        if size + count > capacity:
            pairs = rows[:size], others[:size], upper_bounds[:size]
            score_pairs(index, pairs, allowed, scoring, top, dense_query, products)
            size = 0
        for other in candidates[:count]:
            upper_bound = sums[other - first] * slack
            lower_bound = max(sums[other - first] / slack - max_excess, 0.0)
            days_later = index.days[other] - day
            of_providers = provider_factor(provider, index.providers[other], scoring)
            for_row = allowed[other] and (
                score(upper_bound, days_later, weights[other], of_providers, scoring) >= thresholds[row]
            )
            for_other = allowed[row] and (
                score(upper_bound, -days_later, weight, of_providers, scoring) >= thresholds[other]
            )
            if for_row:
                least = score(lower_bound, days_later, weights[other], of_providers, scoring)
                thresholds[row] = max(thresholds[row], count_score(histograms, row - first, least, limit))
            if for_other:
                least = score(lower_bound, -days_later, weight, of_providers, scoring)
                thresholds[other] = max(thresholds[other], count_score(histograms, other - first, least, limit))
            if for_row or for_other:
                rows[size], others[size], upper_bounds[size] = row, other, upper_bound
                size += 1
    pairs = rows[:size], others[:size], upper_bounds[:size]
    score_pairs(index, pairs, allowed, scoring, top, dense_query, products)
    return postings_read


@kernel
def join_blocks(
    index: IndexArrays,
    newer: int,
    older: int,
    allowed: NDArray[np.bool_],
    scoring: ScoringParameters,
    top: TopK,
    dense_query: NDArray[np.float32],
) -> int:
    """Join two blocks: push the rows of each into the heaps of the other.

    Args:
        dense_query: float32 (terms,) scratch space, all zero before and after.

    Returns:
        The number of postings read.
    """
    thresholds, levels = top.thresholds, len(index.head_norms)
    first, last = newer * index.block_size, min((newer + 1) * index.block_size, len(index.days))
    start, end = older * index.block_size, min((older + 1) * index.block_size, len(index.days))
    offsets, postings = index.posting_offsets[older], index.postings[index.indptr[start] : index.indptr[end]]
    sums, candidates = np.empty(index.block_size, np.float32), np.empty(index.block_size, np.int32)
    upper_bounds, products = np.empty(index.block_size, np.float32), np.empty(len(index.term_levels))
    head_norms, tail_sizes = np.empty(levels + 1), np.empty(levels + 2, np.int64)
    chunks = range(start, end, TIME_CHUNK)
    min_thresholds = np.empty(len(chunks))
    required, reverse_factors = np.empty(len(chunks), np.float32), np.empty(len(chunks), np.float32)
    for chunk, low in enumerate(chunks):
        min_thresholds[chunk] = thresholds[low : min(low + TIME_CHUNK, end)].min()
    mean_threshold, postings_read = 0.0, 0  # the mean threshold is the older block's
    for row in range(first, last):
        day, weight = index.days[row], index.weights[row]
        columns, data = _vector(index, row)
        if (row - first) % _REFRESH_ROWS == 0:
            mean_threshold = _finite_mean(thresholds[start:end])
        slack = 1 + SUM_ERROR * (len(columns) + 64)
        max_similarity = index.max_norm**2 * slack
        has_candidates, max_factor, max_reverse_factor = False, MIN_TIME_FACTOR, MIN_TIME_FACTOR
        for chunk, low in enumerate(chunks):
            high = min(low + TIME_CHUNK, end)
            factor = max_factor_of_candidates(index, low, high, day, scoring)
            reverse_factor = max_factor_for_queries(index, low, high, day, scoring) * weight if allowed[row] else -1.0
            required[chunk] = thresholds[row] / max(factor * slack, MIN_TIME_FACTOR)
            reverse_factors[chunk] = reverse_factor * slack
            has_candidates = (
                has_candidates
                or max_similarity * factor >= thresholds[row]
                or (reverse_factor > 0 and max_similarity * reverse_factor >= min_thresholds[chunk])
            )
            max_factor, max_reverse_factor = max(max_factor, factor), max(max_reverse_factor, reverse_factor)
        if not has_candidates:
            continue
        terms, values, _ = prepare_query(index, columns, data, dense_query, head_norms, tail_sizes)
        min_required = max(
            min(thresholds[row] / max_factor, mean_threshold / max_reverse_factor), scoring.min_similarity
        )
        level = levels
        while level > 0 and head_norms[level] * index.mean_head_norms[level - 1] > HEAD_SHARE * min_required:
            level -= 1
        sums[:] = 0
        count: Int = 0
        summed, row_postings_read = 0, 0
        while True:
            tail = slice(summed, tail_sizes[level])
            row_postings_read += accumulate(sums, terms[tail], values[tail], offsets, offsets, postings)
            summed = tail_sizes[level]
            count = np.int64(0)
            for chunk, low in enumerate(chunks):
                high = min(low + TIME_CHUNK, end)
                count = _select_candidates(
                    candidates,
                    count,
                    low,
                    sums[low - start : high - start],
                    np.float32(head_norms[level]),
                    index.head_norms[max(level - 1, 0), low:high],
                    index.weights[low:high],
                    required[chunk],
                    reverse_factors[chunk],
                    np.float32(scoring.min_similarity / slack),
                    thresholds[low:high],
                )
            if level == 0 or count * len(columns) <= row_postings_read:
                break
            level = max(level - LEVEL_STEP, 0)
        postings_read += row_postings_read
        for i in range(count):
            other = candidates[i]
            head_bound = head_norms[level] * index.head_norms[max(level - 1, 0), other]
            upper_bounds[i] = (sums[other - start] + head_bound) * slack
        score_candidates(
            index, row, candidates[:count], upper_bounds[:count], allowed, scoring, top, dense_query, products
        )
        dense_query[columns] = 0
    return postings_read


@compiled
def _select_candidates(
    candidates: NDArray[np.int32],
    count: Int,
    first: int,
    sums: NDArray[np.float32],
    query_head_norm: np.float32,
    head_norms: NDArray[np.float32],
    weights: NDArray[np.float64],
    required: np.float32,
    reverse_factor: np.float32,
    min_similarity: np.float32,
    thresholds: NDArray[np.float64],
) -> Int:
    """Append the rows from `first` on that the article's heap may admit, or whose heaps may admit the article.

    Args:
        candidates: int32; the first `count` are set.
        sums, head_norms, weights, thresholds: (rows,) of the rows from `first` on.
        required: the lowest weighted similarity that the article's heap admits.
        reverse_factor: upper bound on the article's own factor as a candidate; below 0 if it is not allowed as one.
        min_similarity: the lowest similarity that counts.

    Returns:
        The new count.
    """
    for low in range(0, len(sums), STRIP):
        strip = slice(low, min(low + STRIP, len(sums)))
        strip_sums, strip_norms, strip_weights = sums[strip], head_norms[strip], weights[strip]
        strip_thresholds = thresholds[strip]
        passing = 0
        for i in range(len(strip_sums)):
            upper_bound = strip_sums[i] + query_head_norm * strip_norms[i]
            for_row = upper_bound * np.float32(strip_weights[i]) >= required
            for_other = upper_bound * reverse_factor >= np.float32(strip_thresholds[i])
            passing += for_row | for_other
        if passing:
            for i in range(len(strip_sums)):
                upper_bound = strip_sums[i] + query_head_norm * strip_norms[i]
                for_row = upper_bound * np.float32(strip_weights[i]) >= required
                for_other = upper_bound * reverse_factor >= strip_thresholds[i]
                candidates[count] = first + low + i
                count += (for_row | for_other) & (upper_bound >= min_similarity) & (upper_bound > 0)
    return count


@compiled
def _vector(index: IndexArrays, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The columns and the values of a row."""
    start, end = index.indptr[row], index.indptr[row + 1]
    return index.indices[start:end], index.data[start:end]


@compiled
def _finite_mean(thresholds: NDArray[np.float64]) -> float:
    total, count = 0.0, 0
    for threshold in thresholds:
        if threshold < np.inf:
            total, count = total + threshold, count + 1
    return total / max(count, 1)
