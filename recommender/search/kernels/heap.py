"""Bounded heap of the best scores."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.search.kernels.compiled import Int, compiled

Heap: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int32]]
"""Scores and rows, both (limit,); the root is the worst pair: the lowest score, the greatest row among equal scores."""


@compiled
def _is_worse(heap: Heap, i: Int, score: float, row: Int) -> bool:
    return bool(heap[0][i] < score or (heap[0][i] == score and heap[1][i] > row))


@compiled
def _replace_root(heap: Heap, size: Int, score: float, row: Int) -> None:
    scores, rows = heap
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and _is_worse(heap, child + 1, scores[child], np.int64(rows[child])):
            child += 1
        if not _is_worse(heap, child, score, row):
            break
        scores[i], rows[i] = scores[child], rows[child]
        i = child
    scores[i], rows[i] = score, row


@compiled
def push(heap: Heap, size: Int, score: float, row: Int) -> Int:
    """Add a pair, replacing the worst if the heap is full and the pair is better; returns the new size."""
    scores, rows = heap
    if size == len(scores):
        if _is_worse(heap, np.int64(0), score, row):
            _replace_root(heap, size, score, row)
        return size
    i = size
    while i > 0 and not _is_worse(heap, (i - 1) // 2, score, row):
        parent = (i - 1) // 2
        scores[i], rows[i] = scores[parent], rows[parent]
        i = parent
    scores[i], rows[i] = score, row
    return size + 1


@compiled
def sort(heap: Heap, size: Int) -> None:
    """Heapsort in place, best first; afterwards the arrays are no longer a heap."""
    scores, rows = heap
    for remaining in range(size - 1, 0, -1):
        score, row = scores[remaining], np.int64(rows[remaining])
        scores[remaining], rows[remaining] = scores[0], rows[0]
        _replace_root(heap, remaining, score, row)
