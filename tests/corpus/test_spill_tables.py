"""Rows, look-ups and pairs: the same in memory and in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.corpus import Listing, Lookup, Pairs, Rows, Shelf, Tables, spill_tables
from recommender.errors import CorpusError

KEYS = st.tuples(
    st.booleans(), st.sampled_from([-0.0, 0.0, 1.5, -1.5, float("inf"), float("-inf"), 1e300]), st.text(max_size=3)
)
FEW = [0, 1, 4, 1000]


@pytest.fixture(params=FEW)
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tables:
    return with_few(request.param, monkeypatch)


def with_few(few: int, monkeypatch: pytest.MonkeyPatch) -> Tables:
    monkeypatch.setattr(spill_tables, "FEW", few)
    return Tables()


@settings(deadline=None)
@given(st.lists(KEYS, max_size=20), st.integers(0, 2))
def test_rows_come_in_the_order_in_which_python_sorts_their_keys(
    keys: Sequence[tuple[bool, float, str]], first: int
) -> None:
    for few in FEW:
        with pytest.MonkeyPatch.context() as patch:
            rows: Rows[int] = with_few(few, patch).rows(int, keys=3)
            assert [rows.add(place, *key) for place, key in enumerate(keys)] == list(range(len(keys)))
            expected = sorted(range(len(keys)), key=lambda place: keys[place][first:])
            assert list(rows.ordered(first)) == expected
            assert [number for number, _ in rows.items()] == list(range(len(keys)))
            listing = Listing(rows, first=first)
            assert [listing[place] for place in range(len(keys))] == expected
            assert listing[1:3] == expected[1:3]
            assert len(listing) == len(keys)


def test_a_row_is_changed_and_discarded_wherever_it_is(made: Tables) -> None:
    rows: Rows[str] = made.rows(str, keys=1)
    for text in "edcba":
        rows.add(text, text)
    rows.change(1, "D")
    rows.change(4, "A")
    rows.discard_all([0, 3])
    assert list(rows.ordered()) == ["A", "c", "D"]
    assert dict(rows.items()) == {1: "D", 2: "c", 4: "A"}
    assert len(rows) == 3
    assert rows[2] == "c"
    with pytest.raises(KeyError):
        rows[0]
    assert rows.add("f", "f") == 5


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=2), st.integers(0, 9)), max_size=30))
def test_a_look_up_gives_the_last_number_of_each_key(items: list[tuple[str, int]]) -> None:
    for few in FEW:
        with pytest.MonkeyPatch.context() as patch:
            lookup: Lookup[str] = Lookup(with_few(few, patch))
            assert not lookup
            for key, number in items:
                lookup.set(key, number)
            assert list(lookup.items()) == sorted(dict(items).items())
            assert {key: lookup.get(key) for key, _ in items} == dict(items)
            assert lookup.get("no such") is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("ab\0", max_size=1), st.integers(0, 9)), max_size=30))
def test_shared_texts_have_their_numbers_as_they_came(items: list[tuple[str, int]]) -> None:
    expected = {text: [number for other, number in items if other == text] for text, _ in items}
    for few in FEW:
        with pytest.MonkeyPatch.context() as patch:
            pairs = Pairs(with_few(few, patch))
            for text, number in items:
                pairs.add(text, number)
            assert dict(pairs.shared()) == {text: numbers for text, numbers in expected.items() if len(numbers) > 1}
            assert sorted(pairs) == sorted(items)


def test_a_shelf_is_a_mapping(made: Tables) -> None:
    shelf: Shelf[tuple[str, ...]] = Shelf(made, tuple[str, ...])
    expected = {"b": ("x",), "a": (), "\0": ("y", "z")}
    for id, texts in expected.items():
        shelf.put(id, texts)
    assert list(shelf.items()) == list(expected.items())
    assert shelf["\0"] == ("y", "z")
    assert "a" in shelf
    assert "c" not in shelf
    assert shelf.get("c") is None


def test_without_room_for_the_file_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made = with_few(0, monkeypatch)
    rows: Rows[str] = made.rows(str)
    rows.add("a")
    made.run("PRAGMA max_page_count = 4")

    def fill() -> None:
        for _ in range(100):
            rows.add("a" * 1000)

    with pytest.raises(CorpusError, match=r"can't be written \(database or disk is full\); let TMPDIR name"):
        fill()


IN_A_FOLDER = """
import os, sys
from pathlib import Path
from recommender.corpus import spill_tables as tables

def here():
    files = [file for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    return sum(str(file.readlink()).startswith(os.environ["TMPDIR"]) for file in files if file.is_symlink())

tables.FEW = 0
rows = tables.Tables().rows(str)
for _ in range(100):
    rows.add("a" * 1_000_000)
print(here(), os.listdir(os.environ["TMPDIR"]))
del rows
print(here())
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="there is no /proc")
def test_the_file_is_where_tmpdir_says_under_no_name_and_goes_with_what_made_it(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("SQLITE_TMPDIR", None)
    done = subprocess.run(
        [sys.executable, "-c", IN_A_FOLDER], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 []\n0\n"


def test_text_is_sorted_by_code_point(made: Tables) -> None:
    texts = ["\uffff", "\U00010000", "a\0b", "a", "a\0", "é", "z", ""]
    rows: Rows[str] = made.rows(str, keys=1)
    for text in texts:
        rows.add(text, text)
    assert list(rows.ordered()) == sorted(texts)
