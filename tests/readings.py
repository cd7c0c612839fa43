"""What reading any bytes has to hold, judged by other spellings of the same values and another reader of JSON.

The property tests and the fuzzer share it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import msgspec

from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter, Value, parse_front_matter, split_front_matter

_NIKOLAS_FIRST = re.compile(r"[a-z_-]+")
_IS_HEADER_LINE = re.compile(r"(?:\.\. )?[A-Za-z][\w .-]*:")
_BOM_AND_BLANK_LINES = b"\xef\xbb\xbf\n \t\n"


def read(data: bytes) -> tuple[FrontMatter | None, dict[str, Value] | FrontMatterError | None]:
    """The front matter of a file, and its values or its fault."""
    try:
        front_matter = split_front_matter(data, path="a.md")
        return front_matter, None if front_matter is None else parse_front_matter(front_matter, path="a.md")
    except FrontMatterError as error:
        return None, error


def check_reading(data: bytes) -> None:
    """Bytes give values or a fault with its file and line; JSON and header lines give the same in every spelling."""
    front_matter, found = read(data)
    if front_matter is not None:
        assert data[front_matter.start : front_matter.end].decode() == front_matter.text
        assert front_matter.start <= front_matter.end <= front_matter.body <= len(data)
    if isinstance(found, FrontMatterError):
        assert found.path == "a.md"
        assert found.line is None or 1 <= found.line <= 1 + data.count(b"\n") + data.count(b"\r")
        assert found.reason
    elif front_matter is not None and found is not None:
        assert _is_text_throughout(found)
        if front_matter.format in ("json", "header"):
            _check_spellings(data, front_matter, found)


def _check_spellings(data: bytes, front_matter: FrontMatter, values: Mapping[str, Value]) -> None:
    if front_matter.format == "json":
        _check_by_msgspec(front_matter.text, values)
    else:
        _check_that_nothing_is_lost(front_matter.text, values)
    spellings = [*(_in_json(values) if front_matter.format == "json" else _in_header_lines(values))]
    if b"\r" not in data:
        spellings.append(data.replace(b"\n", b"\r\n"))
    if not data.startswith(_BOM_AND_BLANK_LINES[:3]):
        spellings.append(_BOM_AND_BLANK_LINES + data)
    for spelling in spellings:
        again, found = read(spelling)
        assert again is not None, f"{spelling!r} has no front matter: {found}"
        assert again.format == front_matter.format
        assert found == values, f"{spelling!r} is read otherwise"


def _in_json(values: Mapping[str, Value]) -> Iterator[bytes]:
    """In braces, between fences, and as Hexo has it: with the closing fence alone."""
    text = json.dumps(values, indent=1)
    yield f"{text}\nbody".encode()
    yield f";;;\n{text}\n;;;\nbody".encode()
    if any(values) and not text.startswith('{\n ""') and '\\"' not in text:
        yield f"{text[1:-1].strip()}\n;;;\nbody".encode()


def _in_header_lines(values: Mapping[str, Value]) -> Iterator[bytes]:
    """As Pelican, whose keys have up to a hundred characters here, and as Nikola have them."""
    if not str(values.get("title", "")).strip():
        return
    lines = [f"{key}: {value}".replace("\n", "\n    ") for key, value in values.items()]
    text = "\n".join(lines)
    if max(map(len, values)) <= 100:
        yield f"{text}\n\nbody".encode()
    if _NIKOLAS_FIRST.fullmatch(next(iter(values))) and "-->" not in text:
        dotted = "\n".join(f".. {line}" for line in lines)
        yield f"{dotted}\n\nbody".encode()
        yield f"<!--\n{dotted}\n-->\nbody".encode()


def _check_that_nothing_is_lost(text: str, values: Mapping[str, Value]) -> None:
    lines = [line for line in text.split("\n") if _IS_HEADER_LINE.match(line)]
    keys = [line.removeprefix(".. ").partition(":")[0].lower() for line in lines]
    for key, line in zip(keys, lines, strict=True):
        if keys.count(key) == 1:
            assert str(values[key]).startswith(line.partition(":")[2].strip()), f"{line!r} is read as {values[key]!r}"


def _check_by_msgspec(text: str, values: Mapping[str, Value]) -> None:
    try:
        other = msgspec.json.decode(text if text.lstrip()[:1] == "{" else f"{{{text}}}")
    except msgspec.DecodeError:
        return
    assert _is_same(other, dict(values)), f"{other} is read as {values}"


def _is_same(other: object, value: Value) -> bool:
    if isinstance(other, dict) and isinstance(value, dict):
        return other.keys() == value.keys() and all(_is_same(other[key], value[key]) for key in value)
    if isinstance(other, list) and isinstance(value, list):
        return len(other) == len(value) and all(map(_is_same, other, value))
    if not isinstance(value, str):
        return False
    if isinstance(other, bool) or other is None:
        return value == {True: "true", False: "false", None: ""}[other]
    return other == value if isinstance(other, str) else float(value) == float(str(other))


def _is_text_throughout(value: Value) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_text_throughout(inner) for key, inner in value.items())
    return all(map(_is_text_throughout, value)) if isinstance(value, list) else isinstance(value, str)
