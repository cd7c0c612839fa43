"""Live changes: articles posted and withdrawn since the last training, as the journal records them.

Each posted article carries the digests of the states of itself that it supersedes. Comparing these digests with the
state in a model or corpus shows, without a clock, whether that is still behind the posted article (it has a superseded
state, or none) or is up to date or ahead (it has any other). So it does not matter when the journal is cleared, nor to
which model version one rolls back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Self

from recommender.articles import Article, Entry
from recommender.corpus.journal import Journal, JournalUpdate, Record
from recommender.errors import FrontMatterError
from recommender.sources import PostedForm, Problem, Source, read_posted


@dataclass(frozen=True, slots=True)
class PostedArticle:
    """An article as it was posted to the server.

    Attributes:
        source: what was read from it.
        text: the body of the request.
        form: the format of `text`.
        digest: of its state; see `state_digest`.
        supersedes: the digests of the states of this article that it replaces.
        problems: what was read with a doubt.
    """

    source: Source
    text: str
    form: PostedForm
    digest: str
    supersedes: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def parse(cls, text: str, form: PostedForm) -> Self:
        """Parse the body of a request.

        Raises:
            FrontMatterError: it is not an article.
        """
        source, problems = read_posted(text, form)
        digest = state_digest(source.entry, hidden=source.hidden, published=source.published)
        return cls(source, text, form, digest, problems=tuple(problems))

    @property
    def id(self) -> str:
        """Its ID. A later post with the same ID is the next state of this article."""
        return self.source.name

    @property
    def article(self) -> Article:
        """The article, without its pins and bans: these are names that are not yet resolved to IDs."""
        source = self.source
        return Article(
            id=source.name,
            entry=source.entry,
            summary=source.summary,
            text=source.text,
            topics=source.topics,
            language=source.language,
            published_at=source.published_at,
            urls=source.urls,
            canonical_url=source.canonical_url,
            names=(source.name,),
            hidden=source.hidden,
            visible_from=source.visible_from,
            visible_until=source.visible_until,
            published=source.published,
            section=source.section,
            series=source.series,
        )

    def to_record(self) -> Record:
        """The journal's record of it, which JSON can hold."""
        return {"post": self.text, "form": self.form, "over": sorted(self.supersedes)}


@dataclass(frozen=True, slots=True)
class WithdrawnArticle:
    """An article that is removed, under all of its names and URLs, until it is posted again."""

    id: str
    names: frozenset[str]
    urls: frozenset[str]

    @classmethod
    def from_article(cls, article: Article) -> Self:
        """Withdraw an article with all of its names and URLs."""
        return cls(article.id, frozenset((article.id, *article.names)), frozenset(article.own_urls))

    @classmethod
    def union(cls, several: Collection[WithdrawnArticle]) -> Self:
        """One that matches whatever any of several matches."""
        return cls(
            "",
            frozenset().union(*(gone.names for gone in several)),
            frozenset().union(*(gone.urls for gone in several)),
        )

    def to_record(self) -> Record:
        """The journal's record of it, which JSON can hold."""
        return {"withdraw": self.id, "names": sorted(self.names), "urls": sorted(self.urls)}

    def matches(self, names: Iterable[str], urls: Iterable[str]) -> bool:
        """Whether an article with these names and URLs is the withdrawn one."""
        return not (self.names.isdisjoint(names) and self.urls.isdisjoint(urls))


