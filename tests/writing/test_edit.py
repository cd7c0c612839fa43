"""One file's edit, where front matter is put together strangely."""

from __future__ import annotations

from pathlib import Path

import pytest
from splices import PLACE, Trial, check_file

from recommender.articles import Entry
from recommender.errors import FrontMatterError
from recommender.sources import WrittenList, digest_list
from recommender.writing import EditRequest, YamlStyle, make_edit

HEAD = "---\ntitle: Pier\n"
QUAY: Entry = {"title": "Quay"}


def put_list_into(text: str, root: Path) -> None:
    """Make the edit that puts a list of one entry into a file."""
    trial = Trial(root)
    trial.path.write_text(text)
    read = trial.read()
    assert read is not None
    make_edit(root, EditRequest(read[0], [YamlStyle().format_entry(QUAY)], 10, keep_curated=False), style=YamlStyle())


@pytest.mark.parametrize(
    "anchors",
    [
        "".join(f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n" for level in range(1, 60)),
        "".join(f"a{level}: &a{level} [*a{level - 1}]\n" for level in range(1, 1500)),
    ],
    ids=["many times over", "deep down"],
)
def test_what_aliases_name_may_be_there_many_times_and_deep_down(tmp_path: Path, anchors: str) -> None:
    trial = Trial(tmp_path)
    trial.path.write_text(f"{HEAD}a0: &a0 [x]\n{anchors}---\n")
    read = trial.read()
    assert read is not None
    edit = trial.edit(read[0], [QUAY], keep_curated=False)
    assert edit is not None
    assert edit.after == f'{edit.before}related:\n  - title: "Quay"\n'


@pytest.mark.parametrize(
    "nothing",
    [
        "related:",
        "related: []  ",
        "'related': ~",
        "related: &a Null",
        "related: [\n]",
        "related:\n-\u3000: a",
    ],
)
def test_a_list_that_is_empty_is_filled_and_the_corpus_stays_the_same(tmp_path: Path, nothing: str) -> None:
    assert check_file(Trial(tmp_path), f"{HEAD}\n{nothing}\n\ntype: a\n---\n".encode(), [QUAY], []) == "written"


@pytest.mark.parametrize(
    "nothing",
    [
        "related: []  # none yet",
        "related: # legal: ask Anna",
        "related: true # on",
        "related: | # legal: ask Anna",
        "related: >- # legal: ask Anna\n\n",
    ],
)
def test_an_empty_list_with_a_comment_is_left_alone(tmp_path: Path, nothing: str) -> None:
    assert check_file(Trial(tmp_path), f"{HEAD}{nothing}\ntype: a\n---\n".encode(), [QUAY], []) == "refused"


def test_a_list_that_was_laid_out_anew_is_still_the_programs(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.path.write_text(f"{HEAD}related: [a, {{title: Quay}}]\n---\n")
    line = WrittenList(PLACE, digest_list(["a", QUAY], ()), 0)
    read = trial.read(line)
    assert read is not None
    assert read[0].written == line


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_comment_on_the_line_below_the_list_stays(tmp_path: Path, line_break: str) -> None:
    trial = Trial(tmp_path)
    trial.path.write_text(f"{HEAD}related: []{line_break}# for the desk\n---\n", newline="")
    read = trial.read()
    assert read is not None
    edit = trial.edit(read[0], [QUAY], keep_curated=False)
    assert edit is not None
    assert edit.after.endswith("\n# for the desk\n")


def test_entries_may_stand_on_lines_that_end_strangely(tmp_path: Path) -> None:
    text = f"{HEAD}related:\n- title: Quay\n- title: Lock\rtype: a\n---\n"
    assert check_file(Trial(tmp_path), text.encode(), [QUAY], [QUAY, QUAY]) == "written"


@pytest.mark.parametrize(("inside", "line"), [("topics:\n\n\ufeff- a", 5), ("related:\n\ufeff  - title: Quay", 4)])
def test_a_byte_order_mark_that_readers_take_for_different_things_is_refused(
    tmp_path: Path, inside: str, line: int
) -> None:
    with pytest.raises(FrontMatterError, match=rf"^a\.md:{line}: a byte order mark at the start of a line; remove it"):
        put_list_into(f"{HEAD}{inside}\n---\n", tmp_path)


def test_a_byte_order_mark_within_a_line_is_a_letter(tmp_path: Path) -> None:
    assert check_file(Trial(tmp_path), f"{HEAD}type: a\ufeffb\n---\n".encode(), [QUAY], [QUAY]) == "written"


@pytest.mark.parametrize("related", ["[]{}# for the desk", "\n  - title: Lock{}  # ?e:", "\n- a{}- b", "# a{}\n- a"])
@pytest.mark.parametrize("line_break", ["\x85", "\u2028", "\u2029"])
def test_a_list_whose_lines_are_lines_to_some_readers_alone_is_refused(
    tmp_path: Path, related: str, line_break: str
) -> None:
    match = rf"^a\.md:3: a line of its `related` list ends in U\+{ord(line_break):04X}; "
    with pytest.raises(FrontMatterError, match=match):
        put_list_into(f"{HEAD}related: {related.format(line_break)}\n---\n", tmp_path)
