"""Tables, indexes, sequences and mappings in a temporary database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.corpus import (
    MultiIndex,
    SortedSequence,
    SpillDatabase,
    StoredMapping,
    Table,
    UniqueIndex,
    in_any_order,
)
from recommender.errors import CorpusError

KEYS = st.tuples(
    st.booleans(), st.sampled_from([-0.0, 0.0, 1.5, -1.5, float("inf"), float("-inf"), 1e300]), st.text(max_size=3)
)
BATCHES = st.sampled_from([1, 3, 1000])


@settings(deadline=None)
@given(st.lists(KEYS, max_size=20), st.integers(0, 2), BATCHES)
def test_values_come_in_the_order_in_which_python_sorts_their_keys(
    keys: Sequence[tuple[bool, float, str]], first: int, batch_rows: int
) -> None:
    table: Table[int] = Table(SpillDatabase(batch_rows=batch_rows), int, sort_columns=3)
    assert [table.append(number, *key) for number, key in enumerate(keys)] == list(range(len(keys)))
    expected = sorted(range(len(keys)), key=lambda number: keys[number][first:])
    assert list(table.sorted(first=first)) == expected
    assert [row for row, _ in table.items()] == list(range(len(keys)))
    sequence = SortedSequence(table, first=first)
    assert [sequence[position] for position in range(len(keys))] == expected
    assert [sequence[position] for position in range(-len(keys), 0)] == expected
    assert sequence[1:3] == expected[1:3]
    assert len(sequence) == len(keys)
    for position in (len(keys), -len(keys) - 1):
        with pytest.raises(IndexError):
            sequence[position]


def test_a_sequence_equals_any_other_of_the_same_values() -> None:
    table: Table[str] = Table(SpillDatabase(), str)
    for text in "abc":
        table.append(text)
    sequence = SortedSequence(table)
    assert sequence == ("a", "b", "c")
    assert sequence == ["a", "b", "c"]
    assert sequence == SortedSequence(table)
    assert sequence != ("a", "b")
    assert sequence != ("a", "b", "d")
    assert sequence != 3


@pytest.mark.parametrize("batch_rows", [1, 1000])
def test_rows_are_replaced_and_deleted(batch_rows: int) -> None:
    table: Table[str] = Table(SpillDatabase(batch_rows=batch_rows), str, sort_columns=1)
    for text in "edcba":
        table.append(text, text)
    table.replace(1, "D")
    table.replace(4, "A")
    table.delete([0, 3])
    assert list(table.sorted()) == ["A", "c", "D"]
    assert list(in_any_order(SortedSequence(table))) == ["D", "c", "A"]
    assert dict(table.items()) == {1: "D", 2: "c", 4: "A"}
    assert len(table) == 3
    assert table[2] == "c"
    with pytest.raises(KeyError):
        table[0]
    assert table.append("f", "f") == 5


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=2), st.integers(0, 9)), max_size=30), BATCHES)
def test_a_unique_index_has_the_last_row_of_each_text(items: list[tuple[str, int]], batch_rows: int) -> None:
    index = UniqueIndex(SpillDatabase(batch_rows=batch_rows))
    for key, row in items:
        index.set(key, row)
    assert {key: index.get(key) for key, _ in items} == dict(items)
    assert index.get("no such") is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("ab\0", max_size=1), st.integers(0, 9)), max_size=30), BATCHES)
def test_a_multi_index_has_all_rows_of_each_text(items: list[tuple[str, int]], batch_rows: int) -> None:
    expected = {text: [row for other, row in items if other == text] for text, _ in items}
    index = MultiIndex(SpillDatabase(batch_rows=batch_rows))
    for text, row in items:
        index.add(text, row)
    assert list(index.duplicates()) == sorted((text, rows) for text, rows in expected.items() if len(rows) > 1)
    assert list(index) == items


def test_a_stored_mapping_is_a_mapping() -> None:
    expected = {"b": ("x",), "a": (), "\0": ("y", "z")}
    stored: StoredMapping[tuple[str, ...]] = StoredMapping(SpillDatabase(), tuple[str, ...], expected.items())
    assert list(stored.items()) == list(expected.items())
    assert stored == expected
    assert len(stored) == 3
    assert stored["\0"] == ("y", "z")
    assert "a" in stored
    assert "c" not in stored
    assert (stored.get("b"), stored.get("c"), stored.get("c", ())) == (("x",), None, ())


def test_text_is_sorted_by_code_point() -> None:
    texts = ["\uffff", "\U00010000", "a\0b", "a", "a\0", "é", "z", ""]
    table: Table[str] = Table(SpillDatabase(), str, sort_columns=1)
    for text in texts:
        table.append(text, text)
    assert list(table.sorted()) == sorted(texts)


def test_a_full_disk_is_an_error_that_names_the_cure() -> None:
    table: Table[str] = Table(SpillDatabase(batch_rows=1, max_pages=10), str)

    def fill() -> None:
        for _ in range(100):
            table.append("a" * 10_000)

    with pytest.raises(CorpusError, match=r"can't be written \(database or disk is full\); let TMPDIR name"):
        fill()


IN_A_FOLDER = """
import os
from pathlib import Path
from recommender.corpus import SpillDatabase, Table

def open_files():
    files = [file for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    return sum(str(file.readlink()).startswith(os.environ["TMPDIR"]) for file in files if file.is_symlink())

table = Table(SpillDatabase(), str)
for _ in range(100):
    table.append("a" * 1_000_000)
len(list(table.items()))
print(open_files(), os.listdir(os.environ["TMPDIR"]))
del table
print(open_files())
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="there is no /proc")
def test_the_file_has_no_name_in_tmpdir_and_goes_with_the_tables(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("SQLITE_TMPDIR", None)
    done = subprocess.run(
        [sys.executable, "-c", IN_A_FOLDER], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 []\n0\n"
