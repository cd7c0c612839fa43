from __future__ import annotations

import pytest

from recommender.articles import NO_SERIES, Series, get_series


@pytest.mark.parametrize(
    ("fields", "series"),
    [
        ({"series": "Tiny  Compiler"}, Series(("tiny compiler",))),
        ({"series": ["Tiny compiler", "Letters"], "series_order": "2"}, Series(("tiny compiler", "letters"), 2)),
        ({"series": ["A"], "series_weight": "10"}, Series(("a",), 10)),  # a Hugo taxonomy
        ({"Series": "A", "Series_index": "1"}, Series(("a",), 1)),  # a plugin of Pelican
        ({"seriesName": "A", "seriesOrder": "3"}, Series(("a",), 3)),
        ({"series": "A", "part": "Part 2 of 3"}, Series(("a",), 2)),
        ({"series": {"id": "JEKYLL", "index": "2"}}, Series(("jekyll",), 2)),
        ({"series": {"name": "A"}, "order in series": "1.5"}, Series(("a",), 1.5)),
        ({"series": "A", "part": "the last"}, Series(("a",))),
        ({"part": "2"}, NO_SERIES),
        ({"series": ""}, NO_SERIES),
        ({"series": {}}, NO_SERIES),
    ],
)
def test_a_front_matter_names_series_and_part_as_generators_and_themes_have_them(
    fields: dict[str, object], series: Series
) -> None:
    assert get_series(fields) == series
