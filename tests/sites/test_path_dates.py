"""Dates in paths, as sites write them."""

from __future__ import annotations

from datetime import date

import pytest

from recommender.sites.path_dates import find_date_in_path


@pytest.mark.parametrize(
    "path",
    [
        *("2018-11-20-a.md", "blog/2018-11-20.md", "2018-11-20/index.md", "2018/11/20/a.md", "2018/11-20-a.md"),
        *("2018-11-20 a.md", "2018_11_20_a.md", "2018.11.20-a.md", "20181120-a.md", "2018/20181120.md"),
        *("201811201030-a.md", "20181120103059 a.md", "2018-11-20T10-00-a.md"),
    ],
)
def test_a_day_is_found_in_a_path(path: str) -> None:
    assert find_date_in_path(path) == date(2018, 11, 20)


@pytest.mark.parametrize(
    "path", ["a-2018-11-20.md", "18-11-20-a.md", "2018-11-200.md", "2018_11-20.md", "20181320.md", "31200101-a.md"]
)
def test_what_may_be_something_else_is_no_day(path: str) -> None:
    assert find_date_in_path(path) is None
