"""What a corpus is put together in: in memory while it is little, in a temporary file once it is much.

The file is SQLite's own: it is gone when the process is, however that ends. It lies in the folder that `SQLITE_TMPDIR`
or `TMPDIR` names, or else in /var/tmp or /tmp. Text is sorted by code point, as Python sorts it.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar, overload

import msgspec

from recommender.errors import CorpusError

FEW = 100_000
"""So many values of one kind stay in memory, and four times as many keys and pairs."""
_BATCH = 1 << 13  # once there were more, so many are written at a time
_PAGES = 48 << 10  # KiB of the file that are kept in memory, and as much again while it is sorted

Scalar: TypeAlias = str | int | float | bytes
V = TypeVar("V")
K = TypeVar("K", str, int)

_pack = msgspec.msgpack.Encoder().encode


class Tables:
    """Makes rows, look-ups and pairs that go to one file together, as soon as there are more than `FEW` of any.

    None of them may be filled while it is read.
    """

    def __init__(self) -> None:
        self._made = 0
        self.room = FEW

    @property
    def on_disk(self) -> bool:
        """Whether there were too many for memory."""
        return self._made > 0

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        # In Python's words: each statement counts at once, so that nothing is kept to be taken back.
        connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, connection.close)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_PAGES}", "secure_delete = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def rows(self, kind: Any, *, keys: int = 0) -> Rows[Any]:
        """New rows of a type that msgspec knows, each with so many keys that they can be sorted by."""
        return Rows(self, kind, keys)

    def make(self, columns: str) -> str:
        """A new table of the file, by its name."""
        self.room = min(FEW, _BATCH)
        self._made += 1
        name = f"t{self._made}"
        self.run(f"CREATE TABLE {name} {columns}")
        return name

    def run(self, statement: str, values: Sequence[Scalar] = ()) -> Iterator[Any]:
        """Carry out a statement at once, and give its rows one by one.

        Raises:
            CorpusError: there is no room for the file.
        """
        try:
            cursor = self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise _no_room(error) from error
        return self._found(cursor) if cursor.description else iter(())

    def run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Carry out a statement for each of several rows.

        Raises:
            CorpusError: there is no room for the file.
        """
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise _no_room(error) from error

    def one(self, statement: str, key: Scalar) -> Any:
        """The first row of what is found, or `None`."""
        return self._connection.execute(statement, (key,)).fetchone()

    @staticmethod
    def _found(cursor: sqlite3.Cursor) -> Iterator[Any]:
        try:
            yield from cursor
        except sqlite3.OperationalError as error:
            raise _no_room(error) from error


def _no_room(error: sqlite3.Error) -> CorpusError:
    return CorpusError(
        f"the temporary file of a large corpus can't be written ({error}); let TMPDIR name a folder with more room"
    )


class Rows(Generic[V]):
    """Values by number, from 0 in the order in which they came, that can be had in the order of their keys too."""

    def __init__(self, tables: Tables, kind: Any, keys: int) -> None:
        self._tables = tables
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._columns = [f"k{place}" for place in range(keys)]
        self._name: str | None = None
        self._base = 0  # the number of the first that is not in the file
        self._values: list[V | None] = []
        self._keys: list[tuple[Scalar, ...]] = []
        self._gone = 0

    def __len__(self) -> int:
        return self._base + len(self._values) - self._gone

    def add(self, value: V, *keys: Scalar) -> int:
        """Take in a value, and return its number."""
        self._values.append(value)
        if keys:
            self._keys.append(keys)
        if len(self._values) > self._tables.room:
            self._write()
            return self._base - 1
        return self._base + len(self._values) - 1

    def __getitem__(self, number: int) -> V:
        """The value of a number.

        Raises:
            KeyError: there is none.
        """
        if number >= self._base:
            value = self._values[number - self._base]
        else:
            found = self._tables.one(f"SELECT value FROM {self._name} WHERE number = ?", number)
            value = self._decode(found[0]) if found else None
        if value is None:
            raise KeyError(number)
        return value

    def change(self, number: int, value: V) -> None:
        """Put a value in another's place; its keys stay."""
        if number >= self._base:
            self._values[number - self._base] = value
        else:
            self._tables.run(f"UPDATE {self._name} SET value = ? WHERE number = ?", (_pack(value), number))

    def discard_all(self, numbers: Iterable[int]) -> None:
        """Take values out; the others keep their numbers."""
        for number in numbers:
            self._gone += 1
            if number >= self._base:
                self._values[number - self._base] = None
            else:
                self._tables.run(f"DELETE FROM {self._name} WHERE number = ?", (number,))

    def items(self) -> Iterator[tuple[int, V]]:
        """Numbers and values, in the order in which they came."""
        if self._name is None:
            yield from ((number, value) for number, value in enumerate(self._values) if value is not None)
        else:
            self._write()
            for number, packed in self._tables.run(f"SELECT number, value FROM {self._name} ORDER BY number"):
                yield number, self._decode(packed)

    def ordered(self, first: int = 0) -> Iterator[V]:
        """The values in the order of their keys from the one at `first` on, and then in that in which they came."""
        if not self._columns[first:]:
            yield from (value for _, value in self.items())
        elif self._name is None:
            keys = self._keys if first == 0 else [keys[first:] for keys in self._keys]
            for number in sorted(range(len(self._values)), key=keys.__getitem__):
                value = self._values[number]
                if value is not None:
                    yield value
        else:
            self._write()
            order = ", ".join([*self._columns[first:], "number"])
            for (packed,) in self._tables.run(f"SELECT value FROM {self._name} ORDER BY {order}"):
                yield self._decode(packed)

    def places(self, first: int = 0) -> Lookup[int]:
        """The number of each value by its place in that order."""
        places: Lookup[int] = Lookup(self._tables)
        order = ", ".join([*self._columns[first:], "number"])
        self._write()
        for place, (number,) in enumerate(self._tables.run(f"SELECT number FROM {self._name} ORDER BY {order}")):
            places.set(place, number)
        return places

    def _write(self) -> None:
        if self._name is None:
            self._name = self._tables.make(f"({', '.join(['number INTEGER PRIMARY KEY', *self._columns, 'value'])})")
        marks = ", ".join("?" * (2 + len(self._columns)))
        keys = self._keys or [()] * len(self._values)
        self._tables.run_each(
            f"INSERT INTO {self._name} VALUES ({marks})",
            (
                (number, *key, _pack(value))
                for number, (key, value) in enumerate(zip(keys, self._values, strict=True), start=self._base)
                if value is not None
            ),
        )
        self._base += len(self._values)
        self._values, self._keys = [], []


