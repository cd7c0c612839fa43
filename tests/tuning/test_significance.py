from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.tuning import is_significant

NAN = float("nan")


def significant(differences: NDArray[np.float64], days: NDArray[np.float64]) -> bool:
    return is_significant(differences, days, standard_errors=0.5, min_deviation=0.1)


@pytest.mark.parametrize(
    ("gain", "lists", "expected"),
    [
        (0.0, 100, False),
        (0.005, 100, False),
        (0.02, 100, True),
        (0.02, 20, False),
        (0.05, 20, True),
        (-0.05, 100, False),
    ],
)
def test_small_gains_need_many_lists(gain: float, lists: int, expected: bool) -> None:
    assert significant(np.full(lists, gain), np.arange(lists, dtype=np.float64)) is expected


def test_gains_that_vary_need_to_be_greater() -> None:
    days = np.arange(100.0)
    steady, varying = np.full(100, 0.02), np.tile([0.52, -0.48], 50)
    assert significant(steady, days)
    assert not significant(varying, days)


def test_lists_of_one_day_count_as_one() -> None:
    gains = np.repeat([0.16, -0.08], 50)
    assert significant(gains, np.arange(100.0))
    assert not significant(gains, np.repeat([1.0, 2.0], 50))


def test_unknown_days_are_days_of_their_own() -> None:
    gains = np.repeat([0.16, -0.08], 50)
    assert significant(gains, np.full(100, NAN))
