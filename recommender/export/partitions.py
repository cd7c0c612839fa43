"""How an export is cut into tasks: consecutive articles of rank order, each task's in one file.

A plan says all that the answers depend on. So two runs that have the same plan write the same files, and one that was
broken off is told from another by its plan alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

ExportFormat: TypeAlias = Literal["jsonl", "parquet"]

RUN, SUCCESS = "_run.json", "_SUCCESS"
"""The plan of an export, and what is there once all of it is."""

UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""What stands for the month of articles without a date, as Hive and all that read its folders have it."""

_LOOKED_AT = 1 << 16  # articles


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """The articles of one task.

    Attributes:
        first, last: places in rank order, both included.
        month: `2024-05`, or `UNDATED`; `None` where months don't matter.
    """

    number: int
    first: int
    last: int
    month: str | None

    def name(self, form: ExportFormat) -> str:
        """Its file."""
        folder = "" if self.month is None else f"month={self.month}/"
        return f"{folder}part-{self.number:06}.{form}"

    @property
    def names(self) -> str:
        """The file of all that its articles are known by."""
        return f"_names/part-{self.number:06}.jsonl"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that an export's answers depend on, and its parts.

    Attributes:
        version: of the model.
        live: a digest of what was posted and withdrawn when the export began; empty where nothing was.
        limit: entries a list at most.
        task_size: articles a part at most.
    """

    version: str
    live: str
    limit: int
    format: ExportFormat
    task_size: int
    articles: int
    parts: tuple[Partition, ...]

    def as_json(self) -> bytes:
        """For a file."""
        return msgspec.json.encode(self) + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Plan:
        """What `as_json` gave.

        Raises:
            msgspec.DecodeError: it is no plan.
        """
        return msgspec.json.decode(text, type=cls)


def make_partitions(days: NDArray[np.float64], *, task_size: int, by_month: bool) -> tuple[Partition, ...]:
    """Cut articles into parts of `task_size` at most, and at months' borders where that is wanted.

    Args:
        days: since 1970-01-01, of all articles in rank order, float64 (articles,); NaN where unknown.
    """
    borders = [0, *(_turns(days) if by_month else ()), len(days)]
    spans = [
        (first, min(first + task_size, end) - 1)
        for start, end in pairwise(borders)
        for first in range(start, end, task_size)
    ]
    named = _names(_months(days[[first for first, _ in spans]])) if by_month else [None] * len(spans)
    return tuple(
        Partition(number=number, first=first, last=last, month=month)
        for number, ((first, last), month) in enumerate(zip(spans, named, strict=True))
    )


def _turns(days: NDArray[np.float64]) -> Iterator[int]:
    """The places where another month begins; few articles are looked at at a time."""
    for first in range(1, len(days), _LOOKED_AT):
        months = _months(days[first - 1 : first + _LOOKED_AT])
        yield from (first + np.flatnonzero(months[1:] != months[:-1])).tolist()


def _months(days: NDArray[np.float64]) -> NDArray[np.int64]:
    """Each day's month, counted from 1970; -2^63 where there is none."""
    found = np.full(len(days), np.iinfo(np.int64).min)
    dated = ~np.isnan(days)
    found[dated] = np.floor(days[dated]).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return found


def _names(months: NDArray[np.int64]) -> Sequence[str]:
    return [UNDATED if month == np.iinfo(np.int64).min else str(np.datetime64(month, "M")) for month in months.tolist()]
