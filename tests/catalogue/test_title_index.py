from __future__ import annotations

import numpy as np
import pytest
from samples import article

from recommender.catalogue import Catalogue, TitleIndex

TITLES = (
    "Café opens in São Paulo",
    'A "quoted" title\\ with\nline break',
    "STRASSE und Straße",
    "文档概述",
    "The opening of a café: a story",
    "<script>alert(1)</script>.*",
    "",
)
CATALOGUE = Catalogue.from_articles([article(str(number), title) for number, title in enumerate(TITLES)])


@pytest.mark.parametrize(
    ("query", "rows"),
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
def test_a_query_finds_the_titles_that_contain_all_of_its_words(query: str, rows: list[int]) -> None:
    titles = TitleIndex.build(CATALOGUE.records)
    assert titles.search(query, limit=10, allowed=np.ones(len(TITLES), bool)) == rows


def test_rows_that_are_not_allowed_or_beyond_the_limit_are_left_out() -> None:
    titles = TitleIndex.build(CATALOGUE.records)
    allowed = np.array([number != 0 for number in range(len(TITLES))])
    assert titles.search("o", limit=10, allowed=allowed) == [1, 4]
    assert titles.search("o", limit=1, allowed=allowed) == [1]
    assert titles.search("zzz", limit=10, allowed=allowed) == []


def test_an_empty_catalogue_holds_nothing() -> None:
    assert TitleIndex.build(Catalogue.from_articles([]).records).search("a", limit=10, allowed=np.ones(0, bool)) == []
