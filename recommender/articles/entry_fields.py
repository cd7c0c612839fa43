"""The fields of entries that a look-up, a command or a setting may select."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.articles.addresses import get_entry_url
from recommender.articles.article import Article
from recommender.articles.entry import ENTRY_KEYS, Entry
from recommender.errors import SettingsError

ENTRY_FIELDS = ("id", "path", *ENTRY_KEYS, "score")
"""All fields that may be selected: the keys of an entry, and those that an entry only has on request."""


def read_entry_fields(text: str) -> tuple[str, ...]:
    """Parse a comma-separated list of fields.

    Raises:
        SettingsError: there is no such field.
    """
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in ENTRY_FIELDS:
            raise SettingsError(f"{name!r} is not a field of an entry; the fields are {', '.join(ENTRY_FIELDS)}")
    return names


def pick_fields(article: Article, fields: Sequence[str], *, score: float) -> Entry:
    """An entry with only these fields, in this order, without unknown ones.

    `url` is the address under any of the site's keys; `excerpt` may be taken from the text.
    """
    others = {
        "id": article.id,
        "path": article.path or None,
        "excerpt": article.excerpt or None,
        "url": get_entry_url(article.entry),
        "score": score,
    }
    known = {**article.entry, **others}
    return {name: known[name] for name in fields if known.get(name) is not None}
