"""`Generator`: a kind of site, and how to recognise it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from recommender.sites.site import Site

Configure: TypeAlias = Callable[[Path], "Site | None"]
Recognise: TypeAlias = Callable[[Path, Sequence[str]], "Site | None"]


@dataclass(frozen=True, slots=True)
class Generator:
    """A kind of site.

    Attributes:
        name: the value of `--site`.
        configure: returns the site with a folder as root, from the configuration in it; `None` if there is no
            configuration of this generator. It reads only configuration.
        recognise: returns the site of a corpus without configuration, from its files (paths relative to the corpus);
            `None` if they do not match.
    """

    name: str
    configure: Configure | None = None
    recognise: Recognise | None = None
