"""Significance tests of paired nDCG differences, for tuning and for the evaluation report."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SMALL_SAMPLE = 20  # lists; with so few the standard error is itself uncertain and counts double
_RESAMPLES = 2_000
_SEED = 0


def is_significant(
    differences: NDArray[np.float64],
    days: NDArray[np.float64],
    *,
    standard_errors: float,
    min_deviation: float,
) -> bool:
    """Whether tuning may trust a gain: the mean difference exceeds some standard errors, clustered by day.

    Args:
        differences: float64 (lists,) the difference in nDCG of each list.
        days: float64 (lists,) the day of each list; NaN where unknown. Lists of one day are about the same news, so
            they count as one sample if that makes the error larger; an unknown day is its own cluster.
        standard_errors: the number of standard errors that the mean must exceed.
        min_deviation: lower bound on the standard deviation of a difference, since a few lists may agree by chance.
    """
    count = len(differences)
    mean = differences.mean()
    unknown = np.isnan(days)
    _, day = np.unique(np.where(unknown, -np.arange(count) - 1.0, days), return_inverse=True)
    by_day = np.bincount(day, differences - mean)
    error = max(np.sqrt((by_day**2).sum()) / count, differences.std() / np.sqrt(count))
    error = np.hypot(error, min_deviation / np.sqrt(count))
    return bool(mean > standard_errors * (1 + _SMALL_SAMPLE / count) * error)


def permutation_p_value(differences: NDArray[np.float64]) -> float:
    """The p-value of a two-sided paired permutation test, with signs flipped at random.

    Args:
        differences: float64 (queries,) the difference in a measure for each query.

    Returns:
        1.0 if there are fewer than two queries or all differences are 0.
    """
    if len(differences) < 2 or not differences.any():
        return 1.0
    from scipy import stats

    test = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        batch=200,
        vectorized=True,
        rng=np.random.default_rng(_SEED),
    )
    return float(test.pvalue)
