"""Which files are one article, and which ID each file has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recommender.corpus.spill_tables import MultiIndex, SpillDatabase, Table
from recommender.sources import Problem, Source


class ArticleGroups:
    """The files of each article: files that share a URL, directly or through others, are one article.

    Only what concerns files with a shared URL or a shared name is held in memory.

    Attributes:
        problems: IDs that several articles ask for.
    """

    def __init__(self, sources: Iterable[Source], database: SpillDatabase) -> None:
        """Group files and give each its ID."""
        self._database = database
        self._sources: Table[Source] = Table(database, Source)
        self._parents: dict[int, int] = {}  # a disjoint-set forest of rows, whose roots are the least of their sets
        self._members: dict[int, list[int]] = {}  # of each root with further files; these, ascending
        self._by_path: set[int] = set()  # rows known by their path without its ending
        self._by_whole_path: dict[int, int] = {}  # rows known by their whole path, with the number of the copy
        self.problems: list[Problem] = []
        urls, names = MultiIndex(database), MultiIndex(database)
        for source in sources:
            row = self._sources.append(source)
            names.add(source.name, row)
            for url in source.urls:
                urls.add(url, row)
        self._unite_by_url(urls)
        self._assign_ids(names)

    def __iter__(self) -> Iterator[list[tuple[str, Source]]]:
        """Each article's files with their IDs, the newest first."""
        for row, source in self._sources.items():
            if row in self._parents:
                continue
            group = [(self._id(row, source), source)]
            for member in self._members.get(row, ()):
                other = self._sources[member]
                group.append((self._id(member, other), other))
            if len(group) > 1:
                group.sort(key=lambda file: file[1].path)
                group.sort(key=lambda file: age_key(file[1].published_at), reverse=True)
            yield group

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
        """Give each file its name as ID, or its path where several articles have the name."""
        for name, rows in names.duplicates():
            if self._are_several_articles(rows):
                paths = sorted(self._sources[row].path for row in rows)
                others = ", ".join(paths[1:])
                self.problems.append(
                    Problem(paths[0], f"the ID {name!r} is also that of {others}; each is known by its path")
                )
                self._by_path.update(rows)
        # Two paths that differ in their ending alone, or a path that is another article's ID, keep the ending.
        while self._by_path and self._disambiguate(names):
            pass

    def _disambiguate(self, names: MultiIndex) -> bool:
        """Know files whose ID another article still has by their whole path; whether there were any."""
        ids = MultiIndex(self._database)
        for name, row in names:
            ids.add(name if row not in self._by_path else self._id(row, self._sources[row]), row)
        found = False
        for _, rows in ids.duplicates():
            if self._are_several_articles(rows):
                found = True
                copies = [self._by_whole_path.get(row) for row in rows]
                for position, (row, copy) in enumerate(zip(rows, copies, strict=True)):
                    if copy is None:
                        self._by_path.add(row)
                        self._by_whole_path[row] = 1
                    elif None not in copies:  # only a posted article has the path of another
                        self._by_whole_path[row] = copy + position
        return found

    def _id(self, row: int, source: Source) -> str:
        if row not in self._by_path:
            return source.name
        copy = self._by_whole_path.get(row)
        if copy is None:
            return source.path_name
        return source.path if copy == 1 else f"{source.path}-{copy}"


def age_key(published_at: float | None) -> float:
    """A sort key by date that puts articles without one before the oldest."""
    return float("-inf") if published_at is None else published_at
