"""Slices: consecutive articles of an artefact being built, and the intermediate files of their tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, load_npz, save_npz

from recommender.artefacts import RECORDS, IndexReader, ModelFiles, array_bytes
from recommender.articles import Article
from recommender.settings import Settings
from recommender.storage import Folder
from recommender.text import Documents, TermCounts, TfidfModel, fields_of

ROWS = 196_608
"""Articles per slice: a multiple of every block size, and few enough for a task to need at most 1 GiB."""
WORK = "work"
"""The artefact's subfolder for intermediate files."""

_BATCH = 1 << 14  # records read at a time


class Keys(msgspec.Struct, gc=False):
    """The names, other than the ID alone, and the addresses in an article's record."""

    id: str
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


_decode_documents = msgspec.json.Decoder(tuple[str, str, str, tuple[str, ...], str]).decode_lines
_decode_keys = msgspec.json.Decoder(Keys).decode_lines


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive articles of an artefact being built.

    Attributes:
        folder: the artefact's, accessible to every worker.
        start, stop: rows in rank order, `stop` excluded; block boundaries of the index where its postings are written.
    """

    folder: Folder
    settings: Settings
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def split(self, rows: int) -> list[Slice]:
        """Slices of at most so many rows that make up this one."""
        starts = range(self.start, self.stop, rows)
        return [replace(self, start=start, stop=min(start + rows, self.stop)) for start in starts]

    @property
    def files(self) -> ModelFiles:
        """The artefact's files."""
        return ModelFiles(self.folder)

    @property
    def index(self) -> IndexReader:
        """The artefact's index."""
        return IndexReader(self.files, has_queries="text" in fields_of(self.settings))

    def keys(self) -> Iterator[Keys]:
        """The names and addresses in the articles' records, read in batches."""
        for start in range(self.start, self.stop, _BATCH):
            stop = min(start + _BATCH, self.stop)
            ends = self.files.read_rows("articles.ends", max(start - 1, 0), stop)
            yield from _decode_keys(self.folder.read(RECORDS, int(ends[0]) if start else 0, int(ends[-1])))

    @contextmanager
    def document_writer(self) -> Iterator[Callable[[Article], None]]:
        """Yields a function that writes what is counted of the next article, for later tasks."""
        has_texts = "text" in fields_of(self.settings)

        def write(article: Article) -> None:
            text = article.text.encode(errors="replace").decode() if has_texts else ""
            document = article.title, article.excerpt, text, article.topics, article.language or ""
            stream.write(msgspec.json.encode(document) + b"\n")

        with self.folder.open_writer(self._documents) as stream:
            yield write

    def documents(self) -> Documents:
        """What was written of the articles."""
        return Documents(*zip(*_decode_documents(self.folder.read(self._documents)), strict=True))

    def model(self) -> TfidfModel:
        """The TF-IDF model of all slices; it must have been written."""
        return _read_model(self.folder, self.settings)

    def write_counts(self, field: str, counts: TermCounts) -> None:
        """Write the term counts of a field for later tasks."""
        factors = {"token_counts": counts.token_counts, "token_terms": counts.token_terms}
        if counts.opening_counts is not None:
            factors["opening_counts"] = counts.opening_counts
        for name, factor in factors.items():
            content = BytesIO()
            save_npz(content, factor, compressed=False)
            self._write(f"{field}.{name}.npz", content.getbuffer())
        self._write(f"{field}.terms", "\n".join(counts.terms).encode())
        self._write(f"{field}.frequencies", array_bytes(counts.document_frequencies()))

    def read_counts(self, field: str) -> TermCounts:
        """The term counts of a field."""

        def read(factor: str) -> Any:
            return load_npz(BytesIO(self.folder.read(self._path(f"{field}.{factor}.npz"))))

        openings = csr_array(read("opening_counts")) if field == "text" else None
        terms = csc_array(read("token_terms"))
        return TermCounts(csr_array(read("token_counts")), terms, tuple(self.read_terms(field)), openings)

    def read_terms(self, field: str) -> list[str]:
        """The terms that were counted in a field, ascending."""
        text = bytes(self.folder.read(self._path(f"{field}.terms"))).decode()
        return text.split("\n") if text else []

    def read_frequencies(self, field: str) -> NDArray[np.int64]:
        """In how many of the slice's articles each of `read_terms` occurs, int64 (terms,)."""
        return np.frombuffer(self.folder.read(self._path(f"{field}.frequencies")), np.int64)

    @property
    def _documents(self) -> str:
        return self._path("documents.jsonl")

    def _write(self, name: str, content: Any) -> None:
        self.files.write_text(self._path(name), content)

    def _path(self, name: str) -> str:
        return f"{WORK}/{self.start:010}.{name}"


@lru_cache(maxsize=1)
def _read_model(folder: Folder, settings: Settings) -> TfidfModel:
    vocabularies = {field: ModelFiles(folder).read_vocabulary(field) for field in fields_of(settings)}
    return TfidfModel.from_vocabularies(vocabularies, settings=settings)
