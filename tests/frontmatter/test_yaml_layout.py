"""The list of an article in YAML: where it stands, and the text with another one."""

from __future__ import annotations

import pytest
import yaml

from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter, YamlLayout, parse_front_matter
from recommender.writing import YamlStyle

PIER = {"title": "Pier", "sourceUrl": "https://quay.example/pier"}


def layout(text: str) -> YamlLayout:
    events: list[yaml.Event] = []
    parse_front_matter(FrontMatter(text, 0, len(text.encode())), path="a.md", events=events)
    return YamlLayout.of(text, events, path="a.md")


LIST = """\
title: Mud
related:
# chosen by Ida
  - title: "#1: Tide"  # the best one
    type: a#b
  -   title: Gull
  # - title: Heron
  - title: >
      Crab
      and claw
  # later, perhaps

  # more
secured: x
"""


def test_entries_and_what_people_wrote_beside_them_are_found() -> None:
    block = layout(LIST).block
    assert block is not None
    assert block.items is not None
    assert LIST[block.start :].startswith("related:")
    assert [LIST[item:].partition("\n")[0].strip() for item in block.items] == [
        '- title: "#1: Tide"  # the best one',
        "-   title: Gull",
        "- title: >",
    ]
    assert block.comments == ("# chosen by Ida", "# the best one", "# - title: Heron")
    assert LIST[block.end :].startswith("  # later, perhaps")


def test_only_what_follows_the_first_entries_is_replaced() -> None:
    items = YamlStyle().format_items([YamlStyle().format_entry(PIER)], column=layout(LIST).column)
    lines = LIST.splitlines()
    assert layout(LIST).with_items(items, kept=2).splitlines() == [
        *lines[:7],
        '  - title: "Pier"',
        "    sourceUrl: https://quay.example/pier",
        *lines[10:],
    ]
    assert layout(LIST).with_items(items, kept=3).splitlines()[:10] == lines[:10]
    assert layout(LIST).without_items(kept=3) == LIST


@pytest.mark.parametrize(
    "text", ["related: [a, b]\n", "related: {a: b}\n", "related: words\n", "related:\n  - # x\n    a: 1\n"]
)
def test_a_value_without_entries_on_lines_of_their_own_has_no_items(text: str) -> None:
    block = layout(text).block
    assert block is not None
    assert block.items is None
    assert (block.start, block.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x 1\nrelated:\n  - *x\n", "its `related` list holds an alias (`*name`); write the list out"),
        ("related:\n  - &x a\n  - *x\n", "its `related` list holds an alias (`*name`); write the list out"),
        ("? a\n: b\n", "a key does not stand at the start of its line; write one key a line"),
        ("\ufeffa: b\n", "a byte order mark after the opening `---`; remove it"),
        ("a: &x 1\nb: &x 2\n", "its anchors are too entangled to put a list in"),
    ],
)
def test_a_text_in_which_the_place_cannot_be_told_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FrontMatterError) as raised:
        layout(text)
    assert raised.value.reason == reason
