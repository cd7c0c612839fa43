"""The links that editors curated: which article each means, and what is wrong with some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Literal, TypeAlias

from recommender.articles import Article, Entry, get_entry_url, make_dated_slug, normalise_url, parse_date, rank_key
from recommender.corpus.spill_tables import Lookup, Rows, Tables

LinkFaultKind: TypeAlias = Literal["dead", "to itself", "doubled", "drifted"]
"""What may be wrong with a curated link, the gravest first."""


@dataclass(frozen=True, slots=True)
class LinkFault:
    """A curated link that is not as it should be: of which kind, in which file, and what is wrong."""

    kind: LinkFaultKind
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class CuratedList:
    """One curated list: whose it is, where it stands, what it holds."""

    id: str
    path: str
    related: tuple[Entry | str, ...]


class Directory:
    """Finds articles by name, URL or entry, and takes in those that only an entry knows.

    Attributes:
        articles: by number, with the keys that `rules.rank_key` gives.
    """

    def __init__(self, tables: Tables) -> None:
        self.articles: Rows[Article] = tables.rows(Article, keys=3)
        self._tables = tables
        self._names: Lookup[str] = Lookup(tables)
        self._urls: Lookup[str] = Lookup(tables)
        self._slugs: Lookup[str] | None = None  # few corpora need them

    def add(self, article: Article) -> int:
        """Know an article, whose ID no other has, and return its number."""
        number = self.articles.add(article, *rank_key(article))
        self._know(number, article)
        return number

    def change(self, number: int, article: Article) -> None:
        """Know an article's next state, which has its ID and its date."""
        self.articles.change(number, article)
        self._know(number, article)

    def _know(self, number: int, article: Article) -> None:
        for name in article.names:
            self._names.set(name, number)
        for url in article.urls:
            self._urls.set(url, number)
        if self._slugs is not None:
            self._add_slug(number, article, self._slugs)

    def named(self, name: str) -> Article | None:
        """The article that answers to a name."""
        number = self._names.get(name)
        return None if number is None else self.articles[number]

    def resolve(self, link: Entry | str, url: str) -> Article | None:
        """The article that a link, whose address is `url`, means; one that has no file is made of the entry."""
        number = self._names.get(link) if isinstance(link, str) else None
        if number is None:
            number = self._urls.get(url)
        if number is not None:
            return self.articles[number]
        return None if isinstance(link, str) else self._linked_only(link, url)

    def _linked_only(self, entry: Entry, url: str) -> Article | None:
        date = entry.get("publishedDateTime")
        slug = _slug_of(entry)
        if not slug:
            return None
        if (number := self._by_slug().get(slug)) is not None and (date or not url):
            # One title on one day is one article: its address has changed since the entry was embedded.
            namesake = self.articles[number]
            moved = replace(namesake, urls=(*namesake.urls, url)) if url else namesake
            self.change(number, moved)
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

    def _by_slug(self) -> Lookup[str]:
        if self._slugs is None:
            slugs: Lookup[str] = Lookup(self._tables)
            for number, article in self.articles.items():
                self._add_slug(number, article, slugs)
            self._slugs = slugs
        return self._slugs

    def _add_slug(self, number: int, article: Article, slugs: Lookup[str]) -> None:
        slug = _slug_of(article.entry)
        other = slugs.get(slug)
        # Of several files with one title and day, the one that is called so, else the first ID.
        if other is None or _called(slug, article) < _called(slug, self.articles[other]):
            slugs.set(slug, number)


def take_in(lists: Iterable[CuratedList], directory: Directory) -> None:
    """Make the articles that only entries know: an ID or URL may name what only a later list's entry knows."""
    for item in lists:
        for link in item.related:
            if isinstance(link, dict):
                directory.resolve(link, _url_of(link))


def resolved(
    lists: Iterable[CuratedList], directory: Directory, faults: list[LinkFault]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The links of each article as IDs, in the order of the lists; what is wrong with some of them is noted.

    Args:
        lists: those of one article follow each other, and all have been taken in.
    """
    for id, of_one in groupby(lists, key=attrgetter("id")):
        links: dict[str, None] = {}
        for item in of_one:
            links.update(dict.fromkeys(_targets(item, directory, faults)))
        if links:
            yield id, tuple(links)


def _targets(item: CuratedList, directory: Directory, faults: list[LinkFault]) -> Iterator[str]:
    met: set[str] = set()
    for link in item.related:
        target = directory.resolve(link, _url_of(link))
        name = link if isinstance(link, str) else link["title"]
        if target is None:
            faults.append(LinkFault("dead", item.path, f"dead link: no article here has {name!r} as ID or URL"))
            continue
        if target.id == item.id:
            faults.append(LinkFault("to itself", item.path, "links to itself"))
            continue
        if target.id in met:
            faults.append(LinkFault("doubled", item.path, f"links twice to {target.id}"))
        if target.hidden:
            faults.append(LinkFault("dead", item.path, f"dead link: {target.id} is a draft or withdrawn"))
        if isinstance(link, dict) and (changed := _differing(link, target.entry)):
            faults.append(LinkFault("drifted", item.path, f"drifted from {target.id}: {', '.join(changed)}"))
        met.add(target.id)
        yield target.id


def _called(slug: str, article: Article) -> tuple[bool, str]:
    return slug not in article.names, article.id


def _url_of(link: Entry | str) -> str:
    return normalise_url(link if isinstance(link, str) else get_entry_url(link) or "")


def _differing(one: Entry, other: Entry) -> list[str]:
    return [key for key in dict.fromkeys((*one, *other)) if one.get(key) != other.get(key)]


def _slug_of(entry: Entry) -> str:
    return make_dated_slug(entry["title"], entry.get("publishedDateTime"))
