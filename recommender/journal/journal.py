"""The journal of live articles: an SQLite database that several processes append to, in WAL mode."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from recommender.errors import JournalError
from recommender.storage import MOUNTS, network_file_system, sync_folder

JOURNAL_FILE = "live.journal"
_APPLICATION_ID = 0x72656C61  # marks the file's header; see https://sqlite.org/pragma.html#pragma_application_id
_BUSY_TIMEOUT = 10.0  # seconds that one process waits for another's transaction
_SCHEMA = f"""
PRAGMA journal_mode = WAL;
PRAGMA application_id = {_APPLICATION_ID};
CREATE TABLE record (id INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT NOT NULL, crc32 INTEGER NOT NULL);
"""

_REPLACE = (
    "stop the servers, move it away together with the -wal and -shm beside it, and start them again; "
    "articles posted or withdrawn since the last training must be sent again"
)
_WRITABLE = "this user must be able to write to it and to its folder"
_CURES = {
    sqlite3.SQLITE_BUSY: f"another process has had it locked for {_BUSY_TIMEOUT:.0f} seconds; try again",
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CORRUPT: _REPLACE,
    sqlite3.SQLITE_NOTADB: _REPLACE,
}

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JournalUpdate:
    """The result of one reading of the journal.

    Attributes:
        is_complete: whether `records` are all records, not only those since the last reading.
        damage: one sentence for each unreadable part.
    """

    is_complete: bool
    records: tuple[Record, ...]
    damage: tuple[str, ...]


class Journal:
    """The journal of a models folder. Any number of processes may use it; one object serves one thread at a time.

    Once `append` returns, its record is on the disk and survives crashes and power cuts. Record IDs are never reused,
    so if the last record read is missing, the journal has been rewritten. Each record stores its original ID as `at`
    and keeps it when the journal is rewritten.
    """

    def __init__(self, models: Path, *, versions: Callable[[], Iterable[str]] = tuple, mounts: Path = MOUNTS) -> None:
        """Prepare a journal; the first use opens it.

        Args:
            models: the models folder.
            versions: the versions there, recorded as older when a journal is created.
            mounts: the mount table, for recognising network file systems.
        """
        self.path = models / JOURNAL_FILE
        self._versions = versions
        self._mounts = mounts
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None  # identity of the open file
        self._state: tuple[int, int] | None = None  # at the last reading
        self._last_id = 0  # of the records read so far

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. The next use opens it again, and the next reading is complete."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._file, self._state, self._last_id = None, None, None, 0

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; on return, it is on the disk.

        Raises:
            JournalError: it can't be written; nothing was added.
        """
        with self._transaction("written") as connection:
            _insert(connection, [{**record, "at": _next_id(connection)}])

    def has_changed(self) -> bool:
        """Whether the journal was written to since the last `read`; cheap enough to ask several times a second.

        Raises:
            JournalError: it exists and can't be read.
        """
        file = _identity(self.path)
        if file is None or file != self._file:
            return file != self._file
        with self._transaction("read") as connection:
            return _state(connection) != self._state

    def read(self) -> JournalUpdate:
        """Read the records since this object's last reading, or all if the journal was rewritten.

        Raises:
            JournalError: it exists and can't be read.
        """
        if not self.path.exists():
            self.close()
            return JournalUpdate(is_complete=True, records=(), damage=())
        with self._transaction("read") as connection:
            self._state = _state(connection)
            last_read = connection.execute("SELECT 1 FROM record WHERE id = ?", (self._last_id,)).fetchone()
            after = self._last_id if last_read else 0
            records, damage = _read_records(connection, after=after)
            self._last_id = max(records, default=after)
        sentences = tuple(f"{self.path}: {sentence}" for sentence in damage)
        return JournalUpdate(last_read is None, tuple(records.values()), sentences)

    def rewrite(self, transform: Callable[[tuple[Record, ...]], Iterable[Record]]) -> None:
        """Replace all records by the result of `transform` in one transaction, which blocks appending meanwhile.

        Without a journal, nothing happens.

        Raises:
            JournalError: it can't be written; it is unchanged.
        """
        if not self.path.exists():
            return
        with self._transaction("written") as connection:
            records, _ = _read_records(connection)
            connection.execute("DELETE FROM record")
            _insert(connection, transform(tuple(records.values())))

    @contextmanager
    def _transaction(self, action: Literal["read", "written"]) -> Iterator[sqlite3.Connection]:
        """Commit at the end, or roll back; errors name the file, the action and the cure."""
        try:
            with self._open() as connection:
                connection.execute("BEGIN IMMEDIATE" if action == "written" else "BEGIN")
                yield connection
        except sqlite3.Error as error:
            cure = _CURES.get(_code(error))
            raise JournalError(f"{self.path}: can't be {action}: {error}{f'; {cure}' if cure else ''}") from error
        except OSError as error:
            raise JournalError(f"{self.path}: can't be {action}: {error.strerror or error}") from error

    def _open(self) -> sqlite3.Connection:
        """A connection to the current file, which is created if it does not exist."""
        file = _identity(self.path)
        if self._connection is not None and file == self._file:
            return self._connection
        self.close()
        if kind := network_file_system(self.path, mounts=self._mounts):
            raise JournalError(
                f"{self.path}: lies on a network file system ({kind}), where several processes can't safely write to "
                "an SQLite database; keep the models folder on a local disk"
            )
        if file is None:
            _create(self.path, head=new_journal_head(self._versions()))
            file = _identity(self.path)
        options = "mode=rw"
        if not (os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)):
            # Without a write-ahead log nobody is writing, so SQLite need not create one for reading.
            options = "mode=ro" if Path(f"{self.path}-wal").exists() else "mode=ro&immutable=1"
        uri = f"{self.path.absolute().as_uri()}?{options}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, connection.close)
        connection.text_factory = bytes  # damaged text need not be UTF-8
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
            connection.close()
            raise JournalError(f"{self.path}: is not a journal of this program; {_REPLACE}")
        self._connection, self._file = connection, file
        return connection


