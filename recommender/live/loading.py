"""A published model together with the live articles of its folder."""

from __future__ import annotations

from recommender.artefacts import LocalModels
from recommender.journal import LiveChanges
from recommender.live.live_overlay import LiveOverlay
from recommender.ranking import Recommender


def load_with_live_articles(models: LocalModels, version: str | None = None) -> Recommender:
    """Load a version, by default the one in use, with the articles posted and withdrawn since it was trained.

    Raises:
        ArtefactError: the version can't be loaded.
    """
    base, changes = Recommender.load(models, version), LiveChanges.load(models.path)
    return LiveOverlay(base).with_changes(changes).recommender if changes else base
