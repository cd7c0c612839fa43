from __future__ import annotations

import numpy as np
import pytest
from samples import article

from recommender.catalogue import Catalogue, Titles

TITLES = (
    "Café opens in São Paulo",
    'A "quoted" title\\ with\nline break',
    "STRASSE und Straße",
    "文档概述",
    "The opening of a café: a story",
    "<script>alert(1)</script>.*",
    "",
)
CATALOGUE = Catalogue.of([article(str(number), title) for number, title in enumerate(TITLES)])


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("cafe", [0, 4]),
        ("CAFÉ open", [0, 4]),
        ("opening cafe", [4]),
        ("cafe paulo opens", [0]),
        ("strasse", [2]),
        ("文档", [3]),
        ("quoted break", [1]),
        ("quoted\nbreak", [1]),
        ('d"', [1]),
        ("title\\", [1]),
        (".*", [5]),
        ("script", [5]),
        ("entry", []),
        ("cafe nothing", []),
        ("  ", [0, 1, 2, 3, 4, 5, 6]),
        ("", [0, 1, 2, 3, 4, 5, 6]),
        ("\n", [0, 1, 2, 3, 4, 5, 6]),
        ("\ud83d", []),
        ("a\0", []),
    ],
)
def test_a_question_finds_the_titles_that_hold_all_of_its_words(question: str, rows: list[int]) -> None:
    titles = Titles.of(CATALOGUE.records)
    assert titles.holding(question, limit=10, shown=np.ones(len(TITLES), bool)) == rows


def test_what_is_not_to_be_shown_and_what_is_beyond_the_limit_is_left_out() -> None:
    titles = Titles.of(CATALOGUE.records)
    shown = np.array([number != 0 for number in range(len(TITLES))])
    assert titles.holding("o", limit=10, shown=shown) == [1, 4]
    assert titles.holding("o", limit=1, shown=shown) == [1]
    assert titles.holding("zzz", limit=10, shown=shown) == []


def test_an_empty_catalogue_holds_nothing() -> None:
    assert Titles.of(Catalogue.of([]).records).holding("a", limit=10, shown=np.ones(0, bool)) == []