def new_journal_head(versions: Iterable[str]) -> Record:
    """The first record of a journal: its ID, for models to refer to, and the versions older than it."""
    return {"journal": secrets.token_hex(8), "versions": sorted(versions)}


def _create(path: Path, *, head: Record) -> None:
    """Create a journal with its first record atomically, unless another process is first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{secrets.token_hex(8)}")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.executescript(_SCHEMA)
            with connection:
                _insert(connection, [head])
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one


def _state(connection: sqlite3.Connection) -> tuple[int, int]:
    """A state that changes with every transaction, of other connections and of this one."""
    return connection.execute("PRAGMA data_version").fetchone()[0], connection.total_changes


def _insert(connection: sqlite3.Connection, records: Iterable[Mapping[str, Any]]) -> None:
    texts = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    rows = ((id, text, zlib.crc32(text.encode(), id)) for id, text in enumerate(texts, _next_id(connection)))
    connection.executemany("INSERT INTO record (id, value, crc32) VALUES (?, ?, ?)", rows)


def _next_id(connection: sqlite3.Connection) -> int:
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
    return (last[0] if last else 0) + 1


def _read_records(connection: sqlite3.Connection, *, after: int = 0) -> tuple[dict[int, Record], list[str]]:
    """The readable records after an ID, by ID, and one sentence for each damaged part."""
    records: dict[int, Record] = {}
    damage: list[str] = []
    try:
        for id, value, crc32 in connection.execute("SELECT * FROM record WHERE id > ? ORDER BY id", (after,)):
            if isinstance(value, bytes) and zlib.crc32(value, id) == crc32:
                records[id] = json.loads(value)
            elif isinstance(value, bytes) and zlib.crc32(value) == crc32 and b'"at":' not in value:
                records[id] = json.loads(value)  # from before records were numbered
            else:
                damage.append(f"record {id} is damaged and lost")
        is_sound = after > 0 or connection.execute("PRAGMA quick_check(1)").fetchone() == (b"ok",)
    except sqlite3.DatabaseError as error:
        if _code(error) != sqlite3.SQLITE_CORRUPT:
            raise
        is_sound = False
    if not is_sound:
        damage.append(f"is damaged, and records may be lost; {_REPLACE}")
    return records, damage
