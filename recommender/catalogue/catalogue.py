"""The articles of a model by row, ID and URL: packed bytes and arrays, in memory or mapped from files.

Records are decoded on demand. Processes that map the same files share their memory.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Any, Self, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, Series, published_days
from recommender.catalogue.schedule import Schedule
from recommender.catalogue.series_index import Part, index_series, other_parts
from recommender.catalogue.string_index import PackedStrings, StringIndex, plain_ints
from recommender.catalogue.title_index import TitleIndex
from recommender.corpus import Copies, CopyFinder
from recommender.storage import Blob

HIDDEN, UNPUBLISHED, HAS_PINS_OR_BANS, TIMED, PART_OF_SERIES, UNLISTED, HAS_WRITTEN_LIST = 1, 2, 4, 8, 16, 32, 64
_HEAD = b'{"entry":'


class Facets(msgspec.Struct, frozen=True, gc=False):
    """The fields that articles are grouped and counted by; see `Article`. `curated` holds the curated links."""

    language: str | None = None
    topics: tuple[str, ...] = ()
    curated: tuple[str, ...] = ()


class _Identified(msgspec.Struct, gc=False):
    id: str


class Catalogue(Sequence[Article]):
    """The articles in rank order: newest first, undated last, then by ID.

    Attributes:
        records: each article as a JSON object whose first key is `entry`.
        entry_sizes: int32 (articles,) bytes of each entry.
        days: float64 (articles,) days since 1970-01-01 UTC; NaN where unknown.
        flags: uint8 (articles,): the sum of `HIDDEN`, `UNPUBLISHED`, `HAS_PINS_OR_BANS`, `TIMED`,
            `PART_OF_SERIES`, `UNLISTED` and `HAS_WRITTEN_LIST`.
        providers: int32 (articles,) the number of each article's provider, by domain or else by name; -1 for none.
        names, urls: the row of each ID, and of each normalised URL.
        copies: the copies among the articles.
    """

    def __init__(
        self,
        records: PackedStrings,
        *,
        entry_sizes: NDArray[np.int32],
        days: NDArray[np.float64],
        flags: NDArray[np.uint8],
        providers: NDArray[np.int32],
        names: StringIndex,
        urls: StringIndex,
        copies: Copies,
        articles: Sequence[Article] = (),
    ) -> None:
        self.records = records
        self.entry_sizes = entry_sizes
        self._ends, self._entry_sizes = plain_ints(records.ends), plain_ints(entry_sizes)
        self.days = days
        self.flags = flags
        self.providers = providers
        self.names = names
        self.urls = urls
        self.copies = copies
        self._articles = articles
        # A partial, not a bound method: without a reference cycle, a replaced model is freed at once.
        self._decoded = lru_cache(maxsize=1 << 14)(partial(_decode, records, days, flags))

    @classmethod
    def from_articles(cls, articles: Sequence[Article], links: Mapping[str, Sequence[str]] | None = None) -> Self:
        """A catalogue in memory.

        Args:
            articles: in rank order.
            links: by ID, the IDs that the article's editors linked.
        """
        links = links or {}
        finder, numbers = CopyFinder(), dict[str, int]()
        for article in articles:
            finder.add(article)
        rows = [encode_article(article, links.get(article.id, ())) for article in articles]
        return cls(
            PackedStrings.pack(record for record, _, _ in rows),
            entry_sizes=np.array([size for _, size, _ in rows], np.int32),
            days=published_days(articles),
            flags=np.array([flags for _, _, flags in rows], np.uint8),
            providers=np.array([number_provider(article, numbers) for article in articles], np.int32),
            names=StringIndex.build({name: row for row, article in enumerate(articles) for name in article.names}),
            urls=StringIndex.build({url: row for row, article in enumerate(articles) for url in article.urls}),
            copies=finder.find(),
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
            return [self[i] for i in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._articles[row] if self._articles else self._decoded(row % len(self))

    def __iter__(self) -> Iterator[Article]:
        return iter(self._articles) if self._articles else (self._fresh(row) for row in range(len(self)))

    def entries_json(self, rows: Iterable[int]) -> list[Blob]:
        """The entries of some articles as JSON in UTF-8, ready to send; a mapped one is not copied."""
        blob, ends, sizes, head = self.records.blob, self._ends, self._entry_sizes, len(_HEAD)
        return [blob[(start := (ends[row - 1] if row else 0) + head) : start + sizes[row]] for row in rows]

    def id(self, row: int) -> str:
        """An article's ID, without decoding the rest."""
        return _to_identified(self._rest_json(row)).id

    def curated(self, row: int) -> tuple[str, ...]:
        """The IDs that an article's editors linked, in their order."""
        return tuple(self._rest(row).get("curated", ()))

    def facets(self, row: int) -> Facets:
        """The fields that an article is grouped and counted by, without decoding the rest."""
        return _to_facets(self._rest_json(row))

    def search_titles(self, text: str, *, limit: int, allowed: NDArray[np.bool_]) -> list[int]:
        """The newest `limit` rows whose titles contain every word of a text.

        Args:
            allowed: bool (articles,) the rows that may be returned.
        """
        return self._titles.search(text, limit=limit, allowed=allowed)

    @cached_property
    def _titles(self) -> TitleIndex:
        return TitleIndex.build(self.records)

    def _rest(self, row: int) -> dict[str, Any]:
        """A record without its entry."""
        values: dict[str, Any] = _from_json(self._rest_json(row))
        return values

    def _rest_json(self, row: int) -> bytes:
        start = self.records.start(row) + len(_HEAD) + self._entry_sizes[row] + 1
        return b"{" + self.records.blob[start : self.records.start(row + 1)]

    @property
    def rows(self) -> Sequence[int]:
        """The rows of all articles that can be looked up, in rank order."""
        return range(len(self))

    @cached_property
    def provider_numbers(self) -> dict[str, int]:
        """The number of each provider, by its domain or else its name."""
        numbers, rows = np.unique(self.providers, return_index=True)
        articles = map(self._fresh, rows.tolist())
        return {one.provider: number for one, number in zip(articles, numbers.tolist(), strict=True) if one.provider}

    @cached_property
    def _sections(self) -> NDArray[np.object_]:
        """A cache of sections, object (articles,); 0 where not yet decoded."""
        return np.zeros(len(self), object)

    def in_section(self, rows: NDArray[np.int32], section: str) -> NDArray[np.bool_]:
        """Which of some rows are in a section, bool (rows,); each row's section is decoded once."""
        for row in rows[self._sections[rows] == 0].tolist():
            self._sections[row] = sys.intern(self.section(row))
        return np.asarray(self._sections[rows] == section)

    @cached_property
    def schedule(self) -> Schedule:
        """The times at which articles appear or expire."""
        timed = np.flatnonzero(self.flags & TIMED).tolist()
        articles = ((row, self[row]) for row in timed)
        return Schedule.from_moments((row, one.visible_from, one.visible_until) for row, one in articles)

    @cached_property
    def series(self) -> Mapping[str, Sequence[Part]]:
        """The ordered parts of each series."""
        rows = np.flatnonzero(self.flags & PART_OF_SERIES).tolist()
        return index_series((row, self._fresh(row)) for row in rows)

    def other_parts(self, row: int) -> list[int]:
        """The other parts of an article's series: those that follow it, then those before it, the nearest first."""
        parts = (other_parts(self.series[name], row) for name in self[row].series.names)
        return list(dict.fromkeys(chain.from_iterable(parts)))

    def language(self, row: int) -> str | None:
        """The language that an article declares."""
        return self[row].language if self._articles else self._rest(row).get("language")

    def section(self, row: int) -> str:
        """An article's section."""
        return self[row].section if self._articles else str(self._rest(row).get("section", ""))

    def _fresh(self, row: int) -> Article:
        """An article, decoded without using the cache."""
        return _decode(self.records, self.days, self.flags, row)

    def check(self) -> None:
        """Raise `ValueError`, `TypeError` or `KeyError` unless `from_articles` could have made this."""
        count = len(self)
        lengths = {len(each) for each in (self.records, self.days, self.flags, self.providers, self.copies.text_keys)}
        if lengths != {count}:
            raise ValueError("the sizes of the catalogue's arrays differ")
        self.records.check()
        self.names.check(count)
        self.urls.check(count)
        self.copies.check()
        for row in range(count):
            article = self._fresh(row)
            [entry] = self.entries_json([row])
            if json.loads(bytes(entry)) != article.entry or not isinstance(article.entry.get("title"), str):
                raise ValueError("an article without ID or title")
            if self.names.row(article.id) is None:
                raise ValueError(f"nothing leads to the article {article.id}")


