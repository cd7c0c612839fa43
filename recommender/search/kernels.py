"""What compiled loops are made of: time, heaps, postings, similarities. Importing numba takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    from recommender.search.index import Index

CHUNK = 256  # rows that share one bound in time
ROUNDING = 2.0**-22  # what each term may add to the error of a bound, which is summed in float32
HOPE = 0.8  # of the wanted similarity: what may be left to a head, going by what articles usually hold of it
STEP = 2  # levels: the postings that are read about double
STRIP = 64  # rows that are looked at together, several at once: most strips hold none that is wanted
TINY = 1e-30  # no time leaves less, where something is divided by what it leaves

_F = TypeVar("_F", bound=Callable[..., Any])
Fading = tuple[float, float, float]  # half-life, that towards newer candidates, weight of older ones
Heap = tuple[NDArray[np.float64], NDArray[np.int32]]  # scores and rows; the worst is the root


def compiled(function: _F) -> _F:
    """Compile without the interpreter's lock, and keep the result on disk where it can be written."""
    try:
        ready: _F = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba finds no folder to keep it in
        ready = njit(nogil=True)(function)
    return ready


@compiled
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


@compiled
def fade(later: float, fading: Fading) -> float:
    if np.isnan(later) or later == 0:
        return 1.0
    if later > 0:
        return float(np.exp2(-later / fading[1]))
    return float(np.exp2(later / fading[0])) * fading[2]


@compiled
def fades(later: NDArray[np.float64], fading: Fading) -> NDArray[np.float64]:
    """What time leaves of each score, for days towards newer candidates, (pairs,); NaN leaves all."""
    factors = np.empty(len(later))
    for place in range(len(later)):
        factors[place] = fade(later[place], fading)
    return factors


@compiled
def most_left(index: Index, first: int, last: int, day: float, fading: Fading) -> float:
    """The most that time leaves of any of the rows from `first` until `last`."""
    newest, oldest = index.days[first], index.days[last - 1]
    if oldest > day:
        return fade(oldest - day, fading)
    # A span that ends without a date holds some that don't fade.
    return fade(newest - day, fading) if newest < day and not np.isnan(oldest) else 1.0


@compiled
def most_left_of(index: Index, first: int, last: int, day: float, fading: Fading) -> float:
    """The most that time leaves of a candidate of some day, for any of the rows from `first` until `last`."""
    newest, oldest = index.days[first], index.days[last - 1]
    if newest < day and not np.isnan(oldest):  # else it holds some that don't fade
        return fade(day - newest, fading)
    return fade(day - oldest, fading) if oldest > day else 1.0


@compiled
def _worse(heap: Heap, place: int, score: float, row: int) -> bool:
    return bool(heap[0][place] < score or (heap[0][place] == score and heap[1][place] > row))


@compiled
def _sink(heap: Heap, size: int, score: float, row: int) -> None:
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


@compiled
def push(heap: Heap, size: int, score: float, row: int) -> int:
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


@compiled
def sort(heap: Heap, size: int) -> None:
    """Turn a heap into a list, best first."""
    scores, rows = heap
    for remaining in range(size - 1, 0, -1):
        score, row = scores[remaining], rows[remaining]
        scores[remaining], rows[remaining] = scores[0], rows[0]
        _sink(heap, remaining, score, row)


@compiled
def spread(
    index: Index,
    columns: NDArray[np.int32],
    data: NDArray[np.float32],
    asked: NDArray[np.float32],
    rests: NDArray[np.float64],
    tails: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.float32], float]:
    """Make a vector ready to be a query: its terms, the rarest first, their values to scale, and its squared norm.

    Args:
        asked: (terms,) gets the vector's values.
        rests: (heads + 1,) gets the norm of the vector's head, by level.
        tails: (heads + 2,) gets how many of its terms are outside of that head.
    """
    depth = len(rests) - 1
    rests[:], tails[:] = 0, 0
    for place in range(len(columns)):
        level = index.levels[columns[place]]
        rests[level] += np.float64(data[place]) ** 2
        tails[level] += 1
        asked[columns[place]] = data[place]
    mass = 0.0
    for level in range(depth + 1):
        mass, rests[level] = mass + rests[level], np.sqrt(mass)
    for level in range(depth, -1, -1):
        tails[level] += tails[level + 1]
    terms, values = np.empty(len(columns), np.int32), np.empty(len(columns), np.float32)
    cursor = tails[1:].copy()
    for place in range(len(columns)):
        level = index.levels[columns[place]]
        terms[cursor[level]] = columns[place]
        values[cursor[level]] = data[place] / index.scale
        cursor[level] += 1
    return terms, values, mass


@compiled
def accumulate(
    sums: NDArray[np.float32],
    terms: NDArray[np.int32],
    values: NDArray[np.float32],
    begins: NDArray[np.int32],
    offsets: NDArray[np.int32],
    postings: NDArray[np.uint32],
) -> int:
    """Add what some terms contribute to a block's rows, rounded up; returns how many postings that took.

    A term's postings are read from where it `begins`, which is at its own of the `offsets` or later, to the next one.
    """
    starts, ends, touched = np.empty(len(terms), np.int32), np.empty(len(terms), np.int32), 0
    for place in range(len(terms)):
        starts[place], ends[place] = begins[terms[place]], offsets[terms[place] + 1]
        touched += ends[place] - starts[place]
    for place in range(len(terms)):
        value = values[place]
        of_term = postings[starts[place] : ends[place]]
        for at in range(np.uint64(0), np.uint64(len(of_term))):  # unsigned: no index from the end to look for
            posting = of_term[at]
            sums[posting >> np.uint32(16)] += value * np.float32(np.int32(posting & np.uint32(0xFFFF)))
    return touched


@compiled
def dot(index: Index, row: int, asked: NDArray[np.float32], products: NDArray[np.float64]) -> float:
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
