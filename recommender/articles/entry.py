"""`Entry`: the public fields of an article, as an item of a `related` list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from recommender.articles.dates import DATE_KEYS, get_date
from recommender.articles.fields import get_text

Entry: TypeAlias = dict[str, Any]
"""The public fields of an article, in a fixed order. No other field is ever output."""

# One row per key of the entry: the fields it is read from, by precedence, and the key that each gets.
_LINK_KEYS = (
    {"sourceUrl": "sourceUrl", "webUrl": "webUrl", "originalUrl": "webUrl"},
    {"ampUrl": "ampUrl", "ampWebUrl": "ampWebUrl"},
    {"cdnAmpUrl": "cdnAmpUrl", "cdnAmpWebUrl": "cdnAmpWebUrl"},
)
EXCERPT_KEYS = (
    "excerpt",
    "summary",
    "description",
    "abstract",
    "subtitle",
    "deck",
    "standfirst",
    "teaser",
    "lead",
    "lede",
    "dek",
    "metaDescription",
)
"""The keys of the excerpt, by precedence."""
ENTRY_KEYS = (
    "title",
    "excerpt",
    *DATE_KEYS,
    "url",
    *dict.fromkeys(key for spellings in _LINK_KEYS for key in spellings.values()),
    "type",
    "provider",
    "quality",
    "images",
)
"""All keys that an entry may have, in order; it has only one of the date keys."""
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}")


def build_entry(
    fields: Mapping[str, object], title: str, *, date: tuple[str, str] | None = None, url: str | None = None
) -> Entry:
    """Build an entry from a front matter's fields or from an entry of a `related` list.

    Args:
        date: the key and the text of the date, if not from the fields.
        url: the address on the site, used if the fields have no `sourceUrl`, `webUrl` or `originalUrl`.
    """
    entry: Entry = {"title": title}
    _put(entry, "excerpt", get_text(fields, *EXCERPT_KEYS))
    if (dated := date or get_date(fields)) is not None:
        entry[dated[0]] = dated[1]
    if get_text(fields, *_LINK_KEYS[0]) is None:
        _put(entry, "url", url or get_text(fields, "url"))
    for spellings in _LINK_KEYS:
        for key, spelling in spellings.items():
            if key in fields and (link := get_text(fields, key)) is not None:
                entry[spelling] = link
                break
    _put(entry, "type", get_text(fields, "type"))
    _put(entry, "provider", _provider(fields.get("provider")))
    _put(entry, "quality", _number(get_text(fields, "quality")))
    _put(entry, "images", _images(fields.get("images")))
    return entry


def _put(entry: Entry, key: str, value: object) -> None:
    if value is not None:
        entry[key] = value


def _provider(value: object) -> Entry | None:
    fields = {"name": value} if isinstance(value, str) else value
    if not isinstance(fields, dict):
        return None
    provider = {key: text for key in ("name", "domain") if (text := get_text(fields, key)) is not None}
    return provider or None


def _images(value: object) -> list[Entry] | None:
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, dict) or (url := get_text(first, "url")) is None:
        return None
    image: Entry = {"url": url}
    for key in ("width", "height"):
        _put(image, key, _number(get_text(first, key)))
    return [image]


def _number(text: str | None) -> int | str | None:
    return int(text) if text is not None and _WHOLE_NUMBER.fullmatch(text) else text


def get_entry_date(entry: Mapping[str, Any]) -> str | None:
    """The date of an entry as text, whichever key the site spells it with."""
    return next((str(entry[key]) for key in DATE_KEYS if key in entry), None)
