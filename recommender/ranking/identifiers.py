"""By what an article is known."""

from __future__ import annotations

from typing import NamedTuple


class Identifiers(NamedTuple):
    """What one article answers to: its ID, its other IDs, and its normalised addresses."""

    id: str
    names: list[str]
    urls: list[str]
