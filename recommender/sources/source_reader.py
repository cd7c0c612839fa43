"""Reads the files of a corpus in order, front-matter files on all cores, as a stream."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from more_itertools import chunked

from recommender.errors import CorpusError
from recommender.parallel import gc_paused, interrupts_deferred
from recommender.sites import Site
from recommender.sources.article_file import read_file
from recommender.sources.article_files import FileChoice, FoundFiles, find_article_files, is_jsonl
from recommender.sources.jsonl import digest_jsonl, read_jsonl
from recommender.sources.parse_cache import CacheEntry, ParseCache, encode_entry
from recommender.sources.source import ParsedFile
from recommender.sources.written_lists import Written, WrittenLists

_FILES_PER_TASK = 128  # large enough that a task's overhead is small, small enough that the progress bar moves
_MIN_FILES_FOR_WORKERS = 1000  # starting worker processes takes as long as parsing about this many files
_TASKS_AHEAD = 256  # maximum number of tasks submitted or finished whose results have not been consumed

Task: TypeAlias = tuple[str, Written | None, str | None]
"""A file, the lists that count as written into it, and its status, if it may be cached."""


class SourceReader:
    """Reads a folder of front-matter files (and `.jsonl` files), or one `.jsonl` file and a `related.jsonl` beside it.

    Args:
        cache: the file of a `ParseCache`.
        choice: which files are read; by default those of the site's conventions.

    Attributes:
        found: the files and the site's conventions; reading adds the counts of skipped files.
        problems: those found before any file was opened.

    Raises:
        CorpusError: there is no such folder or file, or a `.related.lock` can't be read.
    """

    def __init__(self, path: Path, *, cache: Path | None = None, choice: FileChoice | None = None) -> None:
        self._root, self.found = _find_files(path, choice)
        self._files, self.problems = self.found.files, self.found.problems
        self._written = WrittenLists.of(self._root, self._files).of_files(self._files, present=set(self._files))
        front_matter_files = [file for file in self._files if not is_jsonl(file)]
        self._cache = ParseCache(cache, self._root, front_matter_files, self._written, site=self.found.site)
        self._uncached = [file for file in front_matter_files if file not in self._cache]
        self._digest = hashlib.sha256(self.found.site.digest())

    @property
    def fingerprint(self) -> str:
        """A hash of everything that was read and of the conventions; only after reading. See `Corpus`."""
        return self._digest.hexdigest()

    def compute_fingerprint(self) -> str:
        """Compute the fingerprint without parsing."""
        digests = self._cache.digests
        for file in self._files:
            self._digest.update(digests[file] if file in digests else self._compute_digest(file))
        return self.fingerprint

    def read_files(self, *, progress: bool = False) -> Iterator[ParsedFile]:
        """Parse all files in order, unchanged ones from the cache; a `.jsonl` file gives several results."""
        from tqdm import tqdm

        uncached = set(self._uncached)
        parsed_files = self._parse(self._uncached)
        with tqdm(total=len(self._files), desc="reading", unit=" files", disable=None if progress else True) as bar:
            for file in self._files:
                parts: Iterable[ParsedFile]
                if is_jsonl(file):
                    parts = read_jsonl(self._root, file, site=self.found.site)
                elif file in uncached:
                    parts = [next(parsed_files)]
                else:
                    parts = [self._cache.get(file) or next(self._parse([file]))]
                digest = b""
                for parsed in parts:
                    digest = digest or parsed.digest
                    if parsed.skipped:
                        self.found.pass_over(file, parsed.skipped)
                    yield parsed
                self._digest.update(digest)
                bar.update()
        self._cache.save()

    def _compute_digest(self, file: str) -> bytes:
        if is_jsonl(file):
            return digest_jsonl(self._root, file)
        return read_file(self._root, file, site=self.found.site, written=self._written.get(file), parse=False).digest

    def _parse(self, files: list[str]) -> Iterator[ParsedFile]:
        """Parse front-matter files, with the results of at most `_TASKS_AHEAD` tasks in memory."""
        from joblib import Parallel, cpu_count, delayed

        tasks = (
            delayed(_parse_batch)(self._root, self.found.site, batch)
            for batch in chunked(
                ((file, self._written.get(file), self._cache.statuses.get(file)) for file in files), _FILES_PER_TASK
            )
        )
        workers = cpu_count() if len(files) >= _MIN_FILES_FOR_WORKERS else 1
        # A single generator would produce results without regard to how slowly they are consumed.
        with Parallel(n_jobs=workers, return_as="generator") as parallel:
            while some := list(islice(tasks, _TASKS_AHEAD)):
                with interrupts_deferred(workers):
                    batches = parallel(some)
                for batch in batches:
                    for result in batch:
                        if isinstance(result, CacheEntry):
                            self._cache.add(result)
                            yield result.decode()
                        else:
                            yield result


def _find_files(path: Path, choice: FileChoice | None) -> tuple[Path, FoundFiles]:
    if path.is_dir():
        return path, find_article_files(path, choice)
    if not path.is_file():
        raise CorpusError(f"{path}: there is no such folder or file; name a folder of articles or a .jsonl file")
    if path.suffix.lower() != ".jsonl":
        raise CorpusError(f"{path}: not a .jsonl file; to read front-matter files, name their folder")
    beside = path.with_name("related.jsonl")
    files = [path.name, *([beside.name] if beside.is_file() and beside.name != path.name else [])]
    choice = choice or FileChoice()
    site = Site(generator="jsonl", reason="it is a .jsonl file")
    return path.parent, FoundFiles(files, choice.apply_to(site), choice)


def _parse_batch(root: Path, site: Site, tasks: list[Task]) -> list[CacheEntry | ParsedFile]:
    results: list[CacheEntry | ParsedFile] = []
    with gc_paused():
        for file, written, status in tasks:
            parsed = read_file(root, file, site=site, written=written)
            results.append(encode_entry(file, status, parsed, written) or parsed)
    return results
