"""By what an article is known."""

from __future__ import annotations

from typing import NamedTuple, Self

from recommender.catalogue import Catalogue, LiveCatalogue
from recommender.ranking.rules import Rule


class Identifiers(NamedTuple):
    """What one article answers to: its ID, its other IDs, and its normalised addresses.

    `public` is false where its list is not for readers, `listed` where nothing may name it.
    """

    id: str
    names: list[str]
    urls: list[str]
    public: bool
    listed: bool

    @classmethod
    def of(cls, catalogue: Catalogue | LiveCatalogue, row: int, *, hidden_by: Rule | None) -> Self:
        """The identifiers of the article in a row, without those that lead to another one."""
        article = catalogue[row]
        names = [name for name in article.names if name != article.id and catalogue.names.row(name) == row]
        urls = [url for url in article.urls if catalogue.urls.row(url) == row]
        return cls(article.id, names, urls, hidden_by is None or hidden_by.has_readers, hidden_by is None)
