"""The `related` block as text: finds it in a front matter, inserts, lengthens and removes it.

Only whole lines of the block are changed. The caller must parse the result again: in an unusual front matter (aliases,
text that runs to the end) the right position can't be found from the text alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import yaml

from recommender.errors import FrontMatterError

RELATED = "related"
_FOLLOWER = "secured"  # where a site has this key, it has its lists before it
_BREAKS = "\n\r\x85\u2028\u2029"  # YAML 1.1's; only before these does a comment end
_BOM = re.compile(f"(?<![^{_BREAKS}])\ufeff")  # libyaml passes by one at the start of a line, other readers don't
_ODD_BREAK = re.compile("[\x85\u2028\u2029]")  # no line breaks in YAML 1.2
_LINE_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_BLANK_LINE = re.compile(r"[ \t]*\r?\n")
_TRAILING_BLANKS = re.compile(r"(?:^[ \t]*\r?\n)+\Z", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)
_DEPTH = {
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}


@dataclass(frozen=True, slots=True)
class RelatedBlock:
    """A `related` key with its value, in whole lines.

    Attributes:
        start, end: the characters of the text that it takes.
        items: where the line of each entry starts; `None` where the value is no list with its entries on lines of
            their own.
        comments: what people wrote into it beside the value.
    """

    start: int
    end: int
    items: tuple[int, ...] | None
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrontMatterLayout:
    """Where the keys of a front matter stand in its text.

    Attributes:
        starts: of each outermost key, the first character of its line.
    """

    text: str
    starts: dict[str, int]
    related: RelatedBlock | None

    @classmethod
    def of(cls, text: str, events: Sequence[yaml.Event], *, path: str) -> FrontMatterLayout:
        """Find the block in a text that `frontmatter.parse` read by these events.

        Raises:
            FrontMatterError: nothing can be put in line by line.
        """
        if "\ufeff" in text and (bom := _BOM.search(text)):
            where = "at the start of a line" if bom.start() else "after the opening `---`"
            line = 2 + text.count("\n", 0, bom.start())
            raise FrontMatterError(f"a byte order mark {where}; remove it", path=path, line=line)
        if "&" in text and _doubled_anchors(events):
            raise FrontMatterError("its anchors are too entangled to put a list in", path=path)
        starts: dict[str, int] = {}
        related = None
        for key, value in _pairs(events, path):
            mark = _mark(key[0])
            if mark.index and text[mark.index - 1] not in "\r\n":
                raise FrontMatterError(
                    "a key does not stand at the start of its line; write one key a line",
                    path=path,
                    line=mark.line + 2,
                )
            if isinstance(key[0], yaml.AliasEvent):
                raise FrontMatterError("a key is an alias (`*name`); write it out", path=path, line=mark.line + 2)
            name = key[0].value if isinstance(key[0], yaml.ScalarEvent) else ""
            starts.setdefault(name, mark.index)
            if name == RELATED:
                if related is not None:
                    raise FrontMatterError("there are two `related` keys; remove one", path=path, line=mark.line + 2)
                related = _block(text, key[0], value, path=path)
        return cls(text, starts, related)

    def with_block(self, block: str) -> str:
        """The text with this block (LF line breaks) in the place of the one it has, or where the site would put it."""
        if self.related is not None:
            return self._replaced(self.related.start, self.related.end, block)
        at, blank = self._where_to_insert()
        return self._replaced(at, at, {"before": f"\n{block}", "after": f"{block}\n", "": block}[blank])

    def with_items(self, items: str, *, kept: int) -> str:
        """The text with these entries in the place of all but the first `kept` of its block."""
        return self._replaced(self._items_from(kept), self._related.end, items)

    def without_items(self, *, kept: int) -> str:
        """The text with no more than the first `kept` entries; with none, without the block and its blank line."""
        if kept:
            return self.with_items("", kept=kept)
        start, end = self._related.start, self._related.end
        after = _BLANK_LINE.match(self.text, end)
        if _ends_in_blank_line(self.text[:start]):
            if after and start < self.starts.get(_FOLLOWER, -1):
                end = after.end()
            elif after or end == len(self.text):
                start -= len(_last_line(self.text[:start]))
        return self._replaced(start, end, "")

    @property
    def column(self) -> int:
        """Where the dashes of the block stand."""
        first = self._items_from(0)
        return self.text.index("-", first) - first

    @property
    def _related(self) -> RelatedBlock:
        if self.related is None:
            raise ValueError("this front matter has no `related` block")
        return self.related

    def _items_from(self, position: int) -> int:
        block = self._related
        if block.items is None:
            raise ValueError("this `related` block has no entries on lines of their own")
        return block.items[position] if position < len(block.items) else block.end

    def _where_to_insert(self) -> tuple[int, str]:
        """Where a new block goes, and where a blank line sets it off as its neighbours are."""
        if _FOLLOWER in self.starts:
            at = self.starts[_FOLLOWER]
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


def _pairs(events: Sequence[yaml.Event], path: str) -> Iterator[tuple[Sequence[yaml.Event], Sequence[yaml.Event]]]:
    """The outermost keys and their values, each as the events from its start to its end."""
    inner = events[2:-1]  # within the stream and the document
    root = inner[0] if inner else None
    if not isinstance(root, yaml.MappingStartEvent) or root.flow_style:
        raise FrontMatterError("the front matter is in braces; write it one key a line", path=path, line=2)
    borders, depth = [1], 1
    for position, event in enumerate(inner[1:-1], start=2):
        depth += _DEPTH.get(type(event), 0)
        if depth == 1:
            borders.append(position)
    for start, middle, end in zip(borders[::2], borders[1::2], borders[2::2], strict=False):
        yield inner[start:middle], inner[middle:end]


def _doubled_anchors(events: Iterable[yaml.Event]) -> bool:
    """Whether two nodes have one name: YAML 1.2 has the last one count, other readers refuse it."""
    named = (event.anchor for event in events if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent))
    return any(count > 1 for anchor, count in Counter(named).items() if anchor is not None)


def _block(text: str, key: yaml.Event, value: Sequence[yaml.Event], *, path: str) -> RelatedBlock:
    start, line = _mark(key).index, _mark(key).line + 2
    if any(isinstance(event, yaml.AliasEvent) for event in value):
        raise FrontMatterError("its `related` list holds an alias (`*name`); write the list out", path=path, line=line)
    spans = [span for event in (key, *value) if (span := _span(event))]
    last = len(text[: max(end for _, end in spans)].rstrip())
    line_break = _LINE_BREAK.search(text, last)
    end = line_break.end() if line_break else len(text)
    outside = _outside(text, spans, start, end)
    if odd := _ODD_BREAK.search(outside):
        raise FrontMatterError(
            f"a line of its `related` list ends in U+{ord(odd.group()):04X}; end it with a line feed",
            path=path,
            line=line,
        )
    items = None
    if isinstance(value[0], yaml.SequenceStartEvent) and not value[0].flow_style:
        items = _dash_lines(text, value)
    return RelatedBlock(start, end, items, tuple(match.group().rstrip() for match in _COMMENT.finditer(outside)))


def _mark(event: yaml.Event) -> yaml.error.Mark:
    return cast("yaml.error.Mark", event.start_mark)


def _span(event: yaml.Event) -> tuple[int, int] | None:
    """Where a scalar stands, or the end of a collection in flow style; a block's end is that of what it holds."""
    start, end = _mark(event).index, cast("yaml.error.Mark", event.end_mark).index
    if isinstance(event, yaml.ScalarEvent) or (isinstance(event, yaml.CollectionEndEvent) and end > start):
        return start, end
    return None


