"""Live changes: articles posted and withdrawn since the last training, as the journal records them.

A model trained in the journal's own folder records how far its training had read the journal; later records are newer.
Everything else is compared by content: each posted article carries the digests of its earlier states. A file, or a
model from elsewhere, is behind the posted article if it has only such states (or none), and up to date or ahead if it
has any other. This needs no clock, and works whenever the journal is cleared and whichever version is rolled back to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Self

from msgspec import structs

from recommender.errors import FrontMatterError
from recommender.journal.journal import Journal, JournalUpdate, Record, new_journal_head
from recommender.journal.posted_article import PostedArticle, WithdrawnArticle
from recommender.sources import Source

_KEPT_FOR_OLDER_VERSIONS = 1_000  # settled posted articles that are kept
_NONE: frozenset[str] = frozenset()


class JournalPosition(NamedTuple):
    """How far a journal was read: its ID, and the number of the last record."""

    journal: str
    last: int


@dataclass(frozen=True, slots=True)
class LiveChanges:
    """All articles that are posted or withdrawn, by ID.

    Attributes:
        posted: in the order of posting.
        damage: one sentence for each unreadable part of the journal.
        position: the journal and the last record read; `None` if the journal has no ID.
        older_versions: the versions that existed before the journal.
    """

    posted: Mapping[str, PostedArticle] = field(default_factory=dict)
    withdrawn: Mapping[str, WithdrawnArticle] = field(default_factory=dict)
    damage: tuple[str, ...] = ()
    position: JournalPosition | None = None
    older_versions: frozenset[str] = _NONE

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
        replay = _Replay(self)
        for record in records:
            replay.apply(record)
        return replace(
            self,
            posted=replay.posted,
            withdrawn=replay.withdrawn,
            damage=tuple(dict.fromkeys(replay.damage)),
            position=replay.position,
            older_versions=replay.older_versions,
        )

    @property
    def unsettled(self) -> int:
        """The number of posted articles that no corpus contains yet."""
        return sum(not new.settled for new in self.posted.values())

    def to_records(self) -> Iterator[Record]:
        """The shortest journal with the same posted and withdrawn articles."""
        if self.position is not None:
            yield {"journal": self.position.journal, "versions": sorted(self.older_versions)}
        yield from (gone.to_record() for gone in self.withdrawn.values())
        yield from (new.to_record() for new in self.posted.values())

    def read_by(self, version: str, position: JournalPosition | None) -> int | None:
        """The last record that the training of a version had read; `None` where that is not known.

        Args:
            position: the position recorded in the version's manifest.
        """
        if self.position is None:
            return None
        if version in self.older_versions:
            return 0
        return position.last if position is not None and position.journal == self.position.journal else None

    def merge_into(self, sources: Iterable[Source]) -> tuple[Iterable[Source], dict[str, str]]:
        """Merge the posted articles into a corpus's files, replacing files that are older.

        Args:
            sources: the files of the corpus; iterated over twice.

        Returns:
            The merged sources, to be iterated over once; and the posted articles that are left out because the corpus's
            own files are as new or newer, as IDs with the digests of the posted states.
        """
        posted = {id: new for id, new in self.posted.items() if not new.settled}
        files = _FileMatches(posted.values())
        for source in sources:
            files.add(source)
        incorporated: dict[str, str] = {}
        replaced: set[str] = set()
        added: list[Source] = []
        for id, new in posted.items():
            own = files.of(new)
            says_the_same = new.source.content in {file.content for file in own}
            if says_the_same or not new.is_ahead_of([file.digest for file in own]):
                incorporated[id] = new.digest
                continue
            names = {*new.names, *chain.from_iterable((file.name, *file.other_names) for file in own)}
            added.append(structs.replace(new.source, other_names=tuple(sorted(names - {id}))))
            replaced.update(file.path for file in own)
        kept = (source for source in sources if source.path not in replaced)
        return chain(kept, added), incorporated


class _File(NamedTuple):
    """A file that may belong to a posted article."""

    path: str
    name: str
    other_names: tuple[str, ...]
    language: str | None
    is_default_language: bool
    digest: str
    content: bytes


class _FileMatches:
    """Finds the files of posted articles: those with the same name, a name taken over, or the same address."""

    def __init__(self, posted: Iterable[PostedArticle]) -> None:
        self._names: set[str] = set()
        self._urls: set[str] = set()
        for new in posted:
            self._names.update(new.all_names)
            self._urls.update(new.all_urls)
        self._by_name: dict[str, list[_File]] = {}
        self._by_other_name: dict[str, list[_File]] = {}
        self._by_url: dict[str, list[_File]] = {}

    def add(self, source: Source) -> None:
        """Record a file if it may belong to a posted article."""
        own_names = {source.name} if source.language is None else {source.name, f"{source.name}.{source.language}"}
        found = [
            (index, keys)
            for index, wanted, known in (
                (self._by_name, own_names, self._names),
                (self._by_other_name, {*source.other_names, source.path_name}, self._names),
                (self._by_url, set(source.own_urls), self._urls),
            )
            if (keys := wanted & known)
        ]
        if found:
            file = _File(
                source.path,
                source.name,
                source.other_names,
                source.language,
                source.is_default_language,
                source.digest,
                source.content,
            )
            for index, keys in found:
                for key in keys:
                    index.setdefault(key, []).append(file)

    def of(self, new: PostedArticle) -> list[_File]:
        """The files of a posted article; of translations, those in its language, or else in the site's."""
        found: dict[str, _File] = {}
        for name in new.all_names:
            named = self._by_name.get(name) or self._by_other_name.get(name, [])
            own_language = [file for file in named if file.is_default_language]
            for file in own_language if own_language and new.source.language is None else named:
                found[file.path] = file
        for url in new.all_urls:
            found |= {file.path: file for file in self._by_url.get(url, ())}
        return [file for file in found.values() if new.may_be(file.language)]


