"""`Removal`: one run that removes every list that this program wrote from the files of a corpus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from recommender.corpus import ArticleFile, Corpus
from recommender.sources import WRITTEN_LISTS_FILE, WrittenLists, read_file, read_written_lists
from recommender.writing.edit import Edit, EditRequest, try_edit
from recommender.writing.file_writer import FileWriter
from recommender.writing.outcome import Outcome
from recommender.writing.yaml_style import YamlStyle


class Removal:
    """One run over the files of a corpus that was read from `root`.

    Curated entries at the head of a list stay, and what a list replaced, such as `related: true` or a curated list, is
    restored.
    """

    def __init__(self, root: Path, corpus: Corpus) -> None:
        self._root = root
        parts = [corpus.article_files, *filter(None, [_find_others(root, corpus)])]
        self._runs = [(files, FileWriter(root, files)) for files in parts]

    def run(self, *, dry_run: bool = False, progress: bool = False) -> Iterator[Outcome]:
        """Remove the lists, and yield the outcome for each file, those of articles first; see `FileWriter.run`."""
        for files, writer in self._runs:
            edits = (self._edit(file, writer) for file in files)
            yield from writer.run(edits, dry_run=dry_run, progress=progress)
        lock = self._root / WRITTEN_LISTS_FILE
        if not dry_run and lock.exists() and not read_written_lists(lock):
            lock.unlink()

    def lists_are_recorded(self) -> bool:
        """Whether the lock already holds what it should hold after this run."""
        return all(writer.lists_are_recorded() for _, writer in self._runs)

    def _edit(self, file: ArticleFile, writer: FileWriter) -> Outcome | Edit:
        if writer.is_duplicate(file):
            return Outcome(file.path, "skipped", "another path to the same file")
        if file.written is None:
            return Outcome(file.path, "skipped", "no list of this program's")
        request = EditRequest(file, (), 0, keep_curated=True, list_path=file.list_path)
        return try_edit(self._root, request, style=YamlStyle())


def _find_others(root: Path, corpus: Corpus) -> list[ArticleFile]:
    """Files with a list by this program that are no longer articles, such as standalone pages."""
    recorded = {line.file for line in read_written_lists(root / WRITTEN_LISTS_FILE)}
    others = recorded.difference(file.path for file in corpus.article_files) if recorded else set()
    files = sorted(file for file in others if ".." not in PurePosixPath(file).parts and (root / file).is_file())
    if not files or corpus.found_files is None:
        return []
    site = replace(corpus.found_files.site, standalone=(), standalone_folders=(), section_stems=())
    written = WrittenLists.of(root, files).of_files(files, present=recorded)
    parsed = (read_file(root, file, site=site, written=written.get(file)) for file in files)
    return [ArticleFile.of(source, source.name) for one in parsed for source in one.sources if source.written]
