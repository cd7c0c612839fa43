"""The plan of an export: consecutive articles in rank order, partitioned into tasks with a file each.

A plan holds everything that the answers depend on, so runs with equal plans write equal files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

ExportFormat: TypeAlias = Literal["jsonl", "parquet"]

RUN, SUCCESS = "_run.json", "_SUCCESS"
"""The file that holds the plan, and the empty file that marks a complete export."""

NAMES_SUFFIX = ".names"
"""Suffix of the file that is written beside a file of answers. Its first line describes the export, with the SHA-256
digest of the answers; each other line holds the names and addresses of an article."""

UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""The month of articles without a date, as Hive and its readers name it."""

_CHUNK = 1 << 16  # articles whose months are computed at a time


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """The articles of one task.

    Attributes:
        first, last: positions in rank order, both inclusive.
        month: `2024-05`, or `UNDATED`; `None` if the export has no subfolders.
    """

    number: int
    first: int
    last: int
    month: str | None

    def file(self, form: ExportFormat) -> str:
        """The name of the file of answers."""
        folder = "" if self.month is None else f"month={self.month}/"
        return f"{folder}part-{self.number:06}.{form}"

    @property
    def names_file(self) -> str:
        """The name of the file of other names and addresses."""
        return f"_names/part-{self.number:06}.jsonl"


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that an export's answers depend on, and its partitions.

    Attributes:
        version: the model's version.
        live: digest of the live changes; empty if there are none.
        limit: maximum number of entries per list.
        fields: of each entry; none means the whole entry.
        options: of all look-ups, as `Options` has them.
        task_size: maximum number of articles per partition.
        articles: number of answers.
    """

    version: str
    live: str
    limit: int
    fields: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    format: ExportFormat
    task_size: int
    articles: int
    partitions: tuple[Partition, ...] = msgspec.field(name="parts")


def make_partitions(days: NDArray[np.float64], *, task_size: int, by_month: bool) -> tuple[Partition, ...]:
    """Partition articles by `task_size` and, if wanted, by month.

    Args:
        days: days since 1970-01-01 of all articles in rank order, float64 (articles,); NaN if unknown.
    """
    borders = [0, *(_month_starts(days) if by_month else ()), len(days)]
    spans = [
        (first, min(first + task_size, end) - 1)
        for start, end in pairwise(borders)
        for first in range(start, end, task_size)
    ]
    named = _month_names(_months(days[[first for first, _ in spans]])) if by_month else [None] * len(spans)
    return tuple(
        Partition(number=number, first=first, last=last, month=month)
        for number, ((first, last), month) in enumerate(zip(spans, named, strict=True))
    )


def _month_starts(days: NDArray[np.float64]) -> Iterator[int]:
    """The positions at which the month changes."""
    for first in range(1, len(days), _CHUNK):
        months = _months(days[first - 1 : first + _CHUNK])
        yield from (first + np.flatnonzero(months[1:] != months[:-1])).tolist()


def _months(days: NDArray[np.float64]) -> NDArray[np.int64]:
    """The month of each day, counted from 1970-01; -2^63 for NaN."""
    found = np.full(len(days), np.iinfo(np.int64).min)
    dated = ~np.isnan(days)
    found[dated] = np.floor(days[dated]).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return found


def _month_names(months: NDArray[np.int64]) -> Sequence[str]:
    return [UNDATED if month == np.iinfo(np.int64).min else str(np.datetime64(month, "M")) for month in months.tolist()]
