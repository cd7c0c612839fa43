"""Addresses of articles, normalised for comparison."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from urllib.parse import unquote

from recommender.articles.entry import Entry
from recommender.articles.fields import get_text, get_texts

_IDENTITY_KEYS = ("sourceUrl", "webUrl", "originalUrl")
ADDRESS_KEYS = ("canonicalUrl", "canonical_url", "url", "permalink", "link")
"""Keys of an article's address, on its own site or elsewhere."""
ALIAS_KEYS = ("aliases", "alias", "redirect_from", "redirects")
"""Keys of further addresses that lead to it."""
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_DEFAULT_PORT = re.compile(r":(?:80|443)$")
_TRACKING = re.compile(r"(?:utm_\w*|fbclid|gclid)(?:=|$)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s{}]+|/[^\s{}:]*")
_INDEX_PAGE = re.compile(r"/index\.html?$")


@lru_cache(maxsize=1 << 14)  # lists name the same articles again and again
def normalise_url(url: str) -> str:
    """Normalise an address: no scheme, `www.`, default port, fragment, trailing slash or tracking parameters.

    The host is in lower case; escapes and punycode are decoded, in NFC.
    """
    rest = _SCHEME.sub("", url.strip()).partition("#")[0]
    before, _, query = rest.partition("?")
    host, slash, path = before.partition("/")
    host = _DEFAULT_PORT.sub("", host.lower().removeprefix("www."))
    if "xn--" in host:
        with suppress(UnicodeError):
            host = host.encode().decode("idna")
    kept = "&".join(part for part in query.split("&") if part and not _TRACKING.match(part))
    normal = host + _INDEX_PAGE.sub("", slash + path) + (f"?{kept}" if kept else "")
    if "%" in normal:
        with suppress(UnicodeDecodeError):
            normal = unquote(normal, errors="strict")
    return unicodedata.normalize("NFC", normal).rstrip("/")


def get_identity_urls(fields: Mapping[str, object]) -> tuple[str, ...]:
    """The normalised addresses by which files in one language are recognised as one article, without repetition."""
    return _normalised(get_text(fields, key) for key in _IDENTITY_KEYS if key in fields)


def get_aliases(fields: Mapping[str, object]) -> tuple[str, ...]:
    """The normalised former and additional addresses of an article."""
    named = [text.strip() for key in ADDRESS_KEYS if key in fields and (text := get_text(fields, key)) is not None]
    aliases = [
        alias if "://" in alias else f"/{alias.lstrip('/')}"
        for key in ALIAS_KEYS
        if key in fields
        for alias in get_texts(fields, key)
    ]
    return _normalised(text for text in (*named, *aliases) if is_address(text))


def is_address(text: str) -> bool:
    """Whether a text is an address or a path from a site's root, not a pattern or template."""
    return _ADDRESS.fullmatch(text) is not None


def get_address_keys(url: str) -> tuple[str, ...]:
    """The keys to look up an address by: the whole address, then its path alone (for previews on localhost)."""
    normal = normalise_url(url)
    path = normal[normal.find("/") :] if "/" in normal else ""
    return tuple(dict.fromkeys(filter(None, (normal, path))))


def get_entry_url(entry: Entry) -> str | None:
    """The address of an entry, under any of the site's keys."""
    return next((str(entry[key]) for key in ("sourceUrl", "webUrl", "url") if key in entry), None)


def _normalised(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for text in texts if text and (url := normalise_url(text))))
