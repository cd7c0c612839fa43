from __future__ import annotations

import os
import random
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from recommender.corpus import JOURNAL_FILE, Journal
from recommender.errors import JournalError

FLIPS = int(os.environ.get("FAULTS", "50"))


def values(journal: Journal) -> list[Any]:
    """What a journal's records hold."""
    return [record["value"] for record in journal.read().records if "value" in record]


def filled(folder: Path, *records: object) -> Path:
    """A journal with some records."""
    journal = Journal(folder)
    for value in records:
        journal.append({"value": value})
    return folder / JOURNAL_FILE


def test_records_are_read_on_from_where_one_was(tmp_path: Path) -> None:
    writer, reader = Journal(tmp_path), Journal(tmp_path)
    assert reader.read().records == ()
    writer.append({"value": "über\n\u2028 all"})
    first = reader.read()
    assert (first.is_complete, first.damage) == (True, ())
    assert first.records == ({"value": "über\n\u2028 all"},)
    writer.append({"value": 2})
    second = reader.read()
    assert (second.is_complete, second.records) == (False, ({"value": 2},))
    assert reader.read().records == ()
    assert values(Journal(tmp_path)) == ["über\n\u2028 all", 2]


def test_rewriting_is_one_step_and_read_as_a_new_file(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2, 3)
    reader = Journal(tmp_path)
    reader.read()
    Journal(tmp_path).rewrite(lambda records: records[1:2])
    changes = reader.read()
    assert (changes.is_complete, changes.records, changes.damage) == (True, ({"value": 2},), ())
    Journal(tmp_path).append({"value": 4})
    assert values(reader) == [4]
    assert {path.name for path in tmp_path.iterdir()} == {JOURNAL_FILE}


def test_a_journal_that_is_gone_is_empty(tmp_path: Path) -> None:
    file = filled(tmp_path, 1)
    reader = Journal(tmp_path)
    reader.read()
    file.unlink()
    changes = reader.read()
    assert (changes.is_complete, changes.records) == (True, ())
    Journal(tmp_path).rewrite(lambda records: records)
    assert not file.exists()


@pytest.mark.parametrize("torn", [b"#", b'0123456789abcdef {"val'])
def test_a_torn_tail_is_cut_off_without_a_word(tmp_path: Path, torn: bytes) -> None:
    file = filled(tmp_path, 1)
    with file.open("ab") as stream:
        stream.write(torn)
    assert Journal(tmp_path).read().damage == ()
    Journal(tmp_path).append({"value": 2})
    changes = Journal(tmp_path).read()
    assert (changes.records, changes.damage) == (({"value": 1}, {"value": 2}), ())
    assert torn not in file.read_bytes()


def test_a_record_that_was_written_and_not_acknowledged_may_stay(tmp_path: Path) -> None:
    longer = filled(tmp_path / "longer", 1, 2).read_bytes()
    file = filled(tmp_path / "shorter", 1)
    file.write_bytes(file.read_bytes() + longer[file.stat().st_size :])
    assert values(Journal(tmp_path / "shorter")) == [1, 2]
    Journal(tmp_path / "shorter").append({"value": 3})
    changes = Journal(tmp_path / "shorter").read()
    assert ([record["value"] for record in changes.records], changes.damage) == ([1, 2, 3], ())


def test_what_was_cut_off_is_told_until_the_next_training(tmp_path: Path) -> None:
    file = filled(tmp_path, 1, 2)
    reader = Journal(tmp_path)
    assert values(reader) == [1, 2]
    size = len(filled(tmp_path / "one", 1).read_bytes())
    os.truncate(file, size)  # between two records
    [sentence] = Journal(tmp_path).read().damage
    assert (
        sentence.endswith(f"it has {size:,} bytes and had {2 * size - 60:,}; what stood there is lost")
        or "lost" in sentence
    )
    assert not reader.read().is_complete  # what was read is not forgotten
    Journal(tmp_path).append({"value": 3})
    assert values(reader) == [3]
    changes = Journal(tmp_path).read()
    assert "it was cut from" in changes.damage[0]
    assert [record.get("value") for record in changes.records] == [1, None, 3]


def _append_many(folder: Path, start: int) -> None:
    journal = Journal(folder)
    for number in range(start, start + 40):
        journal.append({"value": number})


def test_processes_append_side_by_side_while_it_is_rewritten(tmp_path: Path) -> None:
    processes = [get_context("spawn").Process(target=_append_many, args=(tmp_path, n * 40)) for n in range(3)]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        Journal(tmp_path).rewrite(lambda records: records)
    changes = Journal(tmp_path).read()
    assert sorted(record["value"] for record in changes.records) == list(range(120))
    assert changes.damage == ()


def test_a_full_disk_adds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled(tmp_path, 1)
    before = file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(JournalError, match="can't be written: No space left on device"):
            Journal(tmp_path).append({"value": 2})
    assert file.read_bytes() == before
    Journal(tmp_path).append({"value": 3})
    assert values(Journal(tmp_path)) == [1, 3]


def faults(data: bytes, count: int, seed: int) -> Iterable[tuple[str, bytes]]:
    """Single bits flipped, and ends cut off, at random."""
    chance = random.Random(seed)
    for _ in range(count):
        place = chance.randrange(len(data))
        if chance.random() < 0.5:
            yield f"cut at {place}", data[:place]
        else:
            flipped = bytearray(data)
            flipped[place] ^= 1 << chance.randrange(8)
            yield f"flipped at {place}", bytes(flipped)


def test_every_fault_is_told_and_harms_no_other_record(tmp_path: Path) -> None:
    file = filled(tmp_path, *range(12))
    data = file.read_bytes()
    for what, damaged in faults(data, FLIPS, seed=3):
        file.write_bytes(damaged)
        changes = Journal(tmp_path).read()
        assert changes.damage, what
        found = [record["value"] for record in changes.records]
        assert set(found) <= set(range(12)), what
        if "flipped" in what:
            assert len(found) >= 10, what  # the one that was hit, and the next if its line end was
        Journal(tmp_path).append({"value": 99})  # what is left goes on
        changes = Journal(tmp_path).read()
        kept = [record["value"] for record in changes.records if "value" in record]
        assert kept[-1] == 99, what
        assert set(found) <= set(kept), what
