"""Rank-biased overlap of two lists (Webber, Moffat and Zobel, ACM TOIS 2010), normalised to the lists' own length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DEPTH = 10
"""Number of entries of a list that are compared."""

_PERSISTENCE = 0.9  # the probability that a reader of an entry continues to the next one: the paper's p
_BATCH = 4096  # pairs of lists


def rank_biased_overlap(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.float64]:
    """The rank-biased overlap of each pair of lists: 1 for equal lists, 0 for disjoint ones.

    It is the mean of A_1 to A_n, weighted by 0.9^(d - 1), where A_d is the share that the first d entries of both have
    in common, and n the length of the longer list. For two empty lists it is 1.

    Args:
        before, after: int64 (pairs, depth) the distinct entries of the lists; -1 after the end of a list.

    Returns:
        float64 (pairs,).
    """
    batches = range(0, len(before), _BATCH)
    found = [_overlap(before[start : start + _BATCH], after[start : start + _BATCH]) for start in batches]
    return np.concatenate([np.zeros(0), *found])


def _overlap(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.float64]:
    depths = np.arange(1, before.shape[1] + 1)
    lengths = (before >= 0).sum(axis=1)[:, None], (after >= 0).sum(axis=1)[:, None]
    same = (before[:, :, None] == after[:, None, :]) & (before >= 0)[:, :, None]
    deeper = np.maximum(depths[:, None], depths[None, :])  # the depth from which both lists contain an entry
    shared = np.stack([(same & (deeper <= depth)).sum(axis=(1, 2)) for depth in depths], axis=1)
    longest = np.maximum(*lengths)
    sizes = np.maximum(np.minimum(depths, longest), 1)
    weights = np.where(depths <= longest, _PERSISTENCE ** (depths - 1.0), 0.0)
    totals = weights.sum(axis=1)
    overlaps = (weights * shared / sizes).sum(axis=1) / np.where(totals == 0, 1.0, totals)
    return np.where(totals == 0, 1.0, np.minimum(overlaps, 1.0))
