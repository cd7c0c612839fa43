from __future__ import annotations

from pathlib import Path

import pytest

from recommender.disk import replacing, synced


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text("old")
    with replacing(file) as stream:
        stream.write(b"new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(file) as stream:
        stream.write(b"%d" % (1 // 0))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    file = tmp_path / "part"
    file.write_text("old")
    with pytest.raises(FileExistsError), synced(file):
        pass
    assert file.read_text() == "old"
