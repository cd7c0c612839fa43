from __future__ import annotations

import os
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


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "list.jsonl", tmp_path / "link.jsonl"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    with replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as stream:
        stream.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()
