"""How much room a text takes on a terminal or beside a plot."""

from __future__ import annotations

import unicodedata


def columns_of(text: str) -> int:
    """The columns of a terminal that a text takes; Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits into so many columns with an ellipsis."""
    if columns_of(text) <= columns:
        return text
    while columns_of(text) >= columns:
        text = text[:-1]
    return f"{text.rstrip()}…"
