"""Training in slices: each is some rows of an artefact in the making, and no task holds more than a few of them.

A slice is cut where every block of the index begins, so it is rows in time: the newest articles are in the first. What
tasks hand on to each other lies in the artefact's folder, which every worker sees, and each writes its own rows of it;
so they may run anywhere and in any order, and give the same artefact.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_array

from recommender.artefacts import RECORDS, IndexReader, ModelFiles, array_bytes
from recommender.catalogue import PackedStrings
from recommender.parallel import gc_paused
from recommender.search import HUB_WINDOW, Decay, Index, TopLists, hubness_of_rows
from recommender.settings import Settings
from recommender.storage import Folder
from recommender.text import FIELDS, TermCounts, TfidfModel

ROWS = 196_608
"""Rows of a slice: many blocks of any size, and few enough for a worker to need no more than a GiB."""
_RECORDS = 1 << 14  # records that are read at a time
_PAGES = 48 << 10  # KiB of what is sorted that are kept in memory, and as much again while it is
_PARTS: dict[str, DTypeLike] = {"data": np.float32, "indices": np.int32, "indptr": np.int64}  # of a csr_array

WORK = "work"
"""The folder of what tasks hand on, in that of the artefact."""


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
        first, last: its rows, the last not included.
    """

    folder: Folder
    settings: Settings
    first: int
    last: int

    @property
    def files(self) -> ModelFiles:
        """The files of the artefact."""
        return ModelFiles(self.folder)

    def kept(self, what: str) -> str:
        """Where something of this slice is handed on."""
        return f"{WORK}/{self.first:010}.{what}"

    @property
    def decay(self) -> Decay:
        """How time fades what hubs are told by."""
        return Decay(self.settings.half_life_days)


def count(part: Slice) -> None:
    """Count the terms of a slice, and in how many of its articles each occurs."""
    with gc_paused():
        records = list(_records(part.folder, part.first, part.last))
        titles, excerpts = [record.entry.title for record in records], [record.entry.excerpt for record in records]
        for field, counts in TfidfModel(settings=part.settings).count(titles, excerpts).items():
            _keep(part, field, counts)


def frequencies(part: Slice) -> dict[str, tuple[list[str], NDArray[np.int64]]]:
    """What was counted: by field the terms, ascending, and in how many of the slice's articles each occurs."""
    return {
        field: (
            _terms(part, field),
            np.frombuffer(part.folder.read(part.kept(f"{field}.frequencies")), np.int64),
        )
        for field in FIELDS
    }


def vectorise(part: Slice, start: int) -> float:
    """Write the vectors of a slice, the first part of which is number `start` of all; returns the greatest value.

    Raises:
        ValueError: there are more parts than were counted.
    """
    with gc_paused():
        vectors = _model(part.folder, part.settings).weigh({field: _kept(part, field) for field in FIELDS})
    part.files.write_rows("index.indptr", part.first + 1, start + vectors.indptr[1:].astype(np.int64))
    part.files.write_rows("index.indices", start, vectors.indices)
    part.files.write_rows("index.data", start, vectors.data)
    return float(vectors.data.max(initial=0.0))


