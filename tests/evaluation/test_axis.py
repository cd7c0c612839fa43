from __future__ import annotations

from recommender.evaluation.axis import Axis


def test_an_axis_includes_zero_and_has_round_ticks() -> None:
    ticks = Axis.from_values([-0.2, 0.4], 100, 730).ticks()
    assert list(ticks) == [(110, "−0.2"), (310, "0.0"), (510, "0.2"), (710, "0.4")]
