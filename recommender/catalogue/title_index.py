"""A substring index over titles, which ignores case and accents."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.string_index import PackedStrings

_TITLE = re.compile(rb'\{"entry":\{"title":("(?:[^"\\]|\\.)*+")')  # the beginning of each record
_ACCENTS = re.compile("[\u0300-\u036f]")
_MAX_WORDS = 10  # of a query; the others are ignored
_MAX_MATCHES = 20_000  # titles with the longest word that are tried; bounds the time for queries of common words


class TitleIndex:
    """The titles of a catalogue in one text, one per line, without case and accents.

    Attributes:
        text: each title is followed by a line break.
        starts: int64 (articles,) the offset of each title.
    """

    def __init__(self, text: str, starts: NDArray[np.int64]) -> None:
        self.text = text
        self.starts = starts

    @classmethod
    def build(cls, records: PackedStrings) -> Self:
        """Index the titles of a catalogue's records."""
        found = (_TITLE.match(records.blob, records.start(row)) for row in range(len(records)))
        titles = [_decode(match[1]) if match else "" for match in found]
        text = fold("".join(f"{title}\n" for title in titles))
        sizes = [len(line) + 1 for line in text.split("\n")[:-1]]
        return cls(text, np.cumsum([0, *sizes[:-1]], dtype=np.int64))

    def search(self, query: str, *, limit: int, allowed: NDArray[np.bool_]) -> list[int]:
        """The first `limit` rows whose titles contain every word of a query, also inside other words.

        A query without words matches all titles.

        Args:
            allowed: bool (articles,) the rows that may be returned.
        """
        words = sorted(set(fold(query).split()), key=len, reverse=True)[:_MAX_WORDS]
        if not words:
            rows: list[int] = np.flatnonzero(allowed)[:limit].tolist()
            return rows
        found: list[int] = []
        offset = -1
        for _ in range(_MAX_MATCHES):
            offset = self.text.find(words[0], offset + 1)
            if offset < 0 or len(found) == limit:
                break
            row = bisect_right(self.starts, offset) - 1
            end = self.text.index("\n", offset)
            if allowed[row] and all(self.text.find(word, self.starts[row], end) >= 0 for word in words[1:]):
                found.append(row)
            offset = end
        return found


def fold(text: str) -> str:
    """A text without its case and accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def _decode(title: bytes) -> str:
    """A JSON string as text on one line."""
    if b"\\" not in title:
        return title[1:-1].decode()
    return str(json.loads(title)).replace("\n", " ")
