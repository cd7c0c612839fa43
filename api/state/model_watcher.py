"""Watches a models folder, and swaps the model in use and its live articles without interrupting requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from api.state.snapshot import Snapshot
from recommender import Recommender
from recommender.artefacts import LocalModels
from recommender.errors import ArtefactError, JournalError
from recommender.journal import Journal, LiveChanges, PostedArticle, WithdrawnArticle
from recommender.live import LiveOverlay

MAX_LIVE_ARTICLES = 10_000  # all are kept in memory, and recomputed for each new model
_INTERVAL = 0.25  # seconds between two checks, each of which costs a stat or an SQLite pragma
_SHORTEST_WAIT, _LONGEST_WAIT = 1.0, 300.0  # seconds until a refused version is retried
_LONGEST_WAIT_FOR_ANY = 5.0  # the same while no model can be served

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The version in use, if it is not served, and why."""

    version: str
    reason: str


class _Served(NamedTuple):
    """The current source of answers: a model with its live articles, and their snapshot."""

    overlay: LiveOverlay
    snapshot: Snapshot


class FixedModel:
    """One recommender that is never swapped."""

    refused: Refusal | None = None
    problems: tuple[str, ...] = ()

    def __init__(self, recommender: Recommender, version: str | None, *, published_only: bool = False) -> None:
        self.snapshot = Snapshot.of(recommender, published_only=published_only, version=version, tag=version)


