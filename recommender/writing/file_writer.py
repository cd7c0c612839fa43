"""`FileWriter`: writes edits into the files of a corpus, and records in the lock which lists this program wrote."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from more_itertools import chunked

from recommender.corpus import ArticleFile
from recommender.errors import RecommenderError
from recommender.sources import (
    WRITTEN_LISTS_FILE,
    WrittenList,
    append_written_lists,
    read_written_lists,
    replace_written_lists,
)
from recommender.storage import atomic_write, remove_temporary_files, sync_folder
from recommender.writing.edit import Edit
from recommender.writing.outcome import Outcome

CHUNK = 512  # files whose lists are recorded in the lock before any of them is written
_WRITERS = 4  # threads, which mostly wait for the disk


class FileWriter:
    """Writes into files of a corpus that was read from `root`; the lock keeps its entries for other files."""

    def __init__(self, root: Path, files: Sequence[ArticleFile]) -> None:
        self._root = root
        self._files = files
        self._lock_entries = {file.path: [file.written] for file in files if file.written is not None}
        self._targets = _targets(root, files)
        first = {target: path for path, target in reversed(self._targets.items())}
        self._duplicates = {path: first[target] for path, target in self._targets.items() if first[target] != path}

    def is_duplicate(self, file: ArticleFile) -> bool:
        """Whether an earlier path leads to the same file."""
        return file.path in self._duplicates

    def run(self, edits: Iterator[Outcome | Edit], *, dry_run: bool, progress: bool) -> Iterator[Outcome]:
        """Write edits; yields the outcome of each edit, and passes other outcomes on, in the same order.

        A list is recorded in the lock before it is written, so it is never taken for a curated one, even if the run is
        interrupted. The caller must hold `storage.locked_folder` since before the corpus was read, except for a dry
        run, which writes nothing.

        Raises:
            OSError: the lock can't be written; it still records every list written so far.
        """
        from tqdm import tqdm

        if not dry_run:
            self._clean_up()
        total = len(self._files)
        with tqdm(total=total, desc="enriching", unit=" files", disable=None if progress else True) as bar:
            for chunk in chunked(edits, CHUNK):
                bar.update(len(chunk))
                yield from self._apply(chunk, dry_run=dry_run)
        if not dry_run:
            self._write_lock()

    def lists_are_recorded(self) -> bool:
        """Whether the lock already holds what it should hold after this run, or what it would hold after a dry run."""
        return read_written_lists(self._root / WRITTEN_LISTS_FILE) == self._new_lock()

    def _new_lock(self) -> list[WrittenList]:
        by_path = {path: known for path, known in self._lock_entries.items() if path not in self._duplicates}
        entries = set(chain.from_iterable(by_path.values()))
        for path, first in self._duplicates.items():
            known = self._lock_entries.get(first, ())
            entries |= {WrittenList(path, entry.digest, entry.curated, entry.replaced) for entry in known}
        # A file that could not be read this time keeps its entries; one that was deleted does not.
        read = {file.path for file in self._files}
        for entry in read_written_lists(self._root / WRITTEN_LISTS_FILE):
            if entry.file not in read and (self._root / entry.file).exists():
                entries.add(entry)
        return sorted(entries, key=lambda entry: (entry.file, entry.digest))

    def _clean_up(self) -> None:
        """Remove temporary files that a killed run may have left behind."""
        for folder in {target.parent for target in self._targets.values()} | {self._root}:
            remove_temporary_files(folder)
        if (self._root / WRITTEN_LISTS_FILE).exists():
            replace_written_lists(self._root, read_written_lists(self._root / WRITTEN_LISTS_FILE))

    def _write_lock(self) -> None:
        entries = self._new_lock()
        if entries or (self._root / WRITTEN_LISTS_FILE).exists():
            replace_written_lists(self._root, entries)

    def _apply(self, chunk: Sequence[Outcome | Edit], *, dry_run: bool) -> Iterator[Outcome]:
        from joblib import Parallel, delayed

        edits = [item for item in chunk if isinstance(item, Edit) and item.after != item.before]
        entries = [edit.lock_entry for edit in edits if edit.lock_entry is not None]
        if edits and not dry_run:
            append_written_lists(self._root, entries)
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
        path = edit.file.path
        if not dry_run:
            try:
                write_edit(self._root, edit)
            except (RecommenderError, OSError) as error:
                return Outcome.failed(path, error, "written")
        self._lock_entries[path] = [] if edit.lock_entry is None else [edit.lock_entry]
        return edit.outcome()


def write_edit(root: Path, edit: Edit) -> None:
    """Replace the file of an edit atomically; the caller syncs its folder.

    Raises:
        FrontMatterError, FileChangedError: the file has changed since the edit was made.
        OSError: it can't be written.
    """
    path = root / edit.file.path
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())  # before reading, so that a concurrent append is noticed
        data = stream.read()
    changed = edit.apply_to(data)
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    with atomic_write(path, as_of=status, folder_synced=False) as stream:
        stream.write(changed)


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
