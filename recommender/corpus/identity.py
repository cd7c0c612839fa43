"""Which files are of one article, and which ID each has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recommender.corpus.spill_tables import Lookup, Pairs, Rows, Tables
from recommender.sources import Problem, Source


class Grouping:
    """Files that share an address, directly or through others, are one article; each file has an ID.

    Attributes:
        problems: IDs that several articles ask for.
    """

    def __init__(self, sources: Iterable[Source], tables: Tables) -> None:
        self._tables = tables
        self._sources: Rows[Source] = tables.rows(Source)
        self._leaders: Lookup[int] = Lookup(tables)  # of the files that are not the first of their article
        self._members: Rows[tuple[int, int]] = tables.rows(tuple[int, int], keys=1)
        self._by_path: Lookup[int] = Lookup(tables)
        self._by_place: Lookup[int] = Lookup(tables)
        self.problems: list[Problem] = []
        urls, names = Pairs(tables), Pairs(tables)
        for source in sources:
            number = self._sources.add(source)
            names.add(source.name, number)
            for url in source.urls:
                urls.add(url, number)
        self._join(urls)
        self._name(names)

    def __iter__(self) -> Iterator[list[tuple[str, Source]]]:
        """Each article's files with their IDs, the newest first."""
        members = self._members.ordered()
        member = next(members, None)
        for number, source in self._sources.items():
            if self._leaders and self._leaders.get(number) is not None:
                continue
            group = [(self._id(number, source), source)]
            while member is not None and member[0] == number:
                other = self._sources[member[1]]
                group.append((self._id(member[1], other), other))
                member = next(members, None)
            if len(group) > 1:
                group.sort(key=lambda named: named[1].path)
                group.sort(key=lambda named: age_key(named[1].published_at), reverse=True)
            yield group

    def _join(self, urls: Pairs) -> None:
        for _, numbers in urls.shared():
            leaders = {self._leader(number) for number in numbers}
            first = min(leaders)
            for number in {*leaders, *numbers} - {first}:
                self._leaders.set(number, first)
        for number, before in self._leaders.items():
            leader = self._leader(before)
            self._members.add((leader, number), leader)

    def _leader(self, number: int) -> int:
        while self._leaders and (before := self._leaders.get(number)) is not None:
            number = before
        return number

    def _articles(self, numbers: Iterable[int]) -> int:
        return len({self._leader(number) for number in numbers})

    def _name(self, names: Pairs) -> None:
        """Each file has the ID that it asks for, or its path where several articles ask for that."""
        for name, numbers in names.shared():
            if self._articles(numbers) > 1:
                places = sorted(self._sources[number].path for number in numbers)
                others = ", ".join(places[1:])
                self.problems.append(
                    Problem(places[0], f"the ID {name!r} is also that of {others}; each is known by its path")
                )
                for number in numbers:
                    self._by_path.set(number, 1)
        # Two paths that differ only in their ending, or a path that is another article's ID: the ending stays.
        while self._by_path and self._rename(names):
            pass

    def _rename(self, names: Pairs) -> bool:
        """Know those by their places that have an ID in common still; whether there were any."""
        ids = Pairs(self._tables)
        for name, number in names:
            ids.add(name if self._by_path.get(number) is None else self._id(number, self._sources[number]), number)
        found = False
        for _, numbers in ids.shared():
            if self._articles(numbers) > 1:
                found = True
                known = [self._by_place.get(number) for number in numbers]
                for place, (number, copy) in enumerate(zip(numbers, known, strict=True)):
                    if copy is None:
                        self._by_path.set(number, 1)
                        self._by_place.set(number, 1)
                    elif None not in known:  # only what was posted may be in the place of another
                        self._by_place.set(number, copy + place)
        return found

    def _id(self, number: int, source: Source) -> str:
        if not self._by_path or self._by_path.get(number) is None:
            return source.name
        copy = self._by_place.get(number)
        if copy is None:
            return source.path_name
        return source.path if copy == 1 else f"{source.path}-{copy}"


def age_key(published_at: float | None) -> float:
    """What articles of any age are sorted by: those without a date are the oldest."""
    return float("-inf") if published_at is None else published_at
