"""Snapshots: what one request answers from, taken once and kept until it is answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, Self, TypeAlias, cast

from flask import Flask

from recommender import Recommender
from recommender.overview import Overviews


class Tagged(Protocol):
    """A source of answers, identified by its tag; see `Snapshot`."""

    @property
    def tag(self) -> str | None: ...


class Described(NamedTuple):
    """A model as metrics describe it: version, time of training (ISO 8601), number of articles."""

    version: str | None
    created: str | None
    articles: int


Answering: TypeAlias = Callable[[str, int | None], tuple[Tagged, bytes]]
"""Answers a plain look-up by ID and limit; returns the source and the body."""

Describing: TypeAlias = Callable[[], Described | None]
"""Describes the current model; `None` if there is none at the moment."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A recommender, and what identifies its answers.

    Attributes:
        recommender: for readers: it knows of no article that may not be suggested.
        previews: the same for editors, with drafts.
        overviews: gives all articles in columns, drafts among them.
        version: the artefact's; `None` if the recommender was not loaded from one.
        created: time of training, ISO 8601.
        tag: differs between any two that may answer differently, and agrees between workers; `None` for a recommender
            that was never published, whose answers are not to be kept by anyone.
        live, withdrawn: how many articles are laid over the artefact, and withdrawn.
        address_pattern, base_url: what makes the addresses of posted articles; see `PostedArticle`.
        inspection: what the artefact's corpus held, as `recommender.inspection` gives it; `None` where it is not known.
    """

    recommender: Recommender
    previews: Recommender
    overviews: Overviews
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
        """The snapshot of a recommender, with both its views; `described` are the other attributes."""
        readers = recommender.for_readers(published_only=published_only)
        previews = recommender.for_readers(published_only=published_only, previews=True)
        return cls(readers, previews, Overviews(previews), **described)

    def now(self) -> Snapshot:
        """The snapshot with the tag of this moment: articles become public, and cease to be, without a new model."""
        changed = self.recommender.last_change()
        if self.tag is None or not math.isfinite(changed):
            return self
        return replace(self, tag=f"{self.tag}@{changed}")

    def described(self) -> Described:
        """The model as metrics describe it."""
        return Described(self.version, self.created, len(self.recommender))


class SnapshotSource(Protocol):
    """Holds the current snapshot."""

    @property
    def snapshot(self) -> Snapshot: ...


def current_snapshot(app: Flask) -> Snapshot:
    """The current snapshot, as it is at this moment; a request takes it once."""
    return cast("SnapshotSource", app.extensions["model"]).snapshot.now()
