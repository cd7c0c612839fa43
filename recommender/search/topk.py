"""All articles' lists in the making: a heap each, and the score from which on others are of use to it.

Importing this module imports numba, which takes half a second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.search.index import Index
from recommender.search.kernels import Fading, compiled, dot, fade, push, sort

_STEPS, _STEP_BITS = 128, 19  # steps of a float's upper bits, sixteen an octave, by which scores are counted


class Lists(NamedTuple):
    """All articles' lists in the making.

    Attributes:
        scores, rows: (articles, limit) a heap each.
        sizes: int32 (articles,) how many are in it.
        wanted: float64 (articles,) the score from which on others are of use to it; infinite if none are.
    """

    scores: NDArray[np.float64]
    rows: NDArray[np.int32]
    sizes: NDArray[np.int32]
    wanted: NDArray[np.float64]


class Floors(NamedTuple):
    """What the lists of a block will want at least, found by counting scores in steps.

    Attributes:
        counts: uint16 (rows, steps) the scores of each step.
        floors: int32 (rows,) the step that as many scores reach as are wanted.
        above: int32 (rows,) how many do.
        score, bits: (1,) a float32 and its bits, which are ordered as floats above 0 are.
        lowest: the bits of the lowest step.
    """

    counts: NDArray[np.uint16]
    floors: NDArray[np.int32]
    above: NDArray[np.int32]
    score: NDArray[np.float32]
    bits: NDArray[np.int32]
    lowest: int


@compiled
def finish(lists: Lists, first: int, last: int) -> None:
    """Put each list of some articles in order, best first."""
    for row in range(first, last):
        sort((lists.scores[row], lists.rows[row]), lists.sizes[row])


@compiled
def _offer(lists: Lists, row: int, other: int, score: float) -> None:
    """Put an article into the list of another, if that wants it."""
    if score > 0 and score >= lists.wanted[row]:
        scores = lists.scores[row]
        lists.sizes[row] = push((scores, lists.rows[row]), lists.sizes[row], score, other)
        if lists.sizes[row] == len(scores):
            lists.wanted[row] = max(lists.wanted[row], scores[0])


@compiled
def settle(
    index: Index,
    row: int,
    others: NDArray[np.int32],
    bounds: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    fading: Fading,
    lists: Lists,
    asked: NDArray[np.float32],
    products: NDArray[np.float64],
) -> None:
    """Put an article and others, no more similar than some bounds, into each other's lists where they belong.

    `asked` holds the article's vector.
    """
    for place in range(len(others)):
        other = others[place]
        later = index.days[other] - index.days[row]
        ahead, back = fade(later, fading) * index.weights[other], fade(-later, fading) * index.weights[row]
        takes = allowed[other] and bounds[place] * ahead >= lists.wanted[row]
        gives = allowed[row] and bounds[place] * back >= lists.wanted[other]
        if takes or gives:
            similarity = dot(index, other, asked, products)
            if takes:
                _offer(lists, row, other, similarity * ahead)
            if gives:
                _offer(lists, other, row, similarity * back)


@compiled
def settle_pairs(
    index: Index,
    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]],
    allowed: NDArray[np.bool_],
    fading: Fading,
    lists: Lists,
    asked: NDArray[np.float32],
    products: NDArray[np.float64],
) -> None:
    """The same for pairs of articles and their bounds, in the order of the first of each."""
    rows, others, bounds = pairs
    start = 0
    while start < len(rows):
        row, end = rows[start], start
        while end < len(rows) and rows[end] == row:
            end += 1
        own = slice(index.indptr[row], index.indptr[row + 1])
        asked[index.indices[own]] = index.data[own]
        settle(index, row, others[start:end], bounds[start:end], allowed, fading, lists, asked, products)
        asked[index.indices[own]] = 0
        start = end


@compiled
def no_floors(rows: int, greatest: float) -> Floors:
    """Before any score of some rows' lists is counted, none of which is above `greatest`."""
    score = np.full(1, greatest, np.float32)
    bits = score.view(np.int32)
    return Floors(
        np.zeros((rows, _STEPS), np.uint16),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int32),
        score,
        bits,
        (bits[0] >> _STEP_BITS) + 1 - _STEPS,
    )


@compiled
def raised(floors: Floors, at: int, score: float, limit: int) -> float:
    """Count a score of a list; returns what the list will want at least."""
    floors.score[0] = score
    step = min((floors.bits[0] >> _STEP_BITS) - floors.lowest, _STEPS - 1)
    if step >= floors.floors[at]:
        floors.counts[at, step] += 1
        floors.above[at] += 1
        while floors.above[at] - floors.counts[at, floors.floors[at]] >= limit:
            floors.above[at] -= floors.counts[at, floors.floors[at]]
            floors.floors[at] += 1
    if floors.floors[at] == 0:
        return 0.0
    floors.bits[0] = (floors.floors[at] + floors.lowest) << _STEP_BITS
    return float(floors.score[0])
