"""Articles that are public only from or until some moment."""

from __future__ import annotations

import math

from recommender.catalogue import Schedule

SCHEDULE = Schedule.from_moments([(3, 10.0, None), (5, None, 12.0), (8, 11.0, 13.0)])


def test_rows_are_hidden_before_they_are_public_and_from_the_moment_they_no_more_are() -> None:
    hidden = {day: SCHEDULE.hidden_rows(day).tolist() for day in (9.9, 10.0, 11.0, 12.0, 13.0)}
    assert hidden == {9.9: [3, 8], 10.0: [8], 11.0: [], 12.0: [5], 13.0: [5, 8]}


def test_what_is_hidden_changes_at_those_moments_alone() -> None:
    assert [SCHEDULE.last_change(day) for day in (9.0, 10.0, 10.9, 11.5, 99.0)] == [-math.inf, 10.0, 10.0, 11.0, 13.0]


def test_the_schedules_of_two_models_are_one() -> None:
    both = SCHEDULE.joined(Schedule.from_moments([(0, None, 1.0)]), start=9)
    assert both.hidden_rows(11.0).tolist() == [9]
