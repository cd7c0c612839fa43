"""The articles whose lists an evaluation judged, with their figures, to be filtered and sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender.overview.overview import Overview

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class JudgedArticles:
    """What an evaluation says of each article that it judged; kept as JSON beside its report.

    Attributes:
        ids: of the articles.
        figures: the value of each measure for each system, one per article. The main measure and this
            program are first.
        groups: the rows in `ids` of the articles of each group, such as `provider: times.example`.
    """

    ids: Sequence[str]
    figures: Mapping[str, Mapping[str, Sequence[float]]]
    groups: Mapping[str, Sequence[int]]

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        measured: Mapping[str, Mapping[str, NDArray[np.float64]]],
        groups: Mapping[str, Iterable[str]],
    ) -> Self:
        """Build from the values of each system and measure, in the order of `ids`, and the IDs of each group."""
        row_of = {id: row for row, id in enumerate(ids)}
        figures: dict[str, dict[str, list[float]]] = {}
        for system, values in measured.items():
            for measure, value in values.items():
                figures.setdefault(measure, {})[system] = np.round(value, _DIGITS).tolist()
        return cls(ids, figures, {name: [row_of[id] for id in members] for name, members in groups.items()})

    @staticmethod
    def read(report: Path) -> JudgedArticles:
        """Those of the report in a file; none, under a measure without a name, if they can't be read."""
        file = JudgedArticles.file_of(report)
        try:
            stat = file.stat()
            return _decoded(file, (stat.st_mtime_ns, stat.st_size))
        except (OSError, msgspec.DecodeError):
            return _NONE

    @staticmethod
    def file_of(report: Path) -> Path:
        """The JSON file that belongs to the file of a report."""
        return report.with_name(f"{report.name}.json")

    def to_json(self) -> bytes:
        """The content of the file."""
        return msgspec.json.encode(self)


_NONE = JudgedArticles((), {"": {"": ()}}, {})


@lru_cache(maxsize=1)
def _decoded(file: Path, _version: tuple[int, int]) -> JudgedArticles:
    judged = msgspec.json.decode(file.read_bytes(), type=JudgedArticles)
    count = len(judged.ids)
    if {len(values) for systems in judged.figures.values() for values in systems.values()} != {count}:
        raise msgspec.ValidationError("the numbers of articles and figures differ")
    if not all(0 <= row < count for rows in judged.groups.values() for row in rows):
        raise msgspec.ValidationError("a group has a row without an article")
    return judged


@dataclass(frozen=True, slots=True, eq=False)
class JudgedColumns:
    """A group of judged articles in an overview, with a measure of this program and of another system.

    Attributes:
        among: bool (articles,) which articles are in the group.
        measure, system, other: the names.
        ours, theirs: float64 (articles,) the measure of both systems; NaN outside the group.
    """

    among: NDArray[np.bool_]
    measure: str
    system: str
    other: str
    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]

    @classmethod
    def of(cls, judged: JudgedArticles, overview: Overview, group: str, *, measure: str = "", other: str = "") -> Self:
        """The columns of a group; an unknown group is empty.

        Args:
            measure: by default, and if unknown, the main one.
            other: the other system; by default, and if unknown, this program itself.
        """
        measure = measure if measure in judged.figures else next(iter(judged.figures))
        figures = judged.figures[measure]
        system = next(iter(figures))
        other = other if other in figures else system
        among, values = np.zeros(len(overview), np.bool_), np.full((2, len(overview)), np.nan)
        rows = np.array(judged.groups.get(group, ()), np.int64)
        positions = overview.positions_of(judged.ids[row] for row in rows.tolist())
        known = positions >= 0
        among[positions[known]] = True
        for column, name in zip(values, (system, other), strict=True):
            column[positions[known]] = np.array(figures[name])[rows[known]]
        return cls(among, measure, system, other, *values)
