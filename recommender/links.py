"""The links that editors curated: which article each means, and what is wrong with some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from recommender.article import Article, Entry, dated_slug, link_of, normalise_url, parse_date

LinkFaultKind: TypeAlias = Literal["dead", "to itself", "doubled", "drifted"]
"""What may be wrong with a curated link, the gravest first."""


@dataclass(frozen=True, slots=True)
class LinkFault:
    """A curated link that is not as it should be: of which kind, in which file, and what is wrong."""

    kind: LinkFaultKind
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class CuratedList:
    """One curated list: whose it is, where it stands, what it holds."""

    id: str
    place: str
    related: tuple[Entry | str, ...]


class Directory:
    """Finds articles by name, URL or entry, and takes in those that only an entry knows."""

    def __init__(self) -> None:
        self._articles: dict[str, Article] = {}
        self._names: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._slugs: dict[str, str] | None = None  # few corpora need them

    def __getitem__(self, id: str) -> Article:
        """The article of an ID."""
        return self._articles[id]

    def add(self, article: Article) -> None:
        """Know an article, or its next state."""
        self._articles[article.id] = article
        self._names.update(dict.fromkeys(article.names, article.id))
        for url in article.urls:
            self._urls.setdefault(url, article.id)
        if self._slugs is not None:
            self._add_slug(article, self._slugs)

    def articles(self) -> tuple[Article, ...]:
        """All of them, in the order of their IDs."""
        return tuple(self._articles[id] for id in sorted(self._articles))

    def named(self, name: str) -> Article | None:
        """The article that answers to a name."""
        id = self._names.get(name)
        return None if id is None else self._articles[id]

    def resolve(self, link: Entry | str, url: str) -> Article | None:
        """The article that a link, whose address is `url`, means; one that has no file is made of the entry."""
        if isinstance(link, str):
            id = self._names.get(link) or self._urls.get(url)
            return None if id is None else self._articles[id]
        if url in self._urls:
            return self._articles[self._urls[url]]
        return self._linked_only(link, url)

    def _linked_only(self, entry: Entry, url: str) -> Article | None:
        date = entry.get("publishedDateTime")
        slug = _slug_of(entry)
        if not slug:
            return None
        if (id := self._by_slug().get(slug)) is not None and (date or not url):
            # One title on one day is one article: its address has changed since the entry was embedded.
            namesake = self._articles[id]
            moved = replace(namesake, urls=(*namesake.urls, url)) if url else namesake
            self.add(moved)
            return moved
        name, number = slug, 1
        while name in self._names:
            number += 1
            name = f"{slug}-{number}"
        article = Article(
            id=name, entry=entry, published_at=parse_date(date), urls=(url,) if url else (), names=(name,)
        )
        self.add(article)
        return article

    def _by_slug(self) -> dict[str, str]:
        if self._slugs is None:
            self._slugs = {}
            for article in self._articles.values():
                self._add_slug(article, self._slugs)
        return self._slugs

    def _add_slug(self, article: Article, slugs: dict[str, str]) -> None:
        slug = _slug_of(article.entry)
        # Of several files with one title and day, the one that is called so, else the first ID.
        slugs[slug] = min(
            (article.id, slugs.get(slug, article.id)),
            key=lambda known: (slug not in self._articles[known].names, known),
        )


def resolved(lists: Iterable[CuratedList], directory: Directory) -> tuple[dict[str, tuple[str, ...]], list[LinkFault]]:
    """The links of each article as IDs, and what is wrong with some of them."""
    links: dict[str, dict[str, None]] = defaultdict(dict)
    faults = []
    addressed = [(item, [(link, _url_of(link)) for link in item.related]) for item in lists]
    for _, related in addressed:
        for link, url in related:
            if isinstance(link, dict):
                directory.resolve(link, url)  # an ID or URL may name what only a later list's entry knows
    for item, related in addressed:
        met: set[str] = set()
        for link, url in related:
            target = directory.resolve(link, url)
            name = link if isinstance(link, str) else link["title"]
            if target is None:
                faults.append(LinkFault("dead", item.place, f"dead link: no article here has {name!r} as ID or URL"))
                continue
            if target.id == item.id:
                faults.append(LinkFault("to itself", item.place, "links to itself"))
                continue
            if target.id in met:
                faults.append(LinkFault("doubled", item.place, f"links twice to {target.id}"))
            if target.hidden:
                faults.append(LinkFault("dead", item.place, f"dead link: {target.id} is a draft or withdrawn"))
            if isinstance(link, dict) and (changed := _differing(link, target.entry)):
                faults.append(LinkFault("drifted", item.place, f"drifted from {target.id}: {', '.join(changed)}"))
            met.add(target.id)
            links[item.id].setdefault(target.id)
    return {id: tuple(targets) for id, targets in links.items()}, faults


def _url_of(link: Entry | str) -> str:
    return normalise_url(link if isinstance(link, str) else link_of(link) or "")


def _differing(one: Entry, other: Entry) -> list[str]:
    return [key for key in dict.fromkeys((*one, *other)) if one.get(key) != other.get(key)]


def _slug_of(entry: Entry) -> str:
    return dated_slug(entry["title"], entry.get("publishedDateTime"))
