"""Blind trials: a person prefers one of two lists of an article without knowing which recommender made it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from recommender.comparison.list_comparison import ListComparison

_MOST_TRIALS = 100


class BlindTrial(NamedTuple):
    """An article to judge.

    Attributes:
        position: in the comparison.
        is_swapped: whether the later list is on the left.
    """

    position: int
    is_swapped: bool


def draw_trials(comparison: ListComparison, *, seed: int) -> list[BlindTrial]:
    """Draw random articles whose lists differ, in random order and with random sides; deterministic for a seed."""
    random = np.random.default_rng(seed)
    drawn = random.permutation(np.sort(comparison.changed))[:_MOST_TRIALS]
    return [BlindTrial(*pair) for pair in zip(drawn.tolist(), random.random(len(drawn)) < 0.5, strict=True)]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each recommender's list was preferred, and how often none."""

    before: int
    after: int
    neither: int

    @classmethod
    def of(cls, trials: Sequence[BlindTrial], votes: str) -> Self:
        """Count the votes of the first trials: `1` for the left list, `2` for the right one, `0` for neither."""
        pairs = list(zip(votes, trials, strict=False))
        later = sum(vote == ("1" if trial.is_swapped else "2") for vote, trial in pairs)
        neither = sum(vote == "0" for vote, _ in pairs)
        return cls(len(pairs) - later - neither, later, neither)

    @property
    def p_value(self) -> float:
        """The p-value of a two-sided sign test of the preferences; 1 without any."""
        count, fewer = self.before + self.after, min(self.before, self.after)
        return min(1.0, sum(math.comb(count, wins) for wins in range(fewer + 1)) / math.pow(2, count - 1))
