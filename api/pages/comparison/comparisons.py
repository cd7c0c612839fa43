"""`Comparisons`: a cache of the most recent comparisons, which are made in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import cast

from flask import Flask

from api.pages.comparison.versions import Versions
from recommender import Recommender
from recommender.comparison import ListComparison

_KEPT = 3  # with arrays of 18 MB each for 100,000 articles


@dataclass(frozen=True, slots=True)
class FinishedComparison:
    """A comparison.

    Attributes:
        state: differs whenever the compared lists may, so that a trial is not continued on other lists.
    """

    lists: ListComparison
    state: str


@dataclass(slots=True)
class RunningComparison:
    """A comparison in progress.

    Attributes:
        share: share that is done, from 0 to 1.
        waits: whether another one has to end first.
    """

    shown: Recommender
    key: object
    share: float = 0.0
    waits: bool = False
    future: Future[FinishedComparison] = field(default_factory=Future)

    def make(self, versions: Versions) -> None:
        """Compare two versions; `future` gets the comparison or the error."""
        try:
            before, after = versions.recommenders()
            state = blake2b(repr(self.key).encode(errors="replace"), digest_size=6).hexdigest()
            lists = ListComparison.of(before, after, shown=self.shown, on_progress=self._advance)
            self.future.set_result(FinishedComparison(lists, state))
        except Exception as error:  # noqa: BLE001 - raised in the request that asks for the result
            self.future.set_exception(error)

    def _advance(self, share: float) -> None:
        self.share = share


def _start_thread(run: Callable[[], None]) -> None:
    threading.Thread(target=run, name="comparison", daemon=True).start()


class Comparisons:
    """Makes one comparison at a time, in a thread, and caches the last three."""

    def __init__(self, *, patience: float = 0.5, start: Callable[[Callable[[], None]], object] = _start_thread) -> None:
        """Start with an empty cache.

        Args:
            patience: seconds that a request waits before it gets the progress instead.
            start: runs a function in the background.
        """
        self._patience = patience
        self._start = start
        self._lock = threading.Lock()
        self._kept: list[RunningComparison] = []

    @classmethod
    def of_app(cls, app: Flask) -> Comparisons:
        """The comparisons of an application."""
        return cast("Comparisons", app.extensions.setdefault("comparisons", cls()))

    def get(self, versions: Versions) -> FinishedComparison | RunningComparison:
        """The comparison of two versions, or its progress; recomputed when an article appears or expires.

        Raises:
            ArtefactError: a version can't be loaded.
        """
        shown = versions.snapshot.recommender
        key = (versions.snapshot.tag, shown.last_change(), tuple(versions.parameters.items()))
        with self._lock:
            asked = next((one for one in self._kept if one.key == key and one.shown is shown), None)
            if asked is None:
                asked = RunningComparison(shown, key)
                if any(not one.future.done() for one in self._kept):
                    asked.waits = True
                    return asked
                self._kept = [asked, *self._kept][:_KEPT]
                self._start(partial(asked.make, versions))
        wait([asked.future], self._patience)
        if not asked.future.done():
            return asked
        if asked.future.exception() is not None:  # the next request tries again
            with self._lock:
                self._kept = [one for one in self._kept if one is not asked]
        return asked.future.result()
