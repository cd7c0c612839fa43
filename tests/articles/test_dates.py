"""Which moments dates mean, as generators, programming languages and people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recommender.articles import get_date, is_ambiguous_date, parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-05", "2024-03-05T00:00:00Z"),
        ("2024-3-5 9:05", "2024-03-05T09:05:00Z"),
        ("2024-03-05 09:05:00 -4", "2024-03-05T13:05:00Z"),
        ("2024-03-05 12:00:00 UTC+01:00", "2024-03-05T11:00:00Z"),
        ("2024-03-05 12:00:00 GMT-5", "2024-03-05T17:00:00Z"),
        ("2024-03-05 10:00:00 +0100 CET", "2024-03-05T09:00:00Z"),
        ("2024-03-05 10:00:00 +0000 UTC", "2024-03-05T10:00:00Z"),
        ("2024-03-05 10:00:00 CEST", "2024-03-05T08:00:00Z"),
        ("Tue Mar 05 2024 10:00:00 GMT+0100 (Central European Standard Time)", "2024-03-05T09:00:00Z"),
        ("2024-03-05T10:00:00+01:00[Europe/Berlin]", "2024-03-05T09:00:00Z"),
        ("2024-07-05 10:00:00 Europe/Berlin", "2024-07-05T08:00:00Z"),
        ("1709632800", "2024-03-05T10:00:00Z"),
        ("1709632800000", "2024-03-05T10:00:00Z"),
        ("20240305", "2024-03-05T00:00:00Z"),
        ("2024年3月5日", "2024-03-05T00:00:00Z"),
        ("2024년 3월 5일", "2024-03-05T00:00:00Z"),
        ("March 5th, 2024", "2024-03-05T00:00:00Z"),
        ("13.02.2018", "2018-02-13T00:00:00Z"),
    ],
)
def test_a_date_is_read_as_the_moment_that_it_means(text: str, moment: str) -> None:
    found = parse_moment(text)
    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text",
    [
        "2024",
        "March 2024",
        "2024-13-05",
        "2024-02-30",
        "10:00",
        "2024-03-05 10:00 IST",
        "2024-03-05 10:00 Mars/Olympus",
    ],
)
def test_what_names_no_moment_is_no_date(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize("text", ["01/02/2018", "02.01.2018"])
def test_a_day_is_not_guessed(text: str) -> None:
    assert is_ambiguous_date(text)
    assert parse_moment(text) is None


def test_a_flag_under_published_is_no_date() -> None:
    assert get_date({"published": "true", "pubDatetime": "2024-03-05"}) == ("publishedDateTime", "2024-03-05")
    assert get_date({"published": "true"}) is None
