"""Snapshot of live changes, kept in an export's folder so that all partitions hold the same answers."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from recommender.artefacts import Models
from recommender.errors import ExportError
from recommender.journal import LiveChanges
from recommender.storage import FileStore

LIVE = "_live.jsonl"


class LiveSnapshot(NamedTuple):
    """The articles posted and withdrawn at one moment.

    Attributes:
        lines: a JSON record per line, withdrawals first and sorted, so that equal states give equal bytes.
    """

    lines: bytes = b""

    @classmethod
    def take(cls, models: Models) -> LiveSnapshot:
        """The present state of a models folder; models at a URL have no live articles."""
        if models.path is None:
            return cls()
        changes = LiveChanges.load(models.path)
        if not changes:
            return cls()
        records = [(("post" in record), msgspec.json.encode(record)) for record in changes.to_records()]
        return cls(b"".join(line + b"\n" for _, line in sorted(records)))

    @classmethod
    def read(cls, dataset: FileStore, digest: str) -> LiveSnapshot:
        """The snapshot that an export was begun with.

        Raises:
            ExportError: its digest is another.
            StorageError: it can't be read.
        """
        snapshot = cls(dataset.read(LIVE) if digest else b"")
        if snapshot.digest != digest:
            location = dataset.location
            raise ExportError(f"{location}/{LIVE}: is damaged; remove {location}, and begin again")
        return snapshot

    def write(self, dataset: FileStore) -> None:
        """Write a file, if there are any changes."""
        if self.lines:
            dataset.write(LIVE, self.lines)

    @property
    def digest(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 digest; empty if there are no changes."""
        return hashlib.sha256(self.lines).hexdigest()[:16] if self.lines else ""

    def changes(self) -> LiveChanges:
        """The changes, to be laid over a model."""
        return LiveChanges.from_records(tuple(map(msgspec.json.decode, self.lines.splitlines())))
