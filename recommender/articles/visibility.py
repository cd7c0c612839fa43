"""Visibility of an article: flags, status, password, robots, and the times at which it appears and expires.

Their effect on lists is defined in `recommender/ranking/rules.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo

from recommender.articles.dates import parse_date
from recommender.articles.fields import get_text, get_texts

_HIDING_KEYS = ("draft", "isDraft", "removed", "deleted", "hidden", "private")
_PUBLISHING_KEYS = ("publish", "public", "visible", "permalink")  # hidden if false (Eleventy: `permalink: false`)
_UNLISTING_KEYS = ("unlisted", "noindex")
_LISTING_KEYS = ("listed", "indexed", "indexable")  # unlisted if false
_PUBLIC = frozenset({"published", "publish", "public", "featured", "live"})  # Nikola's posts are featured
_KEPT_BACK = frozenset(
    {"draft", "private", "pending", "hidden", "unpublished", "scheduled", "future", "trash", "deleted", "removed"}
)
_HIDING_VISIBILITIES = frozenset({"private", "hidden", "draft"})  # other values say who pays
_ROBOTS_KEYS = ("robots", "metaRobots", "googlebot")
_NO_INDEX = re.compile(r"\b(?:noindex|none)\b", re.IGNORECASE)
_META_KEYS = ("seo", "meta")
_INDEXING_KEYS = frozenset(("visibility", *_UNLISTING_KEYS, *_LISTING_KEYS, *_ROBOTS_KEYS, *_META_KEYS))
_EMBARGO_KEYS = ("publishDate", "publishAt", "publishOn", "scheduled", "scheduledDate", "embargo", "embargoUntil")
_EXPIRY_KEYS = (
    *("expiryDate", "expiry", "expires", "expiresAt", "expiresOn", "expireDate", "expirationDate"),
    *("unpublishDate", "unpublishAt", "unpublishOn"),
)
VISIBILITY_KEYS = (
    *(*_HIDING_KEYS, *_PUBLISHING_KEYS, *_UNLISTING_KEYS, *_LISTING_KEYS, *_ROBOTS_KEYS, *_META_KEYS),
    *(*_EMBARGO_KEYS, *_EXPIRY_KEYS, "visibility", "status", "password", "published"),
)
"""The keys that affect who may see an article."""
_KEYS = frozenset(VISIBILITY_KEYS) - {"published"}


def is_hidden(fields: Mapping[str, object]) -> bool:
    """Whether the article is not for readers: a draft, removed, private or behind a password."""
    if not _KEYS.isdisjoint(fields) and _is_declared_hidden(fields):
        return True
    return "draft" in (tag.lower() for tag in get_texts(fields, "tags", separator=","))


def _is_declared_hidden(fields: Mapping[str, object]) -> bool:
    status = get_text(fields, "status")
    return (
        any(is_true(fields.get(key)) for key in _HIDING_KEYS)
        or any(is_false(fields.get(key)) for key in _PUBLISHING_KEYS)
        or _visibility(fields) in _HIDING_VISIBILITIES
        or (status is not None and status.strip().lower() not in _PUBLIC)
        or get_text(fields, "password") is not None
    )


def get_doubtful_status(fields: Mapping[str, object]) -> str | None:
    """A `status` that hides the article but may be meant otherwise; `None` if there is none."""
    status = get_text(fields, "status")
    return None if status is None or status.strip().lower() in _PUBLIC | _KEPT_BACK else status


def is_unlisted(fields: Mapping[str, object]) -> bool:
    """Whether the article is only for readers who have its link: declared unlisted or `noindex`."""
    if _INDEXING_KEYS.isdisjoint(fields):  # most articles
        return False
    nested = (fields.get(key) for key in _META_KEYS)
    return _visibility(fields) == "unlisted" or any(
        _is_kept_from_lists(one) for one in (fields, *nested) if isinstance(one, Mapping)
    )


def is_published(fields: Mapping[str, object]) -> bool:
    """Whether `published` is anything but false."""
    return not is_false(fields.get("published"))


def get_visible_days(fields: Mapping[str, object], zone: tzinfo = UTC) -> tuple[float | None, float | None]:
    """The times at which an article appears and expires, in days since 1970-01-01 UTC; `None` if not given.

    Args:
        zone: of times that are written without an offset.
    """
    return _first_date(fields, _EMBARGO_KEYS, zone), _first_date(fields, _EXPIRY_KEYS, zone)


def is_true(value: object) -> bool:
    """Whether a text is true in YAML 1.1, or 1."""
    return isinstance(value, str) and value.strip().lower() in ("true", "yes", "on", "1")


def is_false(value: object) -> bool:
    """Whether a text is false in YAML 1.1."""
    return isinstance(value, str) and value.strip().lower() in ("false", "no", "off")


def _visibility(fields: Mapping[str, object]) -> str:
    return (get_text(fields, "visibility") or "").strip().lower()


def _is_kept_from_lists(fields: Mapping[str, object]) -> bool:
    robots = [fields.get(key) for key in _ROBOTS_KEYS]
    return (
        any(is_true(fields.get(key)) for key in _UNLISTING_KEYS)
        or any(is_false(fields.get(key)) for key in _LISTING_KEYS)
        or any(_NO_INDEX.search(text) for key in _ROBOTS_KEYS for text in get_texts(fields, key))
        or any(is_false(one.get("index")) or is_true(one.get("noindex")) for one in robots if isinstance(one, Mapping))
    )


def _first_date(fields: Mapping[str, object], keys: tuple[str, ...], zone: tzinfo) -> float | None:
    return next(
        (day for key in keys if key in fields and (day := parse_date(get_text(fields, key), zone)) is not None), None
    )
