"""The compiled search of `neighbors.py`: the nearest of queries, and the articles that a candidate is near to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.search.kernels import (
    CHUNK,
    HOPE,
    ROUNDING,
    STEP,
    STRIP,
    TINY,
    Fading,
    accumulate,
    compiled,
    dot,
    fade,
    most_left,
    most_left_of,
    push,
    sort,
    spread,
)

if TYPE_CHECKING:
    from recommender.search.index import Index

_FULL = 0.5  # of a block's rows: where so many stay in question, sums of postings tell nothing
_STEPS = 1024  # of a hundredth each: what is below them looks too poor to count

_Vectors = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]  # indptr, indices, data


@compiled
def _promising(
    kept: NDArray[np.int32],
    size: int,
    first: int,
    sums: NDArray[np.float32],
    rest: np.float32,
    heads: NDArray[np.float32],
    weights: NDArray[np.float64],
    wanted: np.float32,
) -> int:
    """Add the rows that may be similar enough to `kept`; returns its new size."""
    for low in range(0, len(sums), STRIP):
        some = slice(low, min(low + STRIP, len(sums)))
        of_sums, of_heads, of_weights = sums[some], heads[some], weights[some]
        any = 0
        for place in range(len(of_sums)):
            any += (of_sums[place] + rest * of_heads[place]) * np.float32(of_weights[place]) >= wanted
        if any:
            for place in range(len(of_sums)):
                bound = (of_sums[place] + rest * of_heads[place]) * np.float32(of_weights[place])
                kept[size] = first + low + place
                size += bound >= wanted and bound > 0
    return size


@compiled
def _may_be_given(row: int, allowed: NDArray[np.bool_], excluded: NDArray[np.int32]) -> bool:
    for place in range(len(excluded)):
        if excluded[place] == row:
            return False
    return len(allowed) == 0 or bool(allowed[row])


@compiled
def _floor(
    index: Index,
    sums: NDArray[np.float32],
    first: int,
    last: int,
    day: float,
    fading: Fading,
    given: tuple[NDArray[np.bool_], NDArray[np.int32]],
    asked: NDArray[np.float32],
    products: NDArray[np.float64],
    looks: NDArray[np.float32],
    wanted: int,
) -> float:
    """A score that as many rows reach as are wanted: the least of those that look best; 0 if there are fewer."""
    allowed, excluded = given
    for start in range(first, last, CHUNK):
        end = min(start + CHUNK, last)
        faded = np.float32(most_left(index, start, end, day, fading))
        for row in range(start, end):
            looks[row - first] = sums[row - first] * np.float32(index.weights[row]) * faded
    for row in range(first, last):
        if len(allowed) and not allowed[row]:
            looks[row - first] = 0
    for place in range(len(excluded)):
        if first <= excluded[place] < last:
            looks[excluded[place] - first] = 0
    looks = looks[: last - first]
    # The bits of floats above 0 are ordered as they are: their upper half tells which hundredth one belongs to.
    steps = looks.view(np.int32)
    top = np.int32(0)
    for place in range(len(steps)):
        top = max(top, steps[place])
    counts = np.zeros(_STEPS, np.int32)
    for place in range(len(steps)):
        if steps[place] > 0:
            counts[min((top >> 16) - (steps[place] >> 16), _STEPS - 1)] += 1
    lowest, better = 0, 0
    while lowest < _STEPS - 1 and better + counts[lowest] < wanted:
        better += counts[lowest]
        lowest += 1
    if lowest == _STEPS - 1:
        return 0.0
    left = wanted - better
    floor = np.inf
    for place in range(len(steps)):
        step = (top >> 16) - (steps[place] >> 16)
        if steps[place] > 0 and (step < lowest or (step == lowest and left > 0)):
            left -= step == lowest
            row = first + place
            factor = fade(index.days[row] - day, fading) * index.weights[row]
            floor = min(floor, dot(index, row, asked, products) * factor)
    return floor


@compiled
def enter(
    index: Index,
    terms: NDArray[np.int32],
    values: NDArray[np.float32],
    day: float,
    weight: float,
    least: NDArray[np.float64],
    fading: Fading,
    asked: NDArray[np.float32],
    found_rows: NDArray[np.int64],
    found_scores: NDArray[np.float64],
) -> int:
    """Find the rows for which a candidate of some terms scores their `least` and above 0; returns how many there are.

    `asked` is (terms,) all zero, before and after.
    """
    slack = 1 + ROUNDING * (len(terms) + 64)
    scaled = np.empty(len(values), np.float32)
    mass = 0.0
    for place in range(len(terms)):
        asked[terms[place]] = values[place]
        scaled[place] = values[place] / index.scale
        mass += np.float64(values[place]) ** 2
    most = np.sqrt(mass) * index.greatest_norm * weight * slack  # before time fades it
    products = np.empty(len(index.levels))
    sums = np.empty(index.block, np.float32)
    kept = np.empty(index.block, np.int32)
    size = 0
    for block in range(len(index.directory)):
        first, last = block * index.block, min((block + 1) * index.block, len(index.days))
        candidates, held = 0, 0
        for low in range(first, last, CHUNK):
            high = min(low + CHUNK, last)
            left = most * most_left_of(index, low, high, day, fading)
            for row in range(low, high):
                if left >= least[row]:
                    kept[candidates] = row
                    candidates += 1
                    held += index.indptr[row + 1] - index.indptr[row]
        offsets = index.directory[block]
        postings = 0
        for place in range(len(terms)):
            postings += offsets[terms[place] + 1] - offsets[terms[place]]
        summed = held > postings
        if summed:  # it is less work to read the postings of all rows than the vectors of those
            sums[:] = 0
            accumulate(sums, terms, scaled, offsets, offsets, index.postings[index.indptr[first] : index.indptr[last]])
        for place in range(candidates):
            row = kept[place]
            if summed and (sums[row - first] <= 0 or sums[row - first] * weight * slack < least[row]):
                continue
            score = dot(index, row, asked, products) * (fade(day - index.days[row], fading) * weight)
            if score > 0 and score >= least[row]:
                found_rows[size], found_scores[size] = row, score
                size += 1
    for place in range(len(terms)):
        asked[terms[place]] = 0
    return size


@compiled
def search(
    index: Index,
    queries: _Vectors,
    order: NDArray[np.int64],
    days: NDArray[np.float64],
    ends: NDArray[np.int64],
    excluded: NDArray[np.int32],
    allowed: NDArray[np.bool_],
    fading: Fading,
    least: NDArray[np.float64],
    asked: NDArray[np.float32],
    found_scores: NDArray[np.float64],
    found_rows: NDArray[np.int32],
) -> int:
    """Find the nearest of some queries, one after the other; returns how many postings were read.

    Args:
        order: which queries.
        ends: (queries,) rows from here on are left out.
        allowed: which rows may be given; empty for all.
        least: (queries,) scores below which nothing is of use.
        asked: (terms,) all zero, before and after.
    """
    indptr, indices, data = queries
    articles, depth, limit = len(index.days), len(index.heads), found_rows.shape[1]
    sums = np.empty(index.block, np.float32)
    kept = np.empty(index.block, np.int32)
    looks = np.empty(index.block, np.float32)
    products = np.empty(len(index.levels))
    rests = np.empty(depth + 1)  # the norm of the query's head, by level
    tails = np.empty(depth + 2, np.int64)  # how many of its terms are outside of that head
    read = 0
    for query in order:
        start, end = indptr[query], indptr[query + 1]
        day, count = days[query], end - start
        terms, values, mass = spread(index, indices[start:end], data[start:end], asked, rests, tails)
        slack = 1 + ROUNDING * (count + 64)
        most_similar = np.sqrt(mass) * index.greatest_norm * slack

        heap = (found_scores[query], found_rows[query])
        size = 0
        hopeless = False
        # Blocks before `timeless` hold dates alone. They are visited outwards from the query's own day.
        blocks = (ends[query] + index.block - 1) // index.block
        timeless = index.dated // index.block if index.dated < articles else blocks
        timeless = 0 if np.isnan(day) else min(timeless, blocks)
        newer, older = 0, timeless
        while newer < older:
            middle = (newer + older) // 2
            if index.days[middle * index.block] >= day:
                newer = middle + 1
            else:
                older = middle
        newer -= 1
        rest = timeless
        while True:
            threshold = max(least[query], heap[0][0]) if size == limit else least[query]
            newer_left, older_left = -1.0, -1.0
            if newer >= 0:
                newer_left = most_left(
                    index, newer * index.block, min((newer + 1) * index.block, articles), day, fading
                )
            if older < timeless:
                older_left = most_left(
                    index, older * index.block, min((older + 1) * index.block, articles), day, fading
                )
            left = max(newer_left, older_left)
            if left > 0 and most_similar * left >= threshold:
                block = newer if newer_left >= older_left else older
                newer, older = (newer - 1, older) if newer_left >= older_left else (newer, older + 1)
            elif rest < blocks and most_similar >= threshold:
                block, left = rest, 1.0
                rest += 1
            else:
                break

            first, last = block * index.block, min((block + 1) * index.block, ends[query])
            candidates = 0
            level = 0
            if hopeless:
                candidates = last - first
                for place in range(candidates):
                    kept[place] = first + place
                    sums[place] = np.inf
            else:
                sums[:] = 0
                scouting = size < limit and 4 * limit < last - first
                level = depth // 2 if scouting else depth
                while (
                    level > 0 and not scouting and rests[level] * index.usual_heads[level - 1] > HOPE * threshold / left
                ):
                    level -= 1
                offsets = index.directory[block]
                postings = index.postings[index.indptr[first] : index.indptr[min(first + index.block, articles)]]
                summed, touched = 0, 0
                while True:
                    touched += accumulate(
                        sums, terms[summed : tails[level]], values[summed : tails[level]], offsets, offsets, postings
                    )
                    summed = tails[level]
                    if scouting:
                        given = (allowed, excluded[query])
                        floor = _floor(index, sums, first, last, day, fading, given, asked, products, looks, limit)
                        threshold = max(threshold, floor)
                        scouting = False
                    candidates = 0
                    for low in range(first, last, CHUNK):
                        high = min(low + CHUNK, last)
                        candidates = _promising(
                            kept,
                            candidates,
                            low,
                            sums[low - first : high - first],
                            np.float32(rests[level]),
                            index.heads[max(level - 1, 0), low:high],
                            index.weights[low:high],
                            np.float32(threshold / max(most_left(index, low, high, day, fading) * slack, TINY)),
                        )
                    if level == 0 or candidates * count <= touched:
                        break
                    level = max(level - STEP, 0)
                read += touched

            good = 0
            for place in range(candidates):
                row = kept[place]
                factor = fade(index.days[row] - day, fading) * index.weights[row]
                bound = sums[row - first] + rests[level] * index.heads[max(level - 1, 0), row]
                if bound * factor * slack < threshold or not _may_be_given(row, allowed, excluded[query]):
                    continue
                score = dot(index, row, asked, products) * factor
                if score > 0 and score >= threshold:
                    good += 1
                    size = push(heap, size, score, row)
                    threshold = max(threshold, heap[0][0]) if size == limit else threshold
            hopeless = good > _FULL * (last - first)
        sort(heap, size)
        for place in range(start, end):
            asked[indices[place]] = 0
    return read
