"""A plain folder of article files: no addresses but those that the files name, and no article before its date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recommender.sites.generator import Generator
from recommender.sites.site import Site


def _recognise(_: Path, __: Sequence[str]) -> Site:
    return Site(
        generator="folder",
        reason="no configuration or folders of a site generator were found",
        draft_folders=("_drafts", "drafts"),
        hides_unpublished=True,
        holds_back_future=True,
    )


GENERATOR = Generator("folder", recognise=_recognise)
