"""Finds the model's article that an item of a list, a pin or a ban names."""

from __future__ import annotations

import re
from functools import cached_property

from recommender.articles import Article, build_entry, get_entry_date, get_entry_url, get_text, get_title
from recommender.errors import UnknownArticleError
from recommender.frontmatter import Value
from recommender.ranking import Recommender
from recommender.sources import NAME_KEYS

_FILE_SUFFIX = re.compile(r"(?:/index)?\.(?:html?|md|markdown|mdx)$")
_DATE = re.compile(r"^(?:.*/)?\d{4}-\d\d-\d\d-")
_DATED_PATH = re.compile(r"^(?:.*/)?(\d{4})/(\d\d)/(\d\d)/")
_NAMESAKES = 20  # articles with the words of a title whose titles are compared


class ArticleFinder:
    """Finds the article of a recommender that an item names, as `corpus` finds those of curated lists."""

    def __init__(self, recommender: Recommender) -> None:
        """Find among the articles of a recommender."""
        self._recommender = recommender

    def find(self, item: Value) -> Article | None:
        """The article that an item names by ID, address, path or title; `None` if there is none."""
        recommender = self._recommender
        if isinstance(item, dict) and (title := get_title(item)) is not None:
            entry = build_entry(item, title)
            url = get_entry_url(entry)
            return _at(recommender, url) if url else _titled(recommender, title, get_entry_date(entry))
        name = get_text(item, *NAME_KEYS) if isinstance(item, dict) else item if isinstance(item, str) else None
        if not name:
            return None
        path = _FILE_SUFFIX.sub("", name).strip("/")
        last = path.rpartition("/")[2]
        for id in (name, path, _DATED_PATH.sub(r"\1-\2-\3-", path), last):
            if id and recommender.has_article(id):
                return recommender.article(id)
        return _at(recommender, name) or _titled(recommender, name, None) or self._undated.get(last)

    @cached_property
    def _undated(self) -> dict[str, Article]:
        """The articles by name without the leading date, for names of exactly one article."""
        found: dict[str, dict[str, Article]] = {}
        for article in self._recommender:
            if not self._recommender.has_article(article.id):
                continue
            for name in filter(_DATE.match, article.names):
                found.setdefault(_DATE.sub("", name), {})[article.id] = article
        return {name: next(iter(articles.values())) for name, articles in found.items() if len(articles) == 1}


def _at(recommender: Recommender, url: str) -> Article | None:
    try:
        return recommender.article_by_url(url)
    except UnknownArticleError:
        return None


def _titled(recommender: Recommender, title: str, date: str | None) -> Article | None:
    """The only article with this title and, if given, this date."""
    found = [one for one in recommender.search_titles(title, limit=_NAMESAKES) if one.title == title]
    if date is not None:
        found = [one for one in found if get_entry_date(one.entry) == date] or found
    return found[0] if len(found) == 1 else None
