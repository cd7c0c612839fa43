"""Lists into files: the `related` block of each article's own file, and no other byte."""

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
from recommender.parallel import gc_paused
from recommender.ranking import Recommender
from recommender.sources import (
    WRITTEN_LISTS_FILE,
    WrittenList,
    append_written_lists,
    read_written_lists,
    replace_written_lists,
    split_front_matter,
)
from recommender.storage import atomic_write, remove_temporary_files, sync_folder
from recommender.writing.edit import Edit, EditRequest, make_edit
from recommender.writing.yaml_style import YamlStyle

Mode: TypeAlias = Literal["fill", "append", "replace"]
"""Which lists are written beside those that an earlier run wrote: of articles without a curated one, what follows a
curated one up to the limit too, or all."""

Action: TypeAlias = Literal["written", "unchanged", "skipped", "failed"]

_CHUNK = 512  # files whose lists are remembered before any of them is written
_BATCH = 64  # files a task
_AHEAD = 16  # tasks that are made while files are written
_WRITERS = 4  # threads: most of their time they wait for the disk
_WORTH_WORKERS = 500  # starting worker processes takes as long as about this many edits
_KNOWN = 4096  # entries that are kept as the site writes them
_SAMPLE = 100  # files that the site's style is learnt from


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        detail: what was written ("filled", "lengthened", "replaced", "refreshed", "removed"), or why nothing was.
        before, after: the front matter, where it is written.
    """

    path: str
    action: Action
    detail: str = ""
    before: str = ""
    after: str = ""

    def diff(self) -> str:
        """What is written, as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), f"a/{self.path}", f"b/{self.path}", lineterm=""
        )
        return "".join(f"{line}\n" for line in lines)


