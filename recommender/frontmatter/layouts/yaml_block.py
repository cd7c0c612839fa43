"""`ListBlock`: a list in YAML, as lines of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import yaml

from recommender.errors import FrontMatterError

BREAKS = "\n\r\x85\u2028\u2029"  # line breaks of YAML 1.1, which end comments
_ODD_BREAK = re.compile("[\x85\u2028\u2029]")  # not line breaks in YAML 1.2
_LINE_BREAK = re.compile(f"\r\n|[{BREAKS}]")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ListBlock:
    """The key of a list with its value, in whole lines.

    Attributes:
        start, end: its range in the text.
        items: where the line of each entry starts; `None` if the value is not a list with entries on lines of their
            own.
        comments: the comments within it.
    """

    start: int
    end: int
    items: tuple[int, ...] | None
    comments: tuple[str, ...]


def find_block(
    text: str, name: yaml.Event, value: Sequence[yaml.Event], *, path: str, key: str, first_line: int
) -> ListBlock:
    """Find the lines of a key and its value, given their events.

    Raises:
        FrontMatterError: the lines can't be delimited reliably.
    """
    start, line = mark_of(name).index, mark_of(name).line + first_line
    if any(isinstance(event, yaml.AliasEvent) for event in value):
        raise FrontMatterError(f"its `{key}` list holds an alias (`*name`); write the list out", path=path, line=line)
    spans = [span for event in (name, *value) if (span := _span(text, event))]
    last = len(text[: max(end for _, end in spans)].rstrip())
    line_break = _LINE_BREAK.search(text, last)
    end = line_break.end() if line_break else len(text)
    outside = _outside(text, spans, start, end)
    if odd := _ODD_BREAK.search(outside):
        raise FrontMatterError(
            f"a line of its `{key}` list ends in U+{ord(odd.group()):04X}; end it with a line feed",
            path=path,
            line=line,
        )
    items = None
    if isinstance(value[0], yaml.SequenceStartEvent) and not value[0].flow_style:
        items = _dash_lines(text, value)
    return ListBlock(start, end, items, tuple(match.group().rstrip() for match in _COMMENT.finditer(outside)))


def mark_of(event: yaml.Event) -> yaml.error.Mark:
    """The position where a node begins."""
    return cast("yaml.error.Mark", event.start_mark)


def _span(text: str, event: yaml.Event) -> tuple[int, int] | None:
    """The range of a scalar, or of the end of a flow collection; `None` for events without text of their own."""
    start, end = mark_of(event).index, cast("yaml.error.Mark", event.end_mark).index
    if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
        line_break = _LINE_BREAK.search(text, start, end)  # a comment may follow the indicator
        return line_break.start() if line_break else end, end
    if isinstance(event, yaml.ScalarEvent) or (isinstance(event, yaml.CollectionEndEvent) and end > start):
        return start, end
    return None


def _dash_lines(text: str, value: Sequence[yaml.Event]) -> tuple[int, ...] | None:
    """Where the line of each dash starts; `None` if a dash and its entry are not on one line."""
    lines = []
    depth = 0
    for event in value[1:-1]:
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            continue
        if depth == 0:
            dash = mark_of(event).index - 1
            while dash >= 0 and text[dash].isspace():
                dash -= 1
            if dash < 0 or text[dash] != "-":
                return None
            line = text.rfind("\n", 0, dash) + 1
            lines.append(max(line, *(text.rfind(end, line, dash) + 1 for end in BREAKS)))
        depth += isinstance(event, yaml.CollectionStartEvent)
    return tuple(lines)


def _outside(text: str, spans: list[tuple[int, int]], start: int, end: int) -> str:
    """The text outside the scalars, with a U+0000 for each scalar."""
    between, position = [], start
    for first, past in sorted(spans):
        between.append(text[position:first])
        position = max(past, position)
    between.append(text[position:end])
    return "\0".join(between)
