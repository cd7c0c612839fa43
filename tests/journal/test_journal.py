from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import JournalError
from recommender.journal import JOURNAL_FILE, Journal, JournalUpdate

FLIPS = int(os.environ.get("FAULTS", "50"))
KILLS = int(os.environ.get("KILLS", "5"))


def filled(folder: Path, *values: object) -> Path:
    """A journal with some records, closed; returns its file."""
    with Journal(folder) as journal:
        for value in values:
            journal.append({"value": value})
    return folder / JOURNAL_FILE


def read(folder: Path) -> JournalUpdate:
    """Read the whole journal of a folder."""
    with Journal(folder) as journal:
        return journal.read()


def values(update: JournalUpdate) -> list[Any]:
    """What the records of a reading hold."""
    return [record["value"] for record in update.records if "value" in record]


def reading(update: JournalUpdate) -> tuple[bool, list[Any], tuple[str, ...]]:
    """Whether a reading is complete, what the records hold, and what is damaged."""
    return update.is_complete, values(update), update.damage


def test_records_are_read_on_from_the_last_reading(tmp_path: Path) -> None:
    with Journal(tmp_path) as writer, Journal(tmp_path) as reader:
        assert reading(reader.read()) == (True, [], ())
        writer.append({"value": "über\n\u2028\0 all"})
        assert reading(reader.read()) == (True, ["über\n\u2028\0 all"], ())
        writer.append({"value": 2})
        assert reading(reader.read()) == (False, [2], ())
        assert reading(reader.read()) == (False, [], ())
    assert values(read(tmp_path)) == ["über\n\u2028\0 all", 2]


def test_changes_by_this_object_and_by_others_are_noticed_until_they_are_read(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal, Journal(tmp_path) as other:
        assert not journal.has_changed()
        for writer in (journal, other, journal):
            writer.append({"value": 1})
            assert journal.has_changed()
            journal.read()
            assert not journal.has_changed()
        other.rewrite(lambda records: records)
        assert journal.has_changed()


def test_a_rewritten_journal_is_read_anew(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2, 3)
    with Journal(tmp_path) as reader:
        reader.read()
        with Journal(tmp_path) as writer:
            writer.rewrite(lambda records: records[2:3])
            assert reading(reader.read()) == (True, [2], ())
            writer.append({"value": 4})
            assert reading(reader.read()) == (False, [4], ())
            writer.rewrite(lambda _: [])
            assert reading(reader.read()) == (True, [], ())


def test_a_rewriting_that_fails_changes_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2)

    def fail(records: object) -> Iterable[dict[str, Any]]:
        yield {"value": 3}
        raise ValueError("no further")

    with Journal(tmp_path) as journal:
        with pytest.raises(ValueError, match="no further"):
            journal.rewrite(fail)
        journal.append({"value": 4})
    assert values(read(tmp_path)) == [1, 2, 4]


def test_a_journal_that_is_deleted_is_empty(tmp_path: Path) -> None:
    file = filled(tmp_path, 1)
    with Journal(tmp_path) as journal:
        journal.read()
        for path in tmp_path.iterdir():
            path.unlink()
        assert journal.has_changed()
        assert reading(journal.read()) == (True, [], ())
        assert not journal.has_changed()
        journal.rewrite(lambda records: records)
        assert not file.exists()
        journal.append({"value": 2})
        assert reading(journal.read()) == (True, [2], ())


