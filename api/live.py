"""What answers: the newest published model, swapped for the next one without a request noticing.

A thread of each worker looks at the pointer of the models folder. What it loads is handed over as one reference, so a
request that took the old one ends on it, and none waits for the new one.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify

from recommender import ArtefactError, Recommender, artefact
from recommender.verdict import Verdicts

_INTERVAL = 0.25  # seconds between two looks, each of which costs a stat

log = logging.getLogger(__name__)
blueprint = Blueprint("live", __name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one request answers from.

    Attributes:
        version: of the artefact; empty where the recommender was not loaded from one.
        tag: differs between any two snapshots that may answer differently, and agrees between workers.
    """

    recommender: Recommender
    version: str
    tag: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A version that is in use by the pointer and not served, and why."""

    version: str
    reason: str


class Fixed:
    """One recommender that stays."""

    refused: Refusal | None = None
    loads = refusals = 0

    def __init__(self, recommender: Recommender) -> None:
        self.snapshot = Snapshot(recommender, "", "")

    def close(self) -> None:
        """Nothing is to be ended."""


class Live:
    """The model in use in a folder, whichever that is at the moment.

    Attributes:
        snapshot: what answers; take it once a request.
        refused: the version that the pointer names and that is not served.
        loads, refusals: how many versions were loaded, and refused, so far.
    """

    def __init__(self, models: Path, *, verdicts: Path | None = None) -> None:
        """Load the model in use and begin to look for others.

        Args:
            verdicts: a folder that only the processes of this server write to; by default one of this object's own.

        Raises:
            ArtefactError: there is no model, or it is refused and no other is being served.
        """
        self._models = models
        if verdicts is None:
            verdicts = Path(tempfile.mkdtemp(prefix="related-articles-"))
            weakref.finalize(self, shutil.rmtree, verdicts, ignore_errors=True)
        self._verdicts = Verdicts(verdicts, models)
        self._pointer: tuple[int, ...] | None = ()  # not seen yet
        self.refused: Refusal | None = None
        self.loads = self.refusals = 0
        self.snapshot = self._first()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()
        self._verdicts.close()

    def _first(self) -> Snapshot:
        version = artefact.current(self._models)
        serving = self._verdicts.serving()
        if serving is not None and serving != version:
            # The others go on with this one until the new one is found good, and so does a worker that joins them.
            verdict = self._verdicts.known(version)
            if verdict is None or not verdict.good:
                version = serving
        verdict = self._verdicts.judge(version)
        if not verdict.good:
            raise ArtefactError(verdict.reason)
        return self._loaded(version)

    def _loaded(self, version: str) -> Snapshot:
        recommender = artefact.load(self._models, version, verified=True)
        self._verdicts.serve(version)
        self.loads += 1
        return Snapshot(recommender, version, version)

    def _watch(self) -> None:
        while not self._stopped.wait(_INTERVAL):
            try:
                self._look_for_a_model()
            except Exception:  # whatever it was, the next look is due
                log.exception("looking for a new model failed")

    def _look_for_a_model(self) -> None:
        pointer = _mark(self._models / artefact.POINTER)
        if pointer == self._pointer:
            return
        version = ""
        try:
            version = artefact.current(self._models)
            if version != self.snapshot.version:
                verdict = self._verdicts.of(version)
                if verdict is None:
                    return  # looked at by some process; the pointer stays unseen
                if not verdict.good:
                    raise ArtefactError(verdict.reason)
                self.snapshot = self._loaded(version)
                log.warning("%s is served now", version)
            self.refused = None
        except ArtefactError as error:
            self.refused = Refusal(version, str(error))
            self.refusals += 1
            log.error("%s; %s is served on", error, self.snapshot.version)
        self._pointer = pointer


def _mark(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is written to or replaced; `None` if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether a verified model answers, which one, and which one is refused and why."""
    live: Live | Fixed = current_app.extensions["live"]
    refused = live.refused and {"version": live.refused.version, "reason": live.refused.reason}
    return jsonify(status="ready", version=live.snapshot.version, refused=refused)
