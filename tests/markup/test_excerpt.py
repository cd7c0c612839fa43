"""The excerpt and the first heading."""

from __future__ import annotations

import pytest

from recommender.markup import parse_body


@pytest.mark.parametrize(
    "separator",
    ["<!-- more -->", "<!--more-->", "<!-- more-->", "<!-- MORE -->", "<!-- truncate -->", "{/* truncate */}"],
)
def test_it_ends_at_the_separator(separator: str) -> None:
    body = f"# Insects\n\nBees hum.\n\nWasps sting.\n\n{separator}\n\nAnts walk.\n"
    for markup in ("markdown", "mdx"):
        assert parse_body(body, markup=markup).excerpt == "Bees hum. Wasps sting."
        assert parse_body(body, markup=markup).text == "Insects\nBees hum.\nWasps sting.\nAnts walk."


def test_it_ends_within_a_paragraph_too() -> None:
    assert parse_body("Bees hum. <!--more--> Wasps sting.", markup="markdown").excerpt == "Bees hum."


def test_it_ends_at_a_separator_of_the_site() -> None:
    body = "Bees hum.\n\nWasps sting.\n\n<!--end-->\n\nAnts.\n\n<!-- more -->\n"
    assert parse_body(body, markup="markdown", separators=["<!-- end -->"]).excerpt == "Bees hum. Wasps sting."
    assert parse_body(body, markup="markdown", separators=["\n\n"]).excerpt == "Bees hum."


def test_the_first_separator_counts_and_none_in_code() -> None:
    mark = "<!-- more -->"
    body = f"```\n{mark}\n```\n\nBees, `{mark}`.\n\n{mark}\n\nAnts.\n\n{mark}\n"
    assert parse_body(body, markup="markdown").excerpt == "Bees, <!-- more -->."


def test_a_separator_before_all_text_is_none() -> None:
    assert parse_body("<!-- more -->\n\nBees.\n\nAnts.", markup="markdown").excerpt == "Bees."


@pytest.mark.parametrize(
    "before",
    [
        "# Insects",
        "![A hive](h.jpg)",
        "[![a](b.svg)](/c) [![d](e.svg)](/f)",
        "https://a.example",
        "- ants",
        "| a |\n|-|",
    ],
)
def test_else_it_is_the_first_paragraph_of_prose(before: str) -> None:
    assert parse_body(f"{before}\n\nBees *hum*.\n\nWasps.", markup="markdown").excerpt == "Bees hum."


def test_a_body_of_lists_alone_gives_their_words() -> None:
    assert parse_body("# Insects\n\n- bees\n- ![wasps](w.jpg)\n- ants", markup="markdown").excerpt == "bees ants"


def test_a_long_one_is_cut_between_words() -> None:
    excerpt = parse_body("honey " * 99 + "combs wax", markup="markdown").excerpt
    assert excerpt == "honey " * 99 + "combs…"
    assert parse_body("x" * 700, markup="markdown").excerpt == "x" * 599 + "…"
    assert parse_body("x" * 600, markup="markdown").excerpt == "x" * 600


@pytest.mark.parametrize(
    ("body", "heading"),
    [
        ("# The *bees* &amp; wasps #\n\nHum.", "The bees & wasps"),
        ("Bees\n====\n", "Bees"),
        ("![](logo.png)\n\n# Bees", "Bees"),
        ("Hum.\n\n# Bees", ""),
        ("## Bees\n\n# Wasps", ""),
        ("```\n# Bees\n```\n", ""),
    ],
)
def test_the_heading_is_the_first_if_it_is_of_the_first_level(body: str, heading: str) -> None:
    assert parse_body(body, markup="markdown").heading == heading


@pytest.mark.parametrize(
    ("body", "subheading"),
    [
        ("## Bees\n\nHum.\n\n## Wasps", "Bees"),
        ("## Bees\n\n# Wasps", ""),
        ("# Bees\n\n## Wasps", ""),
        ("Hum.\n\n## Bees", ""),
        ("### Bees\n\nHum.", ""),
    ],
)
def test_the_subheading_is_the_first_if_it_is_of_the_second_level_and_none_is_of_the_first(
    body: str, subheading: str
) -> None:
    assert parse_body(body, markup="markdown").subheading == subheading
