"""The score formula, similarity * (time factor * weight), and the upper bounds on its time factor."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.search.index_arrays import IndexArrays
from recommender.search.kernels.compiled import compiled

DecayParameters: TypeAlias = tuple[float, float, float, float]
"""Half-life in days, half-life for newer candidates, evergreen share, window in days: `Decay.parameters`."""

TIME_CHUNK = 256
"""Rows that share one upper bound on their time factor."""

MIN_TIME_FACTOR = 1e-30
"""Stands for smaller bounds where something is divided by them."""


@compiled
def time_factor(days_later: float, decay: DecayParameters) -> float:
    """The time factor, 0 to 1, of a candidate that is so many days newer than the query (or, below 0, older).

    It is 1 where the days are unknown (NaN).
    """
    half_life, newer_half_life, evergreen, window = decay
    if np.isnan(days_later) or days_later == 0:
        return 1.0
    days = abs(days_later)
    if days > window:
        return evergreen
    fading = float(np.exp2(-days / (newer_half_life if days_later > 0 else half_life)))
    return evergreen + (1.0 - evergreen) * fading


@compiled
def score(similarity: float, days_later: float, weight: float, decay: DecayParameters) -> float:
    """The score of a candidate of some weight that is so many days newer than the query.

    The order of the multiplications is part of the formula: other orders differ in the last bit.
    """
    return similarity * (time_factor(days_later, decay) * weight)


@compiled
def time_factors(days_later: NDArray[np.float64], decay: DecayParameters) -> NDArray[np.float64]:
    """The time factor of each pair, float64 (pairs,)."""
    factors = np.empty(len(days_later))
    for i in range(len(days_later)):
        factors[i] = time_factor(days_later[i], decay)
    return factors


@compiled
def max_factor_of_candidates(index: IndexArrays, first: int, last: int, day: float, decay: DecayParameters) -> float:
    """Upper bound on the time factor of the rows from `first` until `last` as candidates for a query of some day."""
    newest, oldest = index.days[first], index.days[last - 1]
    if oldest > day:
        return time_factor(oldest - day, decay)
    # Rows that end with an undated one include candidates whose factor is 1.
    return time_factor(newest - day, decay) if newest < day and not np.isnan(oldest) else 1.0


@compiled
def max_factor_for_queries(index: IndexArrays, first: int, last: int, day: float, decay: DecayParameters) -> float:
    """Upper bound on the time factor of a candidate of some day for the rows from `first` until `last` as queries."""
    newest, oldest = index.days[first], index.days[last - 1]
    if newest < day and not np.isnan(oldest):
        return time_factor(day - newest, decay)
    return time_factor(day - oldest, decay) if oldest > day else 1.0
