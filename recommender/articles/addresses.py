"""Addresses of articles, compared without what does not tell two pages apart; and the names that files get."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from recommender.articles.entry import Entry
from recommender.articles.fields import get_text

_URL_KEYS = ("sourceUrl", "webUrl", "originalUrl")


def normalise_url(url: str) -> str:
    """An address without scheme, `www.`, fragment and trailing slash, its host in lower case: what is compared."""
    rest = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", url.strip()).partition("#")[0]
    host, slash, path = rest.partition("/")
    return (host.lower().removeprefix("www.") + slash + path).rstrip("/")


def get_urls(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Every address of an article, normalised, without repetition."""
    texts = (get_text(fields, key) for key in _URL_KEYS)
    return tuple(dict.fromkeys(url for text in texts if text and (url := normalise_url(text))))


def make_dated_slug(title: str, date: str | None) -> str:
    """The stem that the site would give to the file of an article: `YYYY-MM-DD-slugified-title`.

    The site keeps ASCII letters, digits and hyphens, drops every other character without a substitute, and joins words
    by one hyphen; a title that leaves nothing keeps the letters and digits of its own script.
    """
    lowered = unicodedata.normalize("NFC", title.lower())
    kept = re.sub(r"[^a-z0-9\s-]", "", lowered)
    if not re.search(r"[a-z0-9]", kept):
        kept = re.sub(r"[^\w\s-]|_", "", lowered)
    slug = re.sub(r"[\s-]+", "-", kept).strip("-")
    day = re.match(r"\d{4}-\d\d-\d\d", date.strip()) if date else None
    return "-".join(part for part in (day and day.group(), slug) if part)


def get_entry_url(entry: Entry) -> str | None:
    """The address of an entry, whichever key the site spells it with."""
    return next((str(entry[key]) for key in ("sourceUrl", "webUrl") if key in entry), None)
