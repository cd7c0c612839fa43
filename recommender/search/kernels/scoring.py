"""The score formula, similarity * (time factor * weight * provider factor), and the upper bounds on its time factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import IndexArrays, ScoringParameters
from recommender.search.kernels.compiled import compiled, kernel

TIME_CHUNK = 256
"""Rows that share one upper bound on their time factor."""

MIN_TIME_FACTOR = 1e-30
"""Replaces smaller bounds in a denominator."""


@compiled
def time_factor(days_later: float, scoring: ScoringParameters) -> float:
    """The time factor, 0 to 1, of a candidate.

    Args:
        days_later: days from the query to the candidate, negative if it is older; NaN if unknown.
    """
    if np.isnan(days_later):
        return scoring.undated
    if days_later == 0:
        return 1.0
    days = abs(days_later)
    if days > scoring.window:
        return scoring.evergreen
    fading = float(np.exp2(-days / (scoring.newer_half_life if days_later > 0 else scoring.half_life)))
    return scoring.evergreen + (1.0 - scoring.evergreen) * fading


@compiled
def score(
    similarity: float, days_later: float, weight: float, provider_factor: float, scoring: ScoringParameters
) -> float:
    """The score of a candidate, by its similarity, days after the query, weight and provider factor.

    It is monotonic in the similarity, so an upper bound on the similarity gives one on the score. The order of the
    multiplications is part of the formula: other orders differ in the last bit.
    """
    if similarity < scoring.min_similarity:
        return 0.0
    return similarity * (time_factor(days_later, scoring) * weight * provider_factor)


@compiled
def provider_factor(provider: int, other: int, scoring: ScoringParameters) -> float:
    """The provider factor, 0 to 1, of articles of two providers; -1 stands for none."""
    return scoring.other_provider if provider >= 0 and other >= 0 and provider != other else 1.0


@kernel
def time_factors(days_later: NDArray[np.float64], scoring: ScoringParameters) -> NDArray[np.float64]:
    """The time factor of each pair, float64 (pairs,)."""
    factors = np.empty(len(days_later))
    for i in range(len(days_later)):
        factors[i] = time_factor(days_later[i], scoring)
    return factors


@compiled
def max_factor_of_candidates(
    index: IndexArrays, first: int, last: int, day: float, scoring: ScoringParameters
) -> float:
    """Upper bound on the time factor of the rows from `first` until `last` as candidates for a query dated `day`."""
    newest, oldest = index.days[first], index.days[last - 1]
    if oldest > day:
        return time_factor(oldest - day, scoring)
    return _max_factor_beside_undated(newest, oldest, day, time_factor(newest - day, scoring), scoring)


@compiled
def max_factor_for_queries(index: IndexArrays, first: int, last: int, day: float, scoring: ScoringParameters) -> float:
    """Upper bound on the time factor of a candidate dated `day` for the rows from `first` until `last` as queries."""
    newest, oldest = index.days[first], index.days[last - 1]
    if oldest > day:
        return time_factor(day - oldest, scoring)
    return _max_factor_beside_undated(newest, oldest, day, time_factor(day - newest, scoring), scoring)


@compiled
def _max_factor_beside_undated(
    newest: float, oldest: float, day: float, factor_of_newest: float, scoring: ScoringParameters
) -> float:
    """The same bound if the rows do not all lie on the newer side of the day, or if some are undated.

    Undated rows come last: the oldest row is undated if any is, the newest only if all are.
    """
    if np.isnan(day) or np.isnan(newest):
        return scoring.undated
    if newest >= day:
        return 1.0
    return max(factor_of_newest, scoring.undated) if np.isnan(oldest) else factor_of_newest
