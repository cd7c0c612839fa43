"""Identity: groups files into articles, and assigns IDs and further names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from recommender.corpus.spill_tables import MultiIndex, SpillDatabase, Table, UniqueIndex
from recommender.sources import Problem, Source

SHARED_ID = "an ID that several articles have, so that each is known by its path"
"""The kind of problem of an ID that several articles request."""


class IdentifiedFile(NamedTuple):
    """A file of an article: its ID, and the other names of the article that come from this file."""

    id: str
    source: Source
    other_names: tuple[str, ...]


class ArticleGroups:
    """The files of each article: files in one language that share a URL, directly or transitively, are one article.

    Only data on files with a shared URL or name is held in memory.

    Attributes:
        problems: IDs that several articles request.
    """

    def __init__(self, sources: Iterable[Source], database: SpillDatabase) -> None:
        """Group files and assign IDs."""
        self._database = database
        self._sources: Table[Source] = Table(database, Source)
        self._parents: dict[int, int] = {}  # a disjoint-set forest of rows, with the lowest row of each set as root
        self._members: dict[int, list[int]] = {}  # the other rows of each set, by root, ascending
        self._by_language: dict[int, str] = {}  # rows whose ID is their name and language
        self._by_path: set[int] = set()  # rows whose ID is their path without extension
        self._by_whole_path: dict[int, int] = {}  # rows whose ID is their whole path, with the number of the copy
        self._names_of_first: dict[int, str] = {}  # names of translations with no version in the site's language
        self.problems: list[Problem] = []
        urls, names, other_names = MultiIndex(database), MultiIndex(database), MultiIndex(database)
        for source in sources:
            row = self._sources.append(source)
            names.add(source.name, row)
            for name in source.other_names:
                other_names.add(name, row)
            for url in source.identity_urls:
                urls.add(f"{url} {source.language or ''}", row)
        self._unite_by_url(urls)
        self._assign_ids(names)
        self._ids = UniqueIndex(database)
        for name, row in names:
            self._ids.set(name if self._has_own_name(row) else self._id(row, self._sources[row]), row)
        self._ambiguous = {name for name, rows in other_names.duplicates() if self._are_several_articles(rows)}

    def __iter__(self) -> Iterator[list[IdentifiedFile]]:
        """Each article's files, the newest first."""
        for row, source in self._sources.items():
            if row in self._parents:
                continue
            group = [self._identified(row, source)]
            group += [self._identified(member, self._sources[member]) for member in self._members.get(row, ())]
            if len(group) > 1:
                group.sort(key=lambda file: file.source.path)
                group.sort(key=lambda file: age_key(file.source.published_at), reverse=True)
            yield group

    def _identified(self, row: int, source: Source) -> IdentifiedFile:
        others = [name for name in source.other_names if name not in self._ambiguous]
        if row in self._names_of_first:
            others.append(self._names_of_first[row])
        id = self._id(row, source)
        return IdentifiedFile(id, source, tuple(name for name in others if name != id and self._ids.get(name) is None))

    def _unite_by_url(self, urls: MultiIndex) -> None:
        for _, rows in urls.duplicates():
            roots = {self._find_root(row) for row in rows}
            root = min(roots)
            for row in {*roots, *rows} - {root}:
                self._parents[row] = root
        for row in sorted(self._parents):
            self._members.setdefault(self._find_root(row), []).append(row)

    def _find_root(self, row: int) -> int:
        while (parent := self._parents.get(row)) is not None:
            row = parent
        return row

    def _are_several_articles(self, rows: Iterable[int]) -> bool:
        return len({self._find_root(row) for row in rows}) > 1

    def _assign_ids(self, names: MultiIndex) -> None:
        """Set each file's ID to its name or, if several articles have that name, to name and language or the path."""
        for name, rows in names.duplicates():
            if not self._are_several_articles(rows) or self._are_translations(name, rows):
                continue
            paths = sorted(self._sources[row].path for row in rows)
            others = ", ".join(paths[1:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
            self.problems.append(
                Problem(
                    paths[0],
                    f"the ID {name!r} is also that of {others}; each is known by its path",
                    kind=SHARED_ID,
                )
            )
            self._by_path.update(rows)
        # Paths that differ only in their extension, or that are another article's ID, keep the extension.
        while (self._by_path or self._by_language) and self._disambiguate(names):
            pass

    def _are_translations(self, name: str, rows: list[int]) -> bool:
        """Whether articles with one name differ in language; if so, those not in the site's own language get a suffix.

        An article without a language is in the site's own.
        """
        sources = [self._sources[row] for row in rows]
        languages = [source.language or "" for source in sources]
        if len(set(languages)) < len(rows):
            return False
        foreign = [
            row for row, source in zip(rows, sources, strict=True) if source.language and not source.is_default_language
        ]
        for row, language in zip(rows, languages, strict=True):
            if row in foreign:
                self._by_language[row] = f"{name}.{language}"
        if len(foreign) == len(rows):
            self._names_of_first[min(zip(languages, rows, strict=True))[1]] = name
        return True

    def _disambiguate(self, names: MultiIndex) -> bool:
        """Set the ID of files that still share one to their whole path; returns whether there were any."""
        ids = MultiIndex(self._database)
        for name, row in names:
            ids.add(name if self._has_own_name(row) else self._id(row, self._sources[row]), row)
        found = False
        for _, rows in ids.duplicates():
            if self._are_several_articles(rows):
                found = True
                copies = [self._by_whole_path.get(row) for row in rows]
                for position, (row, copy) in enumerate(zip(rows, copies, strict=True)):
                    if copy is None:
                        self._by_path.add(row)
                        self._by_whole_path[row] = 1
                    elif None not in copies:  # only a posted article can have the path of another
                        self._by_whole_path[row] = copy + position
        return found

    def _has_own_name(self, row: int) -> bool:
        return row not in self._by_path and row not in self._by_language

    def _id(self, row: int, source: Source) -> str:
        if (copy := self._by_whole_path.get(row)) is not None:
            return source.path if copy == 1 else f"{source.path}-{copy}"
        if row in self._by_path:
            return source.path_name
        return self._by_language.get(row, source.name)


def age_key(published_at: float | None) -> float:
    """A sort key by date that puts articles without one before the oldest."""
    return float("-inf") if published_at is None else published_at
