"""Tables of a temporary SQLite database: small ones stay in its page cache, large ones spill to disk.

SQLite deletes the file when the process ends, even if it is killed. The file is in the folder named by `SQLITE_TMPDIR`
or `TMPDIR`, else in /var/tmp or /tmp. Text is sorted by code point, as in Python.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar, overload

import msgspec

from recommender.errors import CorpusError

_CACHE_KIB = 48 << 10  # page cache; sorting may need the same amount again
_PAGE_BYTES = 32 << 10  # many records a page, so that a large corpus is written in few pieces
_BATCHES_INDEXED = 8  # batches of an index that are held in memory, about 25 MB

Scalar: TypeAlias = str | int | float | bytes
V = TypeVar("V")

_pack = msgspec.msgpack.Encoder().encode


class SpillDatabase:
    """A temporary database with the lifetime of this object."""

    def __init__(self, *, batch_rows: int = 1 << 14, max_pages: int | None = None) -> None:
        """Create the database.

        Args:
            batch_rows: how many rows of a table are inserted at a time.
            max_pages: a limit to its size, in pages of 32 KiB.
        """
        self.batch_rows = batch_rows
        self._tables = 0
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        sizes = f"page_size = {_PAGE_BYTES}", f"cache_size = -{_CACHE_KIB}"
        for pragma in ("journal_mode = OFF", "synchronous = OFF", *sizes):
            self._connection.execute(f"PRAGMA {pragma}")
        if max_pages is not None:
            self._connection.execute(f"PRAGMA max_page_count = {max_pages}")
        self._connection.execute("BEGIN")  # never committed: no data should outlive the process

    def create_table(self, columns: str) -> str:
        """Create a table; returns its name."""
        self._tables += 1
        self.execute(f"CREATE TABLE t{self._tables} {columns}")
        return f"t{self._tables}"

    def execute(self, statement: str, values: Sequence[Scalar] = ()) -> Iterator[Any]:
        """Execute a statement at once; returns an iterator over its rows.

        Raises:
            CorpusError: the disk is full.
        """
        try:
            cursor = self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise _disk_full(error) from error
        return _rows(cursor) if cursor.description else iter(())

    def insert(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each row of values.

        Raises:
            CorpusError: the disk is full.
        """
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.OperationalError as error:
            raise _disk_full(error) from error

    def fetch_one(self, statement: str, key: Scalar) -> Any:
        """The first row that a query for a key finds, or `None`."""
        return self._connection.execute(statement, (key,)).fetchone()


def _rows(cursor: sqlite3.Cursor) -> Iterator[Any]:
    try:
        yield from cursor
    except sqlite3.OperationalError as error:
        raise _disk_full(error) from error


def _disk_full(error: sqlite3.Error) -> CorpusError:
    return CorpusError(
        f"the temporary file of a large corpus can't be written ({error}); let TMPDIR name a folder with more room"
    )


