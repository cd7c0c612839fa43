"""Every article's nearest among those that appeared around it: a self-join within a band, for `hubs.py`.

What two articles have in common is found once for both. Sums are in float32, and tell which are nearest; their scores
are then made as everywhere else. Importing this module imports numba, which takes half a second.
"""

from __future__ import annotations

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.search.arrays import read_only, room
from recommender.search.index import Index
from recommender.search.kernels import CHUNK, Fading, compiled, dot, fade, most_left, push, sort

_Nearest = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]
"""Heaps of scores and of rows, both (articles, limit), their sizes and, once they are full, their least scores."""


def popularity_within(index: Index, *, reach: int, fading: Fading, limit: int) -> NDArray[np.float64]:
    """The mean score of each article to its `limit` nearest, float64 (articles,).

    Only those count that are at most `reach` rows away, and one that is missing counts as 0.
    """
    count = len(index.days)
    nearest = (
        np.zeros((count, limit)),
        np.full((count, limit), -1, np.int32),
        np.zeros(count, np.int32),
        np.zeros(count, np.float32),
    )
    means = np.empty(count)
    spans = range(0, count, reach)
    with Parallel(n_jobs=cpu_count() if len(spans) > 1 else 1, prefer="threads") as parallel:
        for turn in (0, 1):  # a span writes into the next one's lists too
            parallel(delayed(_join)(index, first, reach, fading, nearest) for first in spans[turn::2])
        parallel(delayed(_average)(index, first, reach, fading, nearest, means) for first in spans)
    return means


def popularity_of(
    index: Index,
    vector: csr_array,
    *,
    day: float,
    excluded: NDArray[np.int32],
    among: tuple[int, int],
    fading: Fading,
    limit: int,
) -> float:
    """The same of one article that need not be in the index.

    Args:
        vector: float32 (1, terms).
        day: NaN where it is unknown, or time counts for nothing.
        excluded: int32 (any,) rows that are none of its neighbours.
        among: the first row that may be, and the one after the last.
    """
    asked = room(len(index.levels))
    indices, data = read_only(np.asarray(vector.indices, np.int32)), read_only(np.asarray(vector.data, np.float32))
    mean = _mean(index, indices, data, day, read_only(excluded), *among, fading, limit, asked)
    return float(mean)


@compiled
def _mean(
    index: Index,
    indices: NDArray[np.int32],
    data: NDArray[np.float32],
    day: float,
    excluded: NDArray[np.int32],
    first: int,
    last: int,
    fading: Fading,
    limit: int,
    asked: NDArray[np.float32],
) -> float:
    scores, rows, size = np.zeros(limit), np.full(limit, -1, np.int32), 0
    products = np.empty(len(index.levels))
    asked[indices] = data
    for row in range(first, last):
        score = dot(index, row, asked, products) * fade(index.days[row] - day, fading)
        if score > 0 and not (excluded == row).any():
            size = push((scores, rows), size, score, row)
    asked[indices] = 0
    sort((scores, rows), size)
    total = 0.0
    for score in scores[:size]:
        total += score
    return total / limit


@compiled
def _join(index: Index, begin: int, reach: int, fading: Fading, nearest: _Nearest) -> None:
    """Put the articles of a span, `reach` rows from `begin` on, and the `reach` rows after each into their lists."""
    scores, rows, sizes, least = nearest
    limit = scores.shape[1]
    stop = min(begin + reach, len(index.days))
    end = min(stop + reach, len(index.days))
    # The postings of all of them: where each term's start, their rows and their values.
    starts = np.zeros(len(index.levels) + 1, np.int64)
    for place in range(index.indptr[begin], index.indptr[end]):
        starts[index.indices[place] + 1] += 1
    for term in range(len(index.levels)):
        starts[term + 1] += starts[term]
    holders, values = np.empty(starts[-1], np.uint16), np.empty(starts[-1], np.float32)
    cursor = starts[:-1].copy()
    for row in range(begin, end):
        for place in range(index.indptr[row], index.indptr[row + 1]):
            term = index.indices[place]
            holders[cursor[term]], values[cursor[term]] = row - begin, index.data[place]
            cursor[term] += 1
    cursor[:] = starts[:-1]
    sums, kept = np.empty(end - begin, np.float32), np.empty(end - begin, np.int32)
    for row in range(begin, stop):
        sums[row - begin :] = 0
        for place in range(index.indptr[row], index.indptr[row + 1]):
            term, value = index.indices[place], index.data[place]
            cursor[term] += 1  # only what comes after the row itself is left to read
            of_term = slice(cursor[term], starts[term + 1])
            held_by, held = holders[of_term], values[of_term]
            for at in range(np.uint64(0), np.uint64(len(held))):
                sums[held_by[at]] += value * held[at]
        day = index.days[row]
        last = min(row + reach + 1, end)
        for low in range(row + 1, last, CHUNK):
            high = min(low + CHUNK, last)
            left = np.float32(most_left(index, low, high, day, fading) * (1 + 1e-6))
            size = _promising(kept, low, sums[low - begin : high - begin], left, least[row], least[low:high])
            for other in kept[:size]:
                score = sums[other - begin] * fade(index.days[other] - day, fading)
                if score > least[row]:
                    sizes[row] = push((scores[row], rows[row]), sizes[row], score, other)
                    least[row] = scores[row, 0] if sizes[row] == limit else 0
                if score > least[other]:
                    sizes[other] = push((scores[other], rows[other]), sizes[other], score, row)
                    least[other] = scores[other, 0] if sizes[other] == limit else 0


@compiled
def _promising(
    kept: NDArray[np.int32],
    first: int,
    sums: NDArray[np.float32],
    left: np.float32,
    least: np.float32,
    leasts: NDArray[np.float32],
) -> int:
    """Note the rows that may be near enough to an article, or it to them; returns how many there are."""
    size = 0
    for place in range(len(sums)):
        kept[size] = first + place
        size += sums[place] * left > min(least, leasts[place])
    return size


@compiled
def _average(
    index: Index, begin: int, reach: int, fading: Fading, nearest: _Nearest, means: NDArray[np.float64]
) -> None:
    """The mean of each list of a span, of scores that are summed in the order of the columns."""
    scores, rows, sizes, _ = nearest
    asked, products = np.zeros(len(index.levels), np.float32), np.empty(len(index.levels))
    for row in range(begin, min(begin + reach, len(index.days))):
        own = slice(index.indptr[row], index.indptr[row + 1])
        asked[index.indices[own]] = index.data[own]
        sort((scores[row], rows[row]), sizes[row])
        total = 0.0
        for other in rows[row, : sizes[row]]:
            total += dot(index, other, asked, products) * fade(index.days[other] - index.days[row], fading)
        means[row] = total / scores.shape[1]
        asked[index.indices[own]] = 0
