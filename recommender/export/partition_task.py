"""The task of an export: one partition of the answers, written by a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec

from recommender.artefacts import Models
from recommender.errors import ExportError
from recommender.export.live_snapshot import LiveSnapshot
from recommender.export.parquet import to_parquet
from recommender.export.partitions import ExportFormat, Partition
from recommender.ranking import LiveOverlay, Recommender
from recommender.storage import FileStore

T = TypeVar("T")


class ExportJob(NamedTuple):
    """What all tasks of an export have in common.

    Attributes:
        url: path or URL of the dataset.
        live: digest of the live changes that the export was begun with.
        limit: maximum number of entries per list.
    """

    models: Models
    version: str
    url: str
    live: str
    limit: int
    format: ExportFormat


def export_partition(job: ExportJob, partition: Partition) -> int:
    """Write the answers and identifiers of a partition's articles, each into one file; returns its number.

    Raises:
        ExportError: an article has no answer.
        StorageError: a file can't be written.
    """
    recommender = load_recommender(job.models, job.version, job.url, job.live)

    def answers(start: int, stop: int) -> Iterable[bytes]:
        return recommender.answers(limit=job.limit, start=start, stop=stop)

    def identifiers(start: int, stop: int) -> Iterable[bytes]:
        for id, names, urls in recommender.identifiers(start=start, stop=stop):
            yield msgspec.json.encode({"id": id, "names": names, "urls": urls})

    lines = _for_each_article(partition, recommender, answers)
    names = _for_each_article(partition, recommender, identifiers)
    dataset = FileStore(job.url)
    dataset.write(partition.names_file, _join_lines(names))
    dataset.write(partition.file(job.format), to_parquet(lines) if job.format == "parquet" else _join_lines(lines))
    return partition.number


@lru_cache(maxsize=1)
def load_recommender(models: Models, version: str, url: str, live: str) -> Recommender:
    """The model with the live changes of an export's snapshot; loaded once per process."""
    base = Recommender.load(models, version)
    if not live:
        return base
    changes = LiveSnapshot.read(FileStore(url), live).changes()
    return LiveOverlay(base).with_changes(changes).recommender


def _for_each_article(
    partition: Partition, recommender: Recommender, make: Callable[[int, int], Iterable[T]]
) -> list[T]:
    """What `make` gives for the positions of a partition; after an error, the article that causes it is named."""
    try:
        return list(make(partition.first, partition.last + 1))
    except Exception as error:
        for position in range(partition.first, partition.last + 1):
            try:
                list(make(position, position + 1))
            except Exception as cause:
                raise ExportError(
                    f"part {partition.number}: the article {_name(recommender, position)} has no answer "
                    f"({type(cause).__name__}: {cause})"
                ) from cause
        raise ExportError(f"part {partition.number}: {type(error).__name__}: {error}") from error


def _name(recommender: Recommender, position: int) -> str:
    try:
        return repr(recommender[position].id)
    except Exception:  # noqa: BLE001 - reading it may be the very thing that fails
        return f"in row {position}"


def _join_lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
