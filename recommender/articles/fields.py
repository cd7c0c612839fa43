"""Texts among the fields of a front matter or of a JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def get_text(fields: Mapping[str, object], *keys: str) -> str | None:
    """The first of `keys` that holds a text; an empty one and YAML's nulls count as absent."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value.strip() not in _NULLS:
            return value
    return None


def get_title(fields: Mapping[str, object]) -> str | None:
    """The title as it was written; unlike other fields, the word `null` is a title."""
    title = fields.get("title")
    return title if isinstance(title, str) and title.strip() else None


def get_texts(fields: Mapping[str, object], key: str, *, separator: str | None = None) -> tuple[str, ...]:
    """The texts of a list and of those in it, or of one text; without a separator that is a list of one.

    Args:
        separator: what parts such a text; a blank stands for any white space. A comma always does.
    """
    value = fields.get(key)
    if isinstance(value, list):
        return tuple(_texts_in(value))
    single = get_text(fields, key)
    if single is None:
        return ()
    if separator is not None and "," in single:
        separator = ","
    parts = [single] if separator is None else single.split(separator.strip() or None)
    return tuple(stripped for part in parts if (stripped := part.strip()))


def _texts_in(items: list[object]) -> Iterator[str]:
    """Hexo nests its categories in lists, and some sites name a tag as `{name: ..., slug: ...}`."""
    for item in items:
        named = get_text(item, "name", "title", "slug") if isinstance(item, dict) else item
        if isinstance(named, list):
            yield from _texts_in(named)
        elif isinstance(named, str) and (text := named.strip()):
            yield text


def fold_key(key: str) -> str:
    """A key without case, `-` and `_`: of `pubDate`, `pub_date` and `Pub-Date` it is the same."""
    return key.lower().replace("-", "").replace("_", "")


def with_canonical_keys(fields: Mapping[str, V], known: Iterable[str]) -> dict[str, V]:
    """The same fields, those that differ from a known key in case, `-` and `_` alone under that key."""
    canonical: dict[str, str] = {}
    for key in known:
        canonical[key.lower()] = key
        canonical.setdefault(fold_key(key), key)
    renamed: dict[str, V] = {}
    for key, value in fields.items():
        other = canonical.get(key.lower()) or canonical.get(fold_key(key), key)
        renamed[key if other in fields else other] = value
    return renamed
