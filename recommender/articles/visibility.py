"""What hides an article: `draft`, `removed` or `deleted`, and the site's own `published`."""

from __future__ import annotations

from collections.abc import Mapping

_HIDING_KEYS = ("draft", "removed", "deleted")


def is_hidden(fields: Mapping[str, object]) -> bool:
    """Whether the article is a draft, removed or deleted."""
    return any(_is_yes(fields.get(key)) for key in _HIDING_KEYS)


def is_published(fields: Mapping[str, object]) -> bool:
    """Whether `published` is anything but false."""
    return not is_false(fields.get("published"))


def is_false(value: object) -> bool:
    """Whether a text means false in YAML 1.1."""
    return isinstance(value, str) and value.strip().lower() in ("false", "no", "off")


def _is_yes(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in ("true", "yes", "on")
