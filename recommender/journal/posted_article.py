"""Posted and withdrawn articles, as the journal records them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Self

from recommender.articles import Article
from recommender.journal.journal import Record
from recommender.sites import POSTED, with_chosen_addresses
from recommender.sources import PostedForm, Problem, Source, read_posted

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PostedArticle:
    """An article as it was posted to the server.

    Attributes:
        source: the article as parsed.
        text: the body of the request.
        form: the format of `text`.
        address_pattern: the site's chosen address pattern when it was posted; see `with_chosen_addresses`.
        base_url: the prefix of the site's addresses, likewise.
        supersedes: the digests of earlier states of this article; see `Source.digest`.
        names: other IDs that it has taken over, from withdrawn articles or articles posted at its address.
        urls: addresses, besides its own, taken over from withdrawn articles.
        number: of its record in the journal; 0 in journals from before records were numbered.
        settled: whether the corpus has this state or a later one, so that it is kept only for older models.
        problems: problems found in parsing it.
    """

    source: Source
    text: str
    form: PostedForm
    address_pattern: str = ""
    base_url: str = ""
    supersedes: frozenset[str] = _NONE
    names: frozenset[str] = _NONE
    urls: frozenset[str] = _NONE
    number: int = 0
    settled: bool = False
    problems: tuple[Problem, ...] = ()

    @classmethod
    def parse(cls, text: str, form: PostedForm, *, address_pattern: str = "", base_url: str = "") -> Self:
        """Parse the body of a request.

        Raises:
            FrontMatterError: it is not an article.
        """
        site = replace(with_chosen_addresses(POSTED, pattern=address_pattern, base_url=""), base_urls={"": base_url})
        source, problems = read_posted(text, form, site=site)
        return cls(source, text, form, address_pattern, base_url, problems=tuple(problems))

    @property
    def id(self) -> str:
        """Its ID. A later post with the same ID is the next state of this article."""
        return self.source.name

    @property
    def digest(self) -> str:
        """The digest of its state."""
        return self.source.digest

    @property
    def all_names(self) -> tuple[str, ...]:
        """Its ID, and the IDs that it has taken over."""
        return self.id, *sorted(self.names - {self.id})

    @property
    def all_urls(self) -> tuple[str, ...]:
        """Its own addresses, and those that it has taken over."""
        return tuple(dict.fromkeys((*self.source.own_urls, *sorted(self.urls))))

    @property
    def article(self) -> Article:
        """The article, without its pins and bans, which are not yet resolved to IDs."""
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
            states=(source.digest,),
            hidden=source.hidden,
            unlisted=source.unlisted,
            visible_from=source.visible_from,
            visible_until=source.visible_until,
            published=source.published,
            section=source.section,
            series=source.series,
        )

    def is_ahead_of(self, states: Collection[str]) -> bool:
        """Whether an article with these states has only states earlier than this one."""
        return self.supersedes.issuperset(states) and self.digest not in states

    def may_be(self, language: str | None) -> bool:
        """Whether an article in some language, at its address or under its name, can be the same article."""
        return None in (self.source.language, language) or self.source.language == language

    def to_record(self) -> Record:
        """Its journal record, as JSON-serialisable values."""
        more = {
            "address": self.address_pattern,
            "base": self.base_url,
            "names": sorted(self.names),
            "urls": sorted(self.urls),
            "at": self.number,
            "settled": self.settled,
        }
        return {
            "post": self.text,
            "form": self.form,
            "over": sorted(self.supersedes),
            **{key: value for key, value in more.items() if value},
        }


@dataclass(frozen=True, slots=True)
class WithdrawnArticle:
    """An article that is removed, under all of its names and URLs, until it is posted again under one of them.

    Attributes:
        states: the digests of all states that it had, so that a later post is known to be newer than these.
    """

    id: str
    names: frozenset[str]
    urls: frozenset[str]
    states: frozenset[str] = _NONE

    @classmethod
    def from_article(cls, article: Article) -> Self:
        """Withdraw an article with all of its names and URLs."""
        names, urls = frozenset((article.id, *article.names)), frozenset(article.own_urls)
        return cls(article.id, names, urls, frozenset(article.states))

    @classmethod
    def union(cls, several: Collection[WithdrawnArticle]) -> Self:
        """One that matches whatever any of several matches."""
        return cls(
            "",
            frozenset().union(*(gone.names for gone in several)),
            frozenset().union(*(gone.urls for gone in several)),
            frozenset().union(*(gone.states for gone in several)),
        )

    def to_record(self) -> Record:
        """Its journal record, as JSON-serialisable values."""
        names, urls, states = sorted(self.names), sorted(self.urls), sorted(self.states)
        return {"withdraw": self.id, "names": names, "urls": urls, "over": states}

    def matches(self, names: Iterable[str], urls: Iterable[str]) -> bool:
        """Whether an article with these names and URLs is the withdrawn one."""
        return not (self.names.isdisjoint(names) and self.urls.isdisjoint(urls))