class Enrichment:
    """One run over the files of a corpus that was read from `root`.

    Args:
        limit: entries a list at most; the recommender's own by default.
    """

    def __init__(
        self, root: Path, corpus: Corpus, recommender: Recommender, *, mode: Mode = "fill", limit: int | None = None
    ) -> None:
        self._root = root
        self._corpus = corpus
        self._recommender = recommender
        self._mode = mode
        self._limit = recommender.settings.limit if limit is None else limit
        self._style = _hand_of(root, corpus.article_files)
        self._lines = {file.path: [file.written] for file in corpus.article_files if file.written is not None}
        self._targets = _targets(root, corpus.article_files)
        self._first_place: dict[Path, str] = {}
        self._twins: dict[str, str] = {}

    def run(self, *, dry_run: bool = False, progress: bool = False) -> Iterator[Outcome]:
        """Write the lists, and say what became of each file, in the order of the files.

        A list is remembered in the lock before it is written, so that it never passes for a curated one, whenever the
        run may end. The caller holds the folder with `storage.locked_folder` from before it is read, except for a
        dry run, which writes nothing.

        Raises:
            OSError: the lock can't be written; nothing has then been written that it does not remember.
        """
        files = self._corpus.article_files
        if not dry_run:
            self._tidy()
        with tqdm(total=len(files), desc="enriching", unit=" files", disable=None if progress else True) as bar:
            for chunk in chunked(self._edits(files), _CHUNK):
                bar.update(len(chunk))
                yield from self._carry_out(chunk, dry_run=dry_run)
        if not dry_run:
            self._remember()

    def lists_are_recorded(self) -> bool:
        """Whether the lock holds already what it is to hold after the run (or would, after a dry one)."""
        return read_written_lists(self._root / WRITTEN_LISTS_FILE) == self._lock_lines()

    def _lock_lines(self) -> list[WrittenList]:
        lines = {line for lines in self._lines.values() for line in lines}
        for twin, first in self._twins.items():
            lines |= {WrittenList(twin, line.digest, line.curated) for line in self._lines.get(first, ())}
        # A file that could not be read this time keeps its lines; one that is gone does not.
        known = {file.path for file in self._corpus.article_files}
        for line in read_written_lists(self._root / WRITTEN_LISTS_FILE):
            if line.file not in known and (self._root / line.file).exists():
                lines.add(line)
        return sorted(lines, key=lambda line: (line.file, line.digest))

    def _tidy(self) -> None:
        """Clear away what a run that was killed may have left."""
        for folder in {target.parent for target in self._targets.values()} | {self._root}:
            remove_temporary_files(folder)
        if (self._root / WRITTEN_LISTS_FILE).exists():
            replace_written_lists(self._root, read_written_lists(self._root / WRITTEN_LISTS_FILE))

    def _remember(self) -> None:
        lines = self._lock_lines()
        if lines or (self._root / WRITTEN_LISTS_FILE).exists():
            replace_written_lists(self._root, lines)

    def _edits(self, files: Sequence[ArticleFile]) -> Iterator[Outcome | Edit]:
        """What is to become of each file, in their order."""
        reasons = {file.path: self._why_not(file) for file in files}
        chosen = [file for file in files if reasons[file.path] is None]
        tasks = (
            delayed(_make_edits)(self._root, batch, self._style) for batch in chunked(self._requests(chosen), _BATCH)
        )
        workers = cpu_count() if len(chosen) >= _WORTH_WORKERS else 1
        edits = chain.from_iterable(Parallel(n_jobs=workers, return_as="generator", pre_dispatch=_AHEAD)(tasks))
        for file in files:
            reason = reasons[file.path]
            yield next(edits) if reason is None else Outcome(file.path, "skipped", reason)

    def _requests(self, files: Sequence[ArticleFile]) -> Iterator[EditRequest]:
        # Articles are in the lists of their neighbours, which are made together.
        item_of = lru_cache(_KNOWN)(lambda id_: self._style.format_entry(self._recommender.article(id_).entry))
        for start in range(0, len(files), _CHUNK):
            chunk = files[start : start + _CHUNK]
            links = [set(self._corpus.links.get(file.id, ()) if self._keeps(file) else ()) for file in chunk]
            # So many that there are enough without those that are in the list already.
            limit = self._limit + max(map(len, links))
            lists = self._recommender.related_many([file.id for file in chunk], limit=limit)
            for file, there, suggestions in zip(chunk, links, lists, strict=True):
                ids = [id for suggestion in suggestions if (id := suggestion.article.id) not in there]
                yield EditRequest(file, [item_of(id) for id in ids[: self._limit]], self._limit, self._keeps(file))

    def _carry_out(self, chunk: Sequence[Outcome | Edit], *, dry_run: bool) -> Iterator[Outcome]:
        edits = [item for item in chunk if isinstance(item, Edit) and item.after != item.before]
        if edits and not dry_run:
            append_written_lists(self._root, [edit.line for edit in edits if edit.line is not None])
        written = iter(
            Parallel(n_jobs=_WRITERS, prefer="threads")(delayed(self._outcome)(edit, dry_run=dry_run) for edit in edits)
        )
        for item in chunk:
            if not isinstance(item, Edit):
                yield item
            elif item.after != item.before:
                yield next(written)
            else:
                yield Outcome(item.file.path, *(("unchanged",) if item.line else ("skipped", "nothing to add")))
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
        self._lines[file.path] = [] if edit.line is None else [edit.line]
        return Outcome(file.path, "written", self._kind_of_change(edit), edit.before, edit.after)

    def _kind_of_change(self, edit: Edit) -> str:
        if edit.line is None:
            return "removed"
        if edit.file.list_state == "curated":
            return "lengthened" if self._mode == "append" else "replaced"
        return "refreshed" if edit.file.list_state == "written" else "filled"

    def _why_not(self, file: ArticleFile) -> str | None:
        """Why a file is to be left as it is, or `None`."""
        first = self._first_place.setdefault(self._targets[file.path], file.path)
        if first != file.path:
            self._twins[file.path] = first
            return "a second way to the same file"
        elsewhere = file.list_state == "none" and file.id in self._corpus.links
        reasons = {
            "wants no list (`related: false`)": file.list_state == "refused",
            "its `related` is not a list": file.list_state == "not a list",
            "a draft, or withdrawn": self._recommender.article(file.id).hidden,
            "has a curated list": self._mode == "fill" and file.list_state == "curated",
            "another file of its article has a curated list": self._mode != "replace" and elsewhere,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def _keeps(self, file: ArticleFile) -> bool:
        """Whether curated entries lead the list that it is to have."""
        head = file.list_state == "curated" or (file.written is not None and file.written.curated > 0)
        return head and self._mode != "replace"


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
        data, read_as = stream.read(), os.fstat(stream.fileno())
    changed = edit.apply_to(data)
    if not read_as.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    with atomic_write(path, as_of=read_as, folder_synced=False) as stream:
        stream.write(changed)


def _hand_of(root: Path, files: Sequence[ArticleFile]) -> YamlStyle:
    """The site's style, learnt from an even sample of the files that editors gave lists to, if there are any."""
    telling = [file for file in files if file.list_state == "curated"] or files
    step = -(-len(telling) // _SAMPLE) or 1
    texts = []
    for file in telling[::step]:
        with suppress(OSError, FrontMatterError):
            front_matter = split_front_matter((root / file.path).read_bytes(), path=file.path)
            texts += [front_matter.text] if front_matter else []
    return YamlStyle.from_front_matters(texts)


def _targets(root: Path, files: Sequence[ArticleFile]) -> dict[str, Path]:
    """The file that each place leads to."""
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


def _failed(path: str, error: Exception, could_not_be: str) -> Outcome:
    if isinstance(error, OSError):
        return Outcome(path, "failed", f"can't be {could_not_be}: {error.strerror or error}")
    if isinstance(error, FrontMatterError):
        return Outcome(path, "failed", f"line {error.line}: {error.reason}" if error.line else error.reason)
    return Outcome(path, "failed", str(error).removeprefix(f"{path}: "))