class ModelWatcher:
    """Follows the model in use in a folder, and the journal of live articles over it, each in a thread of its own.

    The result is published by replacing one reference, `snapshot`: a request finishes with the snapshot that it took,
    and never waits for a new one. A version without a seal is first verified, by one worker for all, while the old one
    answers.

    Attributes:
        refused: the version in use, if it is not served because it is being verified or was refused.
        problems: damage of the journal, one sentence each.
        loads, refusals: number of versions loaded and refused so far.
    """

    def __init__(
        self,
        models: Path,
        *,
        posting: bool = False,
        published_only: bool = False,
        on_refusal: Callable[[], object] = lambda: None,
        required: bool = True,
    ) -> None:
        """Load the model in use and start watching the folder.

        If the model in use has no seal yet, or the pointer can't be read, the last served one answers until the new one
        is verified.

        Args:
            posting: whether articles may be posted, for which code and data are then loaded in advance.
            published_only: whether articles with `published: false` are hidden from readers, whatever they ask for.
            on_refusal: called for each version that is refused.
            required: whether there must be a model already; otherwise the watcher waits for one.

        Raises:
            ArtefactError: a model is required, and there is none, or it is refused and none has been served before.
        """
        self._models = LocalModels(models)
        self._posting = posting
        self._published_only = published_only
        self._on_refusal = on_refusal
        self._pointer: tuple[int, ...] | None = ()  # not read yet
        self._next_attempt, self._wait = 0.0, _SHORTEST_WAIT
        self.refused: Refusal | None = None
        self.problems: tuple[str, ...] = ()
        self.loads = self.refusals = 0
        self._journal = Journal(models, versions=self._models.versions)
        self._journal_failed = False
        self._changing = threading.Lock()  # guards the journal and the overlay
        self._served: _Served | None = None
        try:
            self._begin()
        except ArtefactError as error:
            if required:
                raise
            self._refuse("", str(error))
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow_models, name="models", daemon=True),
            threading.Thread(target=self._repeat, args=(self._check_journal,), name="journal", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def snapshot(self) -> Snapshot:
        """The current snapshot; a request takes it once.

        Raises:
            ArtefactError: no model could be loaded so far.
        """
        return self._current().snapshot

    def close(self) -> None:
        """Stop watching the folder."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._journal.close()

    def _current(self) -> _Served:
        if self._served is None:
            raise ArtefactError(self.refused.reason if self.refused else f"{self._models}: no model is loaded yet")
        return self._served

    def _begin(self) -> None:
        """Serve the model in use or the last served one, with its live articles from the first request on."""
        version, overlay = self._load_first()
        with self._changing:
            try:
                overlay = self._with_new_records(overlay)
            except JournalError as error:
                self._report(error)
            self._publish(version, overlay)

    def _load_first(self) -> tuple[str, LiveOverlay]:
        served = self._models.last_served()
        try:
            version = self._models.current()
            if served in (None, version) or self._models.is_verified(version):
                return version, self._load(version, LiveChanges())
        except ArtefactError as error:
            if served is None:
                raise
            log.error("%s; %s is served instead", error, served)
        return served, self._load(served, LiveChanges())

    def post(self, new: PostedArticle) -> tuple[LiveOverlay, bool]:
        """Add or replace a live article, durably; all workers serve it within two seconds.

        Returns:
            The overlay that this worker serves now, and whether the article was unknown before.

        Raises:
            JournalError: the journal can't be written; the article is not served.
        """
        with self._changing:
            self._catch_up()
            overlay = self._current().overlay
            if overlay.changes.unsettled >= MAX_LIVE_ARTICLES and new.id not in overlay.changes.posted:
                raise JournalError(f"{MAX_LIVE_ARTICLES:,} articles are live already; run `recommender train CORPUS`")
            created = not overlay.recommender.has_article(new.id)
            self._journal.append(overlay.mark_superseded(new).to_record())
            self._catch_up()
            return self._current().overlay, created

    def withdraw(self, id: str) -> tuple[str, list[str]]:
        """Withdraw an article for good.

        Returns:
            Its ID, and those of the articles whose lists it leaves.

        Raises:
            UnknownArticleError: no article answers to this ID.
            JournalError: the journal can't be written; the article stays.
        """
        with self._changing:
            self._catch_up()
            overlay = self._current().overlay
            article = overlay.recommender.article(id)
            owners = overlay.listed_by(article.id)
            self._journal.append(WithdrawnArticle.from_article(article).to_record())
            self._catch_up()
            return article.id, owners

    def _load(self, version: str, changes: LiveChanges) -> LiveOverlay:
        base = Recommender.load(self._models, version)
        self._models.record_served(version)
        self.loads += 1
        return LiveOverlay(base).with_changes(changes)

    def _snapshot_of(self, version: str, overlay: LiveOverlay) -> Snapshot:
        tag = f"{version}+{overlay.tag}" if overlay.tag else version
        manifest = self._models.manifest(version)
        return Snapshot.of(
            overlay.recommender,
            published_only=self._published_only,
            version=version,
            created=manifest.created,
            tag=tag,
            live=len(overlay),
            withdrawn=len(overlay.changes.withdrawn),
            inspection=manifest.inspection,
            address_pattern=manifest.choice.address,
            base_url=manifest.base_url,
        )

    def _publish(self, version: str, overlay: LiveOverlay) -> None:
        self._served = _Served(overlay, self._snapshot_of(version, overlay))

    def _catch_up(self) -> None:
        """Apply the journal's new records."""
        if self._journal_failed or self._journal.has_changed():
            version, overlay = self.snapshot.version or "", self._current().overlay
            self._publish(version, self._with_new_records(overlay))

    def _with_new_records(self, overlay: LiveOverlay) -> LiveOverlay:
        """The overlay with the journal's new records applied."""
        changes = overlay.changes.updated(self._journal.read())
        for sentence in changes.damage:
            if sentence not in self.problems:
                log.error("%s", sentence)
        self.problems = changes.damage
        self._journal_failed = False
        return overlay.with_changes(changes)

    def _follow_models(self) -> None:
        if self._posting and self._served is not None:
            self._served.overlay.warm_up()
        self._repeat(self._check_pointer)

    def _repeat(self, check: Callable[[], object]) -> None:
        while not self._stopped.wait(_INTERVAL):
            try:
                check()
            except Exception:
                log.exception("watching the models folder failed")

    def _check_journal(self) -> None:
        if self._served is None:
            return
        try:
            with self._changing:
                self._catch_up()
        except JournalError as error:
            self._report(error)

    def _report(self, error: JournalError) -> None:
        self._journal_failed = True
        if self.problems != (str(error),):
            log.error("%s", error)
        self.problems = (str(error),)

    def _check_pointer(self) -> None:
        """Serve the version in use; a refused one is retried with exponential backoff."""
        pointer = _file_state(self._models.pointer)
        if pointer == self._pointer and (self.refused is None or time.monotonic() < self._next_attempt):
            return
        if pointer != self._pointer:
            self._pointer, self._wait = pointer, _SHORTEST_WAIT
        version = ""
        try:
            if self._served is None:
                self._begin()
                log.warning("%s is served now", self.snapshot.version)
            version = self._models.current()
            if version != self.snapshot.version:
                if not self._models.is_verified(version) and (self.refused is None or self.refused.version != version):
                    self.refused = Refusal(version, "it is being verified")
                self._swap(version)
                log.warning("%s is served now", version)
            self.refused = None
        except ArtefactError as error:
            self._refuse(version, str(error))
        except Exception as error:
            log.exception("loading %s failed", version)
            self._refuse(version, f"loading it failed ({type(error).__name__}: {error})")

    def _refuse(self, version: str, reason: str) -> None:
        if self.refused != (refusal := Refusal(version, reason)):
            served = "nothing" if self._served is None else self._served.snapshot.version
            log.error("%s; %s is still served", reason, served)
            self.refusals += 1
            self._on_refusal()
        self.refused = refusal
        self._next_attempt = time.monotonic() + self._wait
        self._wait = min(2 * self._wait, _LONGEST_WAIT if self._served else _LONGEST_WAIT_FOR_ANY)

    def _swap(self, version: str) -> None:
        overlay = self._load(version, self._current().overlay.changes)  # slow; articles can be posted meanwhile
        if self._posting:
            overlay.warm_up()
        with self._changing:
            if overlay.changes is not (changes := self._current().overlay.changes):
                overlay = overlay.with_changes(changes)
            self._publish(version, overlay)


def _file_state(path: Path) -> tuple[int, ...] | None:
    """Values that change when a file is written to or replaced; `None` if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
