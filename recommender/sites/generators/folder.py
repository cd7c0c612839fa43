"""A plain folder of article files: no conventions, and no addresses but those that the files name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recommender.sites.generator import Generator
from recommender.sites.site import Site


def _recognise(_: Path, __: Sequence[str]) -> Site:
    return Site(generator="folder", reason="no configuration or folders of a site generator were found")


GENERATOR = Generator("folder", recognise=_recognise)