def _dash_lines(text: str, value: Sequence[yaml.Event]) -> tuple[int, ...] | None:
    """Where the line of each dash starts; `None` where something stands between a dash and its entry."""
    lines = []
    depth = 0
    for event in value[1:-1]:
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            continue
        if depth == 0:
            dash = _mark(event).index - 1
            while dash >= 0 and text[dash].isspace():
                dash -= 1
            if dash < 0 or text[dash] != "-":
                return None
            line = text.rfind("\n", 0, dash) + 1
            lines.append(max(line, *(text.rfind(end, line, dash) + 1 for end in _BREAKS)))
        depth += isinstance(event, yaml.CollectionStartEvent)
    return tuple(lines)


def _outside(text: str, spans: list[tuple[int, int]], start: int, end: int) -> str:
    """What stands outside of the scalars, with a U+0000 for each."""
    between, position = [], start
    for first, past in sorted(spans):
        between.append(text[position:first])
        position = max(past, position)
    between.append(text[position:end])
    return "\0".join(between)


def _last_line(text: str) -> str:
    """The last line of a text that ends in a line break, with it."""
    return text[text.rfind("\n", 0, -1) + 1 :]


def _ends_in_blank_line(text: str) -> bool:
    return _BLANK_LINE.fullmatch(_last_line(text)) is not None
