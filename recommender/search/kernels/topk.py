"""Bounded top-k heaps of all articles, with their admission thresholds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays, ScoringParameters
from recommender.search.kernels.compiled import Int, compiled, kernel
from recommender.search.kernels.heap import push, sort
from recommender.search.kernels.postings import dot
from recommender.search.kernels.scoring import provider_factor, score

_BUCKETS, _BUCKET_BITS = 128, 19  # score histogram: a bucket is the upper bits of a float32, sixteen per octave


class TopK(NamedTuple):
    """A bounded heap of the best candidates for each article.

    Attributes:
        scores, rows: float64 and int32 (articles, limit) the heaps.
        sizes: int32 (articles,) how many candidates each heap holds.
        thresholds: float64 (articles,) the lowest score that is admitted; infinite to admit none.
    """

    scores: NDArray[np.float64]
    rows: NDArray[np.int32]
    sizes: NDArray[np.int32]
    thresholds: NDArray[np.float64]


class ScoreHistograms(NamedTuple):
    """Histograms of lower bounds on scores: they raise the thresholds of a block's heaps before the heaps are full.

    Attributes:
        counts: uint16 (rows, buckets).
        lowest: int32 (rows,) the lowest bucket above which there are fewer scores than the limit.
        above: int32 (rows,) the number of scores in that bucket and above.
        first_bucket: the upper bits of the scores in bucket 0.
    """

    counts: NDArray[np.uint16]
    lowest: NDArray[np.int32]
    above: NDArray[np.int32]
    first_bucket: int


@compiled
def _upper_bits(positive: float) -> int:
    """The upper bits of a float32; the bits of positive floats sort like the floats."""
    return int(np.float32(positive).view(np.int32) >> _BUCKET_BITS)


@compiled
def new_histograms(rows: int, max_score: float) -> ScoreHistograms:
    """Empty histograms of scores up to `max_score`."""
    return ScoreHistograms(
        np.zeros((rows, _BUCKETS), np.uint16),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int32),
        _upper_bits(max_score) + 1 - _BUCKETS,
    )


@compiled
def count_score(histograms: ScoreHistograms, i: int, lower_bound: float, limit: int) -> float:
    """Count a score in histogram `i`; returns a score that at least `limit` counted ones reach, or 0."""
    bucket = min(_upper_bits(lower_bound) - histograms.first_bucket, _BUCKETS - 1)
    if bucket >= histograms.lowest[i]:
        histograms.counts[i, bucket] += 1
        histograms.above[i] += 1
        while histograms.above[i] - histograms.counts[i, histograms.lowest[i]] >= limit:
            histograms.above[i] -= histograms.counts[i, histograms.lowest[i]]
            histograms.lowest[i] += 1
    if histograms.lowest[i] == 0:
        return 0.0
    bits = np.int32((histograms.lowest[i] + histograms.first_bucket) << _BUCKET_BITS)
    return float(bits.view(np.float32))


@kernel
def sort_heaps(top: TopK, first: int, last: int) -> None:
    """Sort the heaps of the rows from `first` until `last`, best first."""
    for row in range(first, last):
        sort((top.scores[row], top.rows[row]), np.int64(top.sizes[row]))


@compiled
def score_candidates(
    index: IndexArrays,
    row: Int,
    others: NDArray[np.int32],
    upper_bounds: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    scoring: ScoringParameters,
    top: TopK,
    dense_query: NDArray[np.float32],
    products: NDArray[np.float64],
) -> None:
    """Score a row against others in both directions, and push what the heaps admit.

    Args:
        others, upper_bounds: int32 and float32 (others,) rows, and upper bounds on their similarities to the row.
        dense_query: float32 (terms,) the row's vector.
        products: scratch space of `dot`.
    """
    weights, provider = index.weights, index.providers[row]
    for i in range(len(others)):
        other, upper_bound = np.int64(others[i]), np.float64(upper_bounds[i])
        days_later = index.days[other] - index.days[row]
        of_providers = provider_factor(provider, index.providers[other], scoring)
        for_row = allowed[other] and (
            score(upper_bound, days_later, weights[other], of_providers, scoring) >= top.thresholds[row]
        )
        for_other = allowed[row] and (
            score(upper_bound, -days_later, weights[row], of_providers, scoring) >= top.thresholds[other]
        )
        if for_row or for_other:
            similarity = dot(index, other, dense_query, products)
            if for_row:
                _admit(top, row, other, score(similarity, days_later, weights[other], of_providers, scoring))
            if for_other:
                _admit(top, other, row, score(similarity, -days_later, weights[row], of_providers, scoring))


@compiled
def score_pairs(
    index: IndexArrays,
    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]],
    allowed: NDArray[np.bool_],
    scoring: ScoringParameters,
    top: TopK,
    dense_query: NDArray[np.float32],
    products: NDArray[np.float64],
) -> None:
    """Score pairs of rows in both directions, and push what the heaps admit.

    Args:
        pairs: rows, others and upper bounds, all (pairs,), grouped by row.
        dense_query: float32 (terms,) scratch space, all zero before and after.
        products: scratch space of `dot`.
    """
    rows, others, upper_bounds = pairs
    start = 0
    while start < len(rows):
        row, end = np.int64(rows[start]), start
        while end < len(rows) and rows[end] == row:
            end += 1
        vector = slice(index.indptr[row], index.indptr[row + 1])
        for i in range(index.indptr[row], index.indptr[row + 1]):
            dense_query[index.indices[i]] = index.data[i]
        score_candidates(
            index, row, others[start:end], upper_bounds[start:end], allowed, scoring, top, dense_query, products
        )
        dense_query[index.indices[vector]] = 0
        start = end


@compiled
def _admit(top: TopK, row: Int, candidate: Int, candidate_score: float) -> None:
    """Push a candidate for a row if its score reaches the threshold, which rises once the heap is full."""
    if candidate_score > 0 and candidate_score >= top.thresholds[row]:
        scores = top.scores[row]
        top.sizes[row] = push((scores, top.rows[row]), np.int64(top.sizes[row]), candidate_score, np.int64(candidate))
        if top.sizes[row] == len(scores):
            top.thresholds[row] = max(top.thresholds[row], scores[0])
