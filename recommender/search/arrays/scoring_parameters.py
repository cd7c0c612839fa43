"""The parameters of a `Scoring` as plain numbers."""

from __future__ import annotations

from typing import NamedTuple


class ScoringParameters(NamedTuple):
    """The parameters of a `Scoring`, as the kernels and `brute_force` take them.

    Attributes:
        half_life, newer_half_life: in days; 1 if there is none.
        window: in days; infinite if there is none.
        undated: 1 without a half-life.
    """

    half_life: float
    newer_half_life: float
    evergreen: float
    window: float
    undated: float
    min_similarity: float
    other_provider: float
