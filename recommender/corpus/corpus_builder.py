"""Builds a corpus step by step: articles from files, curated lists, withdrawn articles, pins and bans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple, Self

from recommender.articles import Article
from recommender.corpus.identity import ArticleGroups, IdentifiedFile, age_key
from recommender.corpus.links import (
    CuratedList,
    LinkFault,
    LinkResolver,
    ListForm,
    add_linked_only_articles,
    resolve_links,
)
from recommender.corpus.spill_tables import SortedSequence, SpillDatabase, StoredMapping, Table
from recommender.corpus.text_links import LinkingText, resolve_text_links
from recommender.frontmatter import Format
from recommender.journal import WithdrawnArticle
from recommender.sources import LinkLine, ListState, Problem, Source, WrittenList


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A front-matter file with the ID of its article and the state of its own list; see `Source`."""

    path: str
    id: str
    list_state: ListState
    written: WrittenList | None
    front_matter_digest: bytes
    format: Format = "yaml"
    list_path: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: Source, id: str) -> Self:
        """The file of a source whose article has this ID."""
        return cls(
            source.path,
            id,
            source.list_state,
            source.written,
            source.front_matter_digest,
            source.format,
            source.list_path,
        )


class _PinsAndBans(NamedTuple):
    """The names that the files of one article pin and ban, each with the path of its file."""

    row: int
    pins: tuple[tuple[str, str], ...]
    bans: tuple[tuple[str, str], ...]

    @classmethod
    def from_sources(cls, row: int, sources: Iterable[Source]) -> Self:
        pins, bans = [], []
        for source in sources:
            pins += [(source.path, name) for name in source.pinned]
            bans += [(source.path, name) for name in source.banned]
        return cls(row, tuple(pins), tuple(bans))


