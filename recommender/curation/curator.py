"""`Curator`: writes an editor's changes to the files of a corpus, one at a time, and undoes them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import msgspec

from recommender.articles import Article
from recommender.corpus import ArticleFile, Corpus
from recommender.curation.curated_file import CuratedFile, Find
from recommender.errors import CorpusError, RecommenderError
from recommender.sites import Site
from recommender.sources import (
    WRITTEN_LISTS_FILE,
    Written,
    WrittenList,
    WrittenLists,
    append_written_lists,
    read_file,
    read_written_lists,
    replace_written_lists,
)
from recommender.storage import atomic_write, locked_folder, open_regular_file, sync_folder
from recommender.writing import Edit, ListStyle, require_one_hard_link, write_edit

_MOST_REMEMBERED = 100  # changes of a file that can be undone


@dataclass(frozen=True, slots=True)
class WrittenChange:
    """A change that was written.

    Attributes:
        sentence: describes the change.
        forgotten: lists of the file that counted as written by this program before the change.
    """

    edit: Edit
    sentence: str
    forgotten: tuple[WrittenList, ...]


@dataclass(frozen=True, slots=True)
class _LastChange:
    """The last change of a folder's files, as a file keeps it for the next server."""

    root: str
    change: WrittenChange


class Curator:
    """Changes the files of a corpus that was read from `root`.

    The site's conventions and list style are those of that reading; files are read on demand. It is thread-safe.

    Attributes:
        root: the folder of the corpus.
        style: of its lists.
    """

    def __init__(self, root: Path, corpus: Corpus, *, last_change: Path | None = None) -> None:
        """Learn the style of the lists.

        Args:
            last_change: the file that keeps the last change of all, so that another curator can take it back.

        Raises:
            CorpusError: the corpus is not a folder of front-matter files.
        """
        if corpus.found_files is None or not root.is_dir():
            raise CorpusError(f"{root}: only a folder of front-matter files can be edited")
        self.root = root
        self._site: Site = corpus.found_files.site
        self._known_files = frozenset(corpus.found_files.files)
        self._writing = threading.Lock()
        self._written: dict[str, list[WrittenChange]] = {}
        self._last_change_file = last_change
        self._load_last_change()
        self.style = ListStyle.learn(root, corpus)

    def open(self, article: Article, find: Find) -> CuratedFile:
        """The current file of an article.

        Args:
            find: finds the article that an item of a list names.

        Raises:
            CorpusError: there is no such file, it holds no article, or a symbolic link leads out of the folder.
            FrontMatterError: its front matter can't be read.
        """
        path = article.path
        if not path or ".jsonl" in path or ".." in PurePosixPath(path).parts or PurePosixPath(path).is_absolute():
            raise CorpusError(f"{article.id} has no file of its own in {self.root}")
        if not Path(os.path.realpath(self.root / path)).is_relative_to(os.path.realpath(self.root)):
            raise CorpusError(f"{path}: a symbolic link leads out of {self.root}; edit the file where it is")
        try:
            with open_regular_file(self.root / path) as stream:
                hard_links, data = os.fstat(stream.fileno()).st_nlink, stream.read()
        except OSError as error:
            raise CorpusError(f"{path}: can't be read: {error.strerror or error}") from error
        require_one_hard_link(hard_links, path=path)
        parsed = read_file(self.root, path, site=self._site, written=self._lists_written_into(path))
        if not parsed.sources or not parsed.sources[0].front_matter_digest:
            why = f": {parsed.problems[0].reason}" if parsed.problems else ""
            raise CorpusError(f"{path}: no article with front matter of its own{why}")
        file = ArticleFile.of(parsed.sources[0], article.id)
        return CuratedFile.of(file, data, find, list_path=self.style.path_in(file))

    def write(self, edit: Edit, sentence: str) -> None:
        """Write an edit; from then on, the list in the file counts as curated.

        Raises:
            FileChangedError: the file has changed since it was opened.
            FrontMatterError, OSError: it can't be written.
            RecommenderError: another run is writing here.
        """
        with self._locked():
            lock = read_written_lists(self.root / WRITTEN_LISTS_FILE)
            forgotten = tuple(line for line in lock if line.file == edit.file.path)
            self._replace_file(edit)
            # After writing the file: otherwise, after a crash, a list by this program would count as curated.
            if forgotten:
                replace_written_lists(self.root, [line for line in lock if line not in forgotten])
            done = self._written.setdefault(edit.file.path, [])
            done.append(WrittenChange(edit, sentence, forgotten))
            del done[:-_MOST_REMEMBERED]
            self._keep_last_change(done[-1])

    def last_change(self, path: str) -> WrittenChange | None:
        """The last change of a file that can be undone, if any."""
        done = self._written.get(path)
        return done[-1] if done else None

    def undo(self, path: str) -> WrittenChange:
        """Undo the last change of a file, and return it.

        Raises:
            FileChangedError: the front matter has changed since; nothing is written.
            FrontMatterError, OSError: it can't be written.
            RecommenderError: there is no such change, or another run is writing here.
        """
        with self._locked():
            last = self.last_change(path)
            if last is None:
                raise RecommenderError(f"{path}: there is no change to take back")
            reverse = replace(last.edit, before=last.edit.after, after=last.edit.before)
            reverse.apply_to((self.root / path).read_bytes())
            if last.forgotten:
                append_written_lists(self.root, last.forgotten)
            self._replace_file(reverse)
            self._written[path].pop()
            self._keep_last_change(self.last_change(path))
            return last

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._writing, locked_folder(self.root):
                yield
        except BlockingIOError as error:
            raise RecommenderError(f"{self.root}: another run is writing here; try again when it has ended") from error

    def _load_last_change(self) -> None:
        with suppress(OSError, ValueError):
            if self._last_change_file is not None:
                kept = msgspec.json.decode(self._last_change_file.read_bytes(), type=_LastChange)
                if kept.root == str(self.root.resolve()):
                    self._written[kept.change.edit.file.path] = [kept.change]

    def _keep_last_change(self, change: WrittenChange | None) -> None:
        """Keep a change for the next server, as far as that can be written: the change itself is done."""
        with suppress(OSError, ValueError):
            if self._last_change_file is None:
                return
            if change is None:
                self._last_change_file.unlink(missing_ok=True)
                return
            self._last_change_file.touch(0o600)  # front matter may hold what is not for everybody
            with atomic_write(self._last_change_file) as stream:
                stream.write(msgspec.json.encode(_LastChange(str(self.root.resolve()), change)))

    def _replace_file(self, edit: Edit) -> None:
        write_edit(self.root, edit)
        sync_folder((self.root / edit.file.path).resolve().parent)

    def _lists_written_into(self, path: str) -> Written | None:
        """The lists that count as written by this program in a file, according to all locks that may name it."""
        folders = [f"{folder}/" for folder in PurePosixPath(path).parents if folder.name]
        written = WrittenLists.of(self.root, [path, *folders])
        return written.of_files([path], present=self._known_files | {path}).get(path)