class Lookup(Generic[K]):
    """A number for each of many keys, texts or numbers themselves."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._name: str | None = None
        self._fresh: dict[K, int] = {}

    def __bool__(self) -> bool:
        return bool(self._fresh) or self._name is not None

    def get(self, key: K) -> int | None:
        """The number of a key, or `None`."""
        number = self._fresh.get(key)
        if number is None and self._name is not None:
            found = self._tables.one(f"SELECT number FROM {self._name} WHERE key = ?", key)
            return found[0] if found else None
        return number

    def __getitem__(self, key: K) -> int:
        """The number of a key.

        Raises:
            KeyError: it has none.
        """
        number = self.get(key)
        if number is None:
            raise KeyError(key)
        return number

    def set(self, key: K, number: int) -> None:
        """Give a key its number, in place of the one that it had."""
        self._fresh[key] = number
        if len(self._fresh) > 4 * self._tables.room:
            self._write()

    def items(self) -> Iterator[tuple[K, int]]:
        """Keys and numbers, in the order of the keys."""
        if self._name is None:
            yield from sorted(self._fresh.items())
        else:
            self._write()
            yield from self._tables.run(f"SELECT key, number FROM {self._name} ORDER BY key")

    def _write(self) -> None:
        if self._name is None:
            self._name = self._tables.make("(key PRIMARY KEY, number) WITHOUT ROWID")
        self._tables.run_each(f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?)", sorted(self._fresh.items()))
        self._fresh = {}


class Pairs:
    """Texts and numbers, any number of either with the other."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._name: str | None = None
        self._fresh: list[tuple[str, int]] = []

    def add(self, text: str, number: int) -> None:
        """Take in a pair."""
        self._fresh.append((text, number))
        if len(self._fresh) > 4 * self._tables.room:
            self._write()

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """All pairs, in some order."""
        stored = iter(()) if self._name is None else self._tables.run(f"SELECT text, number FROM {self._name}")
        return chain(stored, self._fresh)

    def shared(self) -> Iterator[tuple[str, list[int]]]:
        """The texts that were taken in more than once, in some order, each with its numbers as they came."""
        if self._name is None:
            of_text: dict[str, list[int]] = {}
            for text, number in self._fresh:
                of_text.setdefault(text, []).append(number)
            yield from ((text, numbers) for text, numbers in of_text.items() if len(numbers) > 1)
            return
        self._write()
        rows = self._tables.run(f"SELECT text, number FROM {self._name} ORDER BY text, rowid")
        for text, group in groupby(rows, key=itemgetter(0)):
            numbers = [number for _, number in group]
            if len(numbers) > 1:
                yield text, numbers

    def _write(self) -> None:
        if self._name is None:
            self._name = self._tables.make("(text, number)")
        self._tables.run_each(f"INSERT INTO {self._name} VALUES (?, ?)", self._fresh)
        self._fresh = []


class Listing(Sequence[V]):
    """Rows as a sequence, in the order of their keys from the one at `first` on; what it gives is not kept."""

    def __init__(self, rows: Rows[V], *, first: int = 0) -> None:
        self.rows = rows
        self._first = first
        self._places: Lookup[int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[V]:
        return self.rows.ordered(self._first)

    @overload
    def __getitem__(self, place: int) -> V: ...
    @overload
    def __getitem__(self, place: slice) -> list[V]: ...
    def __getitem__(self, place: int | slice) -> V | list[V]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        if self._places is None:
            self._places = self.rows.places(self._first)
        return self.rows[self._places[place % len(self)]]


class Shelf(Mapping[str, V]):
    """Values by ID, in the order in which they came."""

    def __init__(self, tables: Tables, kind: Any) -> None:
        self._rows: Rows[tuple[str, V]] = tables.rows(tuple[str, kind])
        self._numbers: Lookup[str] = Lookup(tables)

    def put(self, id: str, value: V) -> None:
        """Give a new ID its value."""
        self._numbers.set(id, self._rows.add((id, value)))

    def __getitem__(self, id: str) -> V:
        return self._rows[self._numbers[id]][1]

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._numbers.get(id) is not None

    def __iter__(self) -> Iterator[str]:
        return (id for _, (id, _) in self._rows.items())

    def __len__(self) -> int:
        return len(self._rows)
