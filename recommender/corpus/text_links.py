"""In-text links: which articles of the corpus the text of each one links to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from recommender.articles import Article
from recommender.corpus.links import LinkResolver


@dataclass(frozen=True, slots=True)
class LinkingText:
    """The links in the text of one file: the ID of its article, its path, and the links as they are written."""

    id: str
    path: str
    links: tuple[str, ...]


def resolve_text_links(texts: Iterable[LinkingText], resolver: LinkResolver) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Resolve the links of texts into the IDs that each article links to, in their order, without repetition.

    Links to the article itself, to its translations and to pages that are no articles are left out.

    Args:
        texts: those of one article follow each other.
    """
    for id, of_one_article in groupby(texts, key=attrgetter("id")):
        own = resolver.find_by_name(id)
        targets: dict[str, None] = {}
        for text in of_one_article:
            for link in text.links:
                target = resolver.find_page(link, linked_from=text.path)
                if target is not None and target.id != id and not (own and _are_translations(own, target)):
                    targets.setdefault(target.id)
        if targets:
            yield id, tuple(targets)


def _are_translations(one: Article, other: Article) -> bool:
    return one.language != other.language and _untranslated(one) == _untranslated(other)


def _untranslated(article: Article) -> str:
    """The ID without the language that tells translations apart."""
    return article.id.removesuffix(f".{article.language}")
