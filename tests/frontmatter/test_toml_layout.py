"""The list of an article in TOML: whatever stands around it stays as it is, byte for byte."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from round_trips import check_round_trip

from recommender.errors import FrontMatterError
from recommender.frontmatter import TomlLayout

ENTRIES: list[dict[str, Any]] = [
    {"title": 'Pier "9" \\ 🚢\n\x07', "date": "2024-05-01T10:00:00Z", "quality": 59},
    {"title": "Quay", "publishedDateTime": "2024-02-30", "provider": {"name": "a", "do main": "b"}},
    {"title": "Mole", "images": [{"url": "https://img.example/a", "width": 700}]},
]
VALUES = st.sampled_from(
    [
        '"a"',
        r'"a \" # [b] \\"',
        "'a \\'",
        '"""\n[[related]]\na = 1 # """',
        '""" "" \\""""""',
        "'''\n# a\n'' ]'''''",
        "1979-05-27T07:32:00-08:00",
        "07:32:00",
        "-inf",
        "1_000",
        "true",
        "[]",
        '[ "]", # ]\n\n  [1, 2], { a = "}" },\n]',
        "{ a = [ { b = '=' } ], c.d = 1 }",
    ]
)
TABLES = ["[extra]", "[ extra . 'x.y' ]", "[[posts]]", '["related posts"]', "[[extra.posts]] # a"]
COMMENTS = st.sampled_from(["", " # [a] = 'b", " #"])
BETWEEN = st.sampled_from(["", "\n", "# a = [\n", " \n\t# b\n"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = ['title = "Mud"\n']
    for table in ["", *draw(st.lists(st.sampled_from(TABLES), max_size=4))]:
        lines += [draw(BETWEEN), f"{table}{draw(COMMENTS)}\n"] if table else []
        for key in draw(
            st.lists(st.sampled_from(["a", "b-c", '"d e"', "f.g", "'related'.h"]), max_size=3, unique=True)
        ):
            lines += [draw(BETWEEN), f"{key} = {draw(VALUES)}{draw(COMMENTS)}\n"]
    text = "".join([*lines, draw(BETWEEN)])
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@settings(deadline=None, derandomize=True, max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
@given(documents(), st.booleans(), st.sampled_from([("related",), ("extra", "related")]), st.integers(1, 3))
def test_a_list_goes_in_as_one_piece_and_comes_out_again(
    text: str, texts: bool, key: tuple[str, ...], count: int
) -> None:
    items = [entry["title"] if texts else entry for entry in ENTRIES[:count]]
    with tempfile.TemporaryDirectory() as folder:
        verdict = check_round_trip(Path(folder), f"+++\n{text}+++\n[[related]]\n".encode(), items, path=key)
    event(verdict)
    assert verdict != "refused" or "related" in text or "extra" in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("related.posts = [1]\n", "its list stands in braces or dotted keys; write it as `[[tables]]`"),
        ("[[related]]\na = 1\n[b]\n[[related]]\n", "the tables of its list stand apart; put them together"),
    ],
)
def test_a_list_that_cannot_be_told_from_the_rest_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FrontMatterError) as raised:
        TomlLayout.of(text, key=("related",), path="a.md")
    assert raised.value.reason == reason


def test_tables_and_comments_of_a_list_are_found() -> None:
    text = (
        'a = 1\n\n[[related]] # Ida\ntitle = "#1"\n# the best\n[related.provider]\nname = "b"\n\n[[related]]\n\n[c]\n'
    )
    layout = TomlLayout.of(text, key=("related",), path="a.md")
    assert [text[start:end] for start, end in layout.tables] == [
        '[[related]] # Ida\ntitle = "#1"\n# the best\n[related.provider]\nname = "b"\n',
        "[[related]]\n",
    ]
    assert layout.comments == ("# Ida", "# the best")
    assert layout.without_items(kept=0) == "a = 1\n\n[c]\n"
