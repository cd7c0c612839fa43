"""Articles that were posted, and those that were withdrawn, since the last training: what a journal says.

Each posted article remembers which states of itself it took the place of. By that it is seen at any time, without a
clock, whether a model or a corpus is still behind it (it holds such a state, or none), has taken it in, or has gone on
(it holds any other): so it does not matter when the journal is cleared, or to which model one goes back.
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
from recommender.corpus.journal import Changes, Journal, Record
from recommender.errors import FrontMatterError
from recommender.sources import PostedForm, Problem, Source, read_posted


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted article.

    Attributes:
        digest: of what of it answers and is suggested.
        over: the digests of the states of this article that it took the place of.
    """

    source: Source
    text: str
    form: PostedForm
    digest: str
    over: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, text: str, form: PostedForm) -> Self:
        """Read an article as it was posted.

        Raises:
            FrontMatterError: it can't be read as an article.
        """
        source, problems = read_posted(text, form)
        digest = digest_of(source.entry, hidden=source.hidden, published=source.published)
        return cls(source, text, form, digest, problems=tuple(problems))

    @property
    def id(self) -> str:
        """The ID that it asks for, and gets: another with the same one is its next state."""
        return self.source.name

    @property
    def article(self) -> Article:
        """The article, without what its editors pinned and banned, which names no IDs yet."""
        source = self.source
        return Article(
            id=source.name,
            entry=source.entry,
            published_at=source.published_at,
            urls=source.urls,
            names=(source.name,),
            hidden=source.hidden,
            published=source.published,
        )

    def record(self) -> Record:
        """What the journal keeps of it."""
        return {"post": self.text, "form": self.form, "over": sorted(self.over)}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An article that is to be nowhere until it is posted again: by whatever name or address it comes."""

    id: str
    names: frozenset[str]
    urls: frozenset[str]

    @classmethod
    def of(cls, article: Article) -> Self:
        """Withdraw an article."""
        return cls(article.id, frozenset((article.id, *article.names)), frozenset(article.urls))

    @classmethod
    def together(cls, several: Collection[Withdrawn]) -> Self:
        """What meets all that any of several meets."""
        return cls(
            "",
            frozenset().union(*(gone.names for gone in several)),
            frozenset().union(*(gone.urls for gone in several)),
        )

    def record(self) -> Record:
        """What the journal keeps of it."""
        return {"withdraw": self.id, "names": sorted(self.names), "urls": sorted(self.urls)}

    def meets(self, names: Iterable[str], urls: Iterable[str]) -> bool:
        """Whether this is an article of one of these names or addresses."""
        return not (self.names.isdisjoint(names) and self.urls.isdisjoint(urls))


def digest_of(entry: Entry, *, hidden: bool, published: bool) -> str:
    """A digest of one state of an article: of its entry and of who may see it."""
    text = json.dumps([entry, hidden, published], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Postings:
    """All that is posted and withdrawn, by ID.

    Attributes:
        damage: what of the journal could not be read, a sentence each.
    """

    posted: Mapping[str, Posted] = field(default_factory=dict)
    withdrawn: Mapping[str, Withdrawn] = field(default_factory=dict)
    damage: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.posted or self.withdrawn)

    @classmethod
    def in_folder(cls, models: Path) -> Self:
        """What the journal of a models folder says; nothing, if there is none.

        Raises:
            JournalError: it is there and can't be read.
        """
        return cls().after(Journal(models).read())

    def after(self, changes: Changes) -> Self:
        """These postings after what was read of their journal."""
        posted, withdrawn = (dict[str, Posted](), dict[str, Withdrawn]())
        damage: tuple[str, ...] = ()
        if not changes.anew:
            posted, withdrawn, damage = dict(self.posted), dict(self.withdrawn), self.damage
        unread = []
        for record in changes.records:
            if "post" in record:
                try:
                    new = Posted.of(record["post"], record["form"])
                except FrontMatterError as error:
                    unread.append(f"a posted article can't be read any more: {error}")
                    continue
                states = set(record["over"])
                if new.id in posted:
                    states |= {*posted[new.id].over, posted[new.id].digest}
                posted[new.id] = replace(new, over=frozenset(states)) if states else new
                back = [id for id, gone in withdrawn.items() if gone.meets((new.id,), new.source.urls)]
                for id in back:
                    del withdrawn[id]
            elif "withdraw" in record:
                gone = Withdrawn(record["withdraw"], frozenset(record["names"]), frozenset(record["urls"]))
                withdrawn[gone.id] = gone
                for id in [id for id, old in posted.items() if gone.meets((id,), old.source.urls)]:
                    del posted[id]
        damage = tuple(dict.fromkeys((*damage, *changes.damage, *unread)))
        return type(self)(posted, withdrawn, damage)

    def records(self) -> Iterator[Record]:
        """The shortest journal that says the same, but for the damage."""
        yield from (gone.record() for gone in self.withdrawn.values())
        yield from (new.record() for new in self.posted.values())

    def folded_into(self, sources: Iterable[Source]) -> tuple[Iterable[Source], dict[str, str]]:
        """What a corpus reads with the posted articles as files of it, and without the withdrawn.

        Args:
            sources: they are gone through twice.

        Returns:
            The sources, once, and the posted articles that the corpus has taken in, or gone on from, by ID with their
            digests: there its own files stand.
        """
        wanted = {name for id, new in self.posted.items() for name in (id, *new.source.urls)}
        by_name: dict[str, list[Source]] = {}
        for source in self._kept(sources):
            for name in wanted.intersection((source.name, *source.urls)):
                by_name.setdefault(name, []).append(source)
        held: dict[str, str] = {}
        behind: set[str] = set()
        folded: list[Source] = []
        for id, new in self.posted.items():
            met = [source for name in (id, *new.source.urls) for source in by_name.get(name, ())]
            states = {digest_of(source.entry, hidden=source.hidden, published=source.published) for source in met}
            if states <= new.over - {new.digest}:
                folded.append(new.source)
                behind.update(source.place for source in met if source.name == id)
            else:
                held[id] = new.digest
        kept = (source for source in self._kept(sources) if source.place not in behind)
        return chain(kept, folded), held

    def _kept(self, sources: Iterable[Source]) -> Iterator[Source]:
        gone = Withdrawn.together(self.withdrawn.values())
        return (source for source in sources if not gone.meets((source.name,), source.urls))


def settle(models: Path, held: Mapping[str, str]) -> None:
    """Clear the journal of posted articles, by ID with their digests; what was posted since then stays.

    Raises:
        JournalError: the journal can't be written.
    """

    def still_wanted(records: tuple[Record, ...]) -> Iterator[Record]:
        now = Postings().after(Changes(anew=True, records=records, damage=()))
        posted = {id: new for id, new in now.posted.items() if held.get(id) != new.digest}
        return replace(now, posted=posted).records()

    journal = Journal(models)
    if journal.path.exists():
        journal.rewrite(still_wanted)