class CorpusBuilder:
    """The state of a corpus being built, in the tables of one database.

    Call the methods in the order in which they are defined: links are resolved once all articles are known.

    Attributes:
        files: the number of articles that have a file (or a line) of their own.
        problems: faults and doubts found while reading.
        link_faults, list_forms: of the curated lists, as in `Corpus`.
        withdrawn_states: the digests of the withdrawn articles' states, by the IDs of the withdrawals.
    """

    def __init__(self, database: SpillDatabase) -> None:
        """Begin without articles."""
        self.files = 0
        self.problems: list[Problem] = []
        self.link_faults: list[LinkFault] = []
        self.list_forms: Counter[ListForm] = Counter()
        self.withdrawn_states: dict[str, frozenset[str]] = {}
        self._database = database
        self._resolver = LinkResolver(database)
        self._lists: Table[CuratedList] = Table(database, CuratedList, sort_columns=2)
        self._linking_texts: Table[LinkingText] = Table(database, LinkingText, sort_columns=1)
        self._article_files: Table[ArticleFile] = Table(database, ArticleFile, sort_columns=1)
        self._pins_and_bans: Table[_PinsAndBans] = Table(database, _PinsAndBans)
        self._withdrawn: dict[str, int] = {}  # rows by ID

    def add_sources(self, sources: Iterable[Source]) -> None:
        """Add the articles of all files, and the lists in them."""
        groups = ArticleGroups(sources, self._database)
        self.problems += groups.problems
        for group in groups:
            self.files += 1
            article = _merge_files(group)
            row = self._resolver.add(article)
            for _, source, _ in group:
                if source.front_matter_digest:
                    self._article_files.append(ArticleFile.of(source, article.id), source.path)
                if source.related:
                    key = source.list_key or "related"
                    self._add_list(CuratedList(article.id, source.path, source.related, key), article)
                if source.text_links:
                    linking = LinkingText(article.id, source.path, source.text_links)
                    self._linking_texts.append(linking, article.id)
            if any(source.pinned or source.banned for _, source, _ in group):
                self._pins_and_bans.append(_PinsAndBans.from_sources(row, [source for _, source, _ in group]))

    def add_link_lines(self, lines: Iterable[LinkLine]) -> None:
        """Add the lists of a `related.jsonl`."""
        for line in lines:
            path = f"{line.path}:{line.line}"
            if (owner := self._resolver.find_by_name(line.id)) is None:
                self.problems.append(Problem(path, f"links of {line.id!r}, but no article has this ID"))
            else:
                self._add_list(CuratedList(owner.id, path, line.related), owner)

    def add_linked_only_articles(self) -> None:
        """Add an article for each entry of a list that no file matches."""
        # Newest first: if several lists contain one linked-only article, the latest entry is kept.
        add_linked_only_articles(self._lists.sorted(), self._resolver)

    def find_withdrawn(self, withdrawn: Collection[WithdrawnArticle]) -> None:
        """Find the withdrawn articles; the methods below leave them out."""
        if not withdrawn:
            return
        any_of_them = WithdrawnArticle.union(withdrawn)
        for row, article in self._resolver.articles.items():
            if any_of_them.matches(article.names, article.own_urls):
                self._withdrawn[article.id] = row
                for one in withdrawn:
                    if one.matches(article.names, article.own_urls):
                        states = self.withdrawn_states.get(one.id, frozenset())
                        self.withdrawn_states[one.id] = states.union(article.states)

    def links(self) -> StoredMapping[tuple[str, ...]]:
        """The curated links, as in `Corpus`; also counts their forms and finds their faults."""
        links: Table[tuple[str, tuple[str, ...]]] = Table(self._database, tuple[str, tuple[str, ...]], sort_columns=1)
        resolved = resolve_links(self._lists.sorted(), self._resolver, self.link_faults, self.list_forms)
        for item in self._without_withdrawn(resolved):
            links.append(item, item[0])
        return StoredMapping(self._database, tuple[str, ...], links.sorted())

    def text_links(self) -> StoredMapping[tuple[str, ...]]:
        """The links in texts, as in `Corpus`."""
        resolved = resolve_text_links(self._linking_texts.sorted(), self._resolver)
        return StoredMapping(self._database, tuple[str, ...], self._without_withdrawn(resolved))

    def linking_texts(self) -> SortedSequence[LinkingText]:
        """The links in texts, as written."""
        return SortedSequence(self._linking_texts)

    def article_files(self) -> SortedSequence[ArticleFile]:
        """The front-matter files, sorted by path."""
        if self._withdrawn:
            self._article_files.delete([row for row, file in self._article_files.items() if file.id in self._withdrawn])
        return SortedSequence(self._article_files)

    def articles(self) -> SortedSequence[Article]:
        """The articles with their pins and bans, sorted by ID."""
        articles = self._resolver.articles
        for row, pins, bans in SortedSequence(self._pins_and_bans):
            pinned, banned = self._resolve_names("relatedPin", pins), self._resolve_names("relatedBan", bans)
            if row not in self._withdrawn.values():
                self._resolver.replace(row, replace(articles[row], pinned=pinned, banned=banned))
        articles.delete(list(self._withdrawn.values()))
        return SortedSequence(articles, first=2)

    def _add_list(self, curated: CuratedList, owner: Article) -> None:
        self._lists.append(curated, -age_key(owner.published_at), owner.id)

    def _without_withdrawn(self, links: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Links by ID, without those from and to withdrawn articles."""
        for id, targets in links:
            kept = tuple(target for target in targets if target not in self._withdrawn)
            if kept and id not in self._withdrawn:
                yield id, kept

    def _resolve_names(self, key: str, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """The IDs of the articles named under a front-matter key; each name is paired with the path of its file."""
        ids: dict[str, None] = {}
        for path, name in names:
            if (article := self._resolver.resolve(name)) is None:
                self.problems.append(Problem(path, f"`{key}`: no article here has {name!r} as ID or URL"))
            else:
                ids.setdefault(article.id)
        return tuple(ids)


def _merge_files(group: list[IdentifiedFile]) -> Article:
    """Merge the files of one article, given newest first."""
    newest = group[0].source
    names = chain((file.id for file in group), *(file.other_names for file in group))
    return Article(
        id=group[0].id,
        entry=newest.entry,
        path=newest.path,
        summary=newest.summary,
        text=newest.text,
        topics=newest.topics,
        has_written_list=newest.list_state == "written",
        language=newest.language,
        published_at=newest.published_at,
        urls=tuple(dict.fromkeys(chain(*(file.source.urls for file in group)))),
        canonical_url=newest.canonical_url,
        names=tuple(dict.fromkeys(names)),
        states=tuple(dict.fromkeys(file.source.digest for file in group if file.source.digest)),
        hidden=newest.hidden,
        unlisted=newest.unlisted,
        visible_from=newest.visible_from,
        visible_until=newest.visible_until,
        published=newest.published,
        section=newest.section,
        series=newest.series,
    )