def invert(part: Slice) -> tuple[float, NDArray[np.float64]]:
    """Write the inverted index of a slice, and its articles' hubness in place of their weights.

    Returns:
        The greatest norm of its articles, and the sums of their heads' norms, float64 (levels,).
    """
    reader = IndexReader(part.files)
    start, end = max(part.first - HUB_WINDOW, 0), min(part.last + HUB_WINDOW, len(reader))
    around = reader.vectors(start, end)
    rows = slice(part.first - start, part.last - start)
    own = Index.build(around.slice(rows.start, rows.stop), around.days[rows], like=around)
    part.files.write_rows("index.postings", reader.start(part.first), own.arrays.postings)
    part.files.write_rows("index.posting_offsets", part.first // own.arrays.block_size, own.arrays.posting_offsets)
    part.files.write_columns("index.head_norms", part.first, own.arrays.head_norms)
    if part.settings.hub_exponent > 0:
        hubness = hubness_of_rows(around, rows.start, rows.stop, decay=part.decay)
        part.files.write_rows("index.weights", part.first, hubness)
    return own.arrays.max_norm, own.arrays.head_norms.sum(axis=1, dtype=np.float64)


def prepare(part: Slice) -> None:
    """Write the precomputed lists of a slice."""
    found = TopLists.build_slice(
        IndexReader(part.files), part.first, part.last, decay=Decay.from_settings(part.settings)
    )
    part.files.write_rows("lists.rows", part.first, found.rows)
    part.files.write_rows("lists.scores", part.first, found.scores)


def digest(folder: Folder, name: str) -> str:
    """The sha256 of a file, as hex."""
    return folder.digest(name)


def sort_keys(part: Slice, kind: str) -> None:
    """Write all names, or all addresses, in order; they are sorted in a temporary file.

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
    with _sorter() as keys:
        keys.executemany("INSERT INTO pairs VALUES (?, ?)", pairs)
        with (
            part.folder.open_writer(f"{kind}.txt") as text,
            part.files.appending(f"{kind}.ends") as ends,
            part.files.appending(f"{kind}.rows") as rows,
        ):
            end = 0
            for key, same in groupby(keys.execute("SELECT key, value FROM pairs ORDER BY key, value"), itemgetter(0)):
                *_, (_, row) = same  # of several articles the last has it
                text.write(key)
                end += len(key)
                ends.append(end)
                rows.append(row)


def _sorter() -> Any:
    """A table of pairs that SQLite sorts, in memory as far as its cache goes and then in a temporary file."""
    connection = sqlite3.connect("", isolation_level=None)
    for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_PAGES}"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("CREATE TABLE pairs (key, value INTEGER)")
    connection.execute("BEGIN")
    return closing(connection)


def _records(folder: Folder, first: int, last: int) -> Iterator[_Record]:
    for start in range(first, last, _RECORDS):
        stop = min(start + _RECORDS, last)
        ends = ModelFiles(folder).read_rows("articles.ends", max(start - 1, 0), stop)
        begin = int(ends[0]) if start else 0
        own = ends[1:] if start else ends
        yield from map(_record, PackedStrings(folder.read(RECORDS, begin, int(ends[-1])), own - begin))


def _keep(part: Slice, field: str, counts: TermCounts) -> None:
    """Hand on the counts of a field."""

    def keep(what: str, content: NDArray[Any] | bytes) -> None:
        plain = content if isinstance(content, bytes) else array_bytes(content)
        part.files.write_text(part.kept(f"{field}.{what}"), plain)

    for factor in ("token_counts", "token_terms"):
        for name, dtype in _PARTS.items():
            keep(f"{factor}.{name}", getattr(getattr(counts, factor), name).astype(dtype, copy=False))
    keep("terms", "\n".join(counts.terms).encode())
    keep("frequencies", counts.document_frequencies())


def _kept(part: Slice, field: str) -> TermCounts:
    terms = _terms(part, field)

    def factor(name: str, columns: int) -> csr_array:
        data, indices, indptr = (
            np.frombuffer(part.folder.read(part.kept(f"{field}.{name}.{kind}")), dtype)
            for kind, dtype in _PARTS.items()
        )
        return csr_array((data, indices, indptr), shape=(len(indptr) - 1, columns))

    token_terms = factor("token_terms", len(terms))
    return TermCounts(factor("token_counts", token_terms.shape[0]), token_terms, tuple(terms))


def _terms(part: Slice, field: str) -> list[str]:
    text = bytes(part.folder.read(part.kept(f"{field}.terms"))).decode()
    return text.split("\n") if text else []


@lru_cache(maxsize=1)
def _model(folder: Folder, settings: Settings) -> TfidfModel:
    """The model, which a worker reads once."""
    vocabularies = {field: ModelFiles(folder).read_vocabulary(field) for field in FIELDS}
    return TfidfModel.from_vocabularies(vocabularies, settings=settings)
