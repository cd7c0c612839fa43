"""What answers: a recommender and the name of all that its answers are made of, taken once by each request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, cast

from flask import Flask

from recommender import Recommender

if TYPE_CHECKING:
    from api.live import Fixed, Live


class Tagged(Protocol):
    """What answers are made of, by name: `tag` is as in `Serving`."""

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
class Serving:
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


def current(app: Flask) -> Serving:
    """What answers from now on; a request asks once, and keeps to it."""
    live: Live | Fixed = cast("Live | Fixed", app.extensions["live"])
    return live.snapshot
