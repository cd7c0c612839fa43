"""`Versions`: the versions that a request compares, or one version and other settings for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from api.http import CompareQuery, WrongRequestError
from api.pages.controls import Controls
from api.state import Snapshot
from recommender import Recommender
from recommender.artefacts import LocalModels


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions to compare.

    Attributes:
        known: all versions, the newest first; empty for a model that was never published.
        before, after: the chosen ones; empty for a model that was never published.
        tried: settings that differ in the second, as parameters of an address.
        chosen: whether there are two things to compare.
    """

    known: tuple[str, ...]
    before: str
    after: str
    tried: dict[str, str]
    snapshot: Snapshot
    models: LocalModels
    query: CompareQuery

    @classmethod
    def of(cls, snapshot: Snapshot, models: LocalModels, query: CompareQuery) -> Self:
        """The versions in a request; by default the served one and its predecessor.

        Settings are tried on the second version; the first is then the same version as trained.

        Raises:
            WrongRequestError: there is no such version.
        """
        served = snapshot.version or ""
        published = models.versions()
        known = tuple(sorted({*published, *filter(None, [served])}, reverse=True))
        for name, version in (("before", query.before), ("after", query.after)):
            if version and version not in known:
                allowed = f"one of {', '.join(known[:20]) or 'none'}"
                raise WrongRequestError(f"{name} is {version!r}; it must be {allowed}", parameter=name, allowed=allowed)
        after = query.after or served
        tried = Controls.tried(query)
        older = [version for version in known if version < after]
        before = query.before or (after if tried or not older else older[0])
        return cls(known, before, after, tried, snapshot, models, query)

    @property
    def chosen(self) -> bool:
        """Whether there are two things to compare."""
        return self.before != self.after or bool(self.tried)

    @property
    def parameters(self) -> dict[str, str]:
        """The comparison as parameters of an address, which stays valid when another version is served."""
        named = {name: text for name, text in (("before", self.before), ("after", self.after)) if text}
        return {**named, **self.tried}

    def recommenders(self) -> tuple[Recommender, Recommender]:
        """Both recommenders, as readers would have them.

        Raises:
            ArtefactError: a version can't be loaded.
        """
        before = self._load(self.before)
        after = before if self.after == self.before else self._load(self.after)
        return before, Controls.of(after, self.query).applied_to(after)

    def _load(self, version: str) -> Recommender:
        served = self.snapshot.recommender
        if version == (self.snapshot.version or ""):
            return served
        loaded = Recommender.load(self.models, version)
        return loaded.for_readers(published_only=served.settings.published == "only")
