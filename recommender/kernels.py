"""The compiled loops of `neighbors.py`. Importing this module imports numba, which takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    from recommender.neighbors import Index

_CHUNK = 256  # rows that share one bound in time
_ROUNDING = 2.0**-22  # what each term may add to the error of a bound, which is summed in float32
_HOPE = 0.8  # of the wanted similarity: what may be left to a head, going by what articles usually hold of it
_STEPS = 1024  # of a hundredth each: what is below them looks too poor to count
_STRIP = 64  # rows that are looked at together
_STEP = 2  # levels: the postings that are read about double
_FULL = 0.5  # of a block's rows: where so many stay in question, sums of postings tell nothing

_F = TypeVar("_F", bound=Callable[..., Any])
_Fading = tuple[float, float, float]  # half-life, that towards newer candidates, weight of older ones
_Vectors = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]  # indptr, indices, data
_Heap = tuple[NDArray[np.float64], NDArray[np.int32]]  # scores and rows; the worst is the root


def _compiled(function: _F) -> _F:
    """Compile without the interpreter's lock, and keep the result on disk where it can be written."""
    try:
        compiled: _F = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba finds no folder to keep it in
        compiled = njit(nogil=True)(function)
    return compiled


@_compiled
def invert(index: Index, first_block: int, last_block: int) -> float:
    """Fill directory, postings and heads of some blocks; returns their articles' greatest norm."""
    terms, depth = len(index.levels), len(index.heads)
    cursor = np.empty(terms, np.int64)
    masses = np.empty(depth + 1)
    greatest = 0.0
    for block in range(first_block, last_block):
        first, last = block * index.block, min((block + 1) * index.block, len(index.days))
        offsets = index.directory[block]
        offsets[:] = 0
        for place in range(index.indptr[first], index.indptr[last]):
            offsets[index.indices[place] + 1] += 1
        for term in range(terms):
            cursor[term] = index.indptr[first] + offsets[term]
            offsets[term + 1] += offsets[term]
        for row in range(first, last):
            masses[:] = 0
            for place in range(index.indptr[row], index.indptr[row + 1]):
                term, value = index.indices[place], np.float64(index.data[place])
                share = min(np.ceil(value * index.scale), 65535.0)
                index.postings[cursor[term]] = np.uint32(row - first) << np.uint32(16) | np.uint32(share)
                cursor[term] += 1
                masses[index.levels[term]] += value * value
            mass = 0.0
            for level in range(depth):
                mass += masses[level]
                index.heads[level, row] = np.sqrt(mass)
            greatest = max(greatest, np.sqrt(mass + masses[depth]))
    return greatest


@_compiled
def _fade(later: float, fading: _Fading) -> float:
    if np.isnan(later) or later == 0:
        return 1.0
    if later > 0:
        return float(np.exp2(-later / fading[1]))
    return float(np.exp2(later / fading[0])) * fading[2]


@_compiled
def fades(later: NDArray[np.float64], fading: _Fading) -> NDArray[np.float64]:
    """What time leaves of each score, for days towards newer candidates, (pairs,); NaN leaves all."""
    factors = np.empty(len(later))
    for place in range(len(later)):
        factors[place] = _fade(later[place], fading)
    return factors


@_compiled
def _most(index: Index, first: int, last: int, day: float, fading: _Fading) -> float:
    """The most that time leaves of any of the rows from `first` until `last`."""
    newest, oldest = index.days[first], index.days[last - 1]
    if oldest > day:
        return _fade(oldest - day, fading)
    # A span that ends without a date holds some that don't fade.
    return _fade(newest - day, fading) if newest < day and not np.isnan(oldest) else 1.0


@_compiled
def _most_of_queries(index: Index, first: int, last: int, day: float, fading: _Fading) -> float:
    """The most that time leaves of a candidate of some day, for any of the rows from `first` until `last`."""
    newest, oldest = index.days[first], index.days[last - 1]
    if newest < day and not np.isnan(oldest):  # else it holds some that don't fade
        return _fade(day - newest, fading)
    return _fade(day - oldest, fading) if oldest > day else 1.0


@_compiled
def _worse(heap: _Heap, place: int, score: float, row: int) -> bool:
    return bool(heap[0][place] < score or (heap[0][place] == score and heap[1][place] > row))


@_compiled
def _sink(heap: _Heap, size: int, score: float, row: int) -> None:
    """Put a pair in the place of the root."""
    scores, rows = heap
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _worse(heap, child + 1, scores[child], rows[child]):
            child += 1
        if not _worse(heap, child, score, row):
            break
        scores[place], rows[place] = scores[child], rows[child]
        place = child
    scores[place], rows[place] = score, row


