"""Titles, searched for the words that they hold."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.string_index import Texts

_TITLE = re.compile(rb'\{"entry":\{"title":("(?:[^"\\]|\\.)*+")')  # how each record begins
_MARKS = re.compile("[\u0300-\u036f]")
_WORDS = 10  # of a question that count
_LOOKED_AT = 20_000  # titles that hold the longest word: what makes a question of common words cheap


class Titles:
    """The titles of a catalogue as one text, a line each, without case and accents.

    Attributes:
        text: every line ends in a line break.
        starts: int64 (articles,) where each begins.
    """

    def __init__(self, text: str, starts: NDArray[np.int64]) -> None:
        self.text = text
        self.starts = starts

    @classmethod
    def of(cls, records: Texts) -> Self:
        """The titles of records, in their order."""
        found = (_TITLE.match(records.blob, records.start(row)) for row in range(len(records)))
        titles = [_plain(match[1]) if match else "" for match in found]
        text = folded("".join(f"{title}\n" for title in titles))
        sizes = [len(line) + 1 for line in text.split("\n")[:-1]]
        return cls(text, np.cumsum([0, *sizes[:-1]], dtype=np.int64))

    def holding(self, question: str, *, limit: int, shown: NDArray[np.bool_]) -> list[int]:
        """The first rows, `limit` at most, whose title holds every word of a question, also within a word.

        A question without words is answered by all of them.

        Args:
            shown: bool (articles,) which may be given at all.
        """
        words = sorted(set(folded(question).split()), key=len, reverse=True)[:_WORDS]
        if not words:
            rows: list[int] = np.flatnonzero(shown)[:limit].tolist()
            return rows
        found: list[int] = []
        at = -1
        for _ in range(_LOOKED_AT):
            at = self.text.find(words[0], at + 1)
            if at < 0 or len(found) == limit:
                break
            row = bisect_right(self.starts, at) - 1
            end = self.text.index("\n", at)
            if shown[row] and all(self.text.find(word, self.starts[row], end) >= 0 for word in words[1:]):
                found.append(row)
            at = end
        return found


def folded(text: str) -> str:
    """A text without its case and accents."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def _plain(title: bytes) -> str:
    """A title on one line, from JSON."""
    if b"\\" not in title:
        return title[1:-1].decode()
    return str(json.loads(title)).replace("\n", " ")
