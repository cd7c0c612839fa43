"""The lock as a file: any names in it, and any end."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender import lock
from recommender.lock import Line

LINES = [Line(file, f"{number:064x}", number) for number, file in enumerate(["a.md", "b/渡轮.md"])]


@pytest.mark.parametrize(
    "file", ["a\nb.md", "a\\nb.md", "a\\\nb.md", " a .md", "a\rb.md", "a\u2028b.md", "#.md", "0 a.md", "\\.md"]
)
def test_a_file_may_have_any_name(tmp_path: Path, file: str) -> None:
    lock.add(tmp_path, [Line(file, "0" * 64, 3)])
    lock.add(tmp_path, LINES)
    assert lock.read(tmp_path / lock.NAME) == [Line(file, "0" * 64, 3), *LINES]


def test_a_lock_without_its_last_line_break_is_whole(tmp_path: Path) -> None:
    lock.add(tmp_path, LINES)
    path = tmp_path / lock.NAME
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert lock.read(path) == LINES


def test_a_lock_that_was_not_written_to_its_end_holds_all_lines_but_the_last(tmp_path: Path) -> None:
    lock.add(tmp_path, LINES)
    path = tmp_path / lock.NAME
    whole = path.read_bytes()
    first = whole.index(b"\n", whole.index(b"a.md")) + 1
    for end in range(first, len(whole)):
        path.write_bytes(whole[:end])
        assert lock.read(path)[:1] == LINES[:1]
