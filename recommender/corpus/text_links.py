"""In-text links: resolves the links in each article's text, and removes the words of links from texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from recommender.articles import Article
from recommender.corpus.links import LinkResolver
from recommender.corpus.spill_tables import SpillDatabase
from recommender.errors import CorpusError
from recommender.sites import Site
from recommender.sources import read_body


@dataclass(frozen=True, slots=True)
class LinkingText:
    """The links in the text of one file: the ID of its article, its path, and the links as written."""

    id: str
    path: str
    links: tuple[str, ...]


def resolve_text_links(texts: Iterable[LinkingText], resolver: LinkResolver) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Resolve the links of texts into the IDs that each article links to, in order, without repetition.

    Links to the article itself, to its translations and to pages that are not articles are left out.

    Args:
        texts: grouped by article.
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


def find_links_to_articles(articles: Iterable[Article], texts: Iterable[LinkingText]) -> dict[str, frozenset[str]]:
    """The links in texts that lead to another article, as written, by the path of their file."""
    resolver = LinkResolver(SpillDatabase())
    for article in articles:
        resolver.add(article)
    found: dict[str, frozenset[str]] = {}
    for text in texts:
        targets = {link: resolver.find_page(link, linked_from=text.path) for link in text.links}
        links = frozenset(link for link, target in targets.items() if target is not None and target.id != text.id)
        found |= {text.path: links} if links else {}
    return found


def without_words_of(links: Collection[str], article: Article, root: Path, site: Site) -> Article:
    """The article without the words of some links in its text and in the excerpt taken from it.

    Raises:
        CorpusError, FrontMatterError: its file below `root` can't be read again.
    """
    try:
        body = read_body(root, article.path, site=site, without_links=links)
    except OSError as error:
        raise CorpusError(f"{article.path}: can't be read again: {error.strerror or error}") from error
    return replace(article, text=body.text_and_code, summary=body.excerpt if article.summary else "")


def _are_translations(one: Article, other: Article) -> bool:
    return one.language != other.language and _untranslated(one) == _untranslated(other)


def _untranslated(article: Article) -> str:
    """The ID without the language suffix of translations."""
    return article.id.removesuffix(f".{article.language}")
