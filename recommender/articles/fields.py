"""Texts among the fields of a front matter or of a JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """The texts of a list, or of one text; without a separator that is a list of one.

    Args:
        separator: what parts such a text; a blank stands for any white space. A comma always does.
    """
    value = fields.get(key)
    if isinstance(value, list):
        return tuple(text for item in value if isinstance(item, str) and (text := item.strip()))
    single = get_text(fields, key)
    if single is None:
        return ()
    if separator is not None and "," in single:
        separator = ","
    parts = [single] if separator is None else single.split(separator.strip() or None)
    return tuple(stripped for part in parts if (stripped := part.strip()))


def with_canonical_keys(fields: Mapping[str, V], known: Iterable[str]) -> dict[str, V]:
    """The same fields, those that differ from a known key in case alone under that key."""
    canonical = {key.lower(): key for key in known}
    renamed: dict[str, V] = {}
    for key, value in fields.items():
        other = canonical.get(key.lower(), key)
        renamed[key if other in fields else other] = value
    return renamed