def _decode(records: PackedStrings, days: NDArray[np.float64], flags: NDArray[np.uint8], row: int) -> Article:
    values = json.loads(records[row])
    if not isinstance(values["id"], str):
        raise TypeError("an article without ID or title")
    day = float(days[row])
    return Article(
        id=values["id"],
        entry=values["entry"],
        published_at=None if np.isnan(day) else day,
        urls=tuple(values.get("urls", ())),
        canonical_url=values.get("canonical", ""),
        names=tuple(values.get("names", (values["id"],))),
        states=tuple(values.get("states", ())),
        topics=tuple(values.get("topics", ())),
        has_written_list=bool(flags[row] & HAS_WRITTEN_LIST),
        hidden=bool(flags[row] & HIDDEN),
        unlisted=bool(flags[row] & UNLISTED),
        published=not flags[row] & UNPUBLISHED,
        section=values.get("section", ""),
        series=Series(tuple(values.get("series", ())), values.get("part")),
        path=values.get("path", ""),
        summary=values.get("summary", ""),
        language=values.get("language"),
        visible_from=values.get("from"),
        visible_until=values.get("until"),
        pinned=tuple(values.get("pinned", ())),
        banned=tuple(values.get("banned", ())),
    )


def encode_article(article: Article, curated: Sequence[str]) -> tuple[bytes, int, int]:
    """Encode an article and its curated links for a catalogue: the record, the size of its entry, and the flags."""
    entry = _json(article.entry)
    edited = bool(article.pinned or article.banned)
    timed = article.visible_from is not None or article.visible_until is not None
    flags = HIDDEN * article.hidden + UNPUBLISHED * (not article.published) + HAS_PINS_OR_BANS * edited + TIMED * timed
    flags += PART_OF_SERIES * bool(article.series.names) + UNLISTED * article.unlisted
    flags += HAS_WRITTEN_LIST * article.has_written_list
    return _record(article, entry, curated), len(entry), flags


def number_provider(article: Article, numbers: dict[str, int]) -> int:
    """The number of an article's provider, -1 for none; a new provider is added to `numbers`."""
    provider = article.provider
    return numbers.setdefault(provider, len(numbers)) if provider else -1


def _record(article: Article, entry: bytes, curated: Sequence[str]) -> bytes:
    values: dict[str, Any] = {"id": article.id}
    others = {
        "path": article.path or None,
        "summary": article.summary or None,
        "language": article.language,
        "canonical": article.canonical_url or None,
        "from": article.visible_from,
        "until": article.visible_until,
        "section": article.section or None,
        "series": article.series.names or None,
        "part": article.series.part,
        "topics": article.topics or None,
        "states": article.states or None,
        "urls": article.urls or None,
        "names": article.names if article.names != (article.id,) else None,
        "pinned": article.pinned or None,
        "banned": article.banned or None,
        "curated": curated or None,
    }
    values |= {name: value for name, value in others.items() if value is not None}
    return _HEAD + entry + b"," + _json(values)[1:] + b"\n"


_json = msgspec.json.Encoder().encode
_from_json = msgspec.json.Decoder().decode
_to_identified = msgspec.json.Decoder(_Identified).decode
_to_facets = msgspec.json.Decoder(Facets).decode
