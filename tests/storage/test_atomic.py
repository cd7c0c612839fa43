from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from recommender.storage import (
    FileChangedError,
    atomic_write,
    create_synced,
    read_regular_file,
    remove_temporary_files,
)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text("old")
    with atomic_write(file) as stream:
        stream.write(b"new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_of_a_full_disk_names_the_file(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))  # fails as a full disk does
    try:
        with pytest.raises(OSError, match="File too large") as raised, atomic_write(tmp_path / "a") as stream:
            stream.write(bytes(2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert raised.value.filename == str(tmp_path / "a")


def test_an_error_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_write(file) as stream:
        stream.write(b"%d" % (1 // 0))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    file = tmp_path / "part"
    file.write_text("old")
    with pytest.raises(FileExistsError), create_synced(file):
        pass
    assert file.read_text() == "old"


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "list.jsonl", tmp_path / "link.jsonl"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    with atomic_write(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with atomic_write(pipe) as stream:
        stream.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_file_that_is_no_longer_the_one_that_was_read_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("read")
    status = file.stat()

    def replace_late() -> None:
        with atomic_write(file, as_of=status) as stream:
            stream.write(b"new")
            file.write_text("a person's")

    with pytest.raises(FileChangedError, match=r"a\.md: it has changed since it was read"):
        replace_late()
    assert file.read_text() == "a person's"
    assert list(tmp_path.iterdir()) == [file]


APPENDING = """
import os, sys
from pathlib import Path
from recommender.storage import FileChangedError, atomic_write

file = Path(sys.argv[1])
def append(event, arguments):
    if event == "os.rename" and arguments[1] == str(file) and file.read_text() == "read":
        with file.open("a") as stream:
            stream.write(" and a late line")
sys.addaudithook(append)
try:
    with atomic_write(file, as_of=file.stat()) as stream:
        stream.write(b"new")
except FileChangedError as error:
    print(error)
"""
"""Replaces a file to which another process appends at the last moment, when it is being renamed."""


def test_what_is_appended_in_the_moment_of_the_rename_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("read")
    done = subprocess.run([sys.executable, "-c", APPENDING, file], capture_output=True, text=True, check=True)
    assert done.stdout == f"{file}: it has changed since it was read; run again\n"
    assert file.read_text() == "read and a late line"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660), (0o077, 0o600)])
def test_the_umask_says_who_may_read_and_write_a_new_file(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        with atomic_write(tmp_path / "list.jsonl") as stream:
            stream.write(b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "list.jsonl").stat().st_mode & 0o777 == mode


def test_a_name_of_the_greatest_length_can_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / ("a" * 255)
    with atomic_write(file) as stream:
        stream.write(b"new")
    assert file.read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_extended_attributes_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("old")
    try:
        os.setxattr(file, "user.checked", b"by Ida")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    with atomic_write(file) as stream:
        stream.write(b"new")
    assert os.getxattr(file, "user.checked") == b"by Ida"


def test_only_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    kept = tmp_path / ".unfinished"
    kept.touch()
    with atomic_write(tmp_path / "a.md"):
        [left] = tmp_path.glob(".unfinished-*")
        (tmp_path / f"{left.name}-copy").touch()
    (tmp_path / "a.md").unlink()
    assert len(list(tmp_path.iterdir())) == 2
    remove_temporary_files(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize("max_bytes", [1, 3, 4, 100])
def test_no_more_of_a_file_is_read_than_asked_for(tmp_path: Path, max_bytes: int) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"floo")
    assert read_regular_file(file, max_bytes=max_bytes) == b"floo"[:max_bytes]


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(OSError, match="not a regular file"):
        read_regular_file(tmp_path / "a.md", max_bytes=100)
