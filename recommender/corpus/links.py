"""Curated links: resolves each to its article, and finds faulty ones."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from recommender.articles import (
    Article,
    Entry,
    get_entry_date,
    get_entry_url,
    make_dated_slug,
    normalise_url,
    parse_date,
    rank_key,
)
from recommender.corpus.spill_tables import SpillDatabase, Table, UniqueIndex
from recommender.errors import printable

_CACHED_ARTICLES = 1 << 13
_FILE_SUFFIX = re.compile(r"(?:/index)?\.(?:html?|md|markdown|mdx)$")
_DATED_NAME = re.compile(r"^(?:.*/)?\d{4}-\d\d-\d\d-")
_DATED_PATH = re.compile(r"^(?:.*/)?(\d{4})/(\d\d)/(\d\d)/")

LinkFaultKind: TypeAlias = Literal["dead", "to itself", "doubled", "drifted"]
"""The kinds of faults of a curated link, the most serious first."""

ShapeName: TypeAlias = Literal["entries", "ids", "paths", "urls", "titles"]
"""The kind of items in a list."""


class ListForm(NamedTuple):
    """The form of a curated list: its key, and the kind of most of its items."""

    key: str
    shape: ShapeName


@dataclass(frozen=True, slots=True)
class LinkFault:
    """A faulty curated link: the kind of fault, the path of its file (and the line in a `.jsonl` file), the reason."""

    kind: LinkFaultKind
    path: str
    reason: str

    def __str__(self) -> str:
        return printable(f"{self.path}: {self.reason}")


@dataclass(frozen=True, slots=True)
class CuratedList:
    """A curated list: the ID of its article, the path of its file (and the line in a `.jsonl` file), links, and key."""

    id: str
    path: str
    related: tuple[Entry | str, ...]
    key: str = "related"


class LinkResolver:
    """Finds the article that a link refers to, and adds an article for an entry that no file matches.

    Attributes:
        articles: all articles so far, with the sort keys of `rank_key`.
    """

    def __init__(self, database: SpillDatabase) -> None:
        """Begin without articles."""
        self.articles: Table[Article] = Table(database, Article, sort_columns=3)
        self._database = database
        self._names = UniqueIndex(database)
        self._urls = UniqueIndex(database)
        self._slugs: UniqueIndex | None = None  # built on demand: few corpora need it
        self._undated: dict[str, int] | None = None  # likewise
        self._titles: dict[str, list[int]] | None = None
        self._cache: dict[int, Article] = {}  # by row; popular articles are linked often

    def add(self, article: Article) -> int:
        """Add an article with a new ID; returns its row."""
        row = self.articles.append(article, *rank_key(article))
        self._index(row, article)
        return row

    def replace(self, row: int, article: Article) -> None:
        """Replace an article by one with the same ID and date."""
        self.articles.replace(row, article)
        self._cache.pop(row, None)
        self._index(row, article)

    def find_by_name(self, name: str) -> Article | None:
        """The article that has a name, or `None`."""
        row = self._names.get(name)
        return None if row is None else self.articles[row]

    def resolve(self, link: Entry | str) -> Article | None:
        """The article that a link refers to, or `None`; an entry that no article matches becomes one.

        An entry without date and address that matches several articles resolves to none of them.

        Args:
            link: an entry, or an ID, name or URL.
        """
        row, url = self._find(link)
        if row is not None:
            return self._load(row)
        return None if isinstance(link, str) else self._add_linked_only(link, url)

    def find_page(self, link: str, *, linked_from: str) -> Article | None:
        """The article that a link in the text of a file leads to, or `None`; titles are not resolved.

        Args:
            link: an ID or name, an address, or a path, as written.
            linked_from: the path of the file, for resolving relative paths.
        """
        row = self._names.get(link)
        if row is None:
            row = self._urls.get(normalise_url(link))
        if row is None and "://" not in link:
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(linked_from), link))
            row = self._find_by_path(normalise_url(path))
        return None if row is None else self._load(row)

    def add_linked_only(self, entry: Entry) -> None:
        """Add an article for an entry, if no article matches it."""
        row, url = self._find(entry)
        if row is None:
            self._add_linked_only(entry, url)

    def _load(self, row: int) -> Article:
        if (article := self._cache.get(row)) is None:
            if len(self._cache) >= _CACHED_ARTICLES:
                self._cache.clear()
            article = self._cache[row] = self.articles[row]
        return article

    def _find(self, link: Entry | str) -> tuple[int | None, str]:
        """The row of the article that a link refers to, and the link's URL."""
        url = normalise_url(link if isinstance(link, str) else get_entry_url(link) or "")
        row = self._names.get(link) if isinstance(link, str) else None
        if row is None:
            row = self._urls.get(url) if url else None
        if row is None and isinstance(link, str) and "://" not in link:
            row = self._find_by_path(url)
        return (self._find_by_title(link, url) if row is None else row), url

    def _find_by_path(self, url: str) -> int | None:
        """The row of the article named by the path of an address on its own site: `/en/blog/tides/` names `tides`."""
        path = _FILE_SUFFIX.sub("", url).strip("/")
        last = path.rpartition("/")[2]
        for name in (path, _DATED_PATH.sub(r"\1-\2-\3-", path), last):
            if name and (row := self._names.get(name)) is not None:
                return row
        return self._undated_index().get(last)

    def _undated_index(self) -> dict[str, int]:
        """The rows by name without the leading date, for names of exactly one article."""
        if self._undated is None:
            found: dict[str, set[int]] = {}
            for row, article in self.articles.items():
                for name in article.names:
                    if _DATED_NAME.match(name):
                        found.setdefault(_DATED_NAME.sub("", name), set()).add(row)
            self._undated = {name: min(rows) for name, rows in found.items() if len(rows) == 1}
        return self._undated

    def _find_by_title(self, link: Entry | str, url: str) -> int | None:
        """The row of the only article with this title; for an entry, only if it has neither date nor address.

        Case and blanks are ignored for entries, unless exactly one article has literally this title.
        """
        if isinstance(link, dict) and (url or get_entry_date(link)):
            return None
        title = link if isinstance(link, str) else link["title"]
        alike = self._title_index().get(_title_key(title), [])
        exact = [row for row in alike if self.articles[row].title == title]
        rows = exact if exact or isinstance(link, str) else alike
        return rows[0] if len(rows) == 1 else None

    def _title_index(self) -> dict[str, list[int]]:
        """The rows of each title, by `_title_key`."""
        if self._titles is None:
            self._titles = {}
            for row, article in self.articles.items():
                self._titles.setdefault(_title_key(article.title), []).append(row)
        return self._titles

    def _add_linked_only(self, entry: Entry, url: str) -> Article | None:
        date = get_entry_date(entry)
        slug = _slug_of(entry)
        # An entry with nothing but the title of existing articles is not added: it would evade their visibility flags.
        if not slug or not (date or url or len(self._title_index().get(_title_key(entry["title"]), [])) < 2):
            return None
        if (row := self._slug_index().get(slug)) is not None and (date or not url):
            # The same title and day mean the same article: its URL has changed since the entry was written.
            namesake = self.articles[row]
            moved = replace(namesake, urls=(*namesake.urls, url)) if url else namesake
            self.replace(row, moved)
            return moved
        name, copies = slug, 1
        while self._names.get(name) is not None:
            copies += 1
            name = f"{slug}-{copies}"
        article = Article(
            id=name, entry=entry, published_at=parse_date(date), urls=(url,) if url else (), names=(name,)
        )
        self.add(article)
        return article

    def _index(self, row: int, article: Article) -> None:
        for name in article.names:
            self._names.set(name, row)
        for url in article.urls:
            self._urls.set(url, row)
        if self._slugs is not None:
            self._index_slug(row, article, self._slugs)

    def _slug_index(self) -> UniqueIndex:
        if self._slugs is None:
            slugs = UniqueIndex(self._database)
            for row, article in self.articles.items():
                self._index_slug(row, article, slugs)
            self._slugs = slugs
        return self._slugs

    def _index_slug(self, row: int, article: Article, slugs: UniqueIndex) -> None:
        slug = _slug_of(article.entry)
        other = slugs.get(slug)
        # If several files have the same title and day, prefer the one with that name, else the first ID.
        if other is None or _slug_preference(slug, article) < _slug_preference(slug, self.articles[other]):
            slugs.set(slug, row)


