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
    "what was posted or withdrawn since the last training is to be sent again"
)
_WRITABLE = "this user must be able to write to it and to its folder"
_CURES = {
    sqlite3.SQLITE_BUSY: f"another process has had it locked for {_BUSY_TIMEOUT:.0f} seconds; try again",
    sqlite3.SQLITE_FULL: "free some space on the disk",
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CORRUPT: _REPLACE,
    sqlite3.SQLITE_NOTADB: _REPLACE,
}

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
    """The journal of a models folder. Any number of processes may use it; one object serves one thread at a time.

    A record that `append` has returned from is on the disk, and survives the death of any process and a power cut.
    IDs of records are never used again: where the last record that was read is missing, the journal was rewritten.
    """

    def __init__(self, models: Path, *, mounts: Path = MOUNTS) -> None:
        """Open nothing yet.

        Args:
            models: the models folder.
            mounts: the table of mounts by which network file systems are recognised.
        """
        self.path = models / JOURNAL_FILE
        self._mounts = mounts
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None  # which file the connection is to
        self._data_version: int | None = None  # at the last reading
        self._last_id = 0  # of the records read so far

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. The next use opens it again, and the next reading is complete."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._file, self._data_version, self._last_id = None, None, None, 0

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; when this returns, it is on the disk.

        Raises:
            JournalError: it can't be written; then nothing was added.
        """
        with self._errors("written"):
            if not self.path.exists():
                self._create()
            with self._transaction("IMMEDIATE") as connection:
                _insert(connection, [record])
        self._data_version = None  # it does not tell of this connection's own transactions

    def has_changed(self) -> bool:
        """Whether the journal was written to since the last `read`; cheap enough to ask several times a second.

        Raises:
            JournalError: it exists and can't be read.
        """
        if _identity(self.path) != self._file:
            return True
        with self._errors("read"):
            return self._connection is not None and _data_version(self._connection) != self._data_version

    def read(self) -> JournalUpdate:
        """Read the records since this object's last reading, or all of them where the journal was rewritten.

        Raises:
            JournalError: it exists and can't be read.
        """
        if _identity(self.path) is None:
            self.close()
            return JournalUpdate(is_complete=True, records=(), damage=())
        with self._errors("read"), self._transaction("DEFERRED") as connection:
            self._data_version = _data_version(connection)
            last_read = connection.execute("SELECT 1 FROM record WHERE id = ?", (self._last_id,)).fetchone()
            is_complete = last_read is None
            after = 0 if is_complete else self._last_id
            records, damage = _read_records(connection, after=after)
            self._last_id = max(records, default=after)
        sentences = tuple(f"{self.path}: {sentence}" for sentence in damage)
        return JournalUpdate(is_complete, tuple(records.values()), sentences)

    def rewrite(self, transform: Callable[[tuple[Record, ...]], Iterable[Record]]) -> None:
        """Replace all records by what `transform` makes of them, in one transaction; nobody can append meanwhile.

        Without a journal, nothing happens.

        Raises:
            JournalError: it can't be written; then it is as it was.
        """
        if not self.path.exists():
            return
        with self._errors("written"), self._transaction("IMMEDIATE") as connection:
            records, _ = _read_records(connection)
            connection.execute("DELETE FROM record")
            _insert(connection, transform(tuple(records.values())))
        self._data_version = None

    @contextmanager
    def _transaction(self, mode: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[sqlite3.Connection]:
        connection = self._open()
        connection.execute(f"BEGIN {mode}")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _open(self) -> sqlite3.Connection:
        file = _identity(self.path)
        if self._connection is not None and file == self._file:
            return self._connection
        self.close()
        self._refuse_network()
        options = "mode=rw"
        if not (os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)):
            # Without a log, nobody is writing: SQLite need not create one to read.
            options = "mode=ro" if Path(f"{self.path}-wal").exists() else "mode=ro&immutable=1"
        uri = f"{self.path.absolute().as_uri()}?{options}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        try:
            connection.text_factory = bytes  # damaged text need not be UTF-8
            connection.execute("PRAGMA synchronous = FULL")
            if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
                raise JournalError(f"{self.path}: is not a journal of this program; {_REPLACE}")
        except BaseException:
            connection.close()
            raise
        weakref.finalize(self, connection.close)
        self._connection, self._file = connection, file
        return connection

    def _create(self) -> None:
        """Create an empty journal, whole from the beginning: a file that lacks something is a damaged one."""
        self._refuse_network()
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".unfinished-{secrets.token_hex(8)}"
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o660))  # what the umask leaves of it
        try:
            with closing(sqlite3.connect(unfinished)) as connection:
                connection.executescript(_SCHEMA)
            with suppress(FileExistsError):  # another process was first
                os.link(unfinished, self.path)
        finally:
            unfinished.unlink(missing_ok=True)
        sync_folder(folder)

    def _refuse_network(self) -> None:
        if kind := network_file_system(self.path, mounts=self._mounts):
            raise JournalError(
                f"{self.path}: lies on a network file system ({kind}), where several processes can't safely write to "
                "an SQLite database; keep the models folder on a local disk"
            )

    @contextmanager
    def _errors(self, action: Literal["read", "written"]) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            cure = _CURES.get(_code(error))
            raise JournalError(f"{self.path}: can't be {action}: {error}{f'; {cure}' if cure else ''}") from error
        except OSError as error:
            raise JournalError(f"{self.path}: can't be {action}: {error.strerror or error}") from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what an extended code adds


def _data_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def _insert(connection: sqlite3.Connection, records: Iterable[Mapping[str, Any]]) -> None:
    texts = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    connection.executemany(
        "INSERT INTO record (value, crc32) VALUES (?, ?)", ((text, zlib.crc32(text.encode())) for text in texts)
    )


def _read_records(connection: sqlite3.Connection, *, after: int = 0) -> tuple[dict[int, Record], list[str]]:
    """The records after an ID, by ID, as far as they can be read, and what is damaged, a sentence each."""
    rows: list[tuple[int, object, object]] = []
    damage: list[str] = []
    try:
        rows.extend(connection.execute("SELECT id, value, crc32 FROM record WHERE id > ? ORDER BY id", (after,)))
        is_sound = after > 0 or connection.execute("PRAGMA quick_check(1)").fetchone() == (b"ok",)
    except sqlite3.DatabaseError as error:
        if _code(error) != sqlite3.SQLITE_CORRUPT:
            raise
        is_sound = False
    if not is_sound:
        damage.append(f"is damaged, and records may be lost; {_REPLACE}")
    records: dict[int, Record] = {}
    for id, value, crc32 in rows:
        if isinstance(value, bytes) and zlib.crc32(value) == crc32:
            records[id] = json.loads(value)
        else:
            damage.append(f"record {id} is damaged, and lost")
    return records, damage
