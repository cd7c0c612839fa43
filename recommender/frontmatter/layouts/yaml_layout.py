"""`YamlLayout`: locates an article's list in YAML front matter, and returns the text with another list or none.

Only whole lines of the list are changed. Callers must parse the result again: in unusual front matter (aliases, block
scalars at the end) the right position can't be found from the text alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from recommender.errors import FrontMatterError
from recommender.frontmatter.layouts.yaml_block import BREAKS, ListBlock, find_block, mark_of

_FOLLOWER = "secured"  # sites with this key have their lists before it
_BOM = re.compile(f"(?<![^{BREAKS}])\ufeff")  # libyaml skips one at the start of a line, other parsers don't
_BLANK_LINE = re.compile(r"[ \t]*\r?\n")
_COMMENT_LINE = re.compile(r"[ \t]*#")
_TRAILING_BLANKS = re.compile(r"(?:^[ \t]*\r?\n)+\Z", re.MULTILINE)
_KEEPS_BLANKS = re.compile(r"[|>][1-9]?\+")
_DEPTH = {yaml.MappingStartEvent: 1, yaml.SequenceStartEvent: 1, yaml.MappingEndEvent: -1, yaml.SequenceEndEvent: -1}


@dataclass(frozen=True, slots=True)
class YamlLayout:
    """The positions of the keys of a front matter in its text.

    Attributes:
        starts: for each top-level key, the position of the first character of its line.
        block: the list, if there is one.
        kept_scalar: the last key, if the blank lines after it belong to its value (`|+`).
    """

    text: str
    starts: dict[str, int]
    block: ListBlock | None
    kept_scalar: str | None = None

    @classmethod
    def of(
        cls, text: str, events: Sequence[yaml.Event], *, path: str, key: str = "related", first_line: int = 2
    ) -> YamlLayout:
        """Find the list under a key in a text, given the events that `parse_yaml` collected.

        Raises:
            FrontMatterError: the text can't be edited by whole lines.
        """
        if "\ufeff" in text and (bom := _BOM.search(text)):
            where = "at the start of a line" if bom.start() else "after the opening `---`"
            line = first_line + text.count("\n", 0, bom.start())
            raise FrontMatterError(f"a byte order mark {where}; remove it", path=path, line=line)
        if "&" in text and _doubled_anchors(events):
            raise FrontMatterError("its anchors are too entangled to put a list in", path=path)
        starts: dict[str, int] = {}
        block = None
        last: Sequence[yaml.Event] = ()
        name = ""
        for name_events, value in _pairs(events, path, first_line):
            mark = mark_of(name_events[0])
            line = mark.line + first_line
            if mark.index and text[mark.index - 1] not in "\r\n":
                why = "a key does not stand at the start of its line; write one key a line"
                raise FrontMatterError(why, path=path, line=line)
            if isinstance(name_events[0], yaml.AliasEvent):
                raise FrontMatterError("a key is an alias (`*name`); write it out", path=path, line=line)
            name = name_events[0].value if isinstance(name_events[0], yaml.ScalarEvent) else ""
            starts.setdefault(name, mark.index)
            last = value
            if name == key:
                if block is not None:
                    raise FrontMatterError(f"there are two `{key}` keys; remove one", path=path, line=line)
                block = find_block(text, name_events[0], value, path=path, key=key, first_line=first_line)
        keeps = name != key and _ends_in_kept_scalar(text, last)
        return cls(text, starts, block, name if keeps else None)

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments within the list."""
        return self.block.comments if self.block is not None else ()

    @property
    def list_text(self) -> str:
        """The lines of the list; empty if there is none."""
        return self.text[self.block.start : self.block.end] if self.block is not None else ""

    def can_keep(self, kept: int) -> bool:
        """Whether the list can be cut after its first `kept` entries: each must begin a line."""
        return not kept or (self.block is not None and self.block.items is not None)

    def with_list_text(self, lines: str) -> str:
        """The text with its list replaced by these lines, in the form of `list_text`."""
        return self.text[: self._list.start] + lines + self.text[self._list.end :]

    def with_block(self, block: str) -> str:
        """The text with its list replaced by this block (LF line breaks), or with the block inserted."""
        if self.block is not None:
            return self._replaced(self.block.start, self.block.end, block)
        at, blank = self._where_to_insert()
        return self._replaced(at, at, {"before": f"\n{block}", "after": f"{block}\n", "": block}[blank])

    def with_items(self, items: str, *, kept: int) -> str:
        """The text with these entries in place of all but the first `kept` entries of its list."""
        return self._replaced(self._items_from(kept), self._list.end, items)

    def without_items(self, *, kept: int) -> str:
        """The text with only the first `kept` entries of its list; for 0, without the list and its blank line."""
        if kept:
            return self.with_items("", kept=kept)
        start, end = self._list.start, self._list.end
        after = _BLANK_LINE.match(self.text, end)
        if _ends_in_blank_line(self.text[:start]):
            if after and start < self.starts.get(self._follower or "", -1):
                end = after.end()
            elif after or end == len(self.text):
                start -= len(_last_line(self.text[:start]))
        return self._replaced(start, end, "")

    def rearranged(self, order: Sequence[int]) -> str:
        """The text with the entries of its list at these positions, in this order.

        Each entry keeps its lines and the comments above it.
        """
        starts = [self._with_comments_above(start) for start in self._list.items or ()]
        ends = [*starts[1:], self._list.end]
        entries = [self.text[start:end] for start, end in zip(starts, ends, strict=True)]
        ended = [entry if entry.endswith("\n") else f"{entry}\n" for entry in entries]
        lines = "".join(ended[position] for position in order)
        if ended[-1:] != entries[-1:]:
            lines = lines.removesuffix("\n")  # the text ends with its list, and without a line break
        return self.text[: starts[0]] + lines + self.text[self._list.end :]

    @property
    def column(self) -> int:
        """The column of the list's dashes."""
        first = self._items_from(0)
        return self.text.index("-", first) - first

    @property
    def _list(self) -> ListBlock:
        if self.block is None:
            raise ValueError("this front matter has no list")
        return self.block

    @property
    def _follower(self) -> str | None:
        """The key before which a new list is inserted; `None` for the end of the text."""
        return _FOLLOWER if _FOLLOWER in self.starts else self.kept_scalar

    def _items_from(self, position: int) -> int:
        block = self._list
        if block.items is None:
            raise ValueError("this list has no entries on lines of their own")
        return block.items[position] if position < len(block.items) else block.end

    def _with_comments_above(self, start: int) -> int:
        """The start of the comments right above an entry; those indented more belong to the previous entry."""
        while _COMMENT_LINE.match(line := _last_line(self.text[:start])):
            if line.index("#") > self.column:
                break
            start -= len(line)
        return start

    def _where_to_insert(self) -> tuple[int, str]:
        """The position of a new block, and on which side a blank line separates it, as for its neighbours."""
        if self._follower is not None:
            at = self.starts[self._follower]
            while (line := _last_line(self.text[:at])).startswith("#"):
                at -= len(line)
            return at, "after" if _ends_in_blank_line(self.text[:at]) else ""
        trailing = _TRAILING_BLANKS.search(self.text)
        set_off = any(_ends_in_blank_line(self.text[:start]) for start in self.starts.values())
        return trailing.start() if trailing else len(self.text), "before" if set_off else ""

    def _replaced(self, start: int, end: int, lines: str) -> str:
        neighbour = _last_line(self.text[:start]) or self.text
        ending = "\r\n" if neighbour.partition("\n")[0].endswith("\r") else "\n"
        return self.text[:start] + lines.replace("\n", ending) + self.text[end:]


