"""The news archive of the seed: an address and a time in every file, excerpts instead of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from recommender.sites.generator import Generator
from recommender.sites.site import Site
from recommender.storage import open_regular_file

_SAMPLE = 20
_HEAD_BYTES = 8192
_KEYS = (re.compile(rb"^publishedDateTime\s*:", re.M), re.compile(rb"^(?:sourceUrl|webUrl)\s*:", re.M))


def _recognise(root: Path, files: Sequence[str]) -> Site | None:
    # Of files taken evenly, most have both keys.
    sample = list(islice(files, 0, None, max(1, len(files) // _SAMPLE)))
    alike = sum(_is_alike(root / file) for file in sample)
    if not sample or 2 * alike <= len(sample):
        return None
    return Site(
        generator="news-archive",
        reason="its files have publishedDateTime and sourceUrl or webUrl",
        needs_front_matter=True,
    )


def _is_alike(path: Path) -> bool:
    try:
        with open_regular_file(path) as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return False
    return all(key.search(head) for key in _KEYS)


GENERATOR = Generator("news-archive", recognise=_recognise)
