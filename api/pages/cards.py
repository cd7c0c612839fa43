"""Cards: entries for display, with texts of limited length and links only to the web or within the site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from recommender.articles import get_entry_date, parse_moment

_WEB = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|/(?!/)", re.IGNORECASE)
_ADDRESSES = ("webUrl", "sourceUrl", "url", "ampWebUrl", "ampUrl")  # widget.js tries the same, in the same order
_TITLE, _EXCERPT, _NAME = 300, 1000, 100  # characters


@dataclass(frozen=True, slots=True)
class Card:
    """The data that a page shows of an article; unknown fields are empty.

    Attributes:
        address: URL of the article, or its path on the site.
        day: date of publication, such as `2019-12-04`.
        image: URL of its image.
    """

    title: str
    excerpt: str
    address: str
    provider: str
    day: str
    image: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The card of an entry."""
        provider = entry.get("provider")
        provider = provider if isinstance(provider, dict) else {}
        images = entry.get("images")
        image = images[0] if isinstance(images, list) and images and isinstance(images[0], dict) else {}
        return cls(
            title=_cut(entry.get("title"), _TITLE),
            excerpt=_cut(entry.get("excerpt"), _EXCERPT),
            address=next((text for name in _ADDRESSES if (text := _matching(_ADDRESS, entry.get(name)))), ""),
            provider=_cut(provider.get("name") or provider.get("domain"), _NAME),
            day=_day(get_entry_date(entry)),
            image=_matching(_WEB, image.get("url")),
        )


def _cut(text: object, length: int) -> str:
    words = "" if text is None else str(text)
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def _matching(allowed: re.Pattern[str], address: object) -> str:
    """The address if it matches the allowed pattern, else an empty text."""
    return address if isinstance(address, str) and allowed.match(address) else ""


def _day(date: str | None) -> str:
    if date is None:
        return ""
    found = re.match(r"\d{4}-\d{2}-\d{2}", date)
    moment = None if found else parse_moment(date)
    return found[0] if found else f"{moment:%Y-%m-%d}" if moment else ""
