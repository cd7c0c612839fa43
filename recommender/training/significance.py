"""When a difference is more than chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FEW = 20  # lists among which a standard error is itself uncertain: twice as much is asked for


def is_beyond_noise(
    differences: NDArray[np.float64],
    days: NDArray[np.float64],
    *,
    standard_errors: float,
    least_deviation: float,
) -> bool:
    """Whether paired differences, one a list, are above 0 by more than noise, on average.

    Args:
        differences: float64 (lists,), of nDCG@10.
        days: float64 (lists,) the day of each: lists of one day judge the same news, so they count as one sample
            where that makes the error greater; NaN where unknown, which is a day of its own.
        standard_errors: how many of them are noise.
        least_deviation: how much lists are taken to vary at least: a few that happen to agree prove little.
    """
    count = len(differences)
    mean = differences.mean()
    unknown = np.isnan(days)
    _, day = np.unique(np.where(unknown, -np.arange(count) - 1.0, days), return_inverse=True)
    by_day = np.bincount(day, differences - mean)
    error = max(np.sqrt((by_day**2).sum()) / count, differences.std() / np.sqrt(count))
    error = np.hypot(error, least_deviation / np.sqrt(count))
    return bool(mean > standard_errors * (1 + _FEW / count) * error)
