"""Training in slices: each is some rows of an artefact in the making, and no task holds more than a few of them.

A slice is cut where every block of the index begins, so it is rows in time: the newest articles are in the first. What
tasks hand on to each other lies in the artefact's folder, which every worker sees, and each writes its own rows of it;
so they may run anywhere and in any order, and give the same artefact.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import joblib
import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender import files
from recommender.catalogue import HIDDEN
from recommender.collector import held_off
from recommender.disk import synced
from recommender.hubs import popularity_of_rows
from recommender.keys import Texts
from recommender.model import FIELDS, TfidfModel
from recommender.neighbors import Decay, Index
from recommender.ready import ReadyLists
from recommender.settings import Settings

ROWS = 196_608
"""Rows of a slice: many blocks of any size, and few enough for a worker to need no more than a GiB."""
_LATER: dict[str, Any] = {"usual_heads": np.zeros(0), "greatest_norm": 0.0}  # what is known when all slices are indexed


class _Entry(msgspec.Struct):
    title: str
    excerpt: str = ""


class _Record(msgspec.Struct):
    entry: _Entry
    id: str
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


_record = msgspec.json.Decoder(_Record).decode


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of an artefact in the making.

    Attributes:
        folder: of the artefact.
        work: a folder for what slices hand on.
        first, last: its rows, the last not included.
    """

    folder: Path
    work: Path
    settings: Settings
    first: int
    last: int

    def kept(self, what: str) -> Path:
        """Where something of this slice is handed on."""
        return self.work / f"{what}-{self.first:010}"

    @property
    def decay(self) -> Decay:
        """How time fades what hubs are told by."""
        return Decay(self.settings.half_life_days)


def count(part: Slice) -> None:
    """Count the terms of a slice, and in how many of its articles each occurs."""
    with held_off():
        records = list(_records(part.folder, part.first, part.last))
        titles, excerpts = [record.entry.title for record in records], [record.entry.excerpt for record in records]
        counts = TfidfModel(settings=part.settings).count(titles, excerpts)
        joblib.dump(counts, part.kept("counts"))
        joblib.dump(
            {field: (list(found.terms), found.frequencies()) for field, found in counts.items()},
            part.kept("frequencies"),
        )


def vectorise(part: Slice, start: int) -> float:
    """Write the vectors of a slice, the first part of which is number `start` of all; returns the greatest value.

    Raises:
        RuntimeError: there are not as many parts as were counted.
    """
    counts = part.kept("counts")
    with held_off():
        vectors = _model(part.folder, part.settings).weigh(joblib.load(counts))
    files.write_rows(part.folder, "index.indptr", part.first + 1, start + vectors.indptr[1:].astype(np.int64))
    files.write_rows(part.folder, "index.indices", start, vectors.indices)
    files.write_rows(part.folder, "index.data", start, vectors.data)
    counts.unlink()
    return float(vectors.data.max(initial=0.0))


def invert(part: Slice) -> tuple[float, NDArray[np.float64]]:
    """Write the inverted index of a slice, and its articles' popularity in the place of their weights.

    Returns:
        The greatest norm of its articles, and the sums of their heads' norms, float64 (heads,).
    """
    whole = _index(part.folder)
    own = Index.of(whole.slice(part.first, part.last), whole.days[part.first : part.last], like=whole)
    files.write_rows(part.folder, "index.postings", int(whole.indptr[part.first]), own.postings)
    files.write_rows(part.folder, "index.directory", part.first // whole.block, own.directory)
    files.write_columns(part.folder, "index.heads", part.first, own.heads)
    if part.settings.hub_exponent > 0:
        popularity = popularity_of_rows(whole, part.first, part.last, decay=part.decay)
        files.write_rows(part.folder, "index.weights", part.first, popularity)
    return own.greatest_norm, own.heads.sum(axis=1, dtype=np.float64)


def prepare(part: Slice) -> None:
    """Write the ready lists of a slice."""
    found = ReadyLists.of_rows(
        _index(part.folder),
        part.first,
        part.last,
        decay=Decay.of(part.settings),
        shown=np.asarray(files.read_array(part.folder, "articles.flags") & HIDDEN == 0),
    )
    files.write_rows(part.folder, "lists.rows", part.first, found.rows)
    files.write_rows(part.folder, "lists.scores", part.first, found.scores)


def sort_keys(part: Slice, kind: str) -> None:
    """Write all names, or all addresses, in order and by hash; they are sorted on the disk.

    Args:
        part: all rows.
        kind: "names" or "urls".
    """
    keys_of: Callable[[_Record], tuple[str, ...]] = (
        (lambda record: record.names or (record.id,)) if kind == "names" else (lambda record: record.urls)
    )
    pairs = (
        (key.encode(errors="replace"), row)
        for row, record in enumerate(_records(part.folder, part.first, part.last), start=part.first)
        for key in keys_of(record)
    )
    with _sorter(part.kept(kind)) as keys, _sorter(part.kept(f"{kind}-buckets")) as buckets:
        keys.executemany("INSERT INTO pairs VALUES (?, ?)", pairs)
        [[size]] = keys.execute("SELECT count(DISTINCT key) FROM pairs")
        number = 1 << int(size).bit_length()
        with ExitStack() as stack:
            text = stack.enter_context(synced(part.folder / f"{kind}.txt"))
            ends = stack.enter_context(files.growing(part.folder, f"{kind}.ends"))
            rows = stack.enter_context(files.growing(part.folder, f"{kind}.rows"))
            end = 0
            in_order = groupby(keys.execute("SELECT key, value FROM pairs ORDER BY key, value"), itemgetter(0))
            for place, (key, same) in enumerate(in_order):
                *_, (_, row) = same  # of several articles the last has it
                text.write(key)
                end += len(key)
                ends.append(end)
                rows.append(row)
                buckets.execute("INSERT INTO pairs VALUES (?, ?)", (zlib.crc32(key) & (number - 1), place))
        with (
            files.growing(part.folder, f"{kind}.starts") as starts,
            files.growing(part.folder, f"{kind}.places") as places,
        ):
            for bucket, place in buckets.execute("SELECT key, value FROM pairs ORDER BY key, value"):
                while len(starts) <= bucket:
                    starts.append(len(places))
                places.append(place)
            while len(starts) <= number:
                starts.append(len(places))


def _sorter(file: Path) -> Any:
    """A table of pairs that SQLite sorts, in memory as far as its cache goes and then on the disk."""
    connection = sqlite3.connect(file, isolation_level=None)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("CREATE TABLE pairs (key, value INTEGER)")
    connection.execute("BEGIN")
    return closing(connection)


def _records(folder: Path, first: int, last: int) -> Iterator[_Record]:
    records = Texts(files.read_text(folder, files.RECORDS), files.read_array(folder, "articles.ends"))
    return (_record(records[row]) for row in range(first, last))


@lru_cache(maxsize=1)
def _model(folder: Path, settings: Settings) -> TfidfModel:
    """The model, which a worker reads once."""
    vocabularies = {field: files.read_vocabulary(folder, field) for field in FIELDS}
    return TfidfModel.from_vocabularies(vocabularies, settings=settings)


def _index(folder: Path) -> Index:
    """The index as far as it has come."""
    arrays = {
        name: files.read_array(folder, f"index.{name}")
        for name in Index._fields
        if (folder / f"index.{name}.npy").exists()
    }
    return Index.from_arrays({**_LATER, **arrays})
