"""YAML, the most common format of front matter.

Most front matter uses little of YAML, and one regular expression reads it in half of libyaml's time. Otherwise values
are built from libyaml's events rather than by `yaml.load`: this is twice as fast and limits the depth (libyaml's
composer recurses in C, so a megabyte of `[` crashes the process).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import yaml

from recommender.errors import FrontMatterError
from recommender.frontmatter.values import Value

MAX_DEPTH = 64

_MERGE = "<<"
_TOO_DEEP = f"nested over {MAX_DEPTH} deep"
_TOO_DEEP_FOR_LIBYAML = "exceeded maximum nesting depth"  # libyaml reads ahead and since 0.2.6 has its own limit
_WRONG_CHARACTER = "found character that cannot start any token"
_PLAINER = {
    "mapping values are not allowed in this context": "a `: ` within a value, or a line indented too far",
    "did not find expected key": "text after a quoted value, or a line out of place",
}
# A line of simple YAML and the blank lines after it: indent, dash, key, and a value that ends on the same line. The
# last group is the rest of a text, from its first other line.
_NO_TEXT = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"  # line breaks, and what YAML forbids
_QUOTED = rf"""(?:"[^"\\{_NO_TEXT}]*+(?:\\"[^"\\{_NO_TEXT}]*+)*+"|'[^'\\{_NO_TEXT}]*+')"""
_PLAIN = rf"-?+[\w/(][^:#{_NO_TEXT}]*+(?:(?::(?![ \n])|(?<! )#)[^:#{_NO_TEXT}]*+)*+"
_SIMPLE_LINE = re.compile(
    rf"( *+)(- ++)?+(?:([A-Za-z_][\w-]{{0,99}}+):(?=[ \n]) *+)?+({_QUOTED}|{_PLAIN})?+(?: *+\n)++|(.+)", re.DOTALL
)
_SIMPLE_DEPTH = 32
# For these errors, libyaml reports a position far behind the mistake.
_BEGUN_EARLIER = ("while scanning a quoted scalar", "while scanning a simple key")


def parse_yaml(text: str, *, path: str, line: int = 2, events: list[yaml.Event] | None = None) -> dict[str, Value]:
    """Parse a YAML document; every scalar is a `str`, and the last of two equal keys wins.

    Args:
        line: the number of its first line in the file.
        events: collects the parser's events, which hold the positions of the values.

    Raises:
        FrontMatterError: not YAML, not a mapping, or nested deeper than `MAX_DEPTH`; the line is counted in the file.
    """
    try:
        value = None if events is not None else _read_simple(text)
        value = _build(text, events) if value is None else value
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.context in _BEGUN_EARLIER else error.problem_mark
        problem = _TOO_DEEP if error.problem == _TOO_DEEP_FOR_LIBYAML else error.problem
        if error.problem == _WRONG_CHARACTER and mark:
            character = text[mark.index : mark.index + 1]
            is_tab = character == "\t"
            problem = (
                "a tab can't indent a line or begin a value" if is_tab else f"a value can't begin with {character}"
            )
        problem = _PLAINER.get(problem or "", problem)
        raise FrontMatterError(
            f"the front matter is not YAML: {problem or error.context}; quote the value or correct the indent",
            path=path,
            line=mark.line + line if mark else None,
        ) from error
    except yaml.reader.ReaderError as error:
        # libyaml counts bytes.
        before = text.encode()[: error.position] if isinstance(error.position, int) else b""
        raise FrontMatterError(
            f"character U+{_code_point(error.character):04X} is forbidden in YAML; remove it",
            path=path,
            line=before.count(b"\n") + line,
        ) from error
    except UnicodeDecodeError as error:
        raise FrontMatterError("a tag's `%` escapes are not UTF-8; remove the tag", path=path) from error
    if not isinstance(value, dict):
        raise FrontMatterError("the front matter is not made of `key: value` lines", path=path, line=line)
    return _merged(value) if _MERGE in value else value


def _merged(value: dict[str, Value]) -> dict[str, Value]:
    """A mapping with its merge key (`<<: *defaults`) applied; merge keys within its values are kept."""
    merged: dict[str, Value] = {}
    pending: list[Value] = [value]
    seen: set[int] = set()
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += reversed(one)
        elif isinstance(one, dict) and id(one) not in seen:
            seen.add(id(one))
            merged = {**{key: inner for key, inner in one.items() if key != _MERGE}, **merged}
            pending.append(one.get(_MERGE, ""))
    return merged


def _code_point(character: str | bytes | int) -> int:
    return character if isinstance(character, int) else ord(character)


def _read_simple(text: str) -> Value | None:
    """The value of a document of simple lines, as libyaml gives it; `None` if it has other lines or may be wrong."""
    lines = _SIMPLE_LINE.findall(text)
    if not lines or lines[-1][-1]:
        return None
    fields: dict[str, Value] = {}
    opened: list[tuple[int, Any]] = [(0, fields)]  # collections, each with its column
    empty: str | None = None  # the last line's key, if it has no value: the next line may begin a collection
    for indent, dash, key, written, _ in lines:
        column = len(indent)
        if empty is not None and (column > opened[-1][0] or (dash and column == opened[-1][0])):
            opened.append((column, [] if dash else {}))
            opened[-2][1][empty] = opened[-1][1]
        else:
            while column < opened[-1][0]:
                opened.pop()
            if not dash and isinstance(opened[-1][1], list):
                opened.pop()
        begun, collection = opened[-1]
        if column != begun or isinstance(collection, list) != bool(dash) or len(opened) > _SIMPLE_DEPTH:
            return None
        value = written[1:-1].replace('\\"', '"') if written[:1] in {'"', "'"} else written.rstrip(" ")
        empty = None if written else key
        if not key:
            if not (dash and written):
                return None
            collection.append(value)
        elif dash:
            collection.append({key: value})
            opened.append((column + len(dash), collection[-1]))
        else:
            collection[key] = value
    return fields


def _build(text: str, events: list[yaml.Event] | None) -> Value:
    loader = yaml.CBaseLoader(text)
    next_event = cast("Callable[[], yaml.Event]", loader.get_event)
    outermost: list[Value] = []
    open_collections = [outermost]
    open_anchors: list[str | None] = []
    anchors: dict[str, Value] = {}
    try:
        while type(event := next_event()) is not yaml.StreamEndEvent:  # `isinstance` takes twice as long
            if events is not None:
                events.append(event)
            value: Value
            if type(event) is yaml.ScalarEvent:  # the most common
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
