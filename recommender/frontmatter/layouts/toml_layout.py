"""`TomlLayout`: locates an article's list in TOML front matter, and returns the text with another list or none.

A list is an array, `related = […]`, or an array of tables, `[[related]]`. A new array is inserted before the first
table header, or in the table that it belongs to; new tables are appended at the end, so that they capture no other key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from recommender.errors import FrontMatterError
from recommender.frontmatter.layouts.toml_statements import Statement, find_items, find_statements
from recommender.frontmatter.toml_parser import load_toml

_BLANK_LINE = re.compile(r"[ \t]*\r?\n")
_TRAILING_BLANKS = re.compile(r"(?:^[ \t]*\r?\n)+\Z", re.MULTILINE)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class TomlLayout:
    """The positions of the tables and pairs of a front matter in its text.

    Attributes:
        key: the keys that lead to the list, such as `("extra", "related")`.
        array: the key-value pair of the list; its value need not be an array.
        tables: the start and end of each of its tables, if it is an array of tables.
        comments: the comments within the list.
    """

    text: str
    key: tuple[str, ...]
    statements: tuple[Statement, ...]
    array: Statement | None
    tables: tuple[tuple[int, int], ...]
    comments: tuple[str, ...]

    @classmethod
    def of(cls, text: str, *, key: tuple[str, ...], path: str) -> TomlLayout:
        """Find a list in a text that `parse_toml` read.

        Raises:
            FrontMatterError: the list can't be edited where it is.
        """
        statements = tuple(find_statements(text))
        positions = [i for i, one in enumerate(statements) if one.path[: len(key)] == key]
        array, tables = None, list[tuple[int, int]]()
        if positions and positions[-1] - positions[0] >= len(positions):
            raise FrontMatterError("the tables of its list stand apart; put them together", path=path)
        found = [statements[i] for i in positions]
        if len(found) == 1 and found[0].kind == "pair" and found[0].path == key:
            array = found[0]
        elif found and found[0].kind == "array of tables" and found[0].path == key:
            for one in found:
                if one.kind == "array of tables" and one.path == key:
                    tables.append((one.start, one.end))
                else:
                    tables[-1] = (tables[-1][0], one.end)
        elif found or _is_defined(text, key):
            raise FrontMatterError("its list stands in braces or dotted keys; write it as `[[tables]]`", path=path)
        gaps = [text[one.end : other.start] for one, other in pairwise(found)]
        comments = [comment for one in found for comment in one.comments]
        comments += [line.strip() for gap in gaps for line in gap.splitlines() if line.strip()]
        return cls(text, key, statements, array, tuple(tables), tuple(comments))

    @property
    def list_text(self) -> str:
        """The lines of the list; empty if there is none."""
        start, end = self._region()
        return self.text[start:end]

    def can_keep(self, kept: int) -> bool:
        """Whether the list can be cut after its first items: in an array, no comment may follow them."""
        if not kept or self.tables:
            return True
        items = self._items()
        if self.array is None or len(items) < kept:
            return False
        start = items[kept - 1][1]
        end = items[kept][0] if kept < len(items) else self.array.value[1]
        return "#" not in self.text[start:end]

    def with_list_text(self, lines: str) -> str:
        """The text with its list replaced by these lines, in the form of `list_text`."""
        start, end = self._region()
        return self.text[:start] + lines + self.text[end:]

    def with_tables(self, tables: Sequence[str], *, kept: int) -> str:
        """The text with these tables after the first `kept` tables of its list, or at its end if it has no list.

        Args:
            tables: the pairs of each table, one per line, with LF line breaks.
        """
        header = f"[[{'.'.join(map(_format_key, self.key))}]]\n"
        blank = "\n" if self._sets_tables_off() else ""
        block = blank.join(header + pairs for pairs in tables)
        if kept:
            start, end = self.tables[kept - 1][1], self.tables[-1][1]
            return self._replaced(start, end, blank + block if block else "")
        if self.array is not None or self.tables:
            return self._replaced(*self._region(), block)
        trailing = _TRAILING_BLANKS.search(self.text)
        at = trailing.start() if trailing else len(self.text)
        return self._replaced(at, at, blank + block if self.text[:at] else block)

    def with_array(self, items: Sequence[str], *, kept: int, one_a_line: bool) -> str:
        """The text with these items after the first `kept` items of its array, or in a new array.

        Args:
            one_a_line: whether a new array has one line per item.
        """
        if self.array is None:
            at, key = self._where_to_insert()
            value = _format_array(items, one_a_line=one_a_line)
            return self._replaced(at, at, f"{'.'.join(map(_format_key, key))} = {value}\n")
        if not kept:
            return self._replaced(*self.array.value, _format_array(items, one_a_line=one_a_line))
        spans = self._items()
        first = spans[0][0]
        lead = self.text[self.text.rfind("\n", 0, first) + 1 : first]
        separator = ", " if lead.strip() else f",\n{lead}"
        return self._replaced(spans[kept - 1][1], spans[-1][1], "".join(separator + item for item in items))

    def rearranged(self, order: Sequence[int]) -> str:
        """The text with the items of its list at these positions, in this order; the text between items stays."""
        spans = list(self.tables) or self._items()
        items = [self.text[start:end] for start, end in spans]
        between = [self.text[one[1] : other[0]] for one, other in pairwise(spans)]
        parts = [items[position] + gap for position, gap in zip(order, [*between[: len(order) - 1], ""], strict=True)]
        return self.text[: spans[0][0]] + "".join(parts) + self.text[spans[-1][1] :]

    def without_items(self, *, kept: int) -> str:
        """The text with only the first `kept` items of its list; for 0, without the list and its blank line."""
        if kept:
            return self.with_tables([], kept=kept) if self.tables else self.with_array([], kept=kept, one_a_line=False)
        start, end = self._region()
        if self.tables and _BLANK_LINE.fullmatch(before := _last_line(self.text[:start])):
            start -= len(before)
        return self.text[:start] + self.text[end:]

    def _region(self) -> tuple[int, int]:
        if self.array is not None:
            return self.array.start, self.array.end
        return (self.tables[0][0], self.tables[-1][1]) if self.tables else (len(self.text), len(self.text))

    def _items(self) -> list[tuple[int, int]]:
        return find_items(self.text, *self.array.value) if self.array is not None else []

    def _where_to_insert(self) -> tuple[int, tuple[str, ...]]:
        """The position of a new array, and its key there."""
        table: tuple[str, ...] = ()
        ends: dict[tuple[str, ...], int] = {(): 0}  # of the pairs of each table
        for one in self.statements:
            if one.kind != "pair":
                table = one.path
            if one.kind != "array of tables":
                ends[table] = one.end
        parent = self.key[:-1]
        return (ends[parent], self.key[-1:]) if parent in ends else (ends[()], self.key)

    def _sets_tables_off(self) -> bool:
        """Whether a blank line goes before new tables, as before the existing ones."""
        headers = [one.start for one in self.statements if one.kind != "pair" and one.start]
        blank = [_BLANK_LINE.fullmatch(_last_line(self.text[:start])) is not None for start in headers]
        return any(blank) or not blank

    def _replaced(self, start: int, end: int, lines: str) -> str:
        ending = "\r\n" if self.text.partition("\n")[0].endswith("\r") else "\n"
        return self.text[:start] + lines.replace("\n", ending) + self.text[end:]


def _is_defined(text: str, key: Sequence[str]) -> bool:
    value: Any = load_toml(text)
    for name in key:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def _format_array(items: Sequence[str], *, one_a_line: bool) -> str:
    if not one_a_line:
        return f"[{', '.join(items)}]"
    return "".join(("[\n", *(f"  {item},\n" for item in items), "]"))


def _format_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))


def _last_line(text: str) -> str:
    """The last line of a text that ends in a line break, including it."""
    return text[text.rfind("\n", 0, -1) + 1 :]
