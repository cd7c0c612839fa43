"""What answers: the newest published model and the live articles over it, swapped without a request noticing.

A thread of each worker looks at the pointer of the models folder and at its journal. What it loads is handed over as
one reference, so a request that took the old one ends on it, and none waits for the new one.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.state.snapshot import Snapshot
from recommender import Recommender
from recommender.artefacts import POINTER, Verdicts, current_version, read_manifest
from recommender.corpus import Journal, LiveChanges, PostedArticle, WithdrawnArticle
from recommender.errors import ArtefactError, JournalError
from recommender.ranking import LiveOverlay

MOST = 10_000  # live articles: all of them are kept in memory, and weighed anew for each new model
_INTERVAL = 0.25  # seconds between two looks, each of which costs a stat and an SQLite pragma

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A version that is in use by the pointer and not served, and why."""

    version: str
    reason: str


class Fixed:
    """One recommender that stays."""

    refused: Refusal | None = None
    problems: tuple[str, ...] = ()
    loads = refusals = 0

    def __init__(self, recommender: Recommender, version: str | None) -> None:
        self.snapshot = Snapshot(recommender, version, tag=version)

    def close(self) -> None:
        """Nothing is to be ended."""


class Live:
    """The model in use in a folder, whichever that is at the moment.

    Attributes:
        snapshot: what answers; take it once a request.
        refused: the version that the pointer names and that is not served.
        problems: what of the journal of live articles is damaged, a sentence each.
        loads, refusals: how many versions were loaded, and refused, so far.
    """

    def __init__(
        self,
        models: Path,
        *,
        verdicts: Path | None = None,
        posting: bool = False,
        on_refusal: Callable[[], object] = lambda: None,
    ) -> None:
        """Load the model in use and begin to look for others.

        Args:
            verdicts: a folder that only the processes of this server write to; by default one of this object's own.
            posting: whether articles may be posted, so that what that needs is worth its memory before they are.
            on_refusal: called for each version that is refused.

        Raises:
            ArtefactError: there is no model, or it is refused and no other is being served.
        """
        self._models = models
        self._posting = posting
        self._on_refusal = on_refusal
        if verdicts is None:
            verdicts = Path(tempfile.mkdtemp(prefix="related-articles-"))
            weakref.finalize(self, shutil.rmtree, verdicts, ignore_errors=True)
        self._verdicts = Verdicts(verdicts, models)
        self._pointer: tuple[int, ...] | None = ()  # not seen yet
        self.refused: Refusal | None = None
        self.problems: tuple[str, ...] = ()
        self.loads = self.refusals = 0
        self._journal = Journal(models)
        self._journal_failed = False
        self._changing = threading.Lock()  # guards the journal, and the overlay that follows it
        version = self._first()
        self._overlay = self._loaded(version, LiveChanges())
        self.snapshot = self._serving(version, self._overlay)
        self._look_at_the_journal()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()
        self._journal.close()
        self._verdicts.close()

    def _first(self) -> str:
        version = current_version(self._models)
        serving = self._verdicts.serving()
        if serving is not None and serving != version:
            # The others go on with this one until the new one is found good, and so does a worker that joins them.
            verdict = self._verdicts.known(version)
            if verdict is None or not verdict.good:
                version = serving
        verdict = self._verdicts.judge(version)
        if not verdict.good:
            raise ArtefactError(verdict.reason)
        return version

    def post(self, new: PostedArticle) -> tuple[LiveOverlay, bool]:
        """Take in an article, for good: all workers serve it within two seconds.

        Returns:
            What this worker serves now, and whether the article was unknown before.

        Raises:
            JournalError: it can't be kept, and is not served.
        """
        with self._changing:
            self._catch_up()
            overlay = self._overlay
            if len(overlay.changes.posted) >= MOST and new.id not in overlay.changes.posted:
                raise JournalError(f"{MOST:,} articles are live already; run `recommender train CORPUS`")
            created = not overlay.recommender.has_article(new.id)
            self._journal.append(overlay.mark_superseded(new).to_record())
            self._catch_up()
            return self._overlay, created

    def withdraw(self, id: str) -> tuple[str, list[str]]:
        """Take an article away, for good.

        Returns:
            Its own ID, and those of the articles whose lists it leaves.

        Raises:
            UnknownArticleError: no article answers to this ID.
            JournalError: it can't be kept, and the article stays.
        """
        with self._changing:
            self._catch_up()
            article = self._overlay.recommender.article(id)
            owners = self._overlay.listed_by(article.id)
            self._journal.append(WithdrawnArticle.from_article(article).to_record())
            self._catch_up()
            return article.id, owners

    def _loaded(self, version: str, changes: LiveChanges) -> LiveOverlay:
        base = Recommender.load(self._models, version, verified=True)
        self._verdicts.serve(version)
        self.loads += 1
        return LiveOverlay(base).with_changes(changes)

    def _serving(self, version: str, overlay: LiveOverlay) -> Snapshot:
        tag = f"{version}+{overlay.tag}" if overlay.tag else version
        created = read_manifest(self._models, version).created
        return Snapshot(overlay.recommender, version, created, tag, len(overlay), len(overlay.changes.withdrawn))

    def _catch_up(self) -> None:
        """Apply what was written to the journal since it was last read."""
        if not (self._journal_failed or self._journal.has_changed()):
            return
        changes = self._overlay.changes.updated(self._journal.read())
        for sentence in changes.damage:
            if sentence not in self.problems:
                log.error("%s", sentence)
        self.problems = changes.damage
        self._overlay = self._overlay.with_changes(changes)
        self.snapshot = self._serving(self.snapshot.version or "", self._overlay)
        self._journal_failed = False

    def _watch(self) -> None:
        if self._posting:
            self._try(self._overlay.warm_up)
        while not self._stopped.wait(_INTERVAL):
            self._try(self._look_at_the_journal)
            self._try(self._look_for_a_model)

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # whatever it was, the next look is due
            log.exception("looking for what is new failed")

    def _look_at_the_journal(self) -> None:
        try:
            with self._changing:
                self._catch_up()
        except JournalError as error:
            self._journal_failed = True
            if self.problems != (str(error),):
                log.error("%s", error)
            self.problems = (str(error),)

    def _look_for_a_model(self) -> None:
        pointer = _mark(self._models / POINTER)
        if pointer == self._pointer:
            return
        version = ""
        try:
            version = current_version(self._models)
            if version != self.snapshot.version:
                verdict = self._verdicts.of(version)
                if verdict is None:
                    return  # looked at by some process; the pointer stays unseen
                if not verdict.good:
                    raise ArtefactError(verdict.reason)
                self._swap(version)
                log.warning("%s is served now", version)
            self.refused = None
        except ArtefactError as error:
            self.refused = Refusal(version, str(error))
            self.refusals += 1
            self._on_refusal()
            log.error("%s; %s is served on", error, self.snapshot.version)
        self._pointer = pointer

    def _swap(self, version: str) -> None:
        overlay = self._loaded(version, self._overlay.changes)  # the long part, while others may still post
        if self._posting:
            overlay.warm_up()
        with self._changing:
            if overlay.changes is not self._overlay.changes:
                overlay = overlay.with_changes(self._overlay.changes)
            self._overlay = overlay
            self.snapshot = self._serving(version, overlay)


def _mark(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is written to or replaced; `None` if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
