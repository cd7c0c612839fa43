"""A paragraph, heading, list item or table row of a body."""

from __future__ import annotations

import re
from dataclasses import dataclass

# ASCII only, since in Chinese or Japanese a word may follow a URL without a blank; without trailing punctuation.
_URL = re.compile(r"(?:https?://|ftp://|\bwww\.)[!#-;=?-Z_a-z~%\[\]]*[#$%&+\-/0-9=@A-Z_a-z~]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of text.

    Attributes:
        level: of a heading, 1 to 6; 0 for other blocks.
        is_prose: whether it is a paragraph with words besides images and bare URLs.
        is_list_item: whether it is a list item or table row with such words.
        follows_separator: whether it comes after the excerpt separator.
        is_code: whether it is a block of code, which is not part of the text.
    """

    text: str
    links: tuple[str, ...] = ()
    level: int = 0
    is_prose: bool = False
    is_list_item: bool = False
    follows_separator: bool = False
    is_code: bool = False


def clean_text(text: str) -> str:
    """The text without bare URLs, on one line, with single blanks."""
    if "://" in text or "www." in text:
        text = _URL.sub("", text)
    return " ".join(text.split())


def find_urls(text: str) -> list[str]:
    """The bare URLs in a text."""
    return _URL.findall(text)


def has_words(text: str) -> bool:
    """Whether the text contains a letter or a digit."""
    return any(character.isalnum() for character in text)
