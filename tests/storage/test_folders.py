"""A folder on a disk and one in an object store are the same to whoever reads and writes them."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import fsspec
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import StorageError
from recommender.storage import (
    CHUNK_SIZE,
    DiskFolder,
    FileStore,
    Folder,
    ObjectFolder,
    staging_folder,
    temporary_folder,
)

OBJECTS = fsspec.filesystem("memory")


@pytest.fixture(params=["disk", "objects"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """An empty folder of either kind."""
    yield DiskFolder(tmp_path) if request.param == "disk" else objects(tmp_path)
    if OBJECTS.exists("/bucket"):
        OBJECTS.rm("/bucket", recursive=True)


def objects(tmp_path: Path) -> ObjectFolder:
    """A folder in a store, of one test's own."""
    return ObjectFolder(f"memory://bucket/{tmp_path.name}")


def written(folder: Folder, name: str, content: bytes) -> None:
    """Write a file whole."""
    with folder.open_writer(name) as sink:
        sink.write(content)


def test_a_file_is_read_whole_and_by_the_stretch(folder: Folder) -> None:
    with folder.open_writer("deep/a.txt") as sink:
        sink.write(b"harbour ")
        sink.write(memoryview(b"bridge"))
    written(folder, "b", b"")
    assert folder.names() == {"deep/a.txt", "b"}
    assert folder.size("deep/a.txt") == 14
    assert bytes(folder.read("deep/a.txt")) == b"harbour bridge"
    assert bytes(folder.read("deep/a.txt", 8)) == b"bridge"
    assert bytes(folder.read("deep/a.txt", 3, 10)) == b"bour br"
    assert bytes(folder.read("deep/a.txt", 5, 5)) == b""
    assert bytes(folder.read("b")) == b""
    assert folder.digest("deep/a.txt") == hashlib.sha256(b"harbour bridge").hexdigest()
    with pytest.raises(ValueError, match=r"deep/a\.txt"):
        folder.read("deep/a.txt", 0, 15)
    folder.remove("deep")
    folder.remove("nowhere")
    assert folder.names() == {"b"}


def test_stretches_are_written_in_any_order_and_more_than_once(folder: Folder) -> None:
    folder.allocate("a", 11)
    folder.write("a", 6, b"world")
    folder.write("a", 6, b"")  # where something else begins
    folder.write("a", 0, b"hullo ")
    folder.write("a", 0, b"hello ")
    assert bytes(folder.read("a", 3, 9)) == b"lo wor"
    assert bytes(folder.read("a")) == b"hello world"


def test_what_comes_first_may_be_written_at_last(folder: Folder) -> None:
    with folder.open_writer("a", 4) as sink:
        sink.write(b"body")
    folder.write("a", 0, b"head")
    assert bytes(folder.read("a")) == b"headbody"


def test_a_folder_is_sent_to_workers(folder: Folder) -> None:
    written(folder, "a", b"x")
    sent = pickle.loads(pickle.dumps(folder))
    assert (sent, hash(sent)) == (folder, hash(folder))
    assert bytes(sent.read("a")) == b"x"


def test_what_is_large_becomes_many_objects_and_is_still_one_file(folder: Folder) -> None:
    content = bytes(range(256)) * (CHUNK_SIZE // 200)
    with folder.open_writer("large") as sink:
        for start in range(0, len(content), 1 << 20):
            sink.write(content[start : start + (1 << 20)])
    assert bytes(folder.read("large", CHUNK_SIZE - 3, CHUNK_SIZE + 3)) == content[CHUNK_SIZE - 3 : CHUNK_SIZE + 3]
    assert folder.digest("large") == hashlib.sha256(content).hexdigest()
    if isinstance(folder, ObjectFolder):
        assert OBJECTS.du(f"{folder.url[8:]}/large", total=False) == {
            f"{folder.url[8:]}/large/{0:015}": CHUNK_SIZE,
            f"{folder.url[8:]}/large/{CHUNK_SIZE:015}": len(content) - CHUNK_SIZE,
        }


@settings(max_examples=examples(60), deadline=None)
@given(
    cuts=st.sets(st.integers(1, 39)).map(lambda cuts: list(pairwise([0, *sorted(cuts), 40]))).flatmap(st.permutations),
    span=st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted),
)
def test_however_a_file_is_cut_each_stretch_of_it_is_found(cuts: list[tuple[int, int]], span: list[int]) -> None:
    content, folder = bytes(range(40)), ObjectFolder("memory://cut/folder")
    folder.remove("a")
    for start, end in cuts:
        folder.write("a", start, content[start:end])
    assert folder.read("a", *span) == content[slice(*span)]
    assert folder.read("a") == content


def test_what_others_have_put_since_is_found(tmp_path: Path) -> None:
    folder = objects(tmp_path)
    folder.write("a", 0, b"head")
    assert folder.read("a", 0, 4) == b"head"
    OBJECTS.pipe_file(f"{folder.url[8:]}/a/000000000000004", b"body")
    assert folder.read("a", 2, 6) == b"adbo"
    assert folder.read("a") == b"headbody"
    OBJECTS.pipe_file(f"{folder.url[8:]}/a/000000000000008", b"end")
    assert folder.read("a") == b"headbodyend"
    OBJECTS.rm("/bucket", recursive=True)


@pytest.mark.parametrize("kind", ["disk", "objects"])
def test_a_fault_of_the_caller_is_no_fault_of_the_store(tmp_path: Path, kind: str) -> None:
    store = FileStore(str(tmp_path) if kind == "disk" else f"memory://bucket/{tmp_path.name}")
    content: Any = ["no bytes"]
    with pytest.raises(TypeError):
        store.write("a", content)
    with pytest.raises(StorageError, match="a: can't be read"):
        store.read("a")


def test_two_processes_that_begin_at_once_do_not_clear_each_other_away(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        filled = list(pool.map(lambda number: _fill(tmp_path, number), range(200)))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(filled)


def test_a_temporary_folder_that_a_killed_process_has_left_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = """
import os, sys, tempfile
from recommender.storage import temporary_folder
tempfile.tempdir = sys.argv[1]
with temporary_folder("export-") as folder:
    (folder / "part").write_text("left")
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script, tmp_path], check=False)
    [left] = tmp_path.iterdir()
    assert left.stat().st_mode & 0o777 == 0o700
    with temporary_folder("export-") as first, temporary_folder("export-") as second:
        assert not left.exists()
        assert first.parent.exists()
        assert {first.parent, second.parent} == set(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def _fill(folder: Path, number: int) -> str:
    with staging_folder(folder, ".staging-") as staging:
        (staging / "file").write_text(str(number))
        staging.rename(folder / str(number))
    return str(number)
