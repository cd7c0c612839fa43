"""All articles of a model, by row, name and address: plain bytes and arrays, in memory or mapped from files.

Nothing is parsed before it is asked for, and what many processes have mapped is in memory once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
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
        self._ends = np.ascontiguousarray(ends).data  # which gives plain numbers, five times as fast

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
        return bytes(self.blob[self.start(place) : self._ends[place]])

    def start(self, place: int) -> int:
        """Where a text begins in the blob."""
        return self._ends[place - 1] if place > 0 else 0

    def place(self, wanted: bytes) -> int:
        """Where a text stands, or would stand, among ascending ones."""
        blob, ends = self.blob, self._ends
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            if bytes(blob[ends[middle - 1] if middle else 0 : ends[middle]]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

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
        place = self.texts.place(wanted)
        return int(self.rows[place]) if place < len(self.texts) and self.texts[place] == wanted else None

    def around(self, key: str, count: int) -> list[str]:
        """The keys next to where this one would stand, `count` at most."""
        place = self.texts.place(key.encode(errors="replace"))
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
        self._entry_sizes = np.ascontiguousarray(entry_sizes).data
        self.days = days
        self.flags = flags
        self.names = names
        self.urls = urls
        self._articles = articles
        self._decoded = lru_cache(maxsize=1 << 14)(self._decode)

    @classmethod
    def of(cls, articles: Sequence[Article], links: Mapping[str, Sequence[str]] | None = None) -> Self:
        """A catalogue in memory of articles in rank order, and of what their editors linked, by ID."""
        links = links or {}
        entries = [_json(article.entry) for article in articles]
        return cls(
            Texts.of(
                _record(article, entry, links.get(article.id, ()))
                for article, entry in zip(articles, entries, strict=True)
            ),
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
        return iter(self._articles) if self._articles else (self._decode(row) for row in range(len(self)))

    def entry_json(self, row: int) -> bytes:
        """An article's entry as it leaves, JSON in UTF-8."""
        start = self.records.start(row) + len(_HEAD)
        return bytes(self.records.blob[start : start + self._entry_sizes[row]])

    def id(self, row: int) -> str:
        """An article's ID, without the rest of the article."""
        return str(self._rest(row)["id"])

    def curated(self, row: int) -> tuple[str, ...]:
        """The IDs that an article's editors linked, in their order."""
        return tuple(self._rest(row).get("curated", ()))

    def _rest(self, row: int) -> dict[str, Any]:
        """A record but for its entry."""
        record = self.records[row]
        values: dict[str, Any] = json.loads(b"{" + record[len(_HEAD) + self._entry_sizes[row] + 1 :])
        return values

    @cached_property
    def providers(self) -> NDArray[np.int32]:
        """Each article's provider as a number, int32 (articles,), by domain or else by name; -1 for none."""
        numbers: dict[str, int] = {}
        found = np.full(len(self), -1, np.int32)
        for row in range(len(self)):
            provider = json.loads(self.entry_json(row)).get("provider")
            if isinstance(provider, dict) and (key := provider.get("domain") or provider.get("name")):
                found[row] = numbers.setdefault(key, len(numbers))
        return found

    def check(self) -> None:
        """Raise `ValueError` unless this is what `of` makes of some articles."""
        count = len(self)
        if not len(self.records) == len(self.days) == len(self.flags) == count:
            raise ValueError("there is not one of each an article")
        self.records.check()
        self.names.check(count)
        self.urls.check(count)
        for row in range(count):
            article = self._decode(row)
            if json.loads(self.entry_json(row)) != article.entry or not isinstance(article.entry.get("title"), str):
                raise ValueError("an article without ID or title")

    def _decode(self, row: int) -> Article:
        values = json.loads(self.records[row])
        if not isinstance(values["id"], str):
            raise TypeError("an article without ID or title")
        day = float(self.days[row])
        return Article(
            id=values["id"],
            entry=values["entry"],
            published_at=None if np.isnan(day) else day,
            urls=tuple(values.get("urls", ())),
            names=tuple(values.get("names", (values["id"],))),
            hidden=bool(self.flags[row] & HIDDEN),
            published=not self.flags[row] & UNPUBLISHED,
            pinned=tuple(values.get("pinned", ())),
            banned=tuple(values.get("banned", ())),
        )


def _flags(article: Article) -> int:
    wishes = bool(article.pinned or article.banned)
    return HIDDEN * article.hidden + UNPUBLISHED * (not article.published) + WISHES * wishes


def _record(article: Article, entry: bytes, curated: Sequence[str]) -> bytes:
    values: dict[str, Any] = {"id": article.id}
    if article.urls:
        values["urls"] = article.urls
    if article.names != (article.id,):
        values["names"] = article.names
    if article.pinned:
        values["pinned"] = article.pinned
    if article.banned:
        values["banned"] = article.banned
    if curated:
        values["curated"] = curated
    return _HEAD + entry + b"," + _json(values)[1:] + b"\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
