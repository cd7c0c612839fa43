"""Scans a body once, from left to right: keeps code as it is and replaces tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from recommender.markup.excerpt import SEPARATOR, separator_pattern
from recommender.markup.tags.code_spans import CodeSpans

# All have bounded length or end where the next match may begin, so a line of 1 MB is not reread for every mark.
_MARKDOWN_TOKENS = (
    r"(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})",
    "(?P<ticks>`+)",
    r"(?P<escape>\\[\\`{<])",
    "(?P<admonition>:{3,})",
    r"(?P<attributes>\{:(?!:)[^{}\n]{0,500}\}|\{[#.][A-Za-z][^{}\n]{0,500}\})",
    r"(?P<footnote>\[\^[^\]\s]{1,100}\]:?)",
)
_ADMONITION = re.compile(r"[ \t]*[\w-]*[ \t]*(?:\{[^}\n]*\})?[ \t]*(?:\[([^\]\n]*)\]|([^\n{]*))[^\n]*")
_LINE_START = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_LONGEST_LINE_START = 100  # characters of quotation and list marks before a fence
_LONGEST_ADDRESS = 200  # characters of an address before a tag in it


@dataclass(frozen=True, slots=True)
class Replacement:
    """The replacement text of a tag, and where scanning continues."""

    text: str
    end: int


class TagReader(Protocol):
    """Reads the tags of one template language in one text."""

    pattern: str  # a regular expression of tag openings
    starts: str  # a regular expression of their first character

    def read(self, opening: str, start: int, before: str, /) -> Replacement | None:
        """The replacement of the tag that begins with `opening` at `start`; `None` if it is not a tag.

        `before`: the text before it, up to the maximum length of an address.
        """


def replace_tags(source: str, reader: TagReader, separators: Sequence[str], *, is_markdown: bool) -> str:
    """Replace the tags of a text; the first separator becomes `SEPARATOR`, other comments are removed.

    In Markdown, code is kept as it is; attributes, footnote marks and the marks of admonitions (except their titles)
    are removed.
    """
    starts, tokens = _compile_tokens(reader.pattern, reader.starts, tuple(separators), is_markdown)
    code = CodeSpans(source if is_markdown else "")
    kept: list[str] = []
    copied = position = 0  # the text before `copied` is in `kept`; the next token starts at `position` or later
    separated = False
    while found := starts.search(source, position):
        start = found.start()
        match = tokens.match(source, start)
        if not match:
            position = start + 1
            continue
        token, position = match.group(), match.end()
        text = ""  # the replacement of the token
        match match.lastgroup:
            case "separator":
                text, separated = "" if separated else f"\n{SEPARATOR}\n", True
            case "comment":
                closing = source.find("-->", position)
                position = len(source) if closing < 0 else closing + len("-->")
            case "tag":
                before = "".join((*kept[-2:], source[max(copied, start - _LONGEST_ADDRESS) : start]))
                replacement = reader.read(token, start, before[-_LONGEST_ADDRESS:])
                if replacement is None:
                    continue
                text, position = replacement.text, replacement.end
            case "admonition":
                if not _starts_line(source, start) or not (line := _ADMONITION.match(source, position)):
                    continue
                text, position = f"\n{line[1] or line[2] or ''}\n", line.end()
            case "fence" if _starts_line(source, start):
                position = code.end_of_fence(token, position)
                continue
            case "fence" | "ticks":
                position = code.end_of_span(position, len(token)) if token.startswith("`") else position
                continue
            case "escape":
                continue
        kept += [source[copied:start], text]
        copied = position
    kept.append(source[copied:])
    return "".join(kept)


@lru_cache(maxsize=64)
def _compile_tokens(
    tag: str, starts: str, separators: tuple[str, ...], is_markdown: bool
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile two patterns: a token's first character, as a fast prefilter, and the token."""
    firsts = {one.strip()[0] for one in separators if one.strip()}
    characters = {"<", *("`~:[{\\" if is_markdown else "")}.union(*((one.lower(), one.upper()) for one in firsts))
    tokens = [
        rf"(?P<separator>(?i:{separator_pattern(separators) or '(?!)'}))",
        "(?P<comment><!--)",
        *(_MARKDOWN_TOKENS if is_markdown else ()),
        rf"(?P<tag>{tag})",
    ]
    one_of = re.escape("".join(sorted("".join(characters))))
    return re.compile(rf"[{one_of}]|{starts}", re.MULTILINE), re.compile("|".join(tokens), re.MULTILINE)


def _starts_line(source: str, start: int) -> bool:
    """Whether only marks of quotations and list items precede it on its line."""
    line = source.rfind("\n", max(0, start - _LONGEST_LINE_START), start) + 1
    return start - line <= _LONGEST_LINE_START and bool(_LINE_START.fullmatch(source, line, start))