def test_nothing_is_left_beside_a_closed_journal(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2)
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL_FILE]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660), (0o077, 0o600)])
def test_the_umask_says_who_may_write_to_it(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        with Journal(tmp_path) as journal:
            journal.append({"value": 1})
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {JOURNAL_FILE: mode, f"{JOURNAL_FILE}-wal": mode, f"{JOURNAL_FILE}-shm": mode}


def _append_many(folder: Path, start: int) -> None:
    with Journal(folder) as journal:
        for number in range(start, start + 40):
            journal.append({"value": number})


def test_processes_append_side_by_side_while_it_is_rewritten(tmp_path: Path) -> None:
    processes = [get_context("spawn").Process(target=_append_many, args=(tmp_path, n * 40)) for n in range(3)]
    for process in processes:
        process.start()
    with Journal(tmp_path) as journal:
        for process in processes:
            while process.is_alive():
                journal.rewrite(lambda records: records)
                process.join(0.01)  # the others must have the lock too
    update = read(tmp_path)
    assert sorted(values(update)) == list(range(120))
    assert update.damage == ()


APPEND_UNTIL_KILLED = """
import sys
from pathlib import Path
from recommender.journal import Journal

journal = Journal(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10**9):
    journal.append({"value": number})
    print(number, flush=True)
"""


def test_a_writer_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(KILLS)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        following = len(acknowledged) + 1_000_000 * bool(acknowledged)
        command = [sys.executable, "-c", APPEND_UNTIL_KILLED, str(tmp_path), str(following)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            wanted = chance.randrange(1, 60)
            acknowledged += [int(writer.stdout.readline()) for _ in range(wanted)]
            writer.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        update = read(tmp_path)
        assert set(acknowledged) <= set(values(update))
        assert update.damage == ()
    with Journal(tmp_path) as journal:
        journal.append({"value": -1})
    assert values(read(tmp_path))[-1] == -1


def test_a_full_disk_adds_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path) as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        try:
            with pytest.raises(JournalError, match=r"live\.journal: can't be written: (database or )?disk"):
                journal.append({"value": "a" * 200_000})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        journal.append({"value": 3})
    assert values(read(tmp_path)) == [1, 3]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any file")
def test_a_journal_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    file = filled(tmp_path, 1)
    file.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with Journal(tmp_path) as journal:
            assert values(journal.read()) == [1]
            with pytest.raises(JournalError, match=r"can't be written: .*readonly database; this user must be able to"):
                journal.append({"value": 2})
        assert values(read(tmp_path)) == [1]
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_network_file_systems_are_refused_by_name(tmp_path: Path, kind: str) -> None:
    mounts, models = tmp_path / "mountinfo", tmp_path / "a b"
    point = str(models).replace(" ", "\\040")
    mounts.write_text(f"22 1 0:1 / / rw - ext4 /dev/sda rw\n23 22 0:2 / {point} rw shared:1 - {kind} host:/x rw\n")
    with Journal(models, mounts=mounts) as journal:
        journal.read()  # nothing is there
        with pytest.raises(JournalError, match=rf"network file system \({kind}\).*; keep the models folder on a local"):
            journal.append({"value": 1})
    filled(models, 1)
    with (
        Journal(models, mounts=mounts) as journal,
        pytest.raises(JournalError, match=rf"network file system \({kind}\)"),
    ):
        journal.read()
    with Journal(tmp_path / "local", mounts=mounts) as journal:
        journal.append({"value": 1})


def other_database(file: Path) -> None:
    """Put an SQLite database of somebody else's into a file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, value)")


@pytest.mark.parametrize(
    "content", [b"related-articles journal 1 0000000000000061 0123456789abcdef\n" * 20, b"", b"\0" * 4096, None]
)
def test_what_is_no_journal_is_named_and_left_alone(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / JOURNAL_FILE
    if content is None:
        other_database(file)
    else:
        file.write_bytes(content)
    before = file.read_bytes()
    with Journal(tmp_path) as journal:
        for use in (journal.read, lambda: journal.append({}), lambda: journal.rewrite(lambda records: records)):
            with pytest.raises(JournalError, match=r"live\.journal: .*; stop the servers, move it away"):
                use()
            assert journal.has_changed()
    assert file.read_bytes() == before


def test_a_damaged_record_is_told_until_the_journal_is_rewritten(tmp_path: Path) -> None:
    file = filled(tmp_path, "one", "two", "three")
    file.write_bytes(file.read_bytes().replace(b'{"value":"two"', b'{"value":"too"'))
    update = read(tmp_path)
    assert (values(update), update.damage) == (["one", "three"], (f"{file}: record 3 is damaged and lost",))
    with Journal(tmp_path) as journal:
        journal.rewrite(lambda records: records)
    update = read(tmp_path)
    assert (values(update), update.damage) == (["one", "three"], ())


def test_records_that_changed_places_are_damaged(tmp_path: Path) -> None:
    file = filled(tmp_path, "one", "two", "three")
    with closing(sqlite3.connect(file)) as connection, connection:
        for before, after in ((2, 9), (3, 2), (9, 3)):
            connection.execute("UPDATE record SET id = ? WHERE id = ?", (after, before))
    update = read(tmp_path)
    assert values(update) == ["three"]
    assert update.damage == tuple(f"{file}: record {id} is damaged and lost" for id in (2, 3))


def test_records_are_numbered_and_a_journal_keeps_its_id(tmp_path: Path) -> None:
    with Journal(tmp_path, versions=lambda: ["old"]) as journal:
        journal.append({"value": "one"})
        journal.append({"value": "two"})
        head = journal.read().records[0]
        assert head["versions"] == ["old"]
        journal.rewrite(lambda records: (records[0], records[2]))
        journal.append({"value": "three"})
        head_again, two, three = journal.read().records
    assert head_again == head
    assert two["at"] == 3
    assert three["at"] > two["at"]


def faults(data: bytes, count: int, seed: int) -> Iterable[tuple[str, bytes]]:
    """Single bits flipped, and ends cut off, at random."""
    chance = random.Random(seed)
    for _ in range(count):
        position = chance.randrange(len(data))
        if chance.random() < 0.5:
            yield f"cut at {position}", data[:position]
        else:
            flipped = bytearray(data)
            flipped[position] ^= 1 << chance.randrange(8)
            yield f"flipped at {position}", bytes(flipped)


def test_every_fault_is_told_unless_all_records_are_whole(tmp_path: Path) -> None:
    file = filled(tmp_path, *(f"{number} {'a' * 300}" for number in range(40)))
    whole, data = read(tmp_path), file.read_bytes()
    for fault, damaged in faults(data, FLIPS, seed=3):
        for path in tmp_path.iterdir():
            path.unlink()
        file.write_bytes(damaged)
        try:
            update = read(tmp_path)
        except JournalError:
            continue
        if not update.damage:
            assert update == whole, fault
        assert set(values(update)) <= set(values(whole)), fault
