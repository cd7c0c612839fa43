"""`FrontMatter`: the part of a file that describes its article, and its position.

YAML is enclosed in `---` lines (or ends with `...`), TOML in `+++`, JSON in `;;;` or in braces at the start of the
file; Hexo's YAML and JSON may omit the opening line. Headers of Pelican and MultiMarkdown are `Key: value` lines up to
an empty line; those of Nikola are `.. key: value` lines, mostly within a comment. Blank lines may precede all of these.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from recommender.errors import FrontMatterError

Format: TypeAlias = Literal["yaml", "toml", "json", "header"]

MAX_FRONT_MATTER_BYTES = 1 << 20

_BOM = b"\xef\xbb\xbf"
_BLANK_LINES = re.compile(rb"(?:[ \t]*\r?\n)*")
_FENCE = re.compile(rb"(---|\+\+\+|;;;)[ \t]*(yaml|toml|json)?[ \t]*\r?\n")
_FORMATS: dict[bytes, Format] = {b"---": "yaml", b"+++": "toml", b";;;": "json"}
_CLOSING = {
    b"---": re.compile(rb"\n((?:---|\.\.\.)[ \t]*\r?)(?=\n|\Z)"),
    b"+++": re.compile(rb"\n(\+\+\+[ \t]*\r?)(?=\n|\Z)"),
    b";;;": re.compile(rb"\n(;;;[ \t]*\r?)(?=\n|\Z)"),
}
_HEXO = re.compile(rb'(?="[^"\n]+"\s*:)')
_BRACES = re.compile(rb'\{\s*["}]')
_NIKOLA = re.compile(rb"(<!--[ \t]*\r?\n(?:[ \t]*\r?\n)*)?(?=\.\. [A-Za-z_-]+:)")
_NIKOLA_END = re.compile(rb"\n[ \t]*-->[ \t]*(?:\r?\n|\Z)|\n[ \t]*\r?\n|\Z")
_HEADER = re.compile(rb"(?:[A-Za-z][\w .-]{0,99}:[^\n]*\n(?:[ \t]+[^\s][^\n]*\n)*)+(?=[ \t]*\r?\n|\Z)")
# Hexo's YAML: non-empty lines up to the closing one.
_UNOPENED = re.compile(rb"(?=[A-Za-z_][\w-]*:[ \t\r\n])(?:[ \t]*[^\s][^\n]*\n)+?(?=---[ \t]*\r?(?:\n|\Z))")
_TITLE = re.compile(rb"^title:[ \t]*\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a file, without the lines that enclose it.

    Attributes:
        text: its text.
        start, end: its byte range in the file.
        format: the format of `text`.
        line: the number of its first line in the file.
        body: the byte offset of the article's body.
    """

    text: str
    start: int
    end: int
    format: Format = "yaml"
    line: int = 2
    body: int = 0


def split_front_matter(data: bytes, *, path: str) -> FrontMatter | None:
    """Find the front matter of a file's bytes; `None` if the file does not begin with front matter.

    `data` need not be the whole file: `MAX_FRONT_MATTER_BYTES` and the closing line are enough.

    Raises:
        FrontMatterError: the closing line is missing or beyond `MAX_FRONT_MATTER_BYTES`, the bytes are not UTF-8, or
            the text in braces is not JSON.
    """
    first = len(_BOM) if data.startswith(_BOM) else 0
    blank = _BLANK_LINES.match(data, first)
    opened = blank.end() if blank else first
    line = 1 + data.count(b"\n", 0, opened)
    fence = _FENCE.match(data, opened)
    if fence is not None or (_HEXO.match(data, opened) and _CLOSING[b";;;"].search(data, opened)):
        return _fenced(data, fence, opened, line, path)
    if (unopened := _UNOPENED.match(data, opened)) and _TITLE.search(unopened.group()):
        return _fenced(data, None, opened, line, path, mark=b"---")
    if _BRACES.match(data, opened):
        return _in_braces(data, opened, line, path)
    if nikola := _NIKOLA.match(data, opened):
        start = nikola.end()
        ended = _NIKOLA_END.search(data, start)
        end = ended.start() if ended else len(data)
        found = (start, end, ended.end() if ended else end)
    elif (header := _HEADER.match(data, opened)) and _TITLE.search(header.group()):
        found = (opened, header.end(), header.end())
    else:
        return None
    start, end, body = found
    first_line = line + data.count(b"\n", opened, start)
    return FrontMatter(_decode(data[start:end], first_line, path), start, end, "header", first_line, body)


def _fenced(
    data: bytes, fence: re.Match[bytes] | None, opened: int, line: int, path: str, *, mark: bytes = b";;;"
) -> FrontMatter:
    """The front matter between fences, or up to the closing fence `mark`."""
    mark, named, start = (mark, None, opened) if fence is None else (fence[1], fence[2], fence.end())
    written = mark.decode()
    first_line = line if fence is None else line + 1
    closing = _CLOSING[mark].search(data, start - 1)
    end = closing.start(1) if closing else len(data)
    if end - start > MAX_FRONT_MATTER_BYTES:
        raise FrontMatterError(
            f"the front matter is over {MAX_FRONT_MATTER_BYTES >> 20} MB; close it with a line `{written}`, "
            "or shorten it",
            path=path,
        )
    if closing is None:
        raise FrontMatterError(
            f"the front matter is never closed; end it with a line `{written}`", path=path, line=line
        )
    text = _decode(data[start:end], first_line, path)
    format: Format = _FORMATS[b"+++" if named == b"toml" else b";;;" if named == b"json" else mark]
    return FrontMatter(text, start, end, format, first_line, closing.end())


def _in_braces(data: bytes, start: int, line: int, path: str) -> FrontMatter:
    text = _decode(data[start : start + MAX_FRONT_MATTER_BYTES], line, path, cut=True)
    try:
        _, length = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        raise FrontMatterError(
            f"the front matter is not JSON: {error.msg}", path=path, line=line + error.lineno - 1
        ) from error
    except (RecursionError, ValueError) as error:
        raise FrontMatterError(
            "the front matter is not JSON that can be read: nested too deep, or a number too long", path=path, line=line
        ) from error
    end = start + len(text[:length].encode())
    return FrontMatter(text[:length], start, end, "json", line, end)


def _decode(block: bytes, line: int, path: str, *, cut: bool = False) -> str:
    """Decode UTF-8 bytes; if `cut`, the last character may be incomplete."""
    try:
        return block.decode()
    except UnicodeDecodeError as error:
        if cut and error.start >= len(block) - 3:
            return block[: error.start].decode()
        raise FrontMatterError(
            f"byte {block[error.start]:#04x} is not UTF-8; save the file as UTF-8",
            path=path,
            line=line + block.count(b"\n", 0, error.start),
        ) from error