class Table(Generic[V]):
    """Values of one type, numbered from 0 in the order of insertion, with columns to sort by."""

    def __init__(self, database: SpillDatabase, kind: Any, *, sort_columns: int = 0) -> None:
        """Create an empty table.

        Args:
            database: where it is created.
            kind: the type of the values, which msgspec must support.
            sort_columns: how many sort keys come with each value.
        """
        self._database = database
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._sort_columns = [f"k{column}" for column in range(sort_columns)]
        self._name = database.create_table(f"({', '.join(['row INTEGER PRIMARY KEY', *self._sort_columns, 'value'])})")
        self._insert = f"INSERT INTO {self._name} VALUES ({', '.join('?' * (2 + sort_columns))})"
        self._pending: list[tuple[Scalar, ...]] = []
        self._appended = self._deleted = 0

    def __len__(self) -> int:
        return self._appended - self._deleted

    def append(self, value: V, *sort_keys: Scalar) -> int:
        """Add a value; returns its row."""
        row = self._appended
        self._pending.append((row, *sort_keys, _pack(value)))
        self._appended += 1
        if len(self._pending) >= self._database.batch_rows:
            self._flush()
        return row

    def __getitem__(self, row: int) -> V:
        """The value of a row.

        Raises:
            KeyError: there is no such row.
        """
        self._flush()
        found = self._database.fetch_one(f"SELECT value FROM {self._name} WHERE row = ?", row)
        if found is None:
            raise KeyError(row)
        value: V = self._decode(found[0])
        return value

    def replace(self, row: int, value: V) -> None:
        """Replace the value of a row. Its sort keys stay."""
        self._flush()
        self._database.execute(f"UPDATE {self._name} SET value = ? WHERE row = ?", (_pack(value), row))

    def delete(self, rows: Sequence[int]) -> None:
        """Delete rows, each of which exists. The others keep their numbers."""
        self._flush()
        self._database.insert(f"DELETE FROM {self._name} WHERE row = ?", ((row,) for row in rows))
        self._deleted += len(rows)

    def items(self) -> Iterator[tuple[int, V]]:
        """Rows and values, in the order of insertion."""
        self._flush()
        for row, value in self._database.execute(f"SELECT row, value FROM {self._name} ORDER BY row"):
            yield row, self._decode(value)

    def sorted(self, *, first: int = 0) -> Iterator[V]:
        """The values sorted by their sort keys from number `first` on, then by insertion."""
        self._flush()
        for (value,) in self._database.execute(f"SELECT value FROM {self._name} {self._order(first)}"):
            yield self._decode(value)

    def sorted_rows(self, *, first: int = 0) -> str:
        """Create a table of the rows in the order of `sorted`; returns its name. Its `rowid` counts from 1."""
        self._flush()
        return self._database.create_table(f"AS SELECT row FROM {self._name} {self._order(first)}")

    def nth(self, sorted_rows: str, position: int) -> V:
        """The value at a position, counted from 0, of a table that `sorted_rows` created."""
        query = f"SELECT value FROM {self._name} WHERE row = (SELECT row FROM {sorted_rows} WHERE rowid = ?)"
        value: V = self._decode(self._database.fetch_one(query, position + 1)[0])
        return value

    def _order(self, first: int) -> str:
        return f"ORDER BY {', '.join([*self._sort_columns[first:], 'row'])}"

    def _flush(self) -> None:
        if self._pending:
            self._database.insert(self._insert, self._pending)
            self._pending = []


class UniqueIndex:
    """A map from unique texts to rows."""

    def __init__(self, database: SpillDatabase) -> None:
        self._database = database
        self._name = database.create_table("(key PRIMARY KEY, row) WITHOUT ROWID")
        self._select = f"SELECT row FROM {self._name} WHERE key = ?"
        self._pending: dict[str, int] = {}
        self._is_spilled = False

    def get(self, key: str) -> int | None:
        """The row of a text, or `None`."""
        row = self._pending.get(key)
        if row is None and self._is_spilled:
            found = self._database.fetch_one(self._select, key)
            return found[0] if found else None
        return row

    def set(self, key: str, row: int) -> None:
        """Set or replace the row of a text."""
        self._pending[key] = row
        if len(self._pending) >= _BATCHES_INDEXED * self._database.batch_rows:
            items = sorted(self._pending.items())  # neighbours in the index share its pages
            self._database.insert(f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?)", items)
            self._pending, self._is_spilled = {}, True


