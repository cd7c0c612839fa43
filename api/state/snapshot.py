"""What answers: a recommender and the name of all that its answers are made of, taken once by each request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias, cast

from flask import Flask

from recommender import Recommender


class Tagged(Protocol):
    """What answers are made of, by name: `tag` is as in `Snapshot`."""

    @property
    def tag(self) -> str | None: ...


class Described(NamedTuple):
    """What is told of what answers: which model, when it was trained (ISO 8601), and how many articles it knows."""

    version: str | None
    created: str | None
    articles: int


Answering: TypeAlias = Callable[[str, int | None], tuple[Tagged, bytes]]
"""Answers a plain look-up, by ID and limit, and says from what."""

Describing: TypeAlias = Callable[[], Described | None]
"""Tells of what answers at the moment, `None` where nothing can."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one request answers from.

    Attributes:
        version: of the artefact; `None` where the recommender was not loaded from one.
        created: when it was trained, ISO 8601.
        tag: differs between any two that may answer differently, and agrees between workers; `None` for a recommender
            that was never published, whose answers are not to be kept by anyone.
        live, withdrawn: how many articles are laid over the artefact, and withdrawn.
    """

    recommender: Recommender
    version: str | None = None
    created: str | None = None
    tag: str | None = None
    live: int = 0
    withdrawn: int = 0

    def described(self) -> Described:
        """What is told of it."""
        return Described(self.version, self.created, len(self.recommender))


class SnapshotSource(Protocol):
    """What holds the snapshot that answers at the moment."""

    @property
    def snapshot(self) -> Snapshot: ...


def current_snapshot(app: Flask) -> Snapshot:
    """What answers from now on; a request asks once, and keeps to it."""
    return cast("SnapshotSource", app.extensions["live"]).snapshot
