"""Header lines: `Title: …` in Pelican and MultiMarkdown, `.. title: …` in Nikola."""

from __future__ import annotations

import re

from recommender.frontmatter.values import Value

_LINE = re.compile(r"(?:\.\. )?([A-Za-z][\w .-]*?):(.*)")


def parse_header(text: str) -> dict[str, Value]:
    """The values of header lines, keys in lower case; a line that begins with a blank continues the previous one."""
    values: dict[str, Value] = {}
    key = None
    for line in text.split("\n"):
        if key is not None and line[:1] in (" ", "\t"):
            values[key] = f"{values[key]}\n{line.strip()}".strip()
        elif found := _LINE.fullmatch(line):
            key = found[1].lower()
            values[key] = found[2].strip()
    return values
