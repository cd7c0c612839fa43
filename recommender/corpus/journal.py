"""What was posted and withdrawn since the last training: a file that several processes append to, a record a line.

The first line says how long the file was when the last record was acknowledged, and every line begins with a checksum.
So a tail that a crash tore off mid-record is told from one that was cut off later: the first was never acknowledged
and is removed without a word, the second is damage, and is reported until the next training.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from recommender.errors import JournalError
from recommender.storage import atomic_write, sync_folder

JOURNAL_FILE = "live.journal"
LOST = "lost"
_HEAD = "related-articles journal 1 {size:016d} "
_CHECKSUM = 16  # hexadecimal digits
_HEAD_SIZE = len(_HEAD.format(size=0)) + _CHECKSUM + 1

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JournalUpdate:
    """What one reading of the journal found.

    Attributes:
        is_complete: whether `records` are all records there are, and not only those since the last reading.
        damage: what this reading could not read, a sentence each.
    """

    is_complete: bool
    records: tuple[Record, ...]
    damage: tuple[str, ...]


class Journal:
    """The journal of a models folder; one object reads on from where it was."""

    def __init__(self, models: Path) -> None:
        self.path = models / JOURNAL_FILE
        self._file: tuple[int, int] | None = None
        self._read_to = 0

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; when this returns, it is on the disk.

        Raises:
            JournalError: it can't be written; then nothing was added.
        """
        try:
            with self._locked() as descriptor:
                _append(descriptor, record)
        except OSError as error:
            raise JournalError(f"{self.path}: can't be written: {error.strerror or error}") from error

    def read(self) -> JournalUpdate:
        """The records since this object's last reading, or all of them if the file is another one.

        Raises:
            JournalError: it is there and can't be read.
        """
        try:
            with self._locked(reading=True) as descriptor:
                status = os.fstat(descriptor)
                size = status.st_size
                is_complete = self._file != (status.st_dev, status.st_ino)
                self._file = status.st_dev, status.st_ino
                # What was cut off after it was read is not forgotten before it has to be.
                start = _HEAD_SIZE if is_complete else min(self._read_to, size)
                records, damage, end = _scan(os.pread(descriptor, max(size - start, 0), start), start)
                self._read_to = end
                damage = [*_damage_of_head(descriptor, end, size), *damage]
        except FileNotFoundError:
            is_complete, records, damage = self._file is not None, [], []
            self._file, self._read_to = None, 0
        except OSError as error:
            raise JournalError(f"{self.path}: can't be read: {error.strerror or error}") from error
        return JournalUpdate(is_complete, tuple(records), tuple(f"{self.path}: {sentence}" for sentence in damage))

    def rewrite(self, settle: Callable[[tuple[Record, ...]], Iterable[Record]]) -> None:
        """Replace all records by what `settle` makes of them, in one step; nobody can append meanwhile.

        Raises:
            JournalError: it can't be written; then it is as it was.
        """
        try:
            with self._locked(create=False) as descriptor:
                size = os.fstat(descriptor).st_size
                records, _, _ = _scan(os.pread(descriptor, size, _HEAD_SIZE), _HEAD_SIZE)
                lines = b"".join(map(_line, settle(tuple(records))))
                with atomic_write(self.path) as stream:
                    stream.write(_head(_HEAD_SIZE + len(lines)) + lines)
        except FileNotFoundError:
            return
        except OSError as error:
            raise JournalError(f"{self.path}: can't be written: {error.strerror or error}") from error

    @contextmanager
    def _locked(self, *, reading: bool = False, create: bool = True) -> Iterator[int]:
        """The open file, which no other process writes to meanwhile."""
        while True:
            try:
                descriptor = os.open(self.path, os.O_RDONLY if reading else os.O_RDWR)
            except FileNotFoundError:
                if reading or not create:
                    raise
                self._create()
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH if reading else fcntl.LOCK_EX)
                with suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                        yield descriptor
                        return
                # It was rewritten while this process waited.
            finally:
                os.close(descriptor)

    def _create(self) -> None:
        """Put an empty journal where there is none: whole, so that a shorter one is a damaged one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=".unfinished-") as stream:
            stream.write(_head(_HEAD_SIZE))
            stream.flush()
            os.fsync(stream.fileno())
            with suppress(FileExistsError):  # another process was first
                os.link(stream.name, self.path)
        sync_folder(self.path.parent)


def _append(descriptor: int, record: Mapping[str, Any]) -> None:
    size = os.fstat(descriptor).st_size
    head = os.pread(descriptor, _HEAD_SIZE, 0)
    promised = _promised(head)
    lines = _line(record)
    if promised is not None and size >= promised:
        tail = os.pread(descriptor, size - promised + 1, promised - 1)
        end = promised + max(tail.rfind(b"\n", 1), 0)  # what follows was torn off
        if end == promised and not tail.startswith(b"\n"):
            lines = b"\n" + lines  # the end of the last record is damaged: the next one's is not to be
    else:
        what = "its first line was damaged" if promised is None else f"it was cut from {promised:,} bytes to {size:,}"
        # What is left of a record stays, as the damage that it is.
        end, lines = max(size, _HEAD_SIZE), b"\n" + _line({LOST: f"{what}, and records may be lost"}) + lines
    try:
        os.ftruncate(descriptor, end)
        _write(descriptor, lines, end)
        os.fsync(descriptor)
        _write(descriptor, _head(end + len(lines)), 0)
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, end)
            if promised is not None:
                _write(descriptor, head, 0)
        raise


def _write(descriptor: int, data: bytes, place: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, place)
        data, place = data[written:], place + written


def _scan(data: bytes, start: int) -> tuple[list[Record], list[str], int]:
    """The records in some bytes, what is damaged, and where the last whole line ends."""
    records: list[Record] = []
    damage: list[str] = []
    place = start
    whole = data.rfind(b"\n") + 1
    for line in data[:whole].split(b"\n")[:-1]:
        checksum, _, text = line.partition(b" ")
        if checksum == _checksum(text):
            record = json.loads(text)
            if LOST in record:
                damage.append(record[LOST])
            records.append(record)
        elif line:
            damage.append(f"the record at byte {place:,} is damaged, and lost")
        place += len(line) + 1
    return records, damage, start + whole


def _damage_of_head(descriptor: int, end: int, size: int) -> list[str]:
    promised = _promised(os.pread(descriptor, _HEAD_SIZE, 0))
    if promised is None:
        return ["its first line is damaged, so what may have been cut off is unknown"]
    if end < promised:
        return [f"it has {size:,} bytes and had {promised:,}; what stood there is lost"]
    return []


def _promised(head: bytes) -> int | None:
    """How long the journal was when the last record was acknowledged; `None` if its first line is damaged."""
    text, checksum = head[: -_CHECKSUM - 1], head[-_CHECKSUM - 1 :]
    if len(head) != _HEAD_SIZE or checksum != _checksum(text) + b"\n":
        return None
    return int(text.split()[-1])


def _head(size: int) -> bytes:
    text = _HEAD.format(size=size).encode()
    return text + _checksum(text) + b"\n"


def _line(record: Mapping[str, Any]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    return _checksum(text) + b" " + text + b"\n"


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:_CHECKSUM].encode()