class MultiIndex:
    """Texts and rows, many to many."""

    def __init__(self, database: SpillDatabase) -> None:
        self._database = database
        self._name = database.create_table("(key, row)")
        self._pending: list[tuple[str, int]] = []
        self._is_spilled = False

    def add(self, key: str, row: int) -> None:
        """Add a pair."""
        self._pending.append((key, row))
        if len(self._pending) >= _BATCHES_INDEXED * self._database.batch_rows:
            self._spill()

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """All pairs, in the order of insertion."""
        if not self._is_spilled:
            return iter(self._pending)
        self._spill()
        return self._database.execute(f"SELECT key, row FROM {self._name} ORDER BY rowid")

    def duplicates(self) -> Iterator[tuple[str, list[int]]]:
        """The texts that were added more than once, sorted, each with its rows in the order of insertion."""
        if self._is_spilled:
            self._spill()
            repeated = f"SELECT key FROM {self._name} GROUP BY key HAVING count(*) > 1"
            pairs = self._database.execute(
                f"SELECT key, row FROM {self._name} WHERE key IN ({repeated}) ORDER BY key, rowid"
            )
        else:
            counts = Counter(key for key, _ in self._pending)
            pairs = iter(sorted((pair for pair in self._pending if counts[pair[0]] > 1), key=itemgetter(0)))
        for key, group in groupby(pairs, key=itemgetter(0)):
            yield key, [row for _, row in group]

    def _spill(self) -> None:
        self._database.insert(f"INSERT INTO {self._name} VALUES (?, ?)", self._pending)
        self._pending, self._is_spilled = [], True


class SortedSequence(Sequence[V]):
    """The values of a table, sorted by its sort keys from number `first` on, and decoded on access.

    It equals any other sequence of the same values.
    """

    def __init__(self, table: Table[V], *, first: int = 0) -> None:
        self.table = table
        self._first = first
        self._rows: str | None = None

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[V]:
        return self.table.sorted(first=self._first)

    @overload
    def __getitem__(self, position: int) -> V: ...
    @overload
    def __getitem__(self, position: slice) -> list[V]: ...
    def __getitem__(self, position: int | slice) -> V | list[V]:
        if isinstance(position, slice):
            return [self[one] for one in range(*position.indices(len(self)))]
        if not -len(self) <= position < len(self):
            raise IndexError(position)
        if self._rows is None:
            self._rows = self.table.sorted_rows(first=self._first)
        return self.table.nth(self._rows, position % len(self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as lists have it


def in_any_order(values: Sequence[V]) -> Iterator[V]:
    """The values of a sequence; those of a table as they are stored, without the cost of sorting them."""
    return (value for _, value in values.table.items()) if isinstance(values, SortedSequence) else iter(values)


class StoredMapping(Mapping[str, V]):
    """Values by ID, in the order of insertion, decoded on access."""

    def __init__(self, database: SpillDatabase, kind: Any, items: Iterable[tuple[str, V]]) -> None:
        """Store items with distinct IDs.

        Args:
            database: where they are stored.
            kind: the type of the values, which msgspec must support.
            items: IDs and values.
        """
        self._database = database
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._name = database.create_table("(row INTEGER PRIMARY KEY, id UNIQUE, value)")
        database.insert(
            f"INSERT INTO {self._name} (id, value) VALUES (?, ?)", ((id, _pack(value)) for id, value in items)
        )
        self._select = f"SELECT value FROM {self._name} WHERE id = ?"
        self._length: int = next(database.execute(f"SELECT count(*) FROM {self._name}"))[0]

    def __getitem__(self, id: str) -> V:
        found = self._database.fetch_one(self._select, id)
        if found is None:
            raise KeyError(id)
        value: V = self._decode(found[0])
        return value

    def get(self, id: str, default: Any = None) -> Any:
        """The value of an ID, else the default, without the cost of an exception."""
        found = self._database.fetch_one(self._select, id)
        return default if found is None else self._decode(found[0])

    def __iter__(self) -> Iterator[str]:
        return (id for (id,) in self._database.execute(f"SELECT id FROM {self._name} ORDER BY row"))

    def __len__(self) -> int:
        return self._length

    def items(self) -> ItemsView[str, V]:
        """IDs and values, in the order of insertion; faster than looking each value up."""
        return _StoredItems(self)

    def decoded(self) -> Iterator[tuple[str, V]]:
        """What `items` iterates over."""
        for id, value in self._database.execute(f"SELECT id, value FROM {self._name} ORDER BY row"):
            yield id, self._decode(value)


class _StoredItems(ItemsView[str, V]):
    _mapping: StoredMapping[V]

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return self._mapping.decoded()
