"""`ListChange`: reorders, removes and appends entries of a list in a front matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import yaml

from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter, TomlLayout, Value, YamlLayout, find_list_layout, parse_front_matter
from recommender.sources import get_list_value
from recommender.writing import ListItem, YamlStyle, format_toml_text, put_into_toml

PIN_KEY, BAN_KEY = "relatedPin", "relatedBan"
"""The keys under which editors pin and ban."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """A change of the list at a path of keys.

    Attributes:
        kept: the positions of the entries that stay, in their new order.
        added: the entries that follow them, in the format of the file.
        is_list: whether an empty list is kept, like that of links; an empty `relatedPin` is removed.
    """

    path: tuple[str, ...]
    kept: Sequence[int]
    added: Sequence[ListItem] = ()
    is_list: bool = True

    def put_into(self, front_matter: FrontMatter, style: YamlStyle, *, file: str) -> FrontMatter:
        """Apply the change; entries on lines of their own keep their bytes.

        Raises:
            FrontMatterError: the change can't be made safely.
        """
        events: list[yaml.Event] = []
        values = parse_front_matter(front_matter, path=file, events=events)
        items = items_at(values, self.path)
        if self.added and list(self.kept) != list(range(len(items))):
            first, then = replace(self, added=()), replace(self, kept=range(len(self.kept)))
            return then.put_into(first.put_into(front_matter, style, file=file), style, file=file)
        layout = find_list_layout(front_matter, events, key=self.path, path=file)
        if isinstance(layout, TomlLayout):
            text = self._in_toml(layout, items, file)
        else:
            text = self._in_yaml(layout, items, style, file)
        return replace(front_matter, text=text)

    def values(self, old: Sequence[Value]) -> list[Value]:
        """The values of the new list."""
        return [*(old[position] for position in self.kept), *(item.value for item in self.added)]

    def _in_yaml(self, layout: YamlLayout, items: Sequence[Value], style: YamlStyle, file: str) -> str:
        if self.kept and layout.can_keep(len(items)):
            if self.added:
                return layout.with_items(style.format_items(self.added, column=layout.column), kept=len(items))
            return layout.rearranged(self.kept)
        if layout.comments:
            raise FrontMatterError("a comment stands in its list, and would be lost; edit it by hand", path=file)
        kept = [item for position in self.kept if isinstance(item := items[position], str)]
        if len(kept) < len(self.kept):
            raise FrontMatterError("its list is in brackets; write one entry per line", path=file)
        lines = [*(style.format_text(text, key=self.path[-1]) for text in kept), *self.added]
        if not lines and (layout.block is None or not self.is_list):
            return layout.without_items(kept=0) if layout.block is not None else layout.text
        return layout.with_block(style.format_block(lines, key=self.path[-1]))

    def _in_toml(self, layout: TomlLayout, items: Sequence[Value], file: str) -> str:
        if layout.comments and not (self.added and layout.can_keep(len(items))):
            raise FrontMatterError("a comment stands in its list, and would be lost; edit it by hand", path=file)
        if not self.added and not self.kept:
            is_empty_array = self.is_list and layout.array is not None
            return layout.with_array([], kept=0, one_a_line=False) if is_empty_array else layout.without_items(kept=0)
        if not self.added:
            return layout.rearranged(self.kept)
        if layout.tables and not all(item.pairs for item in self.added):
            raise FrontMatterError("its list is of another shape than the site's", path=file)
        if not layout.can_keep(len(items)):  # a text by itself
            texts = (format_toml_text(str(item)) for item in items)
            return put_into_toml(layout, [*texts, *self.added], kept=0)
        return put_into_toml(layout, self.added, kept=len(items))


def items_at(values: dict[str, Value], path: Sequence[str]) -> list[Value]:
    """The items of a list; for a pin or a ban that is a single text, that text."""
    value = get_list_value(values, path)
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) and value.strip() and path[-1] in (PIN_KEY, BAN_KEY) else []
