"""Cards: entries as pages show them, with texts of limited length and web addresses only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_WEB = re.compile(r"https?://", re.IGNORECASE)
_ADDRESSES = ("webUrl", "sourceUrl", "ampWebUrl", "ampUrl")  # widget.js tries the same, in the same order
_TITLE, _EXCERPT, _NAME = 300, 1000, 100  # characters


@dataclass(frozen=True, slots=True)
class Card:
    """What a page shows of an article; unknown fields are empty.

    Attributes:
        address: URL of the article.
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
            title=_cut(entry["title"], _TITLE),
            excerpt=_cut(entry.get("excerpt"), _EXCERPT),
            address=next(filter(None, (_web(entry.get(name)) for name in _ADDRESSES)), ""),
            provider=_cut(provider.get("name") or provider.get("domain"), _NAME),
            day=_day(entry.get("publishedDateTime")),
            image=_web(image.get("url")),
        )


def _cut(text: object, length: int) -> str:
    words = "" if text is None else str(text)
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def _web(address: object) -> str:
    """The address if it is a web address, else an empty text: a link must not lead anywhere else."""
    return address if isinstance(address, str) and _WEB.match(address) else ""


def _day(date: object) -> str:
    found = re.match(r"\d{4}-\d{2}-\d{2}", str(date or ""))
    return found[0] if found else ""