@_compiled
def _push(heap: _Heap, size: int, score: float, row: int) -> int:
    """Add a pair, in the place of the worst if the heap is full; returns the new size."""
    scores, rows = heap
    if size == len(scores):
        if _worse(heap, 0, score, row):
            _sink(heap, size, score, row)
        return size
    place = size
    while place > 0 and not _worse(heap, (place - 1) // 2, score, row):
        parent = (place - 1) // 2
        scores[place], rows[place] = scores[parent], rows[parent]
        place = parent
    scores[place], rows[place] = score, row
    return size + 1


@_compiled
def _sort(heap: _Heap, size: int) -> None:
    """Turn a heap into a list, best first."""
    scores, rows = heap
    for remaining in range(size - 1, 0, -1):
        score, row = scores[remaining], rows[remaining]
        scores[remaining], rows[remaining] = scores[0], rows[0]
        _sink(heap, remaining, score, row)


@_compiled
def _accumulate(
    sums: NDArray[np.float32],
    terms: NDArray[np.int32],
    values: NDArray[np.float32],
    offsets: NDArray[np.int32],
    postings: NDArray[np.uint32],
) -> int:
    """Add what some terms contribute to a block's rows, rounded up; returns how many postings that took."""
    starts, ends, touched = np.empty(len(terms), np.int32), np.empty(len(terms), np.int32), 0
    for place in range(len(terms)):
        starts[place], ends[place] = offsets[terms[place]], offsets[terms[place] + 1]
        touched += ends[place] - starts[place]
    for place in range(len(terms)):
        value = values[place]
        of_term = postings[starts[place] : ends[place]]
        for at in range(np.uint64(0), np.uint64(len(of_term))):  # unsigned: no index from the end to look for
            posting = of_term[at]
            sums[posting >> np.uint32(16)] += value * np.float32(np.int32(posting & np.uint32(0xFFFF)))
    return touched


@_compiled
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
    for low in range(0, len(sums), _STRIP):
        some = slice(low, min(low + _STRIP, len(sums)))
        of_sums, of_heads, of_weights = sums[some], heads[some], weights[some]
        any = 0  # counted without a branch, so that one instruction looks at several rows: most strips hold none
        for place in range(len(of_sums)):
            any += (of_sums[place] + rest * of_heads[place]) * np.float32(of_weights[place]) >= wanted
        if any:
            for place in range(len(of_sums)):
                bound = (of_sums[place] + rest * of_heads[place]) * np.float32(of_weights[place])
                kept[size] = first + low + place
                size += bound >= wanted and bound > 0
    return size


@_compiled
def _similarity(index: Index, row: int, asked: NDArray[np.float32], products: NDArray[np.float64]) -> float:
    """The dot product of a row and the query that is spread out in `asked`, summed in the order of the columns.

    `products` has room for a row's columns: each sum has to wait for the one before, so only those are made that add.
    """
    start, end = index.indptr[row], index.indptr[row + 1]
    columns, values = index.indices[start:end], index.data[start:end]
    size = np.uint64(0)
    for place in range(np.uint64(0), np.uint64(len(columns))):
        weight = asked[np.uint32(columns[place])]
        products[size] = np.float64(weight) * np.float64(values[place])
        size += np.uint64(weight != 0)
    total = 0.0
    for place in range(np.uint64(0), size):
        total += products[place]
    return total


@_compiled
def _may_be_given(row: int, allowed: NDArray[np.bool_], excluded: NDArray[np.int32]) -> bool:
    for place in range(len(excluded)):
        if excluded[place] == row:
            return False
    return len(allowed) == 0 or bool(allowed[row])


@_compiled
def _floor(
    index: Index,
    sums: NDArray[np.float32],
    first: int,
    last: int,
    day: float,
    fading: _Fading,
    given: tuple[NDArray[np.bool_], NDArray[np.int32]],
    asked: NDArray[np.float32],
    products: NDArray[np.float64],
    looks: NDArray[np.float32],
    wanted: int,
) -> float:
    """A score that as many rows reach as are wanted: the least of those that look best; 0 if there are fewer."""
    allowed, excluded = given
    for start in range(first, last, _CHUNK):
        end = min(start + _CHUNK, last)
        faded = np.float32(_most(index, start, end, day, fading))
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
            factor = _fade(index.days[row] - day, fading) * index.weights[row]
            floor = min(floor, _similarity(index, row, asked, products) * factor)
    return floor


@_compiled
def enter(
    index: Index,
    terms: NDArray[np.int32],
    values: NDArray[np.float32],
    day: float,
    weight: float,
    least: NDArray[np.float64],
    fading: _Fading,
    asked: NDArray[np.float32],
    found_rows: NDArray[np.int64],
    found_scores: NDArray[np.float64],
) -> int:
    """Find the rows for which a candidate of some terms scores their `least` and above 0; returns how many there are.

    `asked` is (terms,) all zero, before and after.
    """
    slack = 1 + _ROUNDING * (len(terms) + 64)
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
        for low in range(first, last, _CHUNK):
            high = min(low + _CHUNK, last)
            left = most * _most_of_queries(index, low, high, day, fading)
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
            _accumulate(sums, terms, scaled, offsets, index.postings[index.indptr[first] : index.indptr[last]])
        for place in range(candidates):
            row = kept[place]
            if summed and (sums[row - first] <= 0 or sums[row - first] * weight * slack < least[row]):
                continue
            score = _similarity(index, row, asked, products) * (_fade(day - index.days[row], fading) * weight)
            if score > 0 and score >= least[row]:
                found_rows[size], found_scores[size] = row, score
                size += 1
    for place in range(len(terms)):
        asked[terms[place]] = 0
    return size


@_compiled
def search(
    index: Index,
    queries: _Vectors,
    order: NDArray[np.int64],
    days: NDArray[np.float64],
    ends: NDArray[np.int64],
    excluded: NDArray[np.int32],
    allowed: NDArray[np.bool_],
    fading: _Fading,
    min_score: float,
    asked: NDArray[np.float32],
    found_scores: NDArray[np.float64],
    found_rows: NDArray[np.int32],
) -> int:
    """Find the nearest of some queries, one after the other; returns how many postings were read.

    Args:
        order: which queries.
        ends: (queries,) rows from here on are left out.
        allowed: which rows may be given; empty for all.
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
        rests[:], tails[:] = 0, 0
        for place in range(start, end):
            level = index.levels[indices[place]]
            rests[level] += np.float64(data[place]) ** 2
            tails[level] += 1
            asked[indices[place]] = data[place]
        mass = 0.0
        for level in range(depth + 1):
            mass, rests[level] = mass + rests[level], np.sqrt(mass)
        for level in range(depth, -1, -1):
            tails[level] += tails[level + 1]
        terms, values = np.empty(count, np.int32), np.empty(count, np.float32)
        cursor = tails[1:].copy()
        for place in range(start, end):
            level = index.levels[indices[place]]
            terms[cursor[level]] = indices[place]
            values[cursor[level]] = data[place] / index.scale
            cursor[level] += 1
        slack = 1 + _ROUNDING * (count + 64)
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
            threshold = max(min_score, heap[0][0]) if size == limit else min_score
            newer_left, older_left = -1.0, -1.0
            if newer >= 0:
                newer_left = _most(index, newer * index.block, min((newer + 1) * index.block, articles), day, fading)
            if older < timeless:
                older_left = _most(index, older * index.block, min((older + 1) * index.block, articles), day, fading)
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
                    level > 0
                    and not scouting
                    and rests[level] * index.usual_heads[level - 1] > _HOPE * threshold / left
                ):
                    level -= 1
                offsets = index.directory[block]
                postings = index.postings[index.indptr[first] : index.indptr[min(first + index.block, articles)]]
                summed, touched = 0, 0
                while True:
                    touched += _accumulate(
                        sums, terms[summed : tails[level]], values[summed : tails[level]], offsets, postings
                    )
                    summed = tails[level]
                    if scouting:
                        given = (allowed, excluded[query])
                        floor = _floor(index, sums, first, last, day, fading, given, asked, products, looks, limit)
                        threshold = max(threshold, floor)
                        scouting = False
                    candidates = 0
                    for low in range(first, last, _CHUNK):
                        high = min(low + _CHUNK, last)
                        candidates = _promising(
                            kept,
                            candidates,
                            low,
                            sums[low - first : high - first],
                            np.float32(rests[level]),
                            index.heads[max(level - 1, 0), low:high],
                            index.weights[low:high],
                            np.float32(threshold / max(_most(index, low, high, day, fading) * slack, 1e-30)),
                        )
                    if level == 0 or candidates * count <= touched:
                        break
                    level = max(level - _STEP, 0)
                read += touched

            good = 0
            for place in range(candidates):
                row = kept[place]
                factor = _fade(index.days[row] - day, fading) * index.weights[row]
                bound = sums[row - first] + rests[level] * index.heads[max(level - 1, 0), row]
                if bound * factor * slack < threshold or not _may_be_given(row, allowed, excluded[query]):
                    continue
                score = _similarity(index, row, asked, products) * factor
                if score > 0 and score >= threshold:
                    good += 1
                    size = _push(heap, size, score, row)
                    threshold = max(threshold, heap[0][0]) if size == limit else threshold
            hopeless = good > _FULL * (last - first)
        _sort(heap, size)
        for place in range(start, end):
            asked[indices[place]] = 0
    return read
