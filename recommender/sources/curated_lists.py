"""Reads the lists in files: finds their keys, and parses their items."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from recommender.articles import Entry, build_entry, fold_key, get_identity_urls, get_text, get_title, is_false, is_true
from recommender.frontmatter import Value
from recommender.sites import Site
from recommender.sources.source import ListState, ParsedFile, Problem

LIST_KEYS = ("related", "related_posts", "relatedPosts", "related_articles", "relatedArticles", "see_also", "seeAlso")
"""The usual keys of lists; if a file has several, the first counts."""
NESTING_KEYS = ("extra", "params", "taxonomies")
"""Tables for custom keys in Zola and Hugo, by precedence."""
NAME_KEYS = ("id", "slug", "path", "url", "link", "href", "permalink", "post", "page", "ref")

_WIKILINK = re.compile(r"!?\[\[([^\]|#]+)(?:[|#][^\]]*)?\]\]")  # [[page]], [[page#part]], [[page|words]]


def get_list_keys(site: Site) -> tuple[str, ...]:
    """The possible keys of a site's lists, by precedence."""
    return (site.list_key,) if site.list_key else LIST_KEYS


def find_list_key(fields: Mapping[str, Value], keys: Sequence[str]) -> str:
    """The key, among `keys`, of an article's list; empty if it has none."""
    return next((key for key in keys if key in fields), "")


def find_list_path(fields: Mapping[str, Value], keys: tuple[str, ...]) -> tuple[str, ...]:
    """The path of keys to an article's list in the fields of its file; empty if it has none.

    Args:
        keys: the possible keys, in any spelling.
    """
    exact: dict[str, tuple[str, ...]] = {}
    folded: dict[str, tuple[str, ...]] = {}
    for path, values in (((), fields), *(((key,), fields.get(key)) for key in NESTING_KEYS)):
        for name in _names_of_lists(tuple(values), keys) if isinstance(values, dict) else ():
            exact.setdefault(name, (*path, name))
            folded.setdefault(fold_key(name), (*path, name))
    found = (exact.get(key) or folded.get(fold_key(key)) for key in keys)
    return next(filter(None, found), ()) if exact else ()


@lru_cache(maxsize=1 << 12)  # many files of a site have the same keys
def _names_of_lists(names: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are one of the keys in some spelling."""
    folded_keys = {fold_key(key) for key in keys}
    return tuple(name for name in names if fold_key(name) in folded_keys)


def get_list_value(fields: Mapping[str, Value], path: Sequence[str]) -> Value:
    """The value at a path of keys; an empty text if there is none."""
    value: Value = dict(fields)
    for key in path:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value


def list_state_of(value: Value) -> ListState:
    """The state of a list by the value of its key alone; `true` requests a list, but counts as none."""
    if isinstance(value, list):
        return "curated" if value else "none"
    if isinstance(value, str) and (value.lower() in ("", "~", "null") or is_true(value)):
        return "none"
    return "refused" if is_false(value) else "not a list"


def get_list_items(
    parsed: ParsedFile, fields: Mapping[str, Value], file: str, line: int | None, *, key: str
) -> list[Value]:
    """The items of an article's list under a key; if the value is not a list, a problem is added to `parsed`.

    A text is split at commas, as in Pelican's headers.
    """
    value = fields.get(key, "")
    if list_state_of(value) == "not a list":
        parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
        if parts and all(len(part.split()) == 1 for part in parts):
            return [*parts]
        parsed.problems.append(
            Problem(file, f"`{key}` is not a list; read without it", line, kind=f"`{key}` is not a list")
        )
    return value if isinstance(value, list) else []


def read_links(
    parsed: ParsedFile, items: Sequence[Value], file: str, line: int | None, *, key: str = "related"
) -> tuple[Entry | str, ...]:
    """The entries, IDs, paths, URLs and titles among the items of a list; other items become problems in `parsed`."""
    links: list[Entry | str] = []
    for position, item in enumerate(items, start=1):
        fields = item if isinstance(item, dict) else {"id": item}
        if isinstance(item, dict) and (title := get_title(item)) is not None:
            links.append(build_entry(item, title))
        elif name := (get_text(fields, *NAME_KEYS) or next(iter(get_identity_urls(fields)), None)):
            wikilink = _WIKILINK.fullmatch(name.strip())
            links.append(wikilink[1].strip() if wikilink else name)
        else:
            why = "is in brackets; quote it" if isinstance(item, list) else "has neither title, ID nor URL"
            parsed.problems.append(Problem(file, f"entry {position} of `{key}` {why}", line))
    return tuple(links)
