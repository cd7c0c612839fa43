"""Addresses of articles, normalised so that equal pages compare equal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from recommender.articles.entry import Entry
from recommender.articles.fields import get_text

_URL_KEYS = ("sourceUrl", "webUrl", "originalUrl")


def normalise_url(url: str) -> str:
    """An address without scheme, `www.`, fragment and trailing slash, with its host in lower case."""
    rest = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", url.strip()).partition("#")[0]
    host, slash, path = rest.partition("/")
    return (host.lower().removeprefix("www.") + slash + path).rstrip("/")


def get_urls(fields: Mapping[str, object]) -> tuple[str, ...]:
    """The normalised addresses of an article, without repetition."""
    texts = (get_text(fields, key) for key in _URL_KEYS)
    return tuple(dict.fromkeys(url for text in texts if text and (url := normalise_url(text))))


def get_entry_url(entry: Entry) -> str | None:
    """The address of an entry, whichever key the site spells it with."""
    return next((str(entry[key]) for key in ("sourceUrl", "webUrl") if key in entry), None)