def _pairs(
    events: Sequence[yaml.Event], path: str, first_line: int
) -> Iterator[tuple[Sequence[yaml.Event], Sequence[yaml.Event]]]:
    """The top-level keys and their values, each as its events from start to end."""
    inner = events[2:-1]  # within the stream and the document
    root = inner[0] if inner else None
    if not isinstance(root, yaml.MappingStartEvent) or root.flow_style:
        raise FrontMatterError("the front matter is in braces; write it one key a line", path=path, line=first_line)
    borders, depth = [1], 1
    for position, event in enumerate(inner[1:-1], start=2):
        depth += _DEPTH.get(type(event), 0)
        if depth == 1:
            borders.append(position)
    for start, middle, end in zip(borders[::2], borders[1::2], borders[2::2], strict=False):
        yield inner[start:middle], inner[middle:end]


def _doubled_anchors(events: Iterable[yaml.Event]) -> bool:
    """Whether two nodes have the same anchor: in YAML 1.2 the last one counts, other parsers refuse it."""
    named = (event.anchor for event in events if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent))
    return any(count > 1 for anchor, count in Counter(named).items() if anchor is not None)


def _ends_in_kept_scalar(text: str, value: Sequence[yaml.Event]) -> bool:
    """Whether a value ends in a block scalar that keeps its trailing blank lines."""
    scalar = next((event for event in reversed(value) if not isinstance(event, yaml.CollectionEndEvent)), None)
    return (
        isinstance(scalar, yaml.ScalarEvent)
        and scalar.style in ("|", ">")
        and _KEEPS_BLANKS.match(text, mark_of(scalar).index) is not None
    )


def _last_line(text: str) -> str:
    """The last line of a text that ends in a line break, including it."""
    return text[text.rfind("\n", 0, -1) + 1 :]


def _ends_in_blank_line(text: str) -> bool:
    return _BLANK_LINE.fullmatch(_last_line(text)) is not None
