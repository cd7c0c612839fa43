"""Goes through a body once, from the left: code stays as it is, and tags are replaced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from recommender.markup.code_spans import CodeSpans
from recommender.markup.excerpt import SEPARATOR, separator_pattern

_MARKDOWN_TOKENS = (
    r"(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})",
    "(?P<ticks>`+)",
    r"(?P<escape>\\[\\`{<])",
    r"(?P<admonition>:{3,}[ \t]*[\w-]*[ \t]*(?:\{[^}\n]*\})?[ \t]*"
    r"(?:\[(?P<label>[^\]\n]*)\]|(?P<title>[^\n{]*))[^\n]*)",
    r"(?P<attributes>\{:(?!:)[^}\n]*\}|\{[#.][A-Za-z][^{}\n]*\})",
    r"(?P<footnote>\[\^[^\]\s]{1,100}\]:?)",
)
_LINE_START = re.compile(r"(?:\A|.*\n)[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*", re.DOTALL)
_LONGEST_LINE_START = 100  # characters of quotation and list marks before a fence


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is put for a tag, and where the text goes on."""

    text: str
    end: int


class TagReader(Protocol):
    """Knows the tags of one kind of template, in one text."""

    pattern: str  # a regular expression of what may begin a tag
    starts: str  # another of the first character alone

    def read(self, opening: str, start: int, before: str, /) -> Replacement | None:
        """What the tag that begins with `opening`, at `start`, becomes; `None` where it is no tag.

        `before`: the text before it, as far as an address in it may reach.
        """


@lru_cache(maxsize=64)
def _compile(tag: str, starts: str, separators: tuple[str, ...], is_markdown: bool) -> tuple[re.Pattern[str], ...]:
    """Patterns of the character that a token starts with, for these are fast to find, and of the token."""
    separator = separator_pattern(separators) or "(?!)"
    first = {one.strip()[0] for one in separators if one.strip()}
    characters = {"<", *("`~:[{\\" if is_markdown else "")}.union(*((one.lower(), one.upper()) for one in first))
    tokens = [rf"(?P<separator>(?i:{separator}))", "(?P<comment><!--)"]
    tokens += _MARKDOWN_TOKENS if is_markdown else ()
    tokens.append(rf"(?P<tag>{tag})")
    one_of = "".join(map(re.escape, sorted("".join(characters))))
    return re.compile(rf"[{one_of}]|{starts}", re.MULTILINE), re.compile("|".join(tokens), re.MULTILINE)


def replace_tags(source: str, reader: TagReader, separators: Sequence[str], *, is_markdown: bool) -> str:
    """The text with its tags replaced; its first separator becomes `SEPARATOR`, other comments go.

    In Markdown code is left as it is; attributes, footnote marks and all of admonitions but their titles go.
    """
    starts, tokens = _compile(reader.pattern, reader.starts, tuple(separators), is_markdown)
    code = CodeSpans(source) if is_markdown else None
    kept: list[str] = []
    copied = position = 0  # the text before `copied` is in `kept`; the next token starts at `position` or later
    separated = False
    while found := starts.search(source, position):
        start = found.start()
        match = tokens.match(source, start)
        if not match:
            position = start + 1
            continue
        kind, token, end = match.lastgroup, match.group(), match.end()
        text: str | None = ""  # what is put for the token; None where it stays
        if kind == "separator":
            text = "" if separated else f"\n{SEPARATOR}\n"
            separated = True
        elif kind == "comment":
            closing = source.find("-->", end)
            end = len(source) if closing < 0 else closing + len("-->")
        elif kind == "tag":
            before = "".join((*kept[-2:], source[max(copied, start - 200) : start]))[-200:]
            replacement = reader.read(token, start, before)
            text, end = (replacement.text, replacement.end) if replacement else (None, end)
        elif kind in {"fence", "admonition"} and not _starts_line(source, start):
            text, end = None, start + 3
            if code and token[0] == "`":
                end = code.end_of_span(start + len(token), len(token))
        elif kind == "admonition":
            text = f"\n{match['label'] or match['title'] or ''}\n"
        elif code and kind in {"fence", "ticks", "escape"}:
            text = None
            if kind == "fence":
                end = code.end_of_fence(token, end)
            elif kind == "ticks":
                end = code.end_of_span(end, len(token))
        if text is not None:
            kept += [source[copied:start], text]
            copied = end
        position = end
    kept.append(source[copied:])
    return "".join(kept)


def _starts_line(source: str, start: int) -> bool:
    """Whether nothing but marks of quotations and list items stands before it on its line."""
    before = source[max(0, start - _LONGEST_LINE_START) : start]
    return bool(_LINE_START.fullmatch(before)) and (start <= len(before) or "\n" in before)
