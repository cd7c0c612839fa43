"""Ranks of some candidates among those of their list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.kernels.compiled import kernel


@kernel
def ranks_of(
    scores: NDArray[np.float64], lists: NDArray[np.int64], positions: NDArray[np.int64], depth: int
) -> NDArray[np.int64]:
    """The rank of each candidate in its list, from 0, int64 (candidates,); at most `depth`.

    Args:
        scores: (lists, width); of equal ones the first ranks first.
        lists, positions: (candidates,) where each one's score is.
    """
    found = np.empty(len(lists), np.int64)
    for i in range(len(lists)):
        of_list, position, rank = scores[lists[i]], positions[i], 0
        own = of_list[position]
        for score in of_list[:position]:
            rank += score >= own
        for score in of_list[position + 1 :]:
            rank += score > own
        found[i] = min(rank, depth)
    return found
