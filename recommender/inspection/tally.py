"""Counts of files or problems by kind, each with an example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recommender.sources import FoundFiles, Problem

_FEW = 5  # files with the same fault that are each named


@dataclass(frozen=True, slots=True)
class Tally:
    """The common reason of some files or problems, their number, and the file of the first."""

    reason: str
    count: int
    example: str


def tally_passed_over(found: FoundFiles) -> tuple[Tally, ...]:
    """The skipped files by reason, the most frequent first."""
    return tuple(Tally(reason, count, found.examples[reason]) for reason, count in found.passed_over.most_common())


def tally_problems(problems: Iterable[Problem]) -> tuple[Tally, ...]:
    """Problems by kind, in order of first occurrence; those without a kind by reason, if more than a few share it."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind or problem.reason, []).append(problem)
    return tuple(tally for shared, group in groups.items() for tally in _tallies(shared, group))


def _tallies(shared: str, group: Sequence[Problem]) -> Iterator[Tally]:
    if len(group) > (1 if group[0].kind else _FEW):
        yield Tally(shared, len(group), group[0].location)
    else:
        yield from (Tally(problem.reason, 1, problem.location) for problem in group)
