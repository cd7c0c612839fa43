"""`Comparisons`: the last ones that were asked for, kept."""

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
        state: differs where the compared lists may: a trial that was begun on others can't go on.
    """

    lists: ListComparison
    state: str


class Comparisons:
    """Compares what is asked for, one after the other, and keeps the last three results."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[tuple[object, Compared]] = []

    @classmethod
    def of_app(cls, app: Flask) -> Comparisons:
        """Those of an application."""
        return cast("Comparisons", app.extensions.setdefault("comparisons", cls()))

    def get(self, versions: Versions) -> Compared:
        """The comparison of two versions, made again when an article becomes public, or ceases to be.

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
