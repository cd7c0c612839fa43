"""`Page`: an article file as interpreted by its site's conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

PageKind: TypeAlias = Literal["post", "section", "standalone"]
"""An article, a folder's list page, or a standalone page such as About or Privacy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article file as interpreted by its site's conventions.

    Attributes:
        path: relative to the site's root, with `/`.
        fields: its front matter: texts, lists and mappings.
        title: as written in the front matter.
        date: when it was published, with its own offset, else in the site's zone; `None` where unknown.
        language: one of the site's languages; `None` where unknown.
    """

    path: str
    fields: Mapping[str, object]
    title: str
    date: datetime | None = None
    language: str | None = None
