"""Texts among the fields of a front matter or of a JSON object."""

from __future__ import annotations

from collections.abc import Mapping

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
