"""Finds the model's article that an item of a list, a pin or a ban names."""

from __future__ import annotations

import re

from recommender.articles import Article, build_entry, get_entry_date, get_entry_url, get_text, get_title
from recommender.errors import UnknownArticleError
from recommender.frontmatter import Value
from recommender.ranking import Recommender
from recommender.sources import NAME_KEYS

_FILE_SUFFIX = re.compile(r"(?:/index)?\.(?:html?|md|markdown|mdx)$")
_NAMESAKES = 20  # articles with the words of a title whose titles are compared


def find_article(recommender: Recommender, item: Value) -> Article | None:
    """The article that an item names by ID, address, path or title; `None` if there is none."""
    if isinstance(item, dict) and (title := get_title(item)) is not None:
        entry = build_entry(item, title)
        url = get_entry_url(entry)
        return _at(recommender, url) if url else _titled(recommender, title, get_entry_date(entry))
    name = get_text(item, *NAME_KEYS) if isinstance(item, dict) else item if isinstance(item, str) else None
    if not name:
        return None
    path = _FILE_SUFFIX.sub("", name).strip("/")
    for id in (name, path, path.rpartition("/")[2]):
        if id and recommender.has_article(id):
            return recommender.article(id)
    return _at(recommender, name) or _titled(recommender, name, None)


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
