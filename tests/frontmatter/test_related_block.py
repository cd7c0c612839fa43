"""The `related` block as text. File pairs in `enriched/`: a front matter, and it with a list (or why it has none)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from recommender.corpus import Corpus
from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter, FrontMatterLayout, parse_front_matter, split_front_matter
from recommender.writing import EditRequest, YamlStyle, make_edit

PAIRS = Path(__file__).parent / "enriched"
CASES = sorted(file.stem for file in PAIRS.glob("*.before"))
PIER = {"title": "Pier", "sourceUrl": "https://quay.example/pier"}


@pytest.mark.parametrize("case", CASES)
def test_a_list_is_put_in_as_the_file_beside_says(case: str, tmp_path: Path) -> None:
    before = (PAIRS / f"{case}.before").read_bytes()
    (tmp_path / "a.md").write_bytes(before)
    [file] = Corpus.from_path(tmp_path).article_files
    request = EditRequest(file, [YamlStyle().format_entry(PIER)], limit=5, keep_curated=False)
    after, problem = PAIRS / f"{case}.after", PAIRS / f"{case}.problem"
    if problem.exists():
        with pytest.raises(FrontMatterError) as raised:
            make_edit(tmp_path, request, style=YamlStyle())
        where = f"line {raised.value.line}: " if raised.value.line else ""
        assert f"{where}{raised.value.reason}\n" == problem.read_text()
    else:
        assert make_edit(tmp_path, request, style=YamlStyle()).apply_to(before) == after.read_bytes()


def test_every_case_has_one_answer_and_every_answer_its_case() -> None:
    answers = sorted(file.stem for ending in ("after", "problem") for file in PAIRS.glob(f"*.{ending}"))
    assert answers == CASES
    assert CASES


def get_text(file: Path) -> str:
    front_matter = split_front_matter(file.read_bytes(), path=file.name)
    assert front_matter is not None
    return front_matter.text


def layout(text: str) -> FrontMatterLayout:
    events: list[yaml.Event] = []
    parse_front_matter(FrontMatter(text, 0, len(text.encode())), path="a.md", events=events)
    return FrontMatterLayout.of(text, events, path="a.md")


@pytest.mark.parametrize("case", [case for case in CASES if (PAIRS / f"{case}.after").exists()])
def test_a_block_that_is_taken_out_again_leaves_the_text_as_it_was(case: str) -> None:
    before, after = (get_text(PAIRS / f"{case}.{ending}") for ending in ("before", "after"))
    if layout(before).related is None:
        assert layout(after).without_items(kept=0) == before


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
    block = layout(LIST).related
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
    block = layout(text).related
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
