"""`Article`: an article's ID, entry and other data for ranking and look-ups; and the rank order, which breaks ties."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.articles.entry import Entry
from recommender.articles.series import NO_SERIES, Series

_ID_WIDTH, _TITLE_WIDTH = 23, 27  # characters including quotes, so that a suggestion fits into 80 columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article of the corpus.

    Attributes:
        entry: its public fields, see `Entry`.
        path: of its file, relative to the corpus; empty for a linked-only article.
        summary: an excerpt taken from its text if its file gives none; for similarity and pages, not for entries.
        text: its body as plain text, then the words of its code blocks; for similarity only, never output or stored in
            a model.
        topics: those that its file names.
        has_written_list: whether this program wrote the list in its newest file.
        language: declared by its file or its site, such as `pt-br`; `None` where unknown.
        published_at: days since 1970-01-01 UTC; `None` without a readable date.
        urls: all its addresses, normalised by `normalise_url`.
        canonical_url: the address of its original, normalised; empty if it names none or its own.
        names: all IDs that it can be looked up by, its own first.
        states: the digests of its files' contents, see `Source.digest`; they tell whether a posted article is newer.
        hidden: whether it is a draft, withdrawn or unlisted, and so never suggested.
        unlisted: whether it is hidden only because it is unlisted, so readers who have its address may see it.
        visible_from, visible_until: days since 1970-01-01 UTC between which it may be suggested; `None` is no limit.
        published: the site's own flag; `False` is suggested unless `published="only"` is asked for.
        section: its first category, else its folder; see `read_article_fields`.
        series: the series that it is a part of.
        pinned: IDs that its list begins with, whatever their scores.
        banned: IDs that its list never holds.
    """

    id: str
    entry: Entry
    path: str = ""
    summary: str = ""
    text: str = field(default="", compare=False)
    topics: tuple[str, ...] = field(default=(), compare=False)
    has_written_list: bool = field(default=False, compare=False)
    language: str | None = None
    published_at: float | None = None
    urls: tuple[str, ...] = ()
    canonical_url: str = ""
    names: tuple[str, ...] = ()
    states: tuple[str, ...] = field(default=(), compare=False)
    hidden: bool = False
    unlisted: bool = False
    visible_from: float | None = None
    visible_until: float | None = None
    published: bool = True
    section: str = ""
    series: Series = NO_SERIES
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Article({_quoted(self.id, _ID_WIDTH)}, {_quoted(self.title, _TITLE_WIDTH)})"

    @property
    def provider(self) -> str | None:
        """The domain of its provider, or else the name; `None` if it names none."""
        provider = self.entry.get("provider")
        return (provider.get("domain") or provider.get("name")) if isinstance(provider, dict) else None

    @property
    def own_urls(self) -> tuple[str, ...]:
        """Its addresses, except that of its original."""
        return tuple(url for url in self.urls if url != self.canonical_url)

    @property
    def title(self) -> str:
        return str(self.entry["title"])

    @property
    def excerpt(self) -> str:
        """The excerpt from its file, else the one taken from its text, else an empty text."""
        return str(self.entry.get("excerpt", self.summary))


def _quoted(text: str, width: int) -> str:
    """A text in quotes; if too long, with its middle elided."""
    shortening = reprlib.Repr()
    shortening.maxstring = width
    return shortening.repr(text)


def in_rank_order(articles: Iterable[Article]) -> list[Article]:
    """The articles sorted by `rank_key`."""
    return sorted(articles, key=rank_key)


def rank_key(article: Article) -> tuple[bool, float, str]:
    """Sort key: newer articles first, articles without a date last, then by ID."""
    return article.published_at is None, -(article.published_at or 0.0), article.id


def published_days(articles: Iterable[Article]) -> NDArray[np.float64]:
    """Publication times in days since 1970-01-01 UTC, float64 (articles,); NaN where unknown."""
    return np.array([article.published_at for article in articles], np.float64)
