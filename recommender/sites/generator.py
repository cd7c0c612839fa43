"""`Generator`: how a kind of site is told from others."""

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
        name: as `--site` takes it.
        configure: gives the site whose root a folder is, by the configuration in it; `None` if there is none of this
            generator's. It reads no more than configuration.
        recognise: gives the site of a corpus without any configuration by the look of its files, whose paths it is
            given relative to the corpus; `None` if they look otherwise.
    """

    name: str
    configure: Configure | None = None
    recognise: Recognise | None = None
