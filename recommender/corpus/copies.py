"""Copies: articles that print the same text, and which of them is the original."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article

_NO_LETTER = re.compile(r"[\W_]+")
_NO_ASCII_LETTER = bytes(code for code in range(128) if not chr(code).isalnum())
_LEAST = 20  # minimum letters and digits to distinguish a text from others with the same title
_OF_EXCERPT, _OF_TEXT = 50, 500  # letters and digits compared; further on, copies may be cut or name their source
_MARKUP = 4  # characters read per letter compared
_MOST_NAMING = 20  # maximum articles with one canonical address; more are a mistake in a site's template


class Copies(NamedTuple):
    """The copies among the articles of a model, by row.

    Attributes:
        text_keys: uint64 (articles,) see `text_key`.
        originals: int32 (articles,) the row of each article's original; its own if it has no copy.
    """

    text_keys: NDArray[np.uint64]
    originals: NDArray[np.int32]

    def check(self) -> None:
        """Check that every original is the row of an article.

        Raises:
            ValueError: one is not, or the number of keys or originals is not that of the articles.
        """
        count = len(self.text_keys)
        if self.originals.shape != (count,):
            raise ValueError("the numbers of originals and articles differ")
        if count and not 0 <= self.originals.min() <= self.originals.max() < count:
            raise ValueError("an original is not an article")

    def with_live(self, live: Self, canonical_rows: Sequence[int | None]) -> Self:
        """The copies among a model's and live articles together; the originals of the model's copies stay.

        Args:
            live: the copies among the live articles alone.
            canonical_rows: for each live article, a row of the model with the same canonical address, if any.
        """
        start = len(self.text_keys)
        found = np.flatnonzero(np.isin(self.text_keys, live.text_keys[live.text_keys > 0]))
        row_of = dict(zip(self.text_keys[found].tolist(), found.tolist(), strict=True))
        joined: dict[int, int] = {}  # the model's original of each live original
        for own, key, named in zip(live.originals.tolist(), live.text_keys.tolist(), canonical_rows, strict=True):
            row = row_of.get(key) if named is None else named
            if row is not None:
                joined.setdefault(own, int(self.originals[row]))
        originals = [joined.get(own, start + own) for own in live.originals.tolist()]
        return type(self)(
            np.concatenate((self.text_keys, live.text_keys)),
            np.concatenate((self.originals, np.array(originals, np.int32))),
        )


class CopyFinder:
    """Collects articles, numbered as rows, and finds the copies among them."""

    def __init__(self) -> None:
        self._text_keys, self._days = array("Q"), array("d")
        self._canonicals, self._addresses, self._addressed = array("q"), array("q"), array("q")

    def add(self, article: Article) -> None:
        """Add an article."""
        row = len(self._text_keys)
        self._text_keys.append(text_key(article))
        self._days.append(np.inf if article.published_at is None else article.published_at)
        self._canonicals.append(_address_key(article, article.canonical_url) if article.canonical_url else 0)
        for url in article.own_urls:
            self._addresses.append(_address_key(article, url))
            self._addressed.append(row)

    def find(self) -> Copies:
        """Find the copies: articles with the same text key or the same canonical address.

        The original is the article at the canonical address, else the earliest (undated ones count as latest); of
        equals, the one added first.
        """
        keys = np.array(self._text_keys, np.uint64)
        originals = np.arange(len(keys), dtype=np.int32)
        canonicals = np.array(self._canonicals, np.int64)
        named, counts = np.unique(canonicals[canonicals != 0], return_counts=True)
        named = named[counts <= _MOST_NAMING]
        naming = np.flatnonzero(np.isin(canonicals, named))
        addresses = np.array(self._addresses, np.int64)
        at_named = np.isin(addresses, named)
        owners = np.array(self._addressed, np.int64)[at_named]
        texts = np.flatnonzero(keys)
        pairs = np.concatenate(
            (
                _pairs(keys[texts], texts),
                _pairs(np.concatenate((canonicals[naming], addresses[at_named])), np.concatenate((naming, owners))),
            )
        )
        if not len(pairs):
            return Copies(keys, originals)
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        ones = np.ones(len(pairs), np.bool_)
        _, groups = connected_components(coo_array((ones, pairs.T), shape=(len(keys), len(keys))), directed=False)
        is_derived = np.ones(len(keys), np.bool_)
        is_derived[owners] = False
        order = np.lexsort((np.array(self._days, np.float64), is_derived, groups))
        _, firsts, group_of = np.unique(groups[order], return_index=True, return_inverse=True)
        originals[order] = order[firsts[group_of]]
        return Copies(keys, originals)


def text_key(article: Article) -> int:
    """A key below 2^64 that is equal for articles in one language with the same title and beginning.

    Case, blanks and punctuation are ignored. The beginning is that of the text, else of the excerpt. If it is too short
    to distinguish a copy from another instalment of the same column, the key is 0.
    """
    beginning = _letters(article.text, _OF_TEXT)
    if len(beginning) < _LEAST:
        beginning = _letters(article.excerpt, _OF_EXCERPT)
    if len(beginning) < _LEAST:
        return 0
    text = b"\0".join(((article.language or "").encode(), _letters(article.title, _OF_TEXT), beginning))
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


def _letters(text: str, count: int) -> bytes:
    """The first letters and digits of a text, in one case, in UTF-8."""
    text = text[: _MARKUP * count]
    if text.isascii():
        return text.lower().encode().translate(None, _NO_ASCII_LETTER)[:count]
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFC", text).casefold())
    return letters[:count].encode(errors="replace")


def _address_key(article: Article, url: str) -> int:
    """A key for an address and language, stable within this process; translations at one address are not copies."""
    return hash((article.language, url)) or 1


def _pairs(keys: NDArray[np.generic], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each row with the next one of the same key, int64 (pairs, 2)."""
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    return np.stack((rows[order[same]], rows[order[same + 1]]), axis=1)
