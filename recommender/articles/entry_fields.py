"""The fields of entries that a look-up, a command or a setting may ask for by name."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.articles.addresses import get_entry_url
from recommender.articles.article import Article
from recommender.articles.entry import ENTRY_KEYS, Entry
from recommender.errors import SettingsError

ENTRY_FIELDS = ("id", "path", *ENTRY_KEYS, "score")
"""All that may be asked for: the keys of an entry in the site's own spelling, and what is in it only when asked for."""


def read_entry_fields(text: str) -> tuple[str, ...]:
    """The fields that a text names, with commas between them.

    Raises:
        SettingsError: there is no such field.
    """
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in ENTRY_FIELDS:
            raise SettingsError(f"{name!r} is no field of an entry; there are {', '.join(ENTRY_FIELDS)}")
    return names


def pick_fields(article: Article, fields: Sequence[str], *, score: float) -> Entry:
    """An entry of just these fields in this order, as far as they are known.

    `url` is the address whichever key the site has for it, `excerpt` may be one taken from the text.
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
