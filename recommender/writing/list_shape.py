"""`ListShape`: the kind of items in a site's lists: entries, or texts that name articles in the site's spelling."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Self, TypeAlias, get_args

from recommender.articles import Article, get_entry_url, get_title
from recommender.corpus import ShapeName
from recommender.frontmatter import Value
from recommender.sources import NAME_KEYS

SHAPES: tuple[ShapeName, ...] = get_args(ShapeName)

Spelling: TypeAlias = Callable[[Article], str | None]
"""Returns the text that names an article; `None` if it has no such name."""

_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_]")
_INDEX = re.compile(r"/_?index(?:\.[\w-]+)?$")
_WIKILINK_REST = re.compile(r"[|#][^\]]*(?=\]\]$)")  # the part of the page and the words of [[page#part|words]]
_MOST_FOLDERS = 2  # at the head of a path that a site may leave out, such as `content/`


@dataclass(frozen=True, slots=True)
class ListShape:
    """The kind of items in a site's lists.

    Attributes:
        name: the kind.
        key: if each item is a mapping with one text, its key, such as `slug`; empty for plain texts.
        variant: the number of the spelling, among those that the kind of text may have.
    """

    name: ShapeName = "entries"
    key: str = ""
    variant: int = 0

    @classmethod
    def from_items(cls, items: Sequence[Value], articles: Iterable[Article], *, name: ShapeName | None = None) -> Self:
        """The most common shape and spelling of some curated items.

        Args:
            items: the items of a site's lists, as in their files.
            articles: all articles that the items may name.
            name: the kind of items; by default it is learnt.
        """
        kinds = Counter(map(kind_of, items))
        key = max(kinds, key=lambda kind: kinds[kind]) if kinds else "entries"
        if name == "entries" or (name is None and key == "entries"):
            return cls()
        key = "" if key == "entries" else key
        texts = Counter(text for item in items if (text := _text_of(item, key)))
        spellings = [
            (kind, variant) for kind in _SPELLINGS if name in (None, kind) for variant in range(len(_SPELLINGS[kind]))
        ]
        named = _count_named(texts, articles, spellings) if texts else Counter()
        kind, variant = max(spellings, key=lambda spelling: named[spelling])
        if name is None and not named:
            return cls()  # texts that name nothing here
        return cls(kind, key, variant)

    def item_of(self, article: Article) -> Mapping[str, Any] | str | None:
        """The item for an article; `None` where it can't be written in this shape."""
        if self.name == "entries":
            return article.entry
        text = _SPELLINGS[self.name][self.variant](article)
        return {self.key: text} if text and self.key else text


def kind_of(item: Value) -> str:
    """The key of an item's text, empty for a plain text; `entries` for an entry."""
    if isinstance(item, dict) and get_title(item) is None:
        return next((key for key in NAME_KEYS if isinstance(item.get(key), str)), "entries")
    return "" if isinstance(item, str) else "entries"


def _text_of(item: Value, key: str) -> str:
    text = item.get(key) if isinstance(item, dict) and key else item
    return _WIKILINK_REST.sub("", text) if isinstance(text, str) else ""


def _count_named(
    texts: Counter[str], articles: Iterable[Article], spellings: Sequence[tuple[ShapeName, int]]
) -> Counter[tuple[ShapeName, int]]:
    """How many of some texts each spelling produces for some article."""
    found: dict[tuple[ShapeName, int], set[str]] = {spelling: set() for spelling in spellings}
    for article in articles:
        for (kind, variant), named in found.items():
            text = _SPELLINGS[kind][variant](article)
            if text is not None and text in texts:
                named.add(text)
    return Counter({spelling: sum(texts[text] for text in named) for spelling, named in found.items() if named})


def _is_file(article: Article) -> bool:
    return bool(article.path) and ".jsonl" not in article.path


def _id(article: Article) -> str | None:
    return article.id if _is_file(article) else None


def _stem(article: Article) -> str | None:
    """The file's name without its extension, or the folder's name for an index file."""
    if not _is_file(article):
        return None
    return PurePosixPath(_INDEX.sub("", article.path.removesuffix(PurePosixPath(article.path).suffix))).name


def _undated_stem(article: Article) -> str | None:
    stem = _stem(article)
    return None if stem is None else _DATE.sub("", stem)


def _title(article: Article) -> str | None:
    return article.title if _is_file(article) else None


def _path(article: Article, *, folders: int, ending: str, slash: str) -> str | None:
    """The path without its first `folders`, after a `slash` or none."""
    parts = article.path.split("/")
    if not _is_file(article) or len(parts) <= folders:
        return None
    path = "/".join(parts[folders:])
    if ending != "kept":
        path = path.removesuffix(PurePosixPath(path).suffix)
    return slash + (_INDEX.sub("", path) if ending == "index dropped" else path)


def _url(article: Article, *, folders: int | None, ending: str) -> str | None:
    """The address, absolute or without scheme, host and `folders` leading folders; as it is, or with this ending."""
    url = get_entry_url(article.entry)
    if url and folders is not None:
        path = (url.partition("://")[2] if "://" in url else url).partition("/")[2]
        below = path.split("/", folders)
        url = f"/{below[folders]}" if len(below) > folders else None
    return url if not url or ending == "as it is" else url.rstrip("/") + ending


def _wikilink(article: Article, *, spelling: Spelling) -> str | None:
    text = spelling(article)
    return f"[[{text}]]" if text else None


def _and_as_wikilinks(*spellings: Spelling) -> Sequence[Spelling]:
    return *spellings, *(partial(_wikilink, spelling=spelling) for spelling in spellings)


_SPELLINGS: Mapping[ShapeName, Sequence[Spelling]] = {
    "ids": _and_as_wikilinks(_id, _stem, _undated_stem),
    "paths": _and_as_wikilinks(
        *(
            partial(_path, folders=folders, ending=ending, slash=slash)
            for folders in range(_MOST_FOLDERS + 1)
            for ending in ("kept", "index dropped", "dropped")
            for slash in ("", "/")
        )
    ),
    "urls": [
        partial(_url, folders=folders, ending=ending)
        for folders in (None, *range(_MOST_FOLDERS + 1))
        for ending in ("as it is", "/", "")
    ],
    "titles": _and_as_wikilinks(_title),
}
