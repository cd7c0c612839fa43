"""The tasks of training, each for one slice: plain functions that any worker can run.

Tasks exchange data through files in the artefact's folder, and each writes its own rows. They can run anywhere and in
any order, and the artefact is always the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from recommender.parallel import gc_paused
from recommender.search import HUB_WINDOW, Index, Scoring, TopLists, hubness_of_rows, list_length
from recommender.storage import Folder
from recommender.text import TfidfModel, fields_of
from recommender.training.slices import Slice

_CACHE = 48 << 10  # KiB of SQLite's page cache for sorting keys; sorting needs the same amount again


def count_terms(part: Slice) -> None:
    """Count the terms of a slice, and in how many of its articles each occurs."""
    with gc_paused():
        counted = TfidfModel(settings=part.settings).count(part.documents())
        for field, counts in counted.items():
            part.write_counts(field, counts)


def write_vectors(part: Slice, offset: int) -> float:
    """Write the vectors of a slice, as queries and as candidates; returns the greatest value of the latter.

    Args:
        offset: position of the slice's first value among the values of all vectors.

    Raises:
        ValueError: there are more values than were counted.
    """
    with gc_paused():
        model, fields = part.model(), fields_of(part.settings)
        counts = {field: part.read_counts(field) for field in fields}
        vectors = model.weigh(counts)
        if "text" in fields:
            part.files.write_rows("index.query_data", offset, vectors.data)
            model.emphasise_titles(vectors, counts)
    part.files.write_rows("index.indptr", part.start + 1, offset + vectors.indptr[1:].astype(np.int64))
    part.files.write_rows("index.indices", offset, vectors.indices)
    part.files.write_rows("index.data", offset, vectors.data)
    return float(vectors.data.max(initial=0.0))


def write_index(part: Slice) -> tuple[float, NDArray[np.float64]]:
    """Write the inverted index of a slice and, temporarily, its articles' hubness to `index.weights`.

    Returns:
        The greatest norm of its articles, and the sums of their heads' norms, float64 (levels,).
    """
    reader = part.index
    start, stop = max(part.start - HUB_WINDOW, 0), min(part.stop + HUB_WINDOW, len(reader))
    around = reader.vectors(start, stop)
    rows = slice(part.start - start, part.stop - start)
    own = Index.build(around.slice(rows.start, rows.stop), around.days[rows], like=around)
    part.files.write_rows("index.postings", reader.start(part.start), own.arrays.postings)
    part.files.write_rows("index.posting_offsets", part.start // own.arrays.block_size, own.arrays.posting_offsets)
    part.files.write_columns("index.head_norms", part.start, own.arrays.head_norms)
    if part.settings.hub_exponent > 0:
        scoring = Scoring(part.settings.half_life_days)
        part.files.write_rows(
            "index.weights", part.start, hubness_of_rows(around, rows.start, rows.stop, scoring=scoring)
        )
    return own.arrays.max_norm, own.arrays.head_norms.sum(axis=1, dtype=np.float64)


def write_top_lists(part: Slice) -> None:
    """Write the precomputed top-k lists of a slice."""
    reader = part.index
    scoring = Scoring.from_settings(part.settings, reader.days(0, len(reader)))
    length = list_length(part.settings.limit)
    lists = TopLists.build_slice(reader, part.start, part.stop, scoring=scoring, length=length)
    part.files.write_rows("lists.rows", part.start, lists.rows)
    part.files.write_rows("lists.scores", part.start, lists.scores)


def digest(folder: Folder, name: str) -> str:
    """The sha256 of a file, as hex."""
    return folder.digest(name)


def write_string_index(part: Slice, kind: str, in_memory: int = 1 << 17) -> None:
    """Write the index of all names, or of all URLs; many are sorted in a temporary file.

    Args:
        part: the slice of all rows.
        kind: "names" or "urls".
        in_memory: the maximum number of keys that are sorted in memory, where 131,072 need about 30 MB.
    """
    pairs = (
        (key.encode(errors="replace"), row)
        for row, own in enumerate(part.keys(), start=part.start)
        for key in ((own.names or (own.id,)) if kind == "names" else own.urls)
    )
    with (
        part.folder.open_writer(f"{kind}.txt") as text,
        part.files.appending(f"{kind}.ends") as ends,
        part.files.appending(f"{kind}.rows") as rows,
    ):
        end = 0
        for key, row in _sorted_by_key(pairs, in_memory):
            text.write(key)
            end += len(key)
            ends.append(end)
            rows.append(row)


def _sorted_by_key(pairs: Iterator[tuple[bytes, int]], in_memory: int) -> Iterator[tuple[bytes, int]]:
    """Pairs of keys and ascending rows, sorted by key; if several articles have a key, it leads to the last."""
    first = list(islice(pairs, in_memory))
    if len(first) < in_memory:
        yield from sorted(dict(first).items())
        return
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE}"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("CREATE TABLE pairs (key, value INTEGER)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO pairs VALUES (?, ?)", chain(first, pairs))
        yield from connection.execute("SELECT key, max(value) FROM pairs GROUP BY key ORDER BY key")
