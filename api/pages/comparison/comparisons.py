"""`Comparisons`: a cache of the most recent comparisons."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

from flask import Flask

from api.pages.comparison.versions import Versions
from recommender.comparison import ListComparison

_KEPT = 3  # each takes 25 MB for 100,000 articles


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison.

    Attributes:
        state: differs whenever the compared lists may, so that a trial is not continued on other lists.
    """

    lists: ListComparison
    state: str


class Comparisons:
    """Makes one comparison at a time, and caches the last three."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[tuple[object, Compared]] = []

    @classmethod
    def of_app(cls, app: Flask) -> Comparisons:
        """The comparisons of an application."""
        return cast("Comparisons", app.extensions.setdefault("comparisons", cls()))

    def get(self, versions: Versions) -> Compared:
        """The comparison of two versions, recomputed when an article appears or expires.

        Raises:
            ArtefactError: a version can't be loaded.
        """
        shown = versions.snapshot.recommender
        moment = (versions.snapshot.tag, shown.last_change(), tuple(versions.parameters.items()))
        with self._lock:
            for kept, compared in self._kept:
                if kept == moment and compared.lists.shown is shown:
                    return compared
            before, after = versions.recommenders()
            state = blake2b(repr(moment).encode(errors="replace"), digest_size=6).hexdigest()
            made = Compared(ListComparison.of(before, after, shown=shown), state)
            self._kept = [(moment, made), *self._kept][:_KEPT]
            return made
