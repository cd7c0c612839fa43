"""Reads the files of a corpus, on all cores, and hands over what they gave in their order, without keeping it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from joblib import Parallel, cpu_count, delayed
from tqdm import tqdm

from recommender.errors import CorpusError
from recommender.sources import jsonl
from recommender.sources.article_file import find_article_files, read_file
from recommender.sources.jsonl import Lines, Stretch, read_stretch
from recommender.sources.parse_cache import ParseCache, Status, encoded, line_of, reading_of
from recommender.sources.source import ParsedFile, Problem
from recommender.sources.written_lists import Written, WrittenLists

_CHUNK = 128  # files a task: a task costs little beside their parsing, and the progress bar still moves
_WORTH_WORKERS = 1000  # starting worker processes takes as long as parsing about this many files
_LIKE_A_FILE = 1 << 13  # bytes of lines that are parsed in the time of a file
_AHEAD = 256  # tasks whose results may wait to be taken, however many processes there are

Result: TypeAlias = tuple[str, ParsedFile | bytes, bool]
"""A file, its reading or that of some lines, encoded where it can be, and whether that is a line to keep."""


class SourceReader:
    """A folder of front-matter files (and `.jsonl` files), or one `.jsonl` file with a `related.jsonl` beside it.

    Args:
        cache: where readings are kept; see `ParseCache`.

    Attributes:
        problems: what was met before any file was opened.

    Raises:
        CorpusError: there is no such folder or file, or a lock can't be read.
    """

    def __init__(self, path: Path, *, cache: Path | None = None) -> None:
        self._root, self._files, self.problems = _files_of(path)
        self._written = WrittenLists.of(self._root, self._files).of_files(self._files, present=set(self._files))
        self._kept = ParseCache(cache, self._root, self._files, self._written) if cache else None
        self._parted: dict[str, Lines] = {}
        self._hashed = hashlib.sha256()

    @property
    def fingerprint(self) -> str:
        """A hash of all that was read, once it is read; see `Corpus`."""
        return self._hashed.hexdigest()

    def compute_fingerprint(self) -> str:
        """The same without parsing."""
        known = self._kept.digests() if self._kept else {}
        for file in self._files:
            self._hashed.update(known[file] if file in known else self._read(file, parse=False).digest)
        return self.fingerprint

    def read_files(self, *, progress: bool = False) -> Iterator[ParsedFile]:
        """What each file gave, in their order; a large `.jsonl` file in several parts.

        What has not changed since the last time is not parsed again.
        """
        results = self._results()
        result = next(results, None)
        with tqdm(total=len(self._files), desc="reading", unit=" files", disable=None if progress else True) as bar:
            for file in self._files:
                digest = b""
                if self._kept and file in self._kept:
                    parsed = self._kept.reading(file) or self._read_again(file)
                    digest = parsed.digest
                    yield parsed
                while result is not None and result[0] == file:
                    parsed = self._taken(result)
                    digest = digest or parsed.digest
                    yield parsed
                    result = next(results, None)
                self._hashed.update(self._parted[file].digest if file in self._parted else digest)
                bar.update()
        if self._kept:
            self._kept.keep()

    def _read(self, file: str, *, parse: bool = True) -> ParsedFile:
        return read_file(self._root, file, written=self._written.get(file), parse=parse)

    def _read_again(self, file: str) -> ParsedFile:
        [result] = _read_batch(self._root, [self._with_what_is_known(file)])
        return self._taken(result)

    def _taken(self, result: Result) -> ParsedFile:
        file, given, is_to_keep = result
        if self._kept and is_to_keep and isinstance(given, bytes):
            self._kept.add(file, given)
        return reading_of(given) if isinstance(given, bytes) else given

    def _results(self) -> Iterator[Result]:
        """The results of all files that have to be read; no more of them are in memory than so many tasks give."""
        others = [file for file in self._files if not (self._kept and file in self._kept)]
        sizes = {file: size for file in others if file.lower().endswith(".jsonl") and (size := self._size(file))}
        weight = len(others) + sum(sizes.values()) // _LIKE_A_FILE
        tasks = self._tasks(others, sizes)
        # A generator of all results would go on making them however slowly they are taken.
        with Parallel(n_jobs=cpu_count() if weight >= _WORTH_WORKERS else 1, return_as="generator") as parallel:
            while some := list(islice(tasks, _AHEAD)):
                for batch in parallel(some):
                    yield from batch

    def _tasks(self, files: list[str], sizes: Mapping[str, int]) -> Iterator[Any]:
        batch: list[tuple[str, Written | None, Status | None]] = []
        for file in files:
            is_large = sizes.get(file, 0) > jsonl.STRETCH_BYTES
            if not is_large:
                batch.append(self._with_what_is_known(file))
            if batch and (is_large or len(batch) == _CHUNK):
                yield delayed(_read_batch)(self._root, batch)
                batch = []
            if is_large:
                yield from self._tasks_of_lines(file)
        if batch:
            yield delayed(_read_batch)(self._root, batch)

    def _tasks_of_lines(self, file: str) -> Iterator[Any]:
        lines = self._parted[file] = Lines(self._root, file)
        try:
            for stretch in lines.stretches():
                yield delayed(_read_stretch)(self._root, file, stretch)
        except OSError as error:
            yield delayed(_given)(file, Problem(file, f"can't be read to its end: {error.strerror or error}"))

    def _with_what_is_known(self, file: str) -> tuple[str, Written | None, Status | None]:
        return file, self._written.get(file), self._kept.statuses.get(file) if self._kept else None

    def _size(self, file: str) -> int:
        try:
            return os.stat(self._root / file).st_size
        except OSError:
            return 0


def _files_of(path: Path) -> tuple[Path, list[str], list[Problem]]:
    if path.is_dir():
        return path, *find_article_files(path)
    if not path.is_file():
        raise CorpusError(f"{path}: there is no such folder or file; name a folder of articles or a .jsonl file")
    if path.suffix.lower() != ".jsonl":
        raise CorpusError(f"{path}: not a .jsonl file; to read front-matter files, name their folder")
    beside = path.with_name("related.jsonl")
    return path.parent, [path.name, *([beside.name] if beside.is_file() and beside.name != path.name else [])], []


def _read_batch(root: Path, files: list[tuple[str, Written | None, Status | None]]) -> list[Result]:
    batch: list[Result] = []
    for file, written, status in files:
        parsed = read_file(root, file, written=written)
        line = line_of(file, status, parsed, written)
        batch.append((file, line or parsed, bool(line)))
    return batch


def _read_stretch(root: Path, file: str, stretch: Stretch) -> list[Result]:
    return [(file, encoded(read_stretch(root, file, stretch)), False)]  # a process hands that over sooner


def _given(file: str, problem: Problem) -> list[Result]:
    return [(file, ParsedFile(problems=[problem]), False)]
