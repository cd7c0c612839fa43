"""All articles of a model, by row, name and address: plain bytes and arrays, in memory or mapped from files.

Nothing is parsed before it is asked for, and what many processes have mapped is in memory once.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from recommender.article import Article
from recommender.rules import days_of

Blob = bytes | memoryview
HIDDEN, UNPUBLISHED, WISHES = 1, 2, 4
_HEAD = b'{"entry":'


class Texts(Sequence[bytes]):
    """Texts one behind the other, and where each ends.

    Attributes:
        blob: all of them.
        ends: int64 (texts,) where each ends in `blob`; it begins where the one before ends.
    """

    def __init__(self, blob: Blob, ends: NDArray[np.int64]) -> None:
        self.blob = blob
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> Self:
        """Join texts."""
        texts = list(texts)
        return cls(b"".join(texts), np.cumsum([len(text) for text in texts], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        start = self.ends[place - 1] if place else 0
        return bytes(self.blob[start : self.ends[place]])

    def check(self) -> None:
        """Raise `ValueError` unless every text lies within the blob."""
        ends = self.ends
        if len(ends) and (ends[0] < 0 or ends[-1] != len(self.blob) or (np.diff(ends) < 0).any()):
            raise ValueError("texts end where there are none")


class Keys:
    """Which row each key has.

    Attributes:
        texts: the keys in UTF-8, ascending.
        rows: int32 (keys,).
    """

    def __init__(self, texts: Texts, rows: NDArray[np.int32]) -> None:
        self.texts = texts
        self.rows = rows

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> Self:
        """Sort keys; half of a surrogate pair, which UTF-8 does not know, is no key."""
        pairs = sorted((key.encode(errors="replace"), row) for key, row in rows.items())
        return cls(Texts.of(key for key, _ in pairs), np.array([row for _, row in pairs], np.int32))

    def row(self, key: str) -> int | None:
        """The row of a key, `None` if there is no such key."""
        wanted = key.encode(errors="replace")
        place = bisect_left(self.texts, wanted)
        return int(self.rows[place]) if place < len(self.texts) and self.texts[place] == wanted else None

    def around(self, key: str, count: int) -> list[str]:
        """The keys next to where this one would stand, `count` at most."""
        place = bisect_left(self.texts, key.encode(errors="replace"))
        start = max(0, min(place - count // 2, len(self.texts) - count))
        return [text.decode() for text in self.texts[start : start + count]]

    def check(self, articles: int) -> None:
        """Raise `ValueError` unless every key has the row of an article."""
        self.texts.check()
        if len(self.rows) != len(self.texts) or ((self.rows < 0) | (self.rows >= articles)).any():
            raise ValueError("a name belongs to no article")


class Catalogue(Sequence[Article]):
    """The articles in the order that settles ties.

    Attributes:
        records: each article as a JSON object whose first key is its entry.
        entry_sizes: int32 (articles,) bytes of each entry.
        days: float64 (articles,) days since 1970-01-01 UTC; NaN where unknown.
        flags: uint8 (articles,): `HIDDEN`, `UNPUBLISHED` and `WISHES` (it pins or bans others), added up.
        names, urls: who answers to what.
    """

    def __init__(
        self,
        records: Texts,
        *,
        entry_sizes: NDArray[np.int32],
        days: NDArray[np.float64],
        flags: NDArray[np.uint8],
        names: Keys,
        urls: Keys,
        articles: Sequence[Article] = (),
    ) -> None:
        self.records = records
        self.entry_sizes = entry_sizes
        self.days = days
        self.flags = flags
        self.names = names
        self.urls = urls
        self._articles = articles
        # Not of a bound method: a model that is replaced is then gone at once, and not when cycles are looked for.
        self._decoded = lru_cache(maxsize=1 << 14)(partial(_decode, records, days, flags))

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Self:
        """A catalogue in memory of articles in rank order."""
        entries = [_json(article.entry) for article in articles]
        return cls(
            Texts.of(_record(article, entry) for article, entry in zip(articles, entries, strict=True)),
            entry_sizes=np.array([len(entry) for entry in entries], np.int32),
            days=days_of(articles),
            flags=np.array([_flags(article) for article in articles], np.uint8),
            names=Keys.of({name: row for row, article in enumerate(articles) for name in article.names}),
            urls=Keys.of({url: row for row, article in enumerate(articles) for url in article.urls}),
            articles=tuple(articles),
        )

    def __len__(self) -> int:
        return len(self.entry_sizes)

    @overload
    def __getitem__(self, row: int) -> Article: ...
    @overload
    def __getitem__(self, row: slice) -> list[Article]: ...
    def __getitem__(self, row: int | slice) -> Article | list[Article]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._articles[row] if self._articles else self._decoded(row % len(self))

    def __iter__(self) -> Iterator[Article]:
        return iter(self._articles) if self._articles else (self._fresh(row) for row in range(len(self)))

    def entry_json(self, row: int) -> bytes:
        """An article's entry as it leaves, JSON in UTF-8."""
        start = int(self.records.ends[row - 1]) if row else 0
        return bytes(self.records.blob[start + len(_HEAD) : start + len(_HEAD) + self.entry_sizes[row]])

    @property
    def rows(self) -> Sequence[int]:
        """The rows of all that can be looked up."""
        return range(len(self))

    @property
    def providers(self) -> NDArray[np.int32]:
        """Each article's provider as a number, int32 (articles,), by domain or else by name; -1 for none."""
        return self.provided[0]

    @cached_property
    def provided(self) -> tuple[NDArray[np.int32], dict[str, int]]:
        """Each article's provider as a number, and which number each has."""
        numbers: dict[str, int] = {}
        found = np.full(len(self), -1, np.int32)
        for row in range(len(self)):
            if key := self.provider(row):
                found[row] = numbers.setdefault(key, len(numbers))
        return found, numbers

    def provider(self, row: int) -> str | None:
        """By what an article's provider is known: its domain, or else its name."""
        provider = json.loads(self.entry_json(row)).get("provider")
        return provider.get("domain") or provider.get("name") if isinstance(provider, dict) else None

    def _fresh(self, row: int) -> Article:
        """An article that need not be kept."""
        return _decode(self.records, self.days, self.flags, row)

    def check(self) -> None:
        """Raise `ValueError` unless this is what `of` makes of some articles."""
        count = len(self)
        if not len(self.records) == len(self.days) == len(self.flags) == count:
            raise ValueError("there is not one of each an article")
        self.records.check()
        self.names.check(count)
        self.urls.check(count)
        for row in range(count):
            article = self._fresh(row)
            if json.loads(self.entry_json(row)) != article.entry or not isinstance(article.entry.get("title"), str):
                raise ValueError("an article without ID or title")


