"""Texts among the fields of a front matter or of a JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def get_text(fields: Mapping[str, object], *keys: str) -> str | None:
    """The text under the first of `keys` that has one; empty texts and YAML's nulls count as absent."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value.strip() not in _NULLS:
            return value
    return None


def get_title(fields: Mapping[str, object]) -> str | None:
    """The title, as written; here, unlike in other fields, the word `null` counts as a text."""
    title = fields.get("title")
    return title if isinstance(title, str) and title.strip() else None


def get_texts(fields: Mapping[str, object], key: str, *, separator: str | None = None) -> tuple[str, ...]:
    """The texts of a (nested) list, or of a single text.

    Args:
        separator: splits a single text, besides a comma; a blank stands for any white space. Without a separator, a
            single text is not split.
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
    """The texts of a list: Hexo nests categories in lists, and some sites write a tag as `{name: ..., slug: ...}`."""
    for item in items:
        named = get_text(item, "name", "title", "slug") if isinstance(item, dict) else item
        if isinstance(named, list):
            yield from _texts_in(named)
        elif isinstance(named, str) and (text := named.strip()):
            yield text


@lru_cache(maxsize=1 << 12)  # files of a site have the same keys
def fold_key(key: str) -> str:
    """A key without case, `-` and `_`: `pubDate`, `pub_date` and `Pub-Date` are the same."""
    return key.lower().replace("-", "").replace("_", "")


def canonical_keys(keys: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The keys, except that each becomes the known key from which it differs only in case, `-` and `_`."""
    canonical = _canonical_keys(known)
    others = (canonical.get(key.lower()) or canonical.get(fold_key(key), key) for key in keys)
    return tuple(key if other in keys else other for key, other in zip(keys, others, strict=True))


@cache
def _canonical_keys(known: tuple[str, ...]) -> dict[str, str]:
    canonical: dict[str, str] = {}
    for key in known:
        canonical[key.lower()] = key
        canonical.setdefault(fold_key(key), key)
    return canonical
