"""Scoring: how a similarity becomes a score, given the days between two articles and the candidate's weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import isqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.search import brute_force
from recommender.search.arrays import ScoringParameters, read_only
from recommender.settings import Settings

_SAMPLE = 1000  # random dated articles; evenly spaced ones would be too far apart to represent all pairs
_SEED = 0


@dataclass(frozen=True, slots=True)
class Scoring:
    """A score is similarity * time factor * weight * provider factor, and 0 below the minimum similarity.

    The time factor is e + (1 - e) * 2^(-|days apart| / half-life), and e beyond the window. The formula is compiled in
    `kernels/scoring.py`.

    Attributes:
        half_life_days: `None` for a time factor of 1.
        newer_stretch: factor by which the half-life is longer for candidates newer than the query.
        evergreen: e, the share that does not decay, 0 to 1.
        window_days: days after which only that share is left; `None` for no window.
        undated: the time factor if either date is unknown (NaN), 0 to 1; `None` for the mean over the sample's pairs.
        sample: dates of random dated articles, in days.
        min_similarity: the lowest similarity that counts, 0 to 1.
        other_provider: the provider factor of articles of two different providers, 0 to 1; otherwise it is 1.
    """

    half_life_days: float | None
    newer_stretch: float = 1.0
    evergreen: float = 0.0
    window_days: float | None = None
    undated: float | None = None
    sample: tuple[float, ...] = ()
    min_similarity: float = 0.0
    other_provider: float = 1.0

    @classmethod
    def from_settings(cls, settings: Settings, days: NDArray[np.float64]) -> Self:
        """The scoring under some settings.

        A pair with an unknown date gets the mean time factor of all pairs of dated articles.

        Args:
            days: float64 (articles,) the articles' dates, descending, NaN (unknown) last.
        """
        dated = days[: len(days) - int(np.count_nonzero(np.isnan(days)))]
        sample = dated
        if len(dated) > _SAMPLE:
            drawn = np.random.default_rng(_SEED).integers(0, len(dated), _SAMPLE)
            sample = dated[sorted(set(drawn.tolist()))]  # np.unique would import np.ma, which takes a while
        return cls(
            settings.half_life_days,
            newer_stretch=settings.newer_stretch,
            evergreen=settings.evergreen,
            window_days=settings.window_days,
            min_similarity=settings.min_similarity,
            other_provider=settings.other_provider,
            sample=tuple(sample.tolist()),
        )

    def time_factor(self, query_days: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
        """The time factor, 0 to 1, of candidates dated `days` for queries dated `query_days`, broadcast, float64."""
        days_later = np.asarray(days - query_days, np.float64)
        if self.half_life_days is None:
            return np.ones_like(days_later)
        if brute_force.is_small(isqrt(days_later.size)):
            return brute_force.time_factors(days_later, self.parameters)
        from recommender.search.kernels import time_factors  # numpy's powers of 2 differ in the last bit

        return time_factors(read_only(days_later.ravel()), self.parameters).reshape(days_later.shape)

    def provider_factor(self, providers: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.float64]:
        """The provider factor, 0 to 1, of pairs of articles by provider (-1 for none), float64 (pairs,)."""
        return brute_force.provider_factors(providers, others, self.parameters)

    def score(self, similarity: float, days_later: float, weight: float, provider_factor: float = 1.0) -> float:
        """The score of a candidate, identical to the last bit to that of a search.

        Args:
            days_later: days from the query to the candidate; NaN if unknown.
            weight: of the candidate, 0 to 1.
            provider_factor: of the candidate for the query, 0 to 1.
        """
        factor = brute_force.time_factors(
            np.array(days_later if self.half_life_days is not None else np.nan), self.parameters
        )
        return float(brute_force.scores(np.array(similarity), factor, weight, provider_factor, self.parameters))

    @property
    def parameters(self) -> ScoringParameters:
        """The parameters for the kernels."""
        half_life = self.half_life_days or 1.0
        undated = _mean_time_factor(self) if self.undated is None else float(self.undated)
        return ScoringParameters(
            half_life=float(half_life),
            newer_half_life=float(half_life * self.newer_stretch),
            evergreen=float(self.evergreen),
            window=np.inf if self.window_days is None else float(self.window_days),
            undated=1.0 if self.half_life_days is None else undated,
            min_similarity=float(self.min_similarity),
            other_provider=float(self.other_provider),
        )


@lru_cache(maxsize=64)
def _mean_time_factor(scoring: Scoring) -> float:
    """The mean time factor of all pairs of the sample; 1 without a half-life or pair."""
    days = np.array(scoring.sample)
    if scoring.half_life_days is None or len(days) < 2:
        return 1.0
    factors = replace(scoring, undated=1.0).time_factor(days[:, None], days[None, :])
    return float(factors[~np.eye(len(days), dtype=np.bool_)].mean())
