"""`Removal`: one run that takes every list that this program wrote out of the files of a corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from recommender.corpus import ArticleFile, Corpus
from recommender.errors import RecommenderError
from recommender.sources import WRITTEN_LISTS_FILE, read_written_lists
from recommender.writing.edit import Edit, EditRequest, LeftAloneError, make_edit
from recommender.writing.file_writer import FileWriter
from recommender.writing.outcome import Outcome
from recommender.writing.yaml_style import YamlStyle


class Removal:
    """One run over the files of a corpus that was read from `root`.

    Curated entries at the head of a list stay, and what a list replaced, such as `related: true`, comes back;
    a curated list that `replace` overwrote does not.
    """

    def __init__(self, root: Path, corpus: Corpus) -> None:
        self._root = root
        self._files = corpus.article_files
        self._writer = FileWriter(root, corpus)

    def run(self, *, dry_run: bool = False, progress: bool = False) -> Iterator[Outcome]:
        """Remove the lists, and yield the outcome for each file in their order; see `FileWriter.run`."""
        yield from self._writer.run(map(self._edit, self._files), dry_run=dry_run, progress=progress)
        lock = self._root / WRITTEN_LISTS_FILE
        if not dry_run and lock.exists() and not read_written_lists(lock):
            lock.unlink()

    def lists_are_recorded(self) -> bool:
        """Whether the lock already holds what it should hold after this run."""
        return self._writer.lists_are_recorded()

    def _edit(self, file: ArticleFile) -> Outcome | Edit:
        if self._writer.is_duplicate(file):
            return Outcome(file.path, "skipped", "another path to the same file")
        if file.written is None:
            return Outcome(file.path, "skipped", "no list of this program's")
        request = EditRequest(file, (), 0, keep_curated=True, list_path=file.list_path)
        try:
            return make_edit(self._root, request, style=YamlStyle())
        except LeftAloneError as error:
            return Outcome(file.path, "skipped", error.reason)
        except (RecommenderError, OSError) as error:
            return Outcome.failed(file.path, error, "read")