def add_linked_only_articles(lists: Iterable[CuratedList], resolver: LinkResolver) -> None:
    """Add an article for each entry of some lists that no article matches."""
    for curated in lists:
        for link in curated.related:
            if isinstance(link, dict):
                resolver.add_linked_only(link)


def resolve_links(
    lists: Iterable[CuratedList], resolver: LinkResolver, faults: list[LinkFault], forms: Counter[ListForm]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Resolve curated lists into the IDs that each article links to, in the order of its lists, without repetition.

    Args:
        lists: grouped by article.
        resolver: must already have the linked-only articles of all lists, since links may refer to later lists.
        faults: faults found are added to it.
        forms: counts the lists by form.
    """
    for id, of_one_article in groupby(lists, key=attrgetter("id")):
        links: dict[str, None] = {}
        for curated in of_one_article:
            links.update(dict.fromkeys(_resolve_list(curated, resolver, faults)))
            if curated.related:
                forms[ListForm(curated.key, _shape_of(curated, resolver))] += 1
        if links:
            yield id, tuple(links)


def _resolve_list(curated: CuratedList, resolver: LinkResolver, faults: list[LinkFault]) -> Iterator[str]:
    seen: set[str] = set()
    for link in curated.related:
        target = resolver.resolve(link)
        name = link if isinstance(link, str) else link["title"]
        if target is None:
            reason = f"no article here has {name!r} as ID or URL"
            if isinstance(link, dict):
                reason = f"the title {name!r} does not say which article is meant; add its address"
            faults.append(LinkFault("dead", curated.path, f"dead link: {reason}"))
            continue
        if target.id == curated.id:
            faults.append(LinkFault("to itself", curated.path, "links to itself"))
            continue
        if target.id in seen:
            faults.append(LinkFault("doubled", curated.path, f"links twice to {target.id}"))
        if target.hidden:
            faults.append(LinkFault("dead", curated.path, f"dead link: {target.id} is a draft or withdrawn"))
        if isinstance(link, dict) and link != target.entry:
            keys = _differing_keys(link, target.entry)
            faults.append(LinkFault("drifted", curated.path, f"drifted from {target.id}: {', '.join(keys)}"))
        seen.add(target.id)
        yield target.id


def _shape_of(curated: CuratedList, resolver: LinkResolver) -> ShapeName:
    """The kind of most items of a list; of equally frequent ones, the first."""
    return Counter(_shape_of_item(link, resolver) for link in curated.related).most_common(1)[0][0]


def _shape_of_item(link: Entry | str, resolver: LinkResolver) -> ShapeName:
    if isinstance(link, dict):
        return "entries"
    if "://" in link or link.startswith("/"):
        return "urls"
    if resolver.find_by_name(link) is None and re.search(r"\s", link):
        return "titles"
    return "paths" if "/" in link or _FILE_SUFFIX.search(link) else "ids"


def _slug_preference(slug: str, article: Article) -> tuple[bool, str]:
    return slug not in article.names, article.id


def _differing_keys(one: Entry, other: Entry) -> list[str]:
    return [key for key in dict.fromkeys((*one, *other)) if one.get(key) != other.get(key)]


def _title_key(title: str) -> str:
    return " ".join(title.casefold().split())


def _slug_of(entry: Entry) -> str:
    return make_dated_slug(entry["title"], get_entry_date(entry))
