"""Counts of files or problems by kind, each with an example."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recommender.sources import FoundFiles, Problem


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
    """Problems by kind or else by reason, in order of first occurrence; a unique problem keeps its own reason."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind or problem.reason, []).append(problem)
    return tuple(
        Tally(shared if len(group) > 1 else group[0].reason, len(group), group[0].location)
        for shared, group in groups.items()
    )