class _Replay:
    """Applies further records to live changes."""

    def __init__(self, before: LiveChanges) -> None:
        self.posted = dict(before.posted)
        self.withdrawn = dict(before.withdrawn)
        self.damage = list(before.damage)
        self.position = before.position
        self.older_versions = before.older_versions
        self._by_url: dict[str, set[str]] = {}
        for new in self.posted.values():
            self._index(new)

    def apply(self, record: Record) -> None:
        if "journal" in record:
            self.position = JournalPosition(record["journal"], 0)
            self.older_versions = frozenset(record["versions"])
        elif "post" in record:
            try:
                new = PostedArticle.parse(
                    record["post"],
                    record["form"],
                    address_pattern=record.get("address", ""),
                    base_url=record.get("base", ""),
                )
            except FrontMatterError as error:
                self.damage.append(f"a posted article can't be read any more: {error}")
            else:
                self._post(new, record)
        elif "withdraw" in record:
            self._withdraw(record)
        if self.position is not None:
            last = max(self.position.last, record.get("at", 0))
            self.position = self.position._replace(last=last)

    def _post(self, new: PostedArticle, record: Record) -> None:
        """Post an article: it supersedes those posted or withdrawn with its ID or at its address."""
        supersedes, names, urls = set(record["over"]), set(record.get("names", ())), set(record.get("urls", ()))
        same = sorted({id for url in new.source.own_urls for id in self._by_url.get(url, ())} - {new.id})
        for id in [id for id in same if self.posted[id].may_be(new.source.language)]:
            names.add(id)
            supersedes |= self._forget(id, names, urls)
        if new.id in self.posted:
            supersedes |= self._forget(new.id, names, urls)
        for id in [id for id, gone in self.withdrawn.items() if gone.matches((new.id,), new.source.own_urls)]:
            gone = self.withdrawn.pop(id)
            supersedes |= gone.states
            names |= gone.names
            urls |= gone.urls
        for other in self.posted.values():
            if new.id in other.names:
                self.posted[other.id] = replace(other, names=other.names - {new.id})
        new = replace(
            new,
            supersedes=frozenset(supersedes),
            names=frozenset(names - {new.id}),
            urls=frozenset(urls),
            number=record.get("at", 0),
            settled=record.get("settled", False),
        )
        self.posted[new.id] = new
        self._index(new)

    def _withdraw(self, record: Record) -> None:
        states = set(record.get("over", ()))
        gone = WithdrawnArticle(record["withdraw"], frozenset(record["names"]), frozenset(record["urls"]))
        for id in [id for id, old in self.posted.items() if gone.matches((id,), old.source.own_urls)]:
            states |= self._forget(id, set(), set())
        if (before := self.withdrawn.get(gone.id)) is not None:
            gone = replace(gone, names=gone.names | before.names, urls=gone.urls | before.urls)
            states |= before.states
        self.withdrawn[gone.id] = replace(gone, states=frozenset(states))

    def _forget(self, id: str, names: set[str], urls: set[str]) -> frozenset[str]:
        """Remove a posted article: adds its names and URLs to the given sets; returns the digests of its states."""
        old = self.posted.pop(id)
        names |= old.names
        urls |= old.urls
        for url in old.source.own_urls:
            self._by_url[url].discard(id)
        return old.supersedes | {old.digest}

    def _index(self, new: PostedArticle) -> None:
        for url in new.source.own_urls:
            self._by_url.setdefault(url, set()).add(new.id)


@dataclass(frozen=True, slots=True)
class LiveOutcome:
    """What became of the live changes when a corpus was read.

    Attributes:
        position: how far the journal had been read; `None` if it has no ID.
        incorporated: posted articles whose state, or a later one, the corpus's own files have, as IDs with digests.
        withdrawn: the digests of the withdrawn articles' states in the corpus, by ID.
    """

    position: JournalPosition | None = None
    incorporated: Mapping[str, str] = field(default_factory=dict)
    withdrawn: Mapping[str, frozenset[str]] = field(default_factory=dict)


def settle(models: Path, outcome: LiveOutcome, versions: Mapping[str, JournalPosition | None]) -> None:
    """Mark in the journal what a corpus has incorporated, and remove what every version of the model contains.

    Records added since the corpus was read are unchanged.

    Args:
        models: the models folder.
        versions: all versions there, each with the journal position in its manifest.

    Raises:
        JournalError: the journal can't be written.
    """

    def settled(records: tuple[Record, ...]) -> Iterator[Record]:
        current = LiveChanges.from_records(records)
        last = 0 if outcome.position is None else outcome.position.last
        read = (current.read_by(version, position) for version, position in versions.items())
        oldest = min((number for number in read if number is not None), default=last)
        posted = dict(current.posted)
        for id, new in current.posted.items():
            if new.number <= last and outcome.incorporated.get(id) == new.digest:
                posted[id] = replace(new, settled=True)
        for id in [id for id, new in posted.items() if new.settled and new.number <= oldest]:
            del posted[id]
        for id in [id for id, new in posted.items() if new.settled][:-_KEPT_FOR_OLDER_VERSIONS]:
            del posted[id]
        withdrawn = {
            id: replace(gone, states=gone.states | outcome.withdrawn.get(id, frozenset()))
            for id, gone in current.withdrawn.items()
        }
        if current.position is None:
            yield new_journal_head(())
        yield from replace(current, posted=posted, withdrawn=withdrawn).to_records()

    with Journal(models) as journal:
        journal.rewrite(settled)
