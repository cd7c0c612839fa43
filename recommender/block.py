"""The `related` block as text: where it stands in a front matter, put in, lengthened, taken out.

Only whole lines of the block are touched. Whoever puts one in has to read the result back: in a front matter that is
put together strangely (aliases, text that runs to the end) the right place can't be told from the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Block:
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
class Layout:
    """Where the keys of a front matter stand in its text.

    Attributes:
        starts: of each outermost key, the first character of its line.
    """

    text: str
    starts: dict[str, int]
    related: Block | None

    @classmethod
    def of(cls, text: str, *, place: str) -> Layout:
        """Find the block; `text` must have been read by `frontmatter.parse`, which bounds its depth.

        Raises:
            FrontMatterError: nothing can be put in line by line.
        """
        if mark := _BOM.search(text):
            where = "at the start of a line" if mark.start() else "after the opening `---`"
            line = 2 + text.count("\n", 0, mark.start())
            raise FrontMatterError(f"a byte order mark {where}; remove it", place=place, line=line)
        try:
            root = yaml.compose(text, Loader=_Composer)
        except yaml.YAMLError as error:
            raise FrontMatterError("its anchors are too entangled to put a list in", place=place) from error
        if not isinstance(root, yaml.MappingNode) or root.flow_style:
            raise FrontMatterError("the front matter is in braces; write it one key a line", place=place, line=2)
        starts: dict[str, int] = {}
        related = None
        for key, value in root.value:
            start = key.start_mark.index
            if start and text[start - 1] not in "\r\n":
                raise FrontMatterError(
                    "a key does not stand at the start of its line; write one key a line",
                    place=place,
                    line=key.start_mark.line + 2,
                )
            starts.setdefault(key.value if isinstance(key, yaml.ScalarNode) else "", start)
            if isinstance(key, yaml.ScalarNode) and key.value == RELATED:
                if related is not None:
                    raise FrontMatterError(
                        "there are two `related` keys; remove one", place=place, line=key.start_mark.line + 2
                    )
                related = _block(text, start, key, value, place=place)
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
    def _related(self) -> Block:
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


class _Composer(yaml.CBaseLoader):
    """Composes nodes without looking for their types, which takes a third of the time and says nothing here."""

    def resolve(self, *_: object) -> str:
        return "tag:yaml.org,2002:str"

    def descend_resolver(self, *_: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def _block(text: str, start: int, key: yaml.Node, value: yaml.Node, *, place: str) -> Block:
    nodes = list(_nodes(value))
    if len({id(node) for node in nodes}) < len(nodes) or any(node.start_mark.index < start for node in nodes):
        raise FrontMatterError(
            "its `related` list holds an alias (`*name`); write the list out", place=place, line=key.start_mark.line + 2
        )
    spans = [(key.start_mark.index, key.end_mark.index), *(span for node in nodes for span in _span(node))]
    last = len(text[: max(end for _, end in spans)].rstrip())
    line_break = _LINE_BREAK.search(text, last)
    end = line_break.end() if line_break else len(text)
    outside = _outside(text, spans, start, end)
    if odd := _ODD_BREAK.search(outside):
        raise FrontMatterError(
            f"a line of its `related` list ends in U+{ord(odd.group()):04X}; end it with a line feed",
            place=place,
            line=key.start_mark.line + 2,
        )
    items = None
    if isinstance(value, yaml.SequenceNode) and not value.flow_style:
        items = _dash_lines(text, value)
    return Block(start, end, items, tuple(match.group().rstrip() for match in _COMMENT.finditer(outside)))


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all below it, an alias as the node that it means; ends at the first node that comes twice."""
    waiting, met = [node], set[int]()
    while waiting:
        node = waiting.pop()
        yield node
        if id(node) in met:
            return
        met.add(id(node))
        if isinstance(node, yaml.CollectionNode):
            for child in node.value:
                waiting += child if isinstance(child, tuple) else (child,)


def _span(node: yaml.Node) -> Iterator[tuple[int, int]]:
    """Where a scalar stands, or the end of a collection in flow style; a block's end is that of what it holds."""
    if isinstance(node, yaml.ScalarNode):
        yield node.start_mark.index, node.end_mark.index
    elif isinstance(node, yaml.CollectionNode) and node.flow_style:
        yield node.end_mark.index - 1, node.end_mark.index


def _dash_lines(text: str, value: yaml.SequenceNode) -> tuple[int, ...] | None:
    """Where the line of each dash starts; `None` where something stands between a dash and its entry."""
    lines = []
    for item in value.value:
        dash = item.start_mark.index - 1
        while dash >= 0 and text[dash].isspace():
            dash -= 1
        if dash < 0 or text[dash] != "-":
            return None
        line = text.rfind("\n", 0, dash) + 1
        lines.append(max(line, *(text.rfind(end, line, dash) + 1 for end in _BREAKS)))
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
