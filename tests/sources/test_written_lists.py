"""The lock: what it remembers, and how much a merge, a crash or a rename may do to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recommender.errors import CorpusError
from recommender.sources import (
    WRITTEN_LISTS_FILE,
    WrittenList,
    WrittenLists,
    append_written_lists,
    digest_list,
    read_written_lists,
    replace_written_lists,
)

A, B, C = (character * 64 for character in "abc")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    lines = [WrittenList("a b.md", A, 0), WrittenList("posts/渡\u2028.md", B, 3)]
    replace_written_lists(tmp_path, lines)
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == lines
    assert (tmp_path / WRITTEN_LISTS_FILE).read_text().splitlines()[1] == f"{A} 0 a b.md"
    append_written_lists(tmp_path, [WrittenList("a b.md", C, 1)])
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == [*lines, WrittenList("a b.md", C, 1)]


def test_a_lock_begins_with_a_line_that_says_what_it_is(tmp_path: Path) -> None:
    append_written_lists(tmp_path, [WrittenList("a.md", A, 0)])
    by_add = (tmp_path / WRITTEN_LISTS_FILE).read_text()
    replace_written_lists(tmp_path, [WrittenList("a.md", A, 0)])
    assert (tmp_path / WRITTEN_LISTS_FILE).read_text() == by_add
    assert by_add.startswith("# Lists that `recommender enrich` wrote")


def test_where_nothing_was_written_nothing_is_remembered(tmp_path: Path) -> None:
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == []
    assert WrittenLists.of(tmp_path, ["a.md"]).of_files(["a.md"], present={"a.md"}) == {}


def test_what_a_merge_or_a_crash_left_over_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / WRITTEN_LISTS_FILE).write_text(
        f"# a head\n<<<<<<< HEAD\n{A} 0 a.md\r\n||||||| base\n=======\n{B} 2 a.md\n>>>>>>> other\n\n{C[:40]}"
    )
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == [WrittenList("a.md", A, 0), WrittenList("a.md", B, 2)]


@pytest.mark.parametrize(
    "content",
    [
        b"abc\n",
        b"abc 0 a.md\n",
        b"\xff\n",
        b"%b %b a.md\n" % (b"a" * 64, b"1" * 5000),
        "{} ٣ a.md\n".format("a" * 64).encode(),
        b'%b 0 "\\ud800" a.md\n' % (b"a" * 64),
    ],
)
def test_a_lock_that_is_none_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / WRITTEN_LISTS_FILE).write_bytes(content)
    with pytest.raises(CorpusError, match=r"\.related\.lock.*restore .* from git"):
        WrittenLists.of(tmp_path, [])


def test_a_pipe_in_the_place_of_a_lock_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / WRITTEN_LISTS_FILE)
    with pytest.raises(CorpusError, match=r"\.related\.lock: can't be read \(not a regular file\)"):
        WrittenLists.of(tmp_path, [])


def test_an_editor_may_have_put_a_byte_order_mark_before_a_lock(tmp_path: Path) -> None:
    (tmp_path / WRITTEN_LISTS_FILE).write_bytes(f"\ufeff# a head\r\n{A} 0 a.md\r\n".encode())
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == [WrittenList("a.md", A, 0)]


def test_every_list_of_a_file_counts_and_what_is_gone_may_have_been_renamed() -> None:
    a, b, c = WrittenList("a.md", A, 0), WrittenList("a.md", B, 2, "related: true\n"), WrittenList("b.md", C, 1)
    lock = WrittenLists([a, b, c])
    assert lock.of_files(["a.md", "b.md", "new.md"], present={"a.md", "b.md", "new.md"}) == {
        "a.md": {A: a, B: b},
        "b.md": {C: c},
    }
    assert lock.of_files(["b.md", "new.md"], present={"b.md", "new.md"}) == {
        "b.md": {A: a, B: b, C: c},
        "new.md": {A: a, B: b},
    }


def test_what_a_list_took_the_place_of_is_remembered(tmp_path: Path) -> None:
    lines = [
        WrittenList('"a" b.md', A, 0),
        WrittenList('"a" b.md', B, 0, "related: true\r\n"),
        WrittenList("c.md", C, 0, 'related: "" \u2028\n'),
    ]
    replace_written_lists(tmp_path, lines)
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == lines
    assert len((tmp_path / WRITTEN_LISTS_FILE).read_text().splitlines()) == 4


def test_locks_of_folders_above_and_below_count(tmp_path: Path) -> None:
    posts = tmp_path / "site" / "posts"
    (posts / "2024").mkdir(parents=True)
    replace_written_lists(tmp_path / "site", [WrittenList("posts/a.md", A, 0), WrittenList("postscript/a.md", B, 0)])
    replace_written_lists(posts / "2024", [WrittenList("b.md", B, 1)])
    files = ["a.md", "2024/b.md"]
    assert WrittenLists.of(posts, files).of_files(files, present=files) == {
        "a.md": {A: WrittenList("a.md", A, 0)},
        "2024/b.md": {B: WrittenList("2024/b.md", B, 1)},
    }


def test_a_digest_is_that_of_values_and_comments_in_their_order() -> None:
    digests = {
        digest_list([{"title": "a"}, {"title": "b"}], []),
        digest_list([{"title": "b"}, {"title": "a"}], []),
        digest_list([{"title": "a"}, {"title": "b"}], ["# c"]),
        digest_list([{"title": "a", "type": "b"}], []),
        digest_list([{"type": "b", "title": "a"}], []),
        digest_list([], []),
    }
    assert len(digests) == 6
    assert digest_list([{"title": "a"}], []) == digest_list([{"title": "a"}], ())


LINES = [WrittenList(file, f"{number:064x}", number) for number, file in enumerate(["a.md", "b/渡轮.md"])]


@pytest.mark.parametrize(
    "file", ["a\nb.md", "a\\nb.md", "a\\\nb.md", " a .md", "a\rb.md", "a\u2028b.md", "#.md", "0 a.md", "\\.md"]
)
def test_a_file_may_have_any_name(tmp_path: Path, file: str) -> None:
    append_written_lists(tmp_path, [WrittenList(file, "0" * 64, 3)])
    append_written_lists(tmp_path, LINES)
    assert read_written_lists(tmp_path / WRITTEN_LISTS_FILE) == [WrittenList(file, "0" * 64, 3), *LINES]


def test_a_lock_without_its_last_line_break_is_whole(tmp_path: Path) -> None:
    append_written_lists(tmp_path, LINES)
    path = tmp_path / WRITTEN_LISTS_FILE
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert read_written_lists(path) == LINES


def test_a_lock_that_was_not_written_to_its_end_holds_all_lines_but_the_last(tmp_path: Path) -> None:
    append_written_lists(tmp_path, LINES)
    path = tmp_path / WRITTEN_LISTS_FILE
    whole = path.read_bytes()
    first = whole.index(b"\n", whole.index(b"a.md")) + 1
    for end in range(first, len(whole)):
        path.write_bytes(whole[:end])
        assert read_written_lists(path)[:1] == LINES[:1]
