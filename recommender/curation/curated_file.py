"""`CuratedFile`: the current file of an article, with edits that change its curation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from recommender.articles import Article
from recommender.corpus import ArticleFile
from recommender.curation.curation import Curation
from recommender.curation.list_change import BAN_KEY, PIN_KEY, ListChange, items_at
from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter, Value, parse_front_matter, split_front_matter
from recommender.sources import get_list_value
from recommender.writing import (
    Edit,
    ListItem,
    ListShape,
    ListStyle,
    check_lists,
    format_toml_text,
    kind_of,
    lines_around,
)

_NESTING = ("extra", "params")
Find = Callable[[Value], Article | None]


class ListedItem(NamedTuple):
    """An item of a list, as in its file; `article` is `None` if it names no known article."""

    value: Value
    article: Article | None

    @property
    def text(self) -> str:
        """A text that names it: its title, or else the item itself."""
        if self.article is not None:
            return self.article.title
        if isinstance(self.value, dict):
            return next((text for text in self.value.values() if isinstance(text, str)), "")
        return str(self.value)


@dataclass(frozen=True, slots=True)
class CuratedFile:
    """A file and its curation.

    Attributes:
        file: with the state of its list.
        data: the contents of the file.
        curation: its list, pins and bans, by keys.
        items: the item of each key of the curation.
        paths: the front-matter keys that lead to list, pins and bans.
    """

    file: ArticleFile
    data: bytes
    front_matter: FrontMatter
    values: dict[str, Value]
    curation: Curation
    items: Mapping[str, ListedItem]
    paths: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of(cls, file: ArticleFile, data: bytes, find: Find, *, list_path: tuple[str, ...]) -> Self:
        """Read a file.

        Args:
            find: finds the article that an item names.
            list_path: the keys that will lead to its list if it has none yet.

        Raises:
            FrontMatterError: it has no readable front matter.
        """
        front_matter = split_front_matter(data, path=file.path)
        if front_matter is None:
            raise FrontMatterError("it has no front matter", path=file.path)
        values = parse_front_matter(front_matter, path=file.path)
        path = file.list_path or list_path
        paths = path, _path_of(values, PIN_KEY, path[:-1]), _path_of(values, BAN_KEY, path[:-1])
        items: dict[str, ListedItem] = {}
        links, pinned, banned = (_keys_of(items_at(values, path), find, items) for path in paths)
        return cls(file, data, front_matter, values, Curation(file.id, links, pinned, banned), items, paths)

    def changed_to(self, curation: Curation, articles: Mapping[str, Article], style: ListStyle) -> Edit:
        """The edit that puts another curation into the file.

        Args:
            curation: consists of keys of this file and of IDs.
            articles: the articles of new IDs, by ID.

        Raises:
            FrontMatterError: it can't be put into this front matter.
        """
        if self.file.list_state == "not a list":
            raise FrontMatterError(f"its `{self.paths[0][-1]}` is not a list", path=self.file.path)
        makers = self._link_maker(articles, style), *(self._name_maker(path, style) for path in self.paths[1:])
        own, other = self.curation, curation
        pairs = (own.links, other.links), (own.pinned, other.pinned), (own.banned, other.banned)
        front_matter = self.front_matter
        lists: dict[tuple[str, ...], list[Value]] = {}
        for path, (old, new), make in zip(self.paths, pairs, makers, strict=True):
            if old == new:
                continue
            kept, added = [old.index(key) for key in new if key in old], [make(key) for key in new if key not in old]
            change = ListChange(path, kept, added, is_list=path is self.paths[0])
            lists[path] = change.values(items_at(self.values, path))
            front_matter = change.put_into(front_matter, style.yaml, file=self.file.path)
        around = lines_around(self.front_matter, self.data)
        edit = Edit(self.file, self.front_matter.text, front_matter.text, None, "edited", around)
        check_lists(edit.apply_to(self.data), self.front_matter, self.values, lists, path=self.file.path)
        return edit

    def _link_maker(self, articles: Mapping[str, Article], style: ListStyle) -> Callable[[str], ListItem]:
        """A function that makes an article's item in the shape of this list, or else of the site's lists."""
        values = items_at(self.values, self.paths[0])
        if values and kind_of(values[0]) != _kind_of(style.shape):
            linked = [item.article for item in self.items.values() if item.article is not None]
            style = replace(style, shape=ListShape.from_items(values, linked))

        def make(key: str) -> ListItem:
            item = style.item_of(articles[key], self.file.format)
            if item is None or (values and kind_of(values[0]) != kind_of(item.value)):
                raise FrontMatterError(f"its list can't name {key} as it names others", path=self.file.path)
            return item

        return make

    def _name_maker(self, path: Sequence[str], style: ListStyle) -> Callable[[str], ListItem]:
        def make(key: str) -> ListItem:
            return style.yaml.format_text(key, key=path[-1]) if self.file.format == "yaml" else format_toml_text(key)

        return make


def _kind_of(shape: ListShape) -> str:
    return "entries" if shape.name == "entries" else shape.key


def _path_of(values: Mapping[str, Value], key: str, beside: tuple[str, ...]) -> tuple[str, ...]:
    """The front-matter keys that lead to a pin or a ban: its own if it exists, else beside the list."""
    for path in ((key,), *((nesting, key) for nesting in _NESTING)):
        if get_list_value(values, path) != "":
            return path
    return (*beside, key)


def _keys_of(values: Sequence[Value], find: Find, items: dict[str, ListedItem]) -> tuple[str, ...]:
    """The distinct keys of the items of a list; the items are added to `items`."""
    keys: list[str] = []
    for number, value in enumerate(values, start=1):
        article = find(value)
        key = article.id if article is not None else value if isinstance(value, str) else f"#{number}"
        while key in keys or not key:
            key += f"#{number}"
        keys.append(key)
        items.setdefault(key, ListedItem(value, article))
    return tuple(keys)
