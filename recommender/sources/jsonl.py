"""Reads `.jsonl` files: each line is an article, or the curated links of one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recommender.articles import get_text, get_title
from recommender.errors import FrontMatterError
from recommender.frontmatter import parse_json
from recommender.sites import Site
from recommender.sources.article_fields import canonical_fields, read_article_fields
from recommender.sources.curated_lists import find_list_key, get_list_items, get_list_keys, read_links
from recommender.sources.source import LinkLine, ParsedFile, Problem, digest_state
from recommender.storage import open_regular_file

MAX_LINE_BYTES = 1 << 24
"""Longer lines are reported as problems and not read."""

BLOCK_BYTES = 1 << 18
"""How much of a file is read at a time."""
_PLAIN = Site(generator="jsonl", reason="")
_BOM = b"\xef\xbb\xbf"


def read_jsonl(root: Path, path: str, *, site: Site = _PLAIN) -> Iterator[ParsedFile]:
    """Read a file block by block, without holding all of it in memory.

    Yields:
        The results of consecutive lines. The last one has the digest of the whole file, unless the file can't be read
        to its end or changes meanwhile.
    """
    line_count = 0
    digest = _new_digest(path)
    try:
        with open_regular_file(root / path) as stream:
            status = _status(stream)
            for lines in _read_lines(stream, digest):
                parsed = ParsedFile()
                for number, line in enumerate(lines, start=line_count + 1):
                    _parse_line(parsed, path, line, number, site)
                line_count += len(lines)
                yield parsed
            if _status(stream) != status:
                raise OSError("it was changed at that moment; run this again")
    except OSError as error:
        yield ParsedFile(problems=[Problem.unreadable(path, error)])
    else:
        yield ParsedFile(digest=digest.digest())


def digest_jsonl(root: Path, path: str) -> bytes:
    """The digest that `read_jsonl` gives, without parsing; empty if the file can't be read."""
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
        pending = lines.pop() or b""  # may continue in the next block, even within a CRLF
        if lines and is_too_long:
            lines[0], is_too_long = None, False
        if len(pending) > MAX_LINE_BYTES + 1:
            pending, is_too_long = pending[-1:], True
        yield lines
    if pending:
        yield [None if is_too_long else pending]


def _parse_line(parsed: ParsedFile, path: str, line: bytes | None, number: int, site: Site) -> None:
    content = None if line is None else line.rstrip(b"\r\n")
    if content is None or len(content) > MAX_LINE_BYTES:
        parsed.problems.append(Problem(path, f"the line is over {MAX_LINE_BYTES >> 20} MB; shorten it", number))
        return
    if number == 1:
        content = content.removeprefix(_BOM)
    if not content.strip():
        return
    try:
        fields = canonical_fields(parse_json(content, path=path, line=number), site)
        key = find_list_key(fields, get_list_keys(site))
        if get_title(fields) is None and key and (name := get_text(fields, "id", "slug")):
            items = get_list_items(parsed, fields, path, number, key=key)
            parsed.links.append(LinkLine(path, number, name, read_links(parsed, items, path, number, key=key)))
        else:
            read_article_fields(parsed, fields, path, number, site=site, digest=digest_state(content))
    except FrontMatterError as error:
        parsed.problems.append(Problem.from_error(error))
