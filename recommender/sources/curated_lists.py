"""The lists that files hold: under which key, in which shape, and what their items refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from recommender.articles import Entry, build_entry, fold_key, get_identity_urls, get_text, get_title, is_false, is_true
from recommender.frontmatter import Value
from recommender.sites import Site
from recommender.sources.source import ListState, ParsedFile, Problem

LIST_KEYS = (
    "related",
    "related_posts",
    "relatedPosts",
    "related_articles",
    "relatedArticles",
    "see_also",
    "seeAlso",
)
"""The keys that sites have their lists under; of several in one file the first counts."""
NESTING_KEYS = ("extra", "params", "taxonomies")
"""Where Zola and Hugo have what they know no key for, the first before the others."""
NAME_KEYS = ("id", "slug", "path", "url", "link", "href", "permalink", "post", "page", "ref")

_WIKILINK = re.compile(r"!?\[\[([^\]|#]+)(?:[|#][^\]]*)?\]\]")  # [[page]], [[page#part]], [[page|words]]


def get_list_keys(site: Site) -> tuple[str, ...]:
    """The keys that the lists of a site may stand under, the first before the others."""
    return (site.list_key,) if site.list_key else LIST_KEYS


def find_list_key(fields: Mapping[str, Value], keys: Sequence[str]) -> str:
    """Of `keys` that of an article's list; empty where it has none."""
    return next((key for key in keys if key in fields), "")


def find_list_path(fields: Mapping[str, Value], keys: Sequence[str]) -> tuple[str, ...]:
    """The keys that lead to an article's list in fields as its file has them; empty where it has none.

    Args:
        keys: those that it may stand under, in any spelling.
    """
    folded_keys = {fold_key(key) for key in keys}
    exact: dict[str, tuple[str, ...]] = {}
    folded: dict[str, tuple[str, ...]] = {}
    for path, values in (((), fields), *(((key,), fields.get(key)) for key in NESTING_KEYS)):
        for name in values if isinstance(values, Mapping) else ():
            if fold_key(name) in folded_keys:
                exact.setdefault(name, (*path, name))
                folded.setdefault(fold_key(name), (*path, name))
    found = (exact.get(key) or folded.get(fold_key(key)) for key in keys)
    return next(filter(None, found), ())


def get_list_value(fields: Mapping[str, Value], path: Sequence[str]) -> Value:
    """What stands at the end of a path of keys; an empty text where nothing does."""
    value: Value = dict(fields)
    for key in path:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value


def list_state_of(value: Value) -> ListState:
    """What the value of a list's key says, by itself; `true` asks for a list, and is none yet."""
    if isinstance(value, list):
        return "curated" if value else "none"
    if isinstance(value, str) and (value.lower() in ("", "~", "null") or is_true(value)):
        return "none"
    return "refused" if is_false(value) else "not a list"


def get_list_items(
    parsed: ParsedFile, fields: Mapping[str, Value], file: str, line: int | None, *, key: str
) -> list[Value]:
    """The items of an article's list under a key; that it is no list is noted in `parsed`.

    A word is one item, and words between commas are several, as Pelican's header has them.
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
    """The entries, IDs, paths, URLs and titles among the items of a list; what is none is noted in `parsed`."""
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
