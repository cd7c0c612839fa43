"""The search loop: nearest neighbours of a batch of queries, block by block."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays, ScoringParameters
from recommender.search.kernels.compiled import Int, compiled, kernel
from recommender.search.kernels.heap import push, sort
from recommender.search.kernels.postings import (
    HEAD_SHARE,
    LEVEL_STEP,
    STRIP,
    SUM_ERROR,
    accumulate,
    dot,
    prefetch_vector,
    prepare_query,
)
from recommender.search.kernels.scoring import (
    MIN_TIME_FACTOR,
    TIME_CHUNK,
    max_factor_of_candidates,
    provider_factor,
    score,
)

_Vectors: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]  # indptr, indices, data

_MOSTLY_SCORED = 0.5  # if the filter passed this share of a block's rows, the next block is scored without it
_BUCKETS = 1024  # of a score histogram; each is about a hundredth wide


class _Cursors(NamedTuple):
    """The next blocks to visit, for each query.

    Blocks before `dated_blocks` hold dated rows only and are visited outwards from the query's own day, the one with
    the greatest time factor first; in each direction the factor only falls.

    Attributes:
        newer, older, undated: int64 (queries,) the next block in each direction, and the next with undated rows.
        dated_blocks, blocks: int64 (queries,) where the dated blocks end, and where all end.
        max_similarities: float64 (queries,) upper bounds on the similarity of any row.
    """

    newer: NDArray[np.int64]
    older: NDArray[np.int64]
    undated: NDArray[np.int64]
    dated_blocks: NDArray[np.int64]
    blocks: NDArray[np.int64]
    max_similarities: NDArray[np.float64]


@kernel
def search(
    index: IndexArrays,
    queries: _Vectors,
    order: NDArray[np.int64],
    days: NDArray[np.float64],
    providers: NDArray[np.int32],
    ends: NDArray[np.int64],
    excluded: NDArray[np.int32],
    allowed: NDArray[np.bool_],
    scoring: ScoringParameters,
    min_scores: NDArray[np.float64],
    dense_query: NDArray[np.float32],
    found_scores: NDArray[np.float64],
    found_rows: NDArray[np.int32],
) -> int:
    """Find the nearest neighbours of some queries.

    Queries advance one block at a time, in turn, so that those of about the same date share a block in the CPU cache.

    Args:
        queries: CSR arrays of all queries.
        order: int64 (any,) the queries to answer.
        days: float64 (queries,) their dates; NaN where unknown.
        providers: int32 (queries,) their providers; -1 for none.
        ends: int64 (queries,) rows from this one on are left out.
        excluded: int32 (queries, any) rows that are left out for a query.
        allowed: bool (articles,) the rows that may be returned; empty for all.
        min_scores: float64 (queries,) the lowest score of a candidate.
        dense_query: float32 (terms,) scratch space, all zero before and after.
        found_scores, found_rows: float64 and int32 (queries, limit) get the answers, best first.

    Returns:
        The number of postings read.
    """
    indptr, indices, data = queries
    levels, limit = len(index.head_norms), found_rows.shape[1]
    sums = np.empty(index.block_size, np.float32)
    candidates = np.empty(index.block_size, np.int32)
    estimate_bits = np.empty(index.block_size, np.int32)
    products = np.empty(len(index.term_levels))
    head_norms = np.empty(levels + 1)
    tail_sizes = np.empty(levels + 2, np.int64)
    terms, values = np.empty(0, np.int32), np.empty(0, np.float32)
    cursors = _Cursors(
        np.empty(len(order), np.int64),
        np.empty(len(order), np.int64),
        np.empty(len(order), np.int64),
        np.empty(len(order), np.int64),
        np.empty(len(order), np.int64),
        np.empty(len(order)),
    )
    heap_sizes, skip_filter = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    remaining = np.empty(len(order), np.int64)
    for i in range(len(order)):
        heap_sizes[i], skip_filter[i], remaining[i] = 0, 0, i
        of_query = data[indptr[order[i]] : indptr[order[i] + 1]]
        _set_cursors(index, cursors, i, of_query, days[order[i]], ends[order[i]])
    postings_read, prepared = 0, np.int64(-1)
    while len(remaining):
        count_remaining = 0
        for position in remaining:
            query = order[position]
            start, end = indptr[query], indptr[query + 1]
            day, provider, size = days[query], providers[query], end - start
            slack = _slack(size)
            heap, heap_size = (found_scores[query], found_rows[query]), heap_sizes[position]
            threshold = max(min_scores[query], heap[0][0]) if heap_size == limit else min_scores[query]
            block, max_factor = _next_block(index, cursors, position, day, threshold, scoring)
            if block < 0:
                sort(heap, heap_size)
                continue
            remaining[count_remaining] = position
            count_remaining += 1
            if query != prepared:
                if prepared >= 0:
                    dense_query[indices[indptr[prepared] : indptr[prepared + 1]]] = 0
                terms, values, _ = prepare_query(
                    index, indices[start:end], data[start:end], dense_query, head_norms, tail_sizes
                )
                prepared = query

            first, last = block * index.block_size, min((block + 1) * index.block_size, ends[query])
            count: Int = 0
            level = 0
            if skip_filter[position]:
                count = last - first
                for i in range(count):
                    candidates[i] = first + i
                    sums[i] = np.inf
            else:
                sums[:] = 0
                estimating = heap_size < limit and 4 * limit < last - first
                level = levels // 2 if estimating else levels
                max_share = HEAD_SHARE * max(threshold / max_factor, scoring.min_similarity)
                while level > 0 and not estimating and head_norms[level] * index.mean_head_norms[level - 1] > max_share:
                    level -= 1
                offsets = index.posting_offsets[block]
                postings = index.postings[
                    index.indptr[first] : index.indptr[min(first + index.block_size, len(index.days))]
                ]
                summed, block_postings_read = 0, 0
                while True:
                    tail = slice(summed, tail_sizes[level])
                    block_postings_read += accumulate(sums, terms[tail], values[tail], offsets, offsets, postings)
                    summed = tail_sizes[level]
                    if estimating:
                        eligible = (allowed, excluded[query])
                        threshold = max(
                            threshold,
                            _estimate_threshold(
                                index,
                                sums,
                                first,
                                last,
                                day,
                                provider,
                                scoring,
                                eligible,
                                dense_query,
                                products,
                                estimate_bits,
                                limit,
                            ),
                        )
                        estimating = False
                    count = np.int64(0)
                    for low in range(first, last, TIME_CHUNK):
                        high = min(low + TIME_CHUNK, last)
                        chunk_factor = max_factor_of_candidates(index, low, high, day, scoring)
                        count = _select_candidates(
                            candidates,
                            count,
                            low,
                            sums[low - first : high - first],
                            np.float32(head_norms[level]),
                            index.head_norms[max(level - 1, 0), low:high],
                            index.weights[low:high],
                            np.float32(threshold / max(chunk_factor * slack, MIN_TIME_FACTOR)),
                            np.float32(scoring.min_similarity / slack),
                        )
                    if level == 0 or count * size <= block_postings_read:
                        break
                    level = max(level - LEVEL_STEP, 0)
                postings_read += block_postings_read

            admitted = 0
            for i in range(count):
                row = np.int64(candidates[i])
                if i + 1 < count:
                    prefetch_vector(index, np.int64(candidates[i + 1]))
                days_later, weight = index.days[row] - day, index.weights[row]
                of_providers = provider_factor(provider, index.providers[row], scoring)
                upper_bound = sums[row - first] + head_norms[level] * index.head_norms[max(level - 1, 0), row]
                if score(upper_bound * slack, days_later, weight, of_providers, scoring) < threshold:
                    continue
                if not _is_eligible(row, allowed, excluded[query]):
                    continue
                exact = score(dot(index, row, dense_query, products), days_later, weight, of_providers, scoring)
                if exact > 0 and exact >= threshold:
                    admitted += 1
                    heap_size = push(heap, heap_size, exact, row)
                    threshold = max(threshold, heap[0][0]) if heap_size == limit else threshold
            heap_sizes[position] = heap_size
            skip_filter[position] = admitted > _MOSTLY_SCORED * (last - first)
        remaining = remaining[:count_remaining]
    if prepared >= 0:
        dense_query[indices[indptr[prepared] : indptr[prepared + 1]]] = 0
    return postings_read


@compiled
def _slack(size: int) -> float:
    """The factor that makes a rounded sum of so many products an upper bound."""
    return 1 + SUM_ERROR * (size + 64)


@compiled
def _set_cursors(
    index: IndexArrays, cursors: _Cursors, i: int, values: NDArray[np.float32], day: float, end: int
) -> None:
    """Set the cursors of query `i` to its first blocks.

    Args:
        values: of the query's vector.
        day: its date; NaN where unknown.
        end: rows from this one on are left out.
    """
    blocks = (end + index.block_size - 1) // index.block_size
    dated_blocks = index.dated_count // index.block_size if index.dated_count < len(index.days) else blocks
    dated_blocks = 0 if np.isnan(day) else min(dated_blocks, blocks)
    newer, older = 0, dated_blocks
    while newer < older:
        middle = (newer + older) // 2
        if index.days[middle * index.block_size] >= day:
            newer = middle + 1
        else:
            older = middle
    cursors.newer[i], cursors.older[i] = newer - 1, newer
    cursors.undated[i], cursors.dated_blocks[i], cursors.blocks[i] = dated_blocks, dated_blocks, blocks
    square = 0.0
    for value in values:
        square += np.float64(value) ** 2
    cursors.max_similarities[i] = np.sqrt(square) * index.max_norm * _slack(len(values))


@compiled
def _next_block(
    index: IndexArrays, cursors: _Cursors, i: np.int64, day: float, threshold: float, scoring: ScoringParameters
) -> tuple[int, float]:
    """The next block of query `i` and an upper bound on its time factor; -1 if no block can reach the threshold."""
    newer, older, undated = cursors.newer[i], cursors.older[i], cursors.undated[i]
    newer_factor = _max_factor_of_block(index, newer, day, scoring) if newer >= 0 else -1.0
    older_factor = _max_factor_of_block(index, older, day, scoring) if older < cursors.dated_blocks[i] else -1.0
    undated_factor = _max_factor_of_block(index, undated, day, scoring) if undated < cursors.blocks[i] else -1.0
    max_factor = max(newer_factor, older_factor, undated_factor)
    if max_factor <= 0 or cursors.max_similarities[i] * max_factor < threshold:
        return -1, max_factor
    if newer_factor == max_factor:
        cursors.newer[i] -= 1
        return newer, max_factor
    if older_factor == max_factor:
        cursors.older[i] += 1
        return older, max_factor
    cursors.undated[i] += 1
    return undated, max_factor


@compiled
def _max_factor_of_block(index: IndexArrays, block: int, day: float, scoring: ScoringParameters) -> float:
    first, last = block * index.block_size, min((block + 1) * index.block_size, len(index.days))
    return max_factor_of_candidates(index, first, last, day, scoring)


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
    min_similarity: np.float32,
) -> Int:
    """Append the rows from `first` on whose similarity and weighted similarity may reach the required ones.

    Args:
        candidates: int32; the first `count` are set.
        sums, head_norms, weights: (rows,) of the rows from `first` on.

    Returns:
        The new count.
    """
    for low in range(0, len(sums), STRIP):
        strip = slice(low, min(low + STRIP, len(sums)))
        strip_sums, strip_norms, strip_weights = sums[strip], head_norms[strip], weights[strip]
        passing = 0
        for i in range(len(strip_sums)):
            passing += (strip_sums[i] + query_head_norm * strip_norms[i]) * np.float32(strip_weights[i]) >= required
        if passing:
            for i in range(len(strip_sums)):
                upper_bound = strip_sums[i] + query_head_norm * strip_norms[i]
                candidates[count] = first + low + i
                reaches = upper_bound * np.float32(strip_weights[i]) >= required
                count += reaches and upper_bound >= min_similarity and upper_bound > 0
    return count


@compiled
def _is_eligible(row: Int, allowed: NDArray[np.bool_], excluded: NDArray[np.int32]) -> bool:
    for i in range(len(excluded)):
        if excluded[i] == row:
            return False
    return len(allowed) == 0 or bool(allowed[row])


@compiled
def _estimate_threshold(
    index: IndexArrays,
    sums: NDArray[np.float32],
    first: int,
    last: int,
    day: float,
    provider: int,
    scoring: ScoringParameters,
    eligible: tuple[NDArray[np.bool_], NDArray[np.int32]],
    dense_query: NDArray[np.float32],
    products: NDArray[np.float64],
    estimate_bits: NDArray[np.int32],
    limit: int,
) -> float:
    """A score that at least `limit` rows of a block reach: the lowest among the rows with the greatest sums.

    It is 0 if the block has too few rows.

    Args:
        eligible: `allowed`, and the query's `excluded`.
        estimate_bits: int32 (block size,) scratch space.
    """
    allowed, excluded = eligible
    # The bits of positive floats sort like the floats, so their upper half can number a bucket.
    bits = estimate_bits[: last - first]
    for low in range(first, last, TIME_CHUNK):
        high = min(low + TIME_CHUNK, last)
        chunk_factor = np.float32(max_factor_of_candidates(index, low, high, day, scoring))
        for row in range(low, high):
            estimate = sums[row - first] * np.float32(index.weights[row]) * chunk_factor
            bits[row - first] = np.float32(estimate).view(np.int32)
    for row in range(first, last):
        if len(allowed) and not allowed[row]:
            bits[row - first] = 0
    for i in range(len(excluded)):
        if first <= excluded[i] < last:
            bits[excluded[i] - first] = 0
    highest = np.int32(0)
    for i in range(len(bits)):
        highest = max(highest, bits[i])
    counts = np.empty(_BUCKETS, np.int32)
    counts[:] = 0
    for i in range(len(bits)):
        if bits[i] > 0:
            counts[min((highest >> 16) - (bits[i] >> 16), _BUCKETS - 1)] += 1
    lowest_bucket, better = 0, 0
    while lowest_bucket < _BUCKETS - 1 and better + counts[lowest_bucket] < limit:
        better += counts[lowest_bucket]
        lowest_bucket += 1
    if lowest_bucket == _BUCKETS - 1:
        return 0.0
    missing = limit - better
    threshold = np.inf
    for i in range(len(bits)):
        bucket = (highest >> 16) - (bits[i] >> 16)
        if bits[i] > 0 and (bucket < lowest_bucket or (bucket == lowest_bucket and missing > 0)):
            missing -= bucket == lowest_bucket
            row = first + i
            similarity = dot(index, row, dense_query, products)
            of_providers = provider_factor(provider, index.providers[row], scoring)
            exact = score(similarity, index.days[row] - day, index.weights[row], of_providers, scoring)
            threshold = min(threshold, exact)
    return threshold
