"""Time decay: how the days between two articles lower a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.search.arrays import read_only
from recommender.settings import Settings


@dataclass(frozen=True, slots=True)
class Decay:
    """How time fades a score: 2^(-|days apart| / half-life).

    Towards newer candidates the half-life is `newer_stretch` times as long, and older ones have a weight, 0 to 1.
    Where a date is unknown (NaN) time counts for nothing, and the factor is 1.
    """

    half_life_days: float | None
    newer_stretch: float = 1.0
    older_weight: float = 1.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """How time fades a score under some settings."""
        return cls(settings.half_life_days, newer_stretch=settings.newer_stretch, older_weight=settings.older_weight)

    def factor(self, query_days: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
        """The factor, 0 to 1, of candidates of some `days` for queries of others, broadcast, float64."""
        from recommender.search.kernels import fades  # numpy's powers of 2 differ in the last bit

        later = np.asarray(days - query_days, np.float64)
        if self.half_life_days is None:
            return np.ones_like(later)
        return fades(read_only(later.ravel()), self.fading).reshape(later.shape)

    @property
    def fading(self) -> tuple[float, float, float]:
        """Half-life in days (1 if there is none), that towards newer candidates, and the weight of older ones."""
        half_life = self.half_life_days or 1.0
        return half_life, half_life * self.newer_stretch, self.older_weight
