"""YAML, the most common format of front matter.

Values are built from libyaml's events rather than by `yaml.load`: this is twice as fast and limits the depth (libyaml's
composer recurses in C, so a megabyte of `[` crashes the process).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import yaml

from recommender.errors import FrontMatterError
from recommender.frontmatter.values import Value

_MAX_DEPTH = 64
_MERGE = "<<"
_TOO_DEEP = f"nested over {_MAX_DEPTH} deep"
_TOO_DEEP_FOR_LIBYAML = "exceeded maximum nesting depth"  # libyaml reads ahead and since 0.2.6 has its own limit
_WRONG_CHARACTER = "found character that cannot start any token"
_PLAINER = {
    "mapping values are not allowed in this context": "a `: ` within a value, or a line indented too far",
    "did not find expected key": "text after a quoted value, or a line out of place",
}
# For these errors, libyaml reports a position far behind the mistake.
_BEGUN_EARLIER = ("while scanning a quoted scalar", "while scanning a simple key")


def parse_yaml(text: str, *, path: str, line: int = 2, events: list[yaml.Event] | None = None) -> dict[str, Value]:
    """Parse a YAML document; every scalar is a `str`, and the last of two equal keys wins.

    Args:
        line: the number of its first line in the file.
        events: collects the parser's events, which hold the positions of the values.

    Raises:
        FrontMatterError: not YAML, not a mapping, or nested deeper than 64; the line is counted in the file.
    """
    try:
        value = _build(text, events)
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
                if len(open_anchors) == _MAX_DEPTH:
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
