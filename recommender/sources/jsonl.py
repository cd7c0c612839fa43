"""A `.jsonl` file: on each line an article, or the curated links of one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recommender.articles import get_text, get_title
from recommender.errors import FrontMatterError
from recommender.sources.frontmatter import Value
from recommender.sources.source import LinkLine, ParsedFile, Problem, links_of, list_of, source_of
from recommender.storage import open_regular_file

MAX_LINE_BYTES = 1 << 24
"""A longer line is a problem, and not read."""

BLOCK_BYTES = 1 << 18
"""So much of a file is read at a time."""
_BOM = b"\xef\xbb\xbf"


def read_jsonl(root: Path, path: str) -> Iterator[ParsedFile]:
    """Read a file block by block; it is never in memory as a whole.

    Yields:
        What consecutive lines gave. The last one has the digest of the whole file; no digest comes where the file
        can't be read to its end, or was changed meanwhile.
    """
    line_count = 0
    digest = _new_digest(path)
    try:
        with open_regular_file(root / path) as stream:
            status = _status(stream)
            for lines in _read_lines(stream, digest):
                parsed = ParsedFile()
                for number, line in enumerate(lines, start=line_count + 1):
                    _parse_line(parsed, path, line, number)
                line_count += len(lines)
                yield parsed
            if _status(stream) != status:
                raise OSError("it was changed at that moment; run this again")
    except OSError as error:
        yield ParsedFile(problems=[Problem.unreadable(path, error)])
    else:
        yield ParsedFile(digest=digest.digest())


def digest_jsonl(root: Path, path: str) -> bytes:
    """The digest that `read_jsonl` gives, without parsing; empty where the file can't be read."""
    digest = _new_digest(path)
    try:
        with open_regular_file(root / path) as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    except OSError:
        return b""
    return digest.digest()


def _new_digest(path: str) -> hashlib._Hash:
    return hashlib.sha256(path.encode() + b"\0")


def _status(stream: IO[bytes]) -> tuple[int, int]:
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns


def _read_lines(stream: IO[bytes], digest: hashlib._Hash) -> Iterator[list[bytes | None]]:
    """The lines of a file in lists, with their line breaks (LF, CRLF or CR); `None` for one that is too long."""
    pending, is_too_long = b"", False
    while block := stream.read(BLOCK_BYTES):
        digest.update(block)
        lines: list[bytes | None] = [*(pending + block).splitlines(keepends=True)]
        pending = lines.pop() or b""  # it may go on in the next block, or end there in the second half of CRLF
        if lines and is_too_long:
            lines[0], is_too_long = None, False
        if len(pending) > MAX_LINE_BYTES + 1:
            pending, is_too_long = pending[-1:], True
        yield lines
    if pending:
        yield [None if is_too_long else pending]


def _parse_line(parsed: ParsedFile, path: str, line: bytes | None, number: int) -> None:
    content = None if line is None else line.rstrip(b"\r\n")
    if content is None or len(content) > MAX_LINE_BYTES:
        parsed.problems.append(Problem(path, f"the line is over {MAX_LINE_BYTES >> 20} MB; shorten it", number))
        return
    if number == 1:
        content = content.removeprefix(_BOM)
    if not content.strip():
        return
    try:
        fields = json_fields(content, path, number)
        if get_title(fields) is None and "related" in fields and (name := get_text(fields, "id", "slug")):
            items = list_of(parsed, fields, path, number)
            parsed.links.append(LinkLine(path, number, name, links_of(parsed, items, path, number)))
        else:
            parsed.sources.append(source_of(parsed, fields, path, number, None))
    except FrontMatterError as error:
        parsed.problems.append(Problem.from_error(error))


def json_fields(line: bytes, path: str, number: int | None) -> dict[str, Value]:
    """The fields of an article that is a JSON object; numbers stay as they were written, as in front matter.

    Raises:
        FrontMatterError: it is none.
    """
    try:
        # msgspec would be faster, but makes 0 of -0 and refuses integers of thousands of digits.
        value = json.loads(line.decode(), parse_int=str, parse_float=str, parse_constant=lambda _: None)
        value = _as_texts(value)
        if b"\\u" in line:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FrontMatterError("half of a surrogate pair; mend the escape", path=path, line=number) from error
    except UnicodeDecodeError as error:
        raise FrontMatterError("not UTF-8; save the file as UTF-8", path=path, line=number) from error
    except json.JSONDecodeError as error:
        raise FrontMatterError(f"not JSON: {error.msg} at column {error.colno}", path=path, line=number) from error
    except RecursionError as error:
        raise FrontMatterError("nested too deep", path=path, line=number) from error
    if not isinstance(value, dict):
        raise FrontMatterError("not a JSON object; an article is one", path=path, line=number)
    return value


def _as_texts(value: object) -> Value:
    if isinstance(value, dict):
        return {key: _as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
