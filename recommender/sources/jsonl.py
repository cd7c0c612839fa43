"""A `.jsonl` file, read in stretches of lines, none of which needs the others."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from recommender.articles import get_text, get_title
from recommender.errors import FrontMatterError
from recommender.sources.frontmatter import Value
from recommender.sources.source import LinkLine, ParsedFile, Problem, links_of, list_of, source_of
from recommender.storage import open_regular_file

STRETCH_BYTES = 1 << 18
"""A file that is larger is read in stretches of lines of about this size."""
LINE_BYTES = 1 << 24
"""A line that is longer is a problem, and not read."""

_LINE_BREAK = re.compile(rb"[\r\n]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some whole lines of a `.jsonl` file: its bytes from `start` to `end`, the first of which is in line `line`.

    Attributes:
        status: the file's size and the moment of its last change when it was parted.
    """

    start: int
    end: int
    line: int
    status: tuple[int, int]


class Lines:
    """A `.jsonl` file, parted into stretches of lines that can be read one without the others."""

    def __init__(self, root: Path, file: str) -> None:
        self._root = root
        self._file = file
        self._status: tuple[int, int] | None = None
        self._digest = b""

    def stretches(self) -> Iterator[Stretch]:
        """The stretches in their order; a line that is longer than one begins one.

        Raises:
            OSError: the file can't be read.
        """
        hashed = hashlib.sha256(self._file.encode() + b"\0")
        start = end = 0
        first = line = 1
        half = False  # whether what came before ends in the first half of a line break
        with open_regular_file(self._root / self._file) as stream:
            self._status = _status(stream)
            while block := stream.read(STRETCH_BYTES):
                hashed.update(block)
                cut = block.rfind(b"\n") + 1
                line += _line_breaks(block[:cut]) - (half and block.startswith(b"\n"))
                if cut:
                    yield Stretch(start, end + cut, first, self._status)
                    start, first = end + cut, line
                line += _line_breaks(block[cut:])
                half = block.endswith(b"\r")
                end += len(block)
        if end > start:
            yield Stretch(start, end, first, self._status)
        self._digest = hashed.digest()

    @property
    def digest(self) -> bytes:
        """As that of a `ParsedFile`, once all stretches are read; empty if the file has changed meanwhile."""
        try:
            with open_regular_file(self._root / self._file) as stream:
                return self._digest if _status(stream) == self._status else b""
        except OSError:
            return b""


def read_stretch(root: Path, file: str, stretch: Stretch) -> ParsedFile:
    """Read some lines of a `.jsonl` file; the digest, which is that of the whole file, stays empty."""
    parsed = ParsedFile()
    try:
        with open_regular_file(root / file) as stream:
            if _status(stream) != stretch.status:
                raise OSError("it was changed at that moment; run this again")
            data = _without_a_long_line(parsed, stream, file, stretch)
    except OSError as error:
        parsed.problems.append(Problem.unreadable(file, error))
        return parsed
    if stretch.start == 0:
        data = data.removeprefix(_BOM)
    _read_lines(parsed, file, data, stretch.line)
    return parsed


def read_lines(root: Path, file: str, *, parse: bool) -> ParsedFile:
    """Read a whole file; without `parse`, only its digest."""
    whole, lines = ParsedFile(), Lines(root, file)
    try:
        for stretch in lines.stretches():
            if parse:
                part = read_stretch(root, file, stretch)
                whole.sources += part.sources
                whole.links += part.links
                whole.problems += part.problems
        whole.digest = lines.digest
    except OSError as error:
        whole.problems.append(Problem.unreadable(file, error))
    return whole


def _without_a_long_line(parsed: ParsedFile, stream: IO[bytes], file: str, stretch: Stretch) -> bytes:
    """What a stretch holds; of a line at its head that is too long only the end, as if the line were empty."""
    stream.seek(stretch.start)
    left = stretch.end - stretch.start
    if left > LINE_BYTES and not _LINE_BREAK.search(stream.read(LINE_BYTES + 1)):
        parsed.problems.append(_long_line(file, stretch.line))
        left -= LINE_BYTES + 1
        while left and not (found := _LINE_BREAK.search(block := stream.read(min(left, STRETCH_BYTES)))):
            left -= len(block)
        left -= found.start() if left and found else 0
        stream.seek(stretch.end - left)
        return stream.read(left)
    stream.seek(stretch.start)
    return stream.read(left)


def _long_line(file: str, number: int) -> Problem:
    return Problem(file, f"the line is over {LINE_BYTES >> 20} MB; shorten it", number)


def _line_breaks(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _status(stream: IO[bytes]) -> tuple[int, int]:
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns


def _read_lines(parsed: ParsedFile, file: str, data: bytes, first: int) -> None:
    for number, raw in enumerate(data.splitlines(), start=first):
        if not raw.strip():
            continue
        if len(raw) > LINE_BYTES:
            parsed.problems.append(_long_line(file, number))
            continue
        try:
            fields = json_fields(raw, file, number)
            if get_title(fields) is None and "related" in fields and (name := get_text(fields, "id", "slug")):
                items = list_of(parsed, fields, file, number)
                parsed.links.append(LinkLine(file, number, name, links_of(parsed, items, file, number)))
            else:
                parsed.sources.append(source_of(parsed, fields, file, number, None))
        except FrontMatterError as error:
            parsed.problems.append(Problem.from_error(error))


def json_fields(raw: bytes, file: str, number: int | None) -> dict[str, Value]:
    """The fields of an article that is a JSON object.

    Raises:
        FrontMatterError: it is none.
    """
    try:
        # Numbers stay as they were written, as they do in front matter.
        value = json.loads(raw.decode(), parse_int=str, parse_float=str, parse_constant=lambda _: None)
        value = _texts(value)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FrontMatterError("half of a surrogate pair; mend the escape", path=file, line=number) from error
    except UnicodeDecodeError as error:
        raise FrontMatterError("not UTF-8; save the file as UTF-8", path=file, line=number) from error
    except json.JSONDecodeError as error:
        raise FrontMatterError(f"not JSON: {error.msg} at column {error.colno}", path=file, line=number) from error
    except RecursionError as error:
        raise FrontMatterError("nested too deep", path=file, line=number) from error
    if not isinstance(value, dict):
        raise FrontMatterError("not a JSON object; an article is one", path=file, line=number)
    return value


def _texts(value: object) -> Value:
    if isinstance(value, dict):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
