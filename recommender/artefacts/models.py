"""Trained models in a folder or at a URL, with the same interface."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from recommender.artefacts.local_models import LocalModels
from recommender.artefacts.remote_models import RemoteModels

Models: TypeAlias = LocalModels | RemoteModels
"""Trained models in a folder or at a URL."""


def models_at(location: Path | str) -> Models:
    """The models at a path or a URL; `file://` URLs are paths."""
    text = str(location)
    if isinstance(location, str) and "://" in text and not text.startswith("file://"):
        return RemoteModels(text.rstrip("/"))
    return LocalModels(Path(text.removeprefix("file://")))
