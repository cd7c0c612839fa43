"""`Enrichment`: one run that writes related lists into the files of a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Literal, TypeAlias

from more_itertools import chunked

from recommender.corpus import ArticleFile, Corpus, ShapeName
from recommender.frontmatter import LISTS_ARE_WRITTEN_INTO, Format
from recommender.parallel import gc_paused, interrupts_deferred
from recommender.ranking import Options, Recommender
from recommender.writing.edit import Edit, EditRequest, try_edit
from recommender.writing.file_writer import CHUNK, FileWriter
from recommender.writing.list_style import ListStyle, has_curated
from recommender.writing.outcome import Outcome
from recommender.writing.yaml_style import ListItem, YamlStyle

Mode: TypeAlias = Literal["fill", "append", "replace"]
"""Which lists are written: `fill` writes missing ones, `append` also lengthens curated ones up to the limit, `replace`
also overwrites those. Lists that an earlier run wrote are always updated."""

_BATCH = 64  # files per task
_AHEAD = 16  # tasks prepared while files are written
_LEAST_FOR_WORKERS = 500  # starting worker processes takes about as long as this many edits
_CACHED_ITEMS = 4096  # formatted entries
_UNWRITABLE: dict[Format, str] = {
    "json": "its front matter is JSON; lists are written into YAML and TOML, `export` gives those of others",
    "header": "its front matter is header lines; lists are written into YAML and TOML, `export` gives those of others",
}


class Enrichment:
    """One run over the files of a corpus that was read from `root`.

    Args:
        limit: maximum number of entries per list; by default the recommender's setting.
        options: of all look-ups.
        shape: the kind of items; by default that of the site's own lists.
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
        shape: ShapeName | None = None,
    ) -> None:
        self._root = root
        self._corpus = corpus
        self._recommender = recommender
        self._mode = mode
        self._limit = recommender.settings.limit if limit is None else limit
        self._options = options or Options()
        self._style = ListStyle.learn(root, corpus, shape=shape)
        self._writer = FileWriter(root, corpus.article_files)

    def run(self, *, dry_run: bool = False, progress: bool = False) -> Iterator[Outcome]:
        """Write the lists; yields the outcome for each file in order, see `FileWriter.run`."""
        return self._writer.run(self._edits(self._corpus.article_files), dry_run=dry_run, progress=progress)

    def lists_are_recorded(self) -> bool:
        """Whether the lock already holds what it should hold after this run, or what it would hold after a dry run."""
        return self._writer.lists_are_recorded()

    def _edits(self, files: Sequence[ArticleFile]) -> Iterator[Outcome | Edit]:
        """The edit of each file, or the outcome if there is none, in their order."""
        reasons = {file.path: self._skip_reason(file) for file in files}
        chosen = [file for file in files if reasons[file.path] is None]
        from joblib import Parallel, cpu_count, delayed

        tasks = (
            delayed(_make_edits)(self._root, batch, self._style.yaml)
            for batch in chunked(self._requests(chosen), _BATCH)
        )
        workers = cpu_count() if len(chosen) >= _LEAST_FOR_WORKERS else 1
        with interrupts_deferred(workers):
            batches = Parallel(n_jobs=workers, return_as="generator", pre_dispatch=_AHEAD)(tasks)
        edits = chain.from_iterable(batches)
        for file in files:
            reason = reasons[file.path]
            yield next(edits) if reason is None else Outcome(file.path, "skipped", reason)

    def _requests(self, files: Sequence[ArticleFile]) -> Iterator[EditRequest]:
        @lru_cache(_CACHED_ITEMS)  # an article recurs in the lists of its neighbours, which are made close together
        def item_of(id: str, format: Format) -> ListItem | None:
            return self._style.item_of(self._recommender.article(id), format)

        for chunk in chunked(files, CHUNK):
            links = [set(self._corpus.links.get(file.id, ()) if self._keeps_curated(file) else ()) for file in chunk]
            # Enough to reach the limit after dropping entries that the list already has.
            limit = self._limit + max(map(len, links))
            lists = self._recommender.related_many([file.id for file in chunk], limit=limit, **self._options)
            for file, linked, suggestions in zip(chunk, links, lists, strict=True):
                ids = [id for suggestion in suggestions if (id := suggestion.article.id) not in linked]
                items = [item for id in ids if (item := item_of(id, file.format)) is not None]
                yield EditRequest(
                    file,
                    items[: self._limit],
                    self._limit,
                    self._keeps_curated(file),
                    self._style.path_in(file),
                )

    def _skip_reason(self, file: ArticleFile) -> str | None:
        """Why a file is not edited, or `None`."""
        if self._writer.is_duplicate(file):
            return "another path to the same file"
        listed_elsewhere = file.list_state == "none" and file.id in self._corpus.links
        path = self._style.path_in(file)
        article = self._recommender.article(file.id)
        reasons = {
            _UNWRITABLE.get(file.format, ""): file.format not in LISTS_ARE_WRITTEN_INTO,
            f"its list would be in `{path[0]}`, which is supported in TOML only": file.format == "yaml"
            and len(path) > 1,
            "opted out (`related: false`)": file.list_state == "refused",
            f"its `{path[-1]}` is not a list": file.list_state == "not a list",
            "draft or withdrawn": article.hidden and not article.unlisted,
            "has a curated list": self._mode == "fill" and file.list_state == "curated",
            "another file of its article has a curated list": self._mode != "replace" and listed_elsewhere,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def _keeps_curated(self, file: ArticleFile) -> bool:
        """Whether a file's new list begins with its curated entries."""
        return has_curated(file) and self._mode != "replace"


def _make_edits(root: Path, requests: Iterable[EditRequest], style: YamlStyle) -> list[Outcome | Edit]:
    with gc_paused():
        return [try_edit(root, request, style=style) for request in requests]
