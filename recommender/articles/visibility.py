"""What hides an article: flags, status, password, robots, and moments before and after which it is not public.

What these mean for lists is decided in `recommender/ranking/rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo

from recommender.articles.dates import parse_date
from recommender.articles.fields import get_text, get_texts

_HIDING_KEYS = ("draft", "removed", "deleted", "hidden", "private")
_UNLISTING_KEYS = ("unlisted", "noindex")
_PUBLIC = frozenset({"published", "publish", "public", "featured"})  # Nikola's posts are featured
_ROBOTS_KEYS = ("robots", "meta_robots", "googlebot")
_EMBARGO_KEYS = ("publishDate", "publish_date", "scheduled", "scheduledDate")
_EXPIRY_KEYS = ("expiryDate", "expiry_date", "expires", "expirationDate", "unpublishDate")


def is_hidden(fields: Mapping[str, object]) -> bool:
    """Whether the article is a draft, removed, private or behind a password: it is not for readers."""
    status = get_text(fields, "status")
    return (
        any(is_true(fields.get(key)) for key in _HIDING_KEYS)
        or (status is not None and status.strip().lower() not in _PUBLIC)
        or get_text(fields, "password") is not None
        or "draft" in (tag.lower() for tag in get_texts(fields, "tags", separator=","))
    )


def is_unlisted(fields: Mapping[str, object]) -> bool:
    """Whether the article is for those alone who have its link: it says that it is unlisted, or `noindex`."""
    robots = " ".join(text for key in _ROBOTS_KEYS for text in get_texts(fields, key))
    return any(is_true(fields.get(key)) for key in _UNLISTING_KEYS) or "noindex" in robots.lower()


def is_published(fields: Mapping[str, object]) -> bool:
    """Whether `published` is anything but false."""
    return not is_false(fields.get("published"))


def get_visible_days(fields: Mapping[str, object], zone: tzinfo = UTC) -> tuple[float | None, float | None]:
    """From when and until when an article is public, in days since 1970-01-01 UTC; `None` where nothing says so.

    Args:
        zone: of moments that are written without an offset.
    """
    return _first_date(fields, _EMBARGO_KEYS, zone), _first_date(fields, _EXPIRY_KEYS, zone)


def is_true(value: object) -> bool:
    """Whether a text means true in YAML 1.1."""
    return isinstance(value, str) and value.strip().lower() in ("true", "yes", "on")


def is_false(value: object) -> bool:
    """Whether a text means false in YAML 1.1."""
    return isinstance(value, str) and value.strip().lower() in ("false", "no", "off")


def _first_date(fields: Mapping[str, object], keys: tuple[str, ...], zone: tzinfo) -> float | None:
    return next((day for key in keys if (day := parse_date(get_text(fields, key), zone)) is not None), None)
