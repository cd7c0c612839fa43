"""Blocks of a body without markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recommender.markup.block import Block, clean_text, find_urls, has_words
from recommender.markup.excerpt import separator_pattern

_BLANK_LINE = re.compile(r"\n[ \t\f]*\n")


def read_plain_text(source: str, separators: Sequence[str]) -> list[Block]:
    """The paragraphs of a plain text, separated by blank lines; its bare URLs are its links."""
    pattern = separator_pattern(separators)
    parts = re.split(pattern, source, maxsplit=1, flags=re.IGNORECASE) if pattern else [source]
    return [
        Block(text, tuple(find_urls(paragraph)), is_prose=has_words(text), follows_separator=number > 0)
        for number, part in enumerate(parts)
        for paragraph in _BLANK_LINE.split(part)
        if (text := clean_text(paragraph)) or "://" in paragraph
    ]
