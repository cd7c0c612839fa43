"""The excerpt of a body: the text before the site's separator, else the first paragraph of prose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recommender.markup.block import Block

DEFAULT_SEPARATORS = ("<!-- more -->", "<!-- truncate -->", "{/* truncate */}", "{/* more */}")
SEPARATOR = "<!--more-->"  # what every separator becomes before the body is parsed

_LENGTH = 600  # characters


def separator_pattern(separators: Sequence[str]) -> str:
    """A regular expression that matches these separators, ignoring blanks; empty if all are blank."""
    parts = [
        [re.escape(part) for part in re.split(r"\s+|(?<=<!--)|(?=-->)|(?<=/\*)|(?=\*/)", one) if part]
        for one in separators
    ]
    return "|".join(r"\s*".join(one) for one in parts if one)


def choose_excerpt(blocks: Sequence[Block]) -> str:
    """An excerpt of at most 600 characters; empty only if there is no text besides headings and images."""
    prose = [block for block in blocks if block.is_prose]
    before = [block for block in prose if not block.follows_separator]
    if any(block.follows_separator for block in blocks) and before:
        chosen = before
    elif prose:
        chosen = prose[:1]
    else:
        chosen = [block for block in blocks if block.is_list_item]
    return _cut_at_word(" ".join(block.text for block in chosen))


def _cut_at_word(text: str) -> str:
    """The text, or its beginning with an ellipsis: at most 600 characters, cut between words if it has any."""
    if len(text) <= _LENGTH:
        return text
    head = text[:_LENGTH]
    words, blank, _ = head.rpartition(" ")
    return (words if blank else head[:-1]).rstrip(" ,;:–—-") + "…"
