"""The catalogues of a trained model and of live articles, as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, rank_key
from recommender.catalogue.catalogue import HIDDEN, Catalogue, Facets, number_provider
from recommender.catalogue.live_string_index import LiveStringIndex
from recommender.catalogue.schedule import Schedule
from recommender.catalogue.series_index import other_parts
from recommender.corpus import Copies
from recommender.storage import Blob


class LiveCatalogue:
    """Articles by row: those of the trained model, then the live ones.

    Rows of withdrawn or replaced articles are masked: they stay, but no look-up finds them.
    """

    def __init__(
        self, base: Catalogue, live: Catalogue, *, masked: frozenset[int], sort_keys: NDArray[np.float64]
    ) -> None:
        """Join two catalogues.

        Args:
            masked: rows of the model that are withdrawn or replaced.
            sort_keys: float64 (articles,) ascending in rank order.
        """
        start = len(base)
        self._base = base
        self._live = live
        self._masked = masked
        self._sort_keys = sort_keys
        self.names = LiveStringIndex(base.names, live.names, start=start, masked=masked)
        self.urls = LiveStringIndex(base.urls, live.urls, start=start, masked=masked)
        self.flags = np.concatenate((base.flags, live.flags))
        self.flags[list(masked)] |= HIDDEN

    def __len__(self) -> int:
        return len(self._base) + len(self._live)

    def __getitem__(self, row: int) -> Article:
        part, row = self._part_of(row)
        return part[row]

    def _part_of(self, row: int) -> tuple[Catalogue, int]:
        """The catalogue that holds a row, and the row's number there."""
        start = len(self._base)
        return (self._base, row) if row < start else (self._live, row - start)

    def __iter__(self) -> Iterator[Article]:
        """The articles that can be looked up, in rank order."""
        return (self[row] for row in self.rows.tolist())

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The rows of all articles that can be looked up, in rank order."""
        order = np.argsort(self._sort_keys, kind="stable")
        return order[~np.isin(order, list(self._masked))]

    @cached_property
    def copies(self) -> Copies:
        """The copies among all articles."""
        return self._base.copies.with_live(self._live.copies, [self._original_in_base(one) for one in self._live])

    def _original_in_base(self, live: Article) -> int | None:
        """A row of the model with the same canonical address as a live article, if any."""
        if live.canonical_url and (row := self._base.urls.row(live.canonical_url)) is not None:
            return row
        rows = ((url, self._base.urls.row(url)) for url in live.own_urls)
        return next((row for url, row in rows if row is not None and self._base[row].canonical_url == url), None)

    def entries_json(self, rows: Iterable[int]) -> list[Blob]:
        """The entries of some articles as JSON in UTF-8, ready to send."""
        parts = map(self._part_of, rows)
        return [entry for part, row in parts for entry in part.entries_json([row])]

    def id(self, row: int) -> str:
        """An article's ID, without the rest of the article."""
        part, row = self._part_of(row)
        return part.id(row)

    @cached_property
    def schedule(self) -> Schedule:
        """The times at which articles appear or expire."""
        return self._base.schedule.joined(self._live.schedule, start=len(self._base))

    def other_parts(self, row: int) -> list[int]:
        """The other parts of an article's series: those that follow it, then those before it, the nearest first."""
        start, found = len(self._base), dict[int, None]()
        for name in self[row].series.names:
            live = [(key, start + other) for key, other in self._live.series.get(name, ())]
            parts = sorted([*self._base.series.get(name, ()), *live])
            found |= dict.fromkeys(other_parts(parts, row))
        return list(found)

    def language(self, row: int) -> str | None:
        """The language that an article declares."""
        part, row = self._part_of(row)
        return part.language(row)

    def curated(self, row: int) -> tuple[str, ...]:
        """The IDs that an article's editors linked, in their order; empty for live articles."""
        part, row = self._part_of(row)
        return part.curated(row)

    def facets(self, row: int) -> Facets:
        """The fields that an article is grouped and counted by."""
        part, row = self._part_of(row)
        return part.facets(row)

    def search_titles(self, text: str, *, limit: int, allowed: NDArray[np.bool_]) -> list[int]:
        """The newest rows, at most `limit`, among those `allowed` whose titles contain every word of a text."""
        start = len(self._base)
        found = self._base.search_titles(text, limit=limit, allowed=allowed[:start])
        found += [start + row for row in self._live.search_titles(text, limit=limit, allowed=allowed[start:])]
        return sorted(found, key=lambda row: rank_key(self[row]))[:limit]

    @cached_property
    def providers(self) -> NDArray[np.int32]:
        """The number of each article's provider, int32 (articles,); -1 for none."""
        live = [number_provider(article, self.provider_numbers) for article in self._live]
        return np.concatenate((self._base.providers, np.array(live, np.int32)))

    @cached_property
    def provider_numbers(self) -> dict[str, int]:
        """The number of each provider, by its domain or else its name."""
        numbers = dict(self._base.provider_numbers)
        for article in self._live:
            number_provider(article, numbers)
        return numbers

    def section(self, row: int) -> str:
        """An article's section."""
        part, row = self._part_of(row)
        return part.section(row)

    def in_section(self, rows: NDArray[np.int32], section: str) -> NDArray[np.bool_]:
        """Which of some rows are in a section, bool (rows,)."""
        found, live = np.empty(len(rows), np.bool_), rows >= len(self._base)
        found[~live] = self._base.in_section(rows[~live], section)
        found[live] = self._live.in_section(rows[live] - len(self._base), section)
        return found