def _decode(records: Texts, days: NDArray[np.float64], flags: NDArray[np.uint8], row: int) -> Article:
    values = json.loads(records[row])
    if not isinstance(values["id"], str):
        raise TypeError("an article without ID or title")
    day = float(days[row])
    return Article(
        id=values["id"],
        entry=values["entry"],
        published_at=None if np.isnan(day) else day,
        urls=tuple(values.get("urls", ())),
        names=tuple(values.get("names", (values["id"],))),
        hidden=bool(flags[row] & HIDDEN),
        published=not flags[row] & UNPUBLISHED,
        pinned=tuple(values.get("pinned", ())),
        banned=tuple(values.get("banned", ())),
    )


def _flags(article: Article) -> int:
    wishes = bool(article.pinned or article.banned)
    return HIDDEN * article.hidden + UNPUBLISHED * (not article.published) + WISHES * wishes


def _record(article: Article, entry: bytes) -> bytes:
    values: dict[str, Any] = {"id": article.id}
    if article.urls:
        values["urls"] = article.urls
    if article.names != (article.id,):
        values["names"] = article.names
    if article.pinned:
        values["pinned"] = article.pinned
    if article.banned:
        values["banned"] = article.banned
    return _HEAD + entry + b"," + _json(values)[1:] + b"\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
