"""Snapshots: the consistent state that one request is answered from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, TypeAlias

from flask import Flask

from recommender import Recommender
from recommender.overview import OverviewCache


class ModelDescription(NamedTuple):
    """A model as metrics describe it: version, time of training (ISO 8601), number of articles."""

    version: str | None
    created: str | None
    articles: int


AnswerOne: TypeAlias = Callable[[str, int | None], tuple[str | None, bytes]]
"""Answers a plain look-up by ID and limit; returns the tag (see `Snapshot`) and the body."""

AnswerMany: TypeAlias = Callable[[Sequence[tuple[str, int | None]]], list[tuple[str | None, bytes] | None]]
"""Answers several plain look-ups at once; `None` for one that has to be answered by itself."""

DescribeModel: TypeAlias = Callable[[], ModelDescription | None]
"""Describes the current model; `None` if there is none at the moment."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A recommender, with the identity of its answers.

    Attributes:
        recommender: for readers; hidden articles do not exist in it.
        previews: the same for editors, with drafts.
        overview: all articles in columns, including drafts; computed on demand.
        version: of the artefact; `None` if the recommender was not loaded from one.
        created: time of training, ISO 8601.
        tag: differs between any two snapshots whose answers may differ, and is the same in all workers; `None` for a
            recommender that was never published, whose answers must not be cached.
        live, withdrawn: number of live articles, and of withdrawn ones.
        address_pattern, base_url: for the addresses of posted articles; see `PostedArticle`.
        inspection: of the artefact's corpus, see `recommender.inspection`; `None` if unknown.
    """

    recommender: Recommender
    previews: Recommender
    overview: OverviewCache
    version: str | None = None
    created: str | None = None
    tag: str | None = None
    live: int = 0
    withdrawn: int = 0
    inspection: Mapping[str, Any] | None = None
    address_pattern: str = ""
    base_url: str = ""

    @classmethod
    def of(cls, recommender: Recommender, *, published_only: bool, **described: Any) -> Self:
        """The snapshot of a recommender, with views for readers and editors; `described` are the other attributes."""
        readers = recommender.for_readers(published_only=published_only)
        previews = recommender.for_readers(published_only=published_only, previews=True)
        return cls(readers, previews, OverviewCache(previews), **described)

    def now(self) -> Snapshot:
        """The snapshot with the tag of this moment, since articles appear and expire without a new model."""
        changed = self.recommender.last_change()
        if self.tag is None or not math.isfinite(changed):
            return self
        return replace(self, tag=f"{self.tag}@{changed}")

    def described(self) -> ModelDescription:
        """A description of the model for metrics."""
        return ModelDescription(self.version, self.created, len(self.recommender))


def current_snapshot(app: Flask) -> Snapshot:
    """The current snapshot with the tag of this moment; a request takes it once."""
    snapshot: Snapshot = app.extensions["model"].snapshot
    return snapshot.now()
