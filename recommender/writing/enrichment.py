"""`Enrichment`: one run that writes related lists into the files of a corpus."""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Literal, TypeAlias

from joblib import Parallel, cpu_count, delayed
from more_itertools import chunked
from tqdm import tqdm

from recommender.corpus import ArticleFile, Corpus
from recommender.errors import FrontMatterError, RecommenderError
from recommender.frontmatter import split_front_matter
from recommender.parallel import gc_paused
from recommender.ranking import Options, Recommender
from recommender.sources import (
    WRITTEN_LISTS_FILE,
    WrittenList,
    append_written_lists,
    read_written_lists,
    replace_written_lists,
)
from recommender.storage import atomic_write, remove_temporary_files, sync_folder
from recommender.writing.edit import Edit, EditRequest, make_edit
from recommender.writing.yaml_style import YamlStyle

Mode: TypeAlias = Literal["fill", "append", "replace"]
"""Which lists are written: `fill` writes missing ones, `append` also lengthens curated ones up to the limit, `replace`
also overwrites those. Lists that an earlier run wrote are always updated."""

Action: TypeAlias = Literal["written", "unchanged", "skipped", "failed"]

_CHUNK = 512  # files whose lists are recorded in the lock before any of them is written
_BATCH = 64  # files per task
_AHEAD = 16  # tasks prepared while files are written
_WRITERS = 4  # threads, which mostly wait for the disk
_LEAST_FOR_WORKERS = 500  # starting worker processes takes about as long as this many edits
_CACHED_ITEMS = 4096  # formatted entries
_SAMPLE = 100  # files that the site's style is learnt from


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one file.

    Attributes:
        detail: what was written ("filled", "lengthened", "replaced", "refreshed", "removed"), or why nothing was.
        before, after: the front matter, if it was written.
    """

    path: str
    action: Action
    detail: str = ""
    before: str = ""
    after: str = ""

    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), f"a/{self.path}", f"b/{self.path}", lineterm=""
        )
        return "".join(f"{line}\n" for line in lines)


class Enrichment:
    """One run over the files of a corpus that was read from `root`.

    Args:
        limit: most entries per list; by default the recommender's setting.
        options: of all look-ups.
    """

    def __init__(
        self,
        root: Path,
        corpus: Corpus,
        recommender: Recommender,
        *,
        mode: Mode = "fill",
        limit: int | None = None,
        options: Options | None = None,
    ) -> None:
        self._root = root
        self._corpus = corpus
        self._recommender = recommender
        self._mode = mode
        self._limit = recommender.settings.limit if limit is None else limit
        self._options = options or Options()
        self._style = _learn_style(root, corpus.article_files)
        self._lock_entries = {file.path: [file.written] for file in corpus.article_files if file.written is not None}
        self._targets = _targets(root, corpus.article_files)
        self._first_path: dict[Path, str] = {}
        self._duplicate_paths: dict[str, str] = {}

    def run(self, *, dry_run: bool = False, progress: bool = False) -> Iterator[Outcome]:
        """Write the lists, and yield the outcome for each file in their order.

        A list is recorded in the lock before it is written, so that it is never taken for a curated one, even if the
        run is interrupted. The caller holds `storage.locked_folder` from before the corpus is read, except for a dry
        run, which writes nothing.

        Raises:
            OSError: the lock can't be written; it records every list that has been written so far.
        """
        files = self._corpus.article_files
        if not dry_run:
            self._clean_up()
        with tqdm(total=len(files), desc="enriching", unit=" files", disable=None if progress else True) as bar:
            for chunk in chunked(self._edits(files), _CHUNK):
                bar.update(len(chunk))
                yield from self._apply(chunk, dry_run=dry_run)
        if not dry_run:
            self._write_lock()

    def lists_are_recorded(self) -> bool:
        """Whether the lock already holds what it should hold after this run, or what it would hold after a dry run."""
        return read_written_lists(self._root / WRITTEN_LISTS_FILE) == self._new_lock()

    def _new_lock(self) -> list[WrittenList]:
        entries = set(chain.from_iterable(self._lock_entries.values()))
        for path, first in self._duplicate_paths.items():
            entries |= {WrittenList(path, entry.digest, entry.curated) for entry in self._lock_entries.get(first, ())}
        # A file that could not be read this time keeps its entries; one that was deleted does not.
        known = {file.path for file in self._corpus.article_files}
        for entry in read_written_lists(self._root / WRITTEN_LISTS_FILE):
            if entry.file not in known and (self._root / entry.file).exists():
                entries.add(entry)
        return sorted(entries, key=lambda entry: (entry.file, entry.digest))

    def _clean_up(self) -> None:
        """Remove what a killed run may have left behind."""
        for folder in {target.parent for target in self._targets.values()} | {self._root}:
            remove_temporary_files(folder)
        if (self._root / WRITTEN_LISTS_FILE).exists():
            replace_written_lists(self._root, read_written_lists(self._root / WRITTEN_LISTS_FILE))

    def _write_lock(self) -> None:
        entries = self._new_lock()
        if entries or (self._root / WRITTEN_LISTS_FILE).exists():
            replace_written_lists(self._root, entries)

    def _edits(self, files: Sequence[ArticleFile]) -> Iterator[Outcome | Edit]:
        """The edit of each file, or the outcome if there is none, in their order."""
        reasons = {file.path: self._skip_reason(file) for file in files}
        chosen = [file for file in files if reasons[file.path] is None]
        tasks = (
            delayed(_make_edits)(self._root, batch, self._style) for batch in chunked(self._requests(chosen), _BATCH)
        )
        workers = cpu_count() if len(chosen) >= _LEAST_FOR_WORKERS else 1
        edits = chain.from_iterable(Parallel(n_jobs=workers, return_as="generator", pre_dispatch=_AHEAD)(tasks))
        for file in files:
            reason = reasons[file.path]
            yield next(edits) if reason is None else Outcome(file.path, "skipped", reason)

    def _requests(self, files: Sequence[ArticleFile]) -> Iterator[EditRequest]:
        # Cached, since an article recurs in the lists of its neighbours, which are made close together.
        item_of = lru_cache(_CACHED_ITEMS)(lambda id_: self._style.format_entry(self._recommender.article(id_).entry))
        for start in range(0, len(files), _CHUNK):
            chunk = files[start : start + _CHUNK]
            links = [set(self._corpus.links.get(file.id, ()) if self._keeps_curated(file) else ()) for file in chunk]
            # Enough that the limit is reached without the entries that the list already has.
            limit = self._limit + max(map(len, links))
            lists = self._recommender.related_many([file.id for file in chunk], limit=limit, **self._options)
            for file, linked, suggestions in zip(chunk, links, lists, strict=True):
                ids = [id for suggestion in suggestions if (id := suggestion.article.id) not in linked]
                yield EditRequest(
                    file, [item_of(id) for id in ids[: self._limit]], self._limit, self._keeps_curated(file)
                )

    def _apply(self, chunk: Sequence[Outcome | Edit], *, dry_run: bool) -> Iterator[Outcome]:
        edits = [item for item in chunk if isinstance(item, Edit) and item.after != item.before]
        if edits and not dry_run:
            append_written_lists(self._root, [edit.lock_entry for edit in edits if edit.lock_entry is not None])
        written = iter(
            Parallel(n_jobs=_WRITERS, prefer="threads")(delayed(self._outcome)(edit, dry_run=dry_run) for edit in edits)
        )
        for item in chunk:
            if not isinstance(item, Edit):
                yield item
            elif item.after != item.before:
                yield next(written)
            else:
                yield Outcome(item.file.path, *(("unchanged",) if item.lock_entry else ("skipped", "nothing to add")))
        if not dry_run:
            for folder in {self._targets[edit.file.path].parent for edit in edits}:
                sync_folder(folder)

    def _outcome(self, edit: Edit, *, dry_run: bool) -> Outcome:
        file = edit.file
        if not dry_run:
            try:
                _write(self._root / file.path, edit)
            except (RecommenderError, OSError) as error:
                return _failed(file.path, error, "written")
        self._lock_entries[file.path] = [] if edit.lock_entry is None else [edit.lock_entry]
        return Outcome(file.path, "written", self._kind_of_change(edit), edit.before, edit.after)

    def _kind_of_change(self, edit: Edit) -> str:
        if edit.lock_entry is None:
            return "removed"
        if edit.file.list_state == "curated":
            return "lengthened" if self._mode == "append" else "replaced"
        return "refreshed" if edit.file.list_state == "written" else "filled"

    def _skip_reason(self, file: ArticleFile) -> str | None:
        """Why a file is left as it is, or `None`; notes which paths lead to a file already met."""
        first = self._first_path.setdefault(self._targets[file.path], file.path)
        if first != file.path:
            self._duplicate_paths[file.path] = first
            return "another path to the same file"
        listed_elsewhere = file.list_state == "none" and file.id in self._corpus.links
        reasons = {
            "opted out (`related: false`)": file.list_state == "refused",
            "its `related` is not a list": file.list_state == "not a list",
            "draft or withdrawn": self._recommender.article(file.id).hidden,
            "has a curated list": self._mode == "fill" and file.list_state == "curated",
            "another file of its article has a curated list": self._mode != "replace" and listed_elsewhere,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def _keeps_curated(self, file: ArticleFile) -> bool:
        """Whether its new list begins with the curated entries."""
        has_curated = file.list_state == "curated" or (file.written is not None and file.written.curated > 0)
        return has_curated and self._mode != "replace"


def _make_edits(root: Path, requests: Iterable[EditRequest], style: YamlStyle) -> list[Outcome | Edit]:
    edits: list[Outcome | Edit] = []
    with gc_paused():
        for request in requests:
            try:
                edits.append(make_edit(root, request, style=style))
            except (RecommenderError, OSError) as error:
                edits.append(_failed(request.file.path, error, "read"))
    return edits


def _write(path: Path, edit: Edit) -> None:
    with path.open("rb") as stream:
        data, status = stream.read(), os.fstat(stream.fileno())
    changed = edit.apply_to(data)
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    with atomic_write(path, as_of=status, folder_synced=False) as stream:
        stream.write(changed)


def _learn_style(root: Path, files: Sequence[ArticleFile]) -> YamlStyle:
    """The site's style, learnt from evenly spaced files with curated lists, or from any if there are none."""
    sources = [file for file in files if file.list_state == "curated"] or files
    step = -(-len(sources) // _SAMPLE) or 1
    texts = []
    for file in sources[::step]:
        with suppress(OSError, FrontMatterError):
            front_matter = split_front_matter((root / file.path).read_bytes(), path=file.path)
            texts += [front_matter.text] if front_matter else []
    return YamlStyle.from_front_matters(texts)


def _targets(root: Path, files: Sequence[ArticleFile]) -> dict[str, Path]:
    """The file that each path leads to, with symbolic links resolved."""
    folders: dict[Path, Path] = {}
    targets = {}
    for file in files:
        path = root / file.path
        if path.is_symlink():
            targets[file.path] = path.resolve()
        else:
            if path.parent not in folders:
                folders[path.parent] = path.parent.resolve()
            targets[file.path] = folders[path.parent] / path.name
    return targets


def _failed(path: str, error: Exception, action: str) -> Outcome:
    if isinstance(error, OSError):
        return Outcome(path, "failed", f"can't be {action}: {error.strerror or error}")
    if isinstance(error, FrontMatterError):
        return Outcome(path, "failed", f"line {error.line}: {error.reason}" if error.line else error.reason)
    return Outcome(path, "failed", str(error).removeprefix(f"{path}: "))
