"""`Statement`: the table headers and key-value pairs of a TOML document, with their positions in its text.

The text has been parsed before; this code relies on its being valid.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# Strings in triple quotes may end in up to two more quotes.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<mark>[\[\]{}=,\n])"
    r"|[ \t\r]+"
    r"|[^\s\"'#\[\]{}=,]+",
    re.DOTALL,
)
_EMPTY_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_HEADER = re.compile(r"[ \t]*\[")
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Statement:
    """A table header, or a key with its value, in whole lines.

    Attributes:
        start, end: its range in the text.
        path: the keys that lead to what it defines, outermost first.
        value: the range of a pair's value.
        comments: the comments within it and at its end.
    """

    kind: Literal["pair", "table", "array of tables"]
    start: int
    end: int
    path: tuple[str, ...]
    value: tuple[int, int]
    comments: tuple[str, ...]


def find_statements(text: str) -> Iterator[Statement]:
    """The statements of a valid TOML document, in order."""
    position, table = 0, tuple[str, ...]()
    while position < len(text):
        if empty := _EMPTY_LINE.match(text, position):
            position = max(empty.end(), position + 1)
            continue
        statement = _read_statement(text, position, table)
        if statement.kind != "pair":
            table = statement.path
        yield statement
        position = statement.end


def find_items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The range of each item of an array whose brackets are at `start` and `end`."""
    items: list[tuple[int, int]] = []
    depth, first, last = 0, -1, -1
    position = start
    while position < end:
        token = _next_token(text, position)
        mark = token["mark"]
        if mark in ("]", "}"):
            depth -= 1
        if (mark == "," and depth == 1) or depth == 0:
            if first >= 0:
                items.append((first, last))
            first = -1
        elif depth and not token["comment"] and token.group().strip(_SPACE):
            first = position if first < 0 else first
            last = token.end()
        if mark in ("[", "{"):
            depth += 1
        position = token.end()
    return items


def _read_statement(text: str, start: int, table: tuple[str, ...]) -> Statement:
    depth, equals, last = 0, -1, start
    comments: list[str] = []
    position = start
    while position < len(text):
        token = _next_token(text, position)
        mark = token["mark"]
        position = token.end()
        if mark == "\n" and depth == 0:
            break
        if token["comment"]:
            comments.append(token["comment"].rstrip())
            continue
        if mark in ("[", "{"):
            depth += 1
        elif mark in ("]", "}"):
            depth -= 1
        elif mark == "=" and depth == 0 and equals < 0:
            equals = token.start()
        if token.group().strip(_SPACE):
            last = token.end()
    if _HEADER.match(text, start):
        header = text[start:last].strip()
        is_array = header.startswith("[[")
        path = _path_of(tomllib.loads(f"{header}\n"))
        return Statement("array of tables" if is_array else "table", start, position, path, (last, last), (*comments,))
    path = (*table, *_path_of(tomllib.loads(f"{text[start:equals].strip()} = 0\n")))
    begin = equals + 1 + len(text[equals + 1 : last]) - len(text[equals + 1 : last].lstrip(_SPACE))
    return Statement("pair", start, position, path, (begin, last), (*comments,))


def _next_token(text: str, position: int) -> re.Match[str]:
    token = _TOKEN.match(text, position)
    if token is None:
        raise ValueError(f"no TOML at character {position}")
    return token


def _path_of(value: object) -> tuple[str, ...]:
    """The keys down to the innermost table of a document with a single chain of keys."""
    path = []
    while isinstance(value, dict | list) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        [(key, value)] = value.items()
        path.append(key)
    return tuple(path)
