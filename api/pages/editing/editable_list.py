"""`EditableList`: an article's list, as in its file, or as in the model if the server may not write files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask import current_app

from api.pages.exploration import Item
from api.pages.page import inspection_of
from api.state import Snapshot
from recommender import Article
from recommender.curation import (
    Act,
    ActName,
    ArticleFinder,
    CuratedFile,
    Curation,
    Curator,
    WrittenChange,
    format_changed_lists,
    style_of,
    trained_curation,
)
from recommender.errors import RecommenderError
from recommender.writing import Edit

HEADINGS: dict[ActName, str] = {
    "take": "Take into the list",
    "leave-out": "Leave out of the list",
    "move": "Move in the list",
    "pin": "Pin",
    "unpin": "No longer pin",
    "ban": "Ban",
    "unban": "No longer ban",
}
_DONE: dict[ActName, str] = {
    "take": "“{}” was taken into the list",
    "leave-out": "“{}” was left out of the list",
    "move": "“{}” was moved to place {}",
    "pin": "“{}” was pinned",
    "unpin": "“{}” is no longer pinned",
    "ban": "“{}” was banned",
    "unban": "“{}” is no longer banned",
}


class ListRow(NamedTuple):
    """A row of the list: its key, its name, and the explorer's data on it; `None` if it is not a known article."""

    key: str
    text: str
    item: Item | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of an act.

    Attributes:
        edit: of the file; `None` if the server does not write it.
        yaml: the changed lists, for copying; empty if the server writes the file.
        notes: further information for the editor.
    """

    act: Act
    other: str
    edit: Edit | None
    yaml: str
    notes: tuple[str, ...]

    @property
    def done(self) -> str:
        """A sentence that reports the act as done, without its full stop."""
        return _DONE[self.act.name].format(self.other, self.act.position)

    @property
    def diff(self) -> list[str]:
        """The lines of the change as a unified diff."""
        if self.edit is None:
            return []
        return self.edit.outcome().diff().split("\n")[:-1]


class EditableList:
    """The list, pins and bans of an article, and the effects of acts on them.

    Attributes:
        file: its current file; `None` if the server writes no files, or can't write this one (see `problem`).
        curation: from the file, else from the model.
    """

    def __init__(self, snapshot: Snapshot, id: str) -> None:
        """Open the file of an article.

        Raises:
            UnknownArticleError: no article answers to this ID.
        """
        recommender = snapshot.recommender
        self.article: Article = recommender.article(id)
        self.problem = ""
        self.file: CuratedFile | None = None
        self.curator: Curator | None = current_app.extensions.get("curator")
        self._snapshot = snapshot
        self.curation = trained_curation(recommender, self.article)
        if self.curator is not None:
            try:
                self.file = self.curator.open(self.article, ArticleFinder(recommender).find)
                self.curation = self.file.curation
            except RecommenderError as error:
                self.problem = str(error)

    @property
    def is_written(self) -> bool:
        """Whether acts can be written into the file."""
        return self.file is not None

    @property
    def has_written_list(self) -> bool:
        """Whether this program wrote the list in the file, or the end of it."""
        return self.file is not None and self.file.file.written is not None

    @property
    def digest(self) -> str:
        """The digest of the front matter, for noticing changes since it was shown."""
        return "" if self.file is None else self.file.file.front_matter_digest.hex()

    @property
    def list_note(self) -> str:
        """A sentence on who wrote the list in the file; empty for an editor's list."""
        if self.file is None:
            return self.problem
        file = self.file.file
        if file.list_state == "refused":
            return f"The file says `{self.file.paths[0][-1]}: false`: it must not get a list."
        if file.written is not None:
            head = f"The first {file.written.curated} are an editor's, the others" if file.written.curated else "It"
            written = "were" if file.written.curated else "was"
            return f"{head} {written} written by `enrich`. The list is yours once you change it."
        return ""

    @property
    def last_change(self) -> WrittenChange | None:
        """The last change of the file, if it can be undone."""
        if self.curator is None or self.file is None:
            return None
        last = self.curator.last_change(self.file.file.path)
        return last if last is not None and last.edit.after == self.file.front_matter.text else None

    @property
    def linked(self) -> list[Article]:
        """The articles of the list, in its order."""
        return [article for key in self.curation.links if (article := self._known(key)) is not None]

    def rows(self, items: Iterable[Item]) -> list[ListRow]:
        """The rows of the list, with the explorer's data on each of `linked`."""
        shown = iter(items)
        return [
            ListRow(key, self.name(key), None if self._known(key) is None else next(shown))
            for key in self.curation.links
        ]

    def name(self, key: str) -> str:
        """The name of an article for an editor: its title, else the text in the list."""
        article = self._known(key)
        if article is None and self.file is not None and key in self.file.items:
            return self.file.items[key].text
        return key if article is None else article.title

    def can_be_pinned(self, key: str) -> bool:
        """Whether a key is the ID of an article."""
        article = self._known(key)
        return article is not None and article.id == key

    def preview(self, name: ActName, other: str, position: int) -> Preview:
        """The effect of an act.

        Raises:
            UnknownArticleError: the act needs an article, and none answers to the other's ID.
            ActError, FrontMatterError: the act is impossible.
        """
        new = name in ("take", "pin", "ban")
        act = Act(name, self._snapshot.recommender.article(other).id if new else other, position)
        curation = self.curation.after(act)
        edit, yaml = None, ""
        if self.file is not None and self.curator is not None:
            edit = self.file.changed_to(curation, self._articles(curation), self.curator.style)
        else:
            style = style_of(inspection_of(self._snapshot))
            yaml = format_changed_lists(self.curation, curation, self._articles(curation), style)
        return Preview(act, self.name(act.other), edit, yaml, tuple(self._notes(curation)))

    def _articles(self, curation: Curation) -> Mapping[str, Article]:
        return {key: article for key in curation.links if (article := self._known(key)) is not None}

    def _known(self, key: str) -> Article | None:
        if self.file is not None and key in self.file.items:
            return self.file.items[key].article
        return self._snapshot.recommender.article(key) if self._snapshot.recommender.has_article(key) else None

    def _notes(self, curation: Curation) -> Iterable[str]:
        if self.has_written_list:
            yield "`enrich` wrote this list. It is yours from now on, and `enrich` leaves it alone."
        if curation.links != self.curation.links and not curation.links:
            yield "The list will be empty, and `enrich` will fill it; `related: false` prevents that."
        pins = (curation.pinned, curation.banned) != (self.curation.pinned, self.curation.banned)
        if pins:
            yield "Suggestions begin with pinned articles and leave out banned ones after the next `recommender train`."