def state_digest(entry: Entry, *, hidden: bool, published: bool) -> str:
    """A digest of one state of an article: its entry and its visibility."""
    text = json.dumps([entry, hidden, published], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class LiveChanges:
    """All articles that are posted or withdrawn, by ID.

    Attributes:
        damage: what of the journal could not be read, a sentence each.
    """

    posted: Mapping[str, PostedArticle] = field(default_factory=dict)
    withdrawn: Mapping[str, WithdrawnArticle] = field(default_factory=dict)
    damage: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.posted or self.withdrawn)

    @classmethod
    def load(cls, models: Path) -> Self:
        """Read the journal of a models folder; without one there are no changes.

        Raises:
            JournalError: it exists and can't be read.
        """
        with Journal(models) as journal:
            return cls().updated(journal.read())

    @classmethod
    def from_records(cls, records: Iterable[Record]) -> Self:
        """The changes that a journal with these records holds."""
        return cls().with_records(records)

    def updated(self, update: JournalUpdate) -> Self:
        """These changes after a further reading of their journal."""
        before = type(self)() if update.is_complete else self
        after = before.with_records(update.records)
        return replace(after, damage=tuple(dict.fromkeys((*before.damage, *update.damage, *after.damage))))

    def with_records(self, records: Iterable[Record]) -> Self:
        """These changes after some further records of their journal."""
        posted, withdrawn, damage = dict(self.posted), dict(self.withdrawn), list(self.damage)
        for record in records:
            if "post" in record:
                try:
                    new = PostedArticle.parse(record["post"], record["form"])
                except FrontMatterError as error:
                    damage.append(f"a posted article can't be read any more: {error}")
                    continue
                superseded = set(record["over"])
                if new.id in posted:
                    superseded |= {*posted[new.id].supersedes, posted[new.id].digest}
                posted[new.id] = replace(new, supersedes=frozenset(superseded))
                for id in [id for id, gone in withdrawn.items() if gone.matches((new.id,), new.source.own_urls)]:
                    del withdrawn[id]
            elif "withdraw" in record:
                gone = WithdrawnArticle(record["withdraw"], frozenset(record["names"]), frozenset(record["urls"]))
                withdrawn[gone.id] = gone
                for id in [id for id, old in posted.items() if gone.matches((id,), old.source.own_urls)]:
                    del posted[id]
        return type(self)(posted, withdrawn, tuple(dict.fromkeys(damage)))

    def to_records(self) -> Iterator[Record]:
        """The shortest journal with the same posted and withdrawn articles."""
        yield from (gone.to_record() for gone in self.withdrawn.values())
        yield from (new.to_record() for new in self.posted.values())

    def merge_into(self, sources: Iterable[Source]) -> tuple[Iterable[Source], dict[str, str]]:
        """Add the posted articles to a corpus's files, and remove the withdrawn ones.

        Args:
            sources: the files of the corpus; iterated over twice.

        Returns:
            The merged sources, to be iterated over once; and the posted articles that are left out because the
            corpus's own files are as new or newer, as IDs with the digests of the posted states.
        """
        wanted = {name for id, new in self.posted.items() for name in (id, *new.source.own_urls)}
        by_name: dict[str, list[Source]] = {}
        for source in self._without_withdrawn(sources):
            for name in wanted.intersection((source.name, *source.own_urls)):
                by_name.setdefault(name, []).append(source)
        incorporated: dict[str, str] = {}
        replaced: set[str] = set()
        added: list[Source] = []
        for id, new in self.posted.items():
            files = [source for name in (id, *new.source.own_urls) for source in by_name.get(name, ())]
            states = {state_digest(file.entry, hidden=file.hidden, published=file.published) for file in files}
            if states <= new.supersedes - {new.digest}:
                added.append(new.source)
                replaced.update(file.path for file in files if file.name == id)
            else:
                incorporated[id] = new.digest
        kept = (source for source in self._without_withdrawn(sources) if source.path not in replaced)
        return chain(kept, added), incorporated

    def _without_withdrawn(self, sources: Iterable[Source]) -> Iterator[Source]:
        withdrawn = WithdrawnArticle.union(self.withdrawn.values())
        return (source for source in sources if not withdrawn.matches((source.name,), source.own_urls))


def remove_incorporated(models: Path, incorporated: Mapping[str, str]) -> None:
    """Remove from the journal the posted articles that the corpus has incorporated.

    Whatever was posted since the corpus was read stays.

    Args:
        models: the models folder.
        incorporated: posted articles as IDs with the digests of the states that are to be removed.

    Raises:
        JournalError: the journal can't be written.
    """

    def without_incorporated(records: tuple[Record, ...]) -> Iterator[Record]:
        current = LiveChanges.from_records(records)
        posted = {id: new for id, new in current.posted.items() if incorporated.get(id) != new.digest}
        return replace(current, posted=posted).to_records()

    with Journal(models) as journal:
        journal.rewrite(without_incorporated)
