"""The task of an export: one partition of the answers, written by a worker."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from recommender.artefacts import Models
from recommender.export.export_reader import Names
from recommender.export.live_snapshot import LiveSnapshot
from recommender.export.parquet import to_parquet
from recommender.export.partitions import ExportFormat, Partition
from recommender.live import LiveOverlay
from recommender.ranking import Options, Recommender
from recommender.storage import FileStore


class ExportJob(NamedTuple):
    """What all tasks of an export have in common.

    Attributes:
        url: path or URL of the dataset.
        live: digest of the live changes that the export was begun with.
        limit: maximum number of entries per list.
        fields: of each entry; none means the whole entry.
    """

    models: Models
    version: str
    url: str
    live: str
    limit: int
    fields: tuple[str, ...]
    options: Options
    format: ExportFormat


def export_partition(job: ExportJob, partition: Partition) -> int:
    """Write the answers and identifiers of a partition's articles, each into one file; returns its number.

    Raises:
        StorageError: a file can't be written.
    """
    recommender = load_recommender(job.models, job.version, job.url, job.live)
    if job.options.get("published") == "only":
        recommender = recommender.for_readers(published_only=True, previews=True)
    first, stop = partition.first, partition.last + 1
    lines = list(recommender.answers(limit=job.limit, start=first, stop=stop, fields=job.fields, **job.options))
    names = (
        msgspec.json.encode(Names(one.id, one.names, one.urls, one.public))
        for one in recommender.identifiers(start=first, stop=stop)
    )
    dataset = FileStore(job.url)
    dataset.write(partition.names_file, _join_lines(names))
    dataset.write(
        partition.file(job.format), to_parquet(lines, job.fields) if job.format == "parquet" else _join_lines(lines)
    )
    return partition.number


@lru_cache(maxsize=1)
def load_recommender(models: Models, version: str, url: str, live: str) -> Recommender:
    """The model with the live changes of an export's snapshot; loaded once per process."""
    base = Recommender.load(models, version)
    if not live:
        return base
    changes = LiveSnapshot.read(FileStore(url), live).changes()
    return LiveOverlay(base).with_changes(changes).recommender


def _join_lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
