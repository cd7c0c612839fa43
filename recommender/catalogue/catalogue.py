"""All articles of a model, by row, name and address: plain bytes and arrays, in memory or mapped from files.

Nothing is parsed before it is asked for, and what many processes have mapped is in memory once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, Self, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, published_days
from recommender.catalogue.string_index import Keys, Texts
from recommender.catalogue.title_search import Titles

HIDDEN, UNPUBLISHED, HAS_PINS_OR_BANS = 1, 2, 4
_HEAD = b'{"entry":'


class Catalogue(Sequence[Article]):
    """The articles in the order that settles ties.

    Attributes:
        records: each article as a JSON object whose first key is its entry.
        entry_sizes: int32 (articles,) bytes of each entry.
        days: float64 (articles,) days since 1970-01-01 UTC; NaN where unknown.
        flags: uint8 (articles,): `HIDDEN`, `UNPUBLISHED` and `HAS_PINS_OR_BANS` (it pins or bans others), added up.
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
        # Not of a bound method: a model that is replaced is then gone at once, and not when cycles are looked for.
        self._decoded = lru_cache(maxsize=1 << 14)(partial(_decode, records, days, flags))

    @classmethod
    def of(cls, articles: Sequence[Article], links: Mapping[str, Sequence[str]] | None = None) -> Self:
        """A catalogue in memory of articles in rank order, and of what their editors linked, by ID."""
        links = links or {}
        rows = [row_of(article, links.get(article.id, ())) for article in articles]
        return cls(
            Texts.of(record for record, _, _ in rows),
            entry_sizes=np.array([size for _, size, _ in rows], np.int32),
            days=published_days(articles),
            flags=np.array([flags for _, _, flags in rows], np.uint8),
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
        start = self.records.start(row) + len(_HEAD)
        return bytes(self.records.blob[start : start + self._entry_sizes[row]])

    def id(self, row: int) -> str:
        """An article's ID, without the rest of the article."""
        return str(self._rest(row)["id"])

    def curated(self, row: int) -> tuple[str, ...]:
        """The IDs that an article's editors linked, in their order."""
        return tuple(self._rest(row).get("curated", ()))

    def search_titles(self, text: str, *, limit: int, shown: NDArray[np.bool_]) -> list[int]:
        """The newest rows, `limit` at most, of those `shown` whose title holds every word of a text."""
        return self._titles.holding(text, limit=limit, shown=shown)

    @cached_property
    def _titles(self) -> Titles:
        return Titles.of(self.records)

    def _rest(self, row: int) -> dict[str, Any]:
        """A record but for its entry."""
        record = self.records[row]
        values: dict[str, Any] = _from_json(b"{" + record[len(_HEAD) + self._entry_sizes[row] + 1 :])
        return values

    @property
    def rows(self) -> Sequence[int]:
        """The rows of all that can be looked up, in rank order."""
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


def row_of(article: Article, curated: Sequence[str]) -> tuple[bytes, int, int]:
    """What a catalogue holds of an article and its editors' links: its record, how long its entry is, its flags."""
    entry = _json(article.entry)
    wishes = bool(article.pinned or article.banned)
    flags = HIDDEN * article.hidden + UNPUBLISHED * (not article.published) + HAS_PINS_OR_BANS * wishes
    return _record(article, entry, curated), len(entry), flags


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


_json = msgspec.json.Encoder().encode
_from_json = msgspec.json.Decoder().decode
