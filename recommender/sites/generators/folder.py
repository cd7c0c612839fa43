"""A plain folder of article files: addresses only from front matter; articles with a future date are held back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recommender.sites.generator import Generator
from recommender.sites.site import Site


def _recognise(root: Path, _: Sequence[str]) -> Site:
    is_vault = (root / ".obsidian").is_dir()
    return Site(
        generator="folder",
        reason="it is a vault of Obsidian"
        if is_vault
        else "no configuration or folders of a site generator were found",
        named_by_files=is_vault,
        draft_folders=("_drafts", "drafts"),
        hides_unpublished=True,
        holds_back_future=True,
    )


GENERATOR = Generator("folder", recognise=_recognise)
