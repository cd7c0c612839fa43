"""Front matter: split a file, and read its YAML.

Scalars are read as text, so `title: no` stays "no" and a date stays as it was written; what a field means is for its
reader to say. The values are built from libyaml's events rather than by `yaml.load`: that bounds the depth (libyaml's
composer recurses in C, and a megabyte of `[` ends the process) and is twice as fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

import yaml

from recommender.errors import FrontMatterError

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

MAX_FRONT_MATTER_BYTES = 1 << 20
MAX_DEPTH = 64

_TOO_DEEP = f"nested over {MAX_DEPTH} deep"
_TOO_DEEP_FOR_LIBYAML = "exceeded maximum nesting depth"  # it reads ahead, and from 0.2.6 on has a bound of its own
# Where libyaml sees these fail is far behind what is to be mended.
_BEGUN_EARLIER = ("while scanning a quoted scalar", "while scanning a simple key")

_BOM = b"\xef\xbb\xbf"
_OPENING = re.compile(rb"---[ \t]*\r?\n")
_CLOSING = re.compile(rb"\n(---[ \t]*\r?)(?=\n|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The YAML between the two `---` lines: its text, and where its bytes start and end in the file."""

    text: str
    start: int
    end: int


def split_front_matter(data: bytes, *, path: str) -> FrontMatter | None:
    """Find the front matter of a file's bytes; `None` where the file does not begin with a `---` line.

    `data` need not be the whole file: `MAX_FRONT_MATTER_BYTES` and the closing line are enough.

    Raises:
        FrontMatterError: the closing `---` is missing or beyond `MAX_FRONT_MATTER_BYTES`, or the bytes are not UTF-8.
    """
    opening = _OPENING.match(data, len(_BOM) if data.startswith(_BOM) else 0)
    if opening is None:
        return None
    start = opening.end()
    closing = _CLOSING.search(data, start - 1)
    end = closing.start(1) if closing else len(data)
    if end - start > MAX_FRONT_MATTER_BYTES:
        raise FrontMatterError(
            f"the front matter is over {MAX_FRONT_MATTER_BYTES >> 20} MB; close it with a line `---`, or shorten it",
            path=path,
        )
    if closing is None:
        raise FrontMatterError("the front matter is never closed; end it with a line `---`", path=path, line=1)
    block = data[start:end]
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        raise FrontMatterError(
            f"byte {block[error.start]:#04x} is not UTF-8; save the file as UTF-8",
            path=path,
            line=2 + block.count(b"\n", 0, error.start),
        ) from error
    return FrontMatter(text, start, end)


def parse_front_matter(
    front_matter: FrontMatter, *, path: str, events: list[yaml.Event] | None = None
) -> dict[str, Value]:
    """Read the YAML of a front matter; every scalar is a `str`, the last of two equal keys wins.

    Args:
        events: takes in what the values were built from, and with it where each of them stands.

    Raises:
        FrontMatterError: not YAML, not a mapping, or nested deeper than `MAX_DEPTH`; the line is the file's.
    """
    try:
        value = _build(front_matter.text, events)
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.context in _BEGUN_EARLIER else error.problem_mark
        problem = _TOO_DEEP if error.problem == _TOO_DEEP_FOR_LIBYAML else error.problem
        raise FrontMatterError(
            f"the front matter is not YAML: {problem or error.context}; quote the value or mend the indent",
            path=path,
            line=mark.line + 2 if mark else None,
        ) from error
    except yaml.reader.ReaderError as error:
        # libyaml counts in bytes.
        before = front_matter.text.encode()[: error.position] if isinstance(error.position, int) else b""
        raise FrontMatterError(
            f"character U+{_code_point(error.character):04X} is forbidden in YAML; remove it",
            path=path,
            line=before.count(b"\n") + 2,
        ) from error
    except UnicodeDecodeError as error:
        raise FrontMatterError("a tag's `%` escapes are not UTF-8; remove the tag", path=path) from error
    if not isinstance(value, dict):
        raise FrontMatterError("the front matter is not made of `key: value` lines", path=path, line=2)
    return value


def _code_point(character: str | bytes | int) -> int:
    return character if isinstance(character, int) else ord(character)


def _build(text: str, events: list[yaml.Event] | None) -> Value:
    loader = yaml.CBaseLoader(text)
    next_event = cast("Callable[[], yaml.Event]", loader.get_event)
    outermost: list[Value] = []
    open_collections = [outermost]
    open_anchors: list[str | None] = []
    anchors: dict[str, Value] = {}
    try:
        while not isinstance(event := next_event(), yaml.StreamEndEvent):
            if events is not None:
                events.append(event)
            value: Value
            if isinstance(event, yaml.ScalarEvent):  # as most are
                value, anchor = event.value, event.anchor
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(open_anchors) == MAX_DEPTH:
                    raise _problem(_TOO_DEEP, event)
                open_collections.append([])
                open_anchors.append(event.anchor)
                continue
            elif isinstance(event, yaml.CollectionEndEvent):
                items, anchor = open_collections.pop(), open_anchors.pop()
                value = _mapping(items) if isinstance(event, yaml.MappingEndEvent) else items
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in anchors:
                    raise _problem(f"nothing is called &{event.anchor}", event)
                value, anchor = anchors[event.anchor], None
            else:
                if isinstance(event, yaml.DocumentStartEvent) and outermost:
                    raise _problem("a second document begins", event)
                continue
            if anchor is not None:
                anchors[anchor] = value
            open_collections[-1].append(value)
    finally:
        loader.dispose()
    return outermost[0] if outermost else {}


def _problem(text: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=text, problem_mark=cast("yaml.error.Mark", event.start_mark))


def _mapping(items: list[Value]) -> dict[str, Value]:
    return {key: value for key, value in zip(items[::2], items[1::2], strict=True) if isinstance(key, str)}
