"""Time decay: how a score falls with the days between two articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.search.index_arrays import read_only
from recommender.settings import Settings


@dataclass(frozen=True, slots=True)
class Decay:
    """Time decay: the time factor of a score is e + (1 - e) * 2^(-|days apart| / half-life), and e beyond a window.

    The factor is 1 where either date is unknown (NaN). The formula itself is compiled: `kernels/scoring.py`.

    Attributes:
        half_life_days: `None` for no decay.
        newer_stretch: for candidates newer than the query the half-life is so many times as long.
        evergreen: e, the share that no time takes away, 0 to 1.
        window_days: beyond it only that share is left; `None` for no window.
    """

    half_life_days: float | None
    newer_stretch: float = 1.0
    evergreen: float = 0.0
    window_days: float | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The decay that some settings ask for."""
        return cls(
            settings.half_life_days,
            newer_stretch=settings.newer_stretch,
            evergreen=settings.evergreen,
            window_days=settings.window_days,
        )

    def factor(self, query_days: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
        """The time factor, 0 to 1, of candidates of some `days` for queries of others, broadcast, float64."""
        days_later = np.asarray(days - query_days, np.float64)
        if self.half_life_days is None:
            return np.ones_like(days_later)
        from recommender.search.kernels import time_factors  # numpy's powers of 2 differ in the last bit

        return time_factors(read_only(days_later.ravel()), self.parameters).reshape(days_later.shape)

    def score(self, similarity: float, days_later: float, weight: float) -> float:
        """The score of a candidate: similarity * (time factor * weight), with the bits that a search gives it.

        Args:
            days_later: days from the query to the candidate; NaN if unknown.
            weight: of the candidate, 0 to 1.
        """
        from recommender.search.kernels import score

        return float(
            score(similarity, days_later if self.half_life_days is not None else np.nan, weight, self.parameters)
        )

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        """Half-life in days (1 if there is none), half-life for newer candidates, evergreen share, window in days."""
        half_life = self.half_life_days or 1.0
        window = np.inf if self.window_days is None else self.window_days
        return half_life, half_life * self.newer_stretch, self.evergreen, window
