"""Header lines: `Title: …` as Pelican and MultiMarkdown have them, `.. title: …` as Nikola has them."""

from __future__ import annotations

import re

from recommender.frontmatter.values import Value

_LINE = re.compile(r"(?:\.\. )?([A-Za-z][\w .-]*?):(.*)")


def parse_header(text: str) -> dict[str, Value]:
    """The values of header lines, their keys in lower case; lines that begin with a blank continue the one before."""
    values: dict[str, Value] = {}
    key = None
    for line in text.split("\n"):
        if key is not None and line[:1] in (" ", "\t"):
            values[key] = f"{values[key]}\n{line.strip()}".strip()
        elif found := _LINE.fullmatch(line):
            key = found[1].lower()
            values[key] = found[2].strip()
    return values
