import pytest

from recommender.frontmatter import Value, parse_front_matter, split_front_matter


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "Title: Ferry: the boat\nDate: 2024-05-01 10:00\n\nbody: b\n",
            {"title": "Ferry: the boat", "date": "2024-05-01 10:00"},
        ),
        ("Title:Ferry\nTAGS:\n    a,\n\tb\n\n", {"title": "Ferry", "tags": "a,\nb"}),
        ("title: One\x0ctwo\u2028Date: three\n\n", {"title": "One\x0ctwo\u2028Date: three"}),
        (".. title: Ferry\r\n.. slug: ferry\r\n\r\n.. x: y\r\n", {"title": "Ferry", "slug": "ferry"}),
        ("<!--\n.. title: Ferry\n.. tags:\n-->\n", {"title": "Ferry", "tags": ""}),
    ],
)
def test_each_line_is_a_key_and_indented_ones_continue_it(text: str, values: dict[str, Value]) -> None:
    front_matter = split_front_matter(text.encode(), path="a.md")
    assert front_matter is not None
    assert parse_front_matter(front_matter, path="a.md") == values
