"""`Page`: an article file as the conventions of its site see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

PageKind: TypeAlias = Literal["post", "section", "standalone"]
"""An article; the page of a folder's list; or a page by itself, such as About or Privacy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article file as the conventions of its site see it.

    Attributes:
        path: relative to the site's root, with `/`.
        fields: its front matter: texts, lists and mappings.
        title: as written in it.
        date: when it was published, with the offset that was written, else in the site's zone; `None` where unknown.
        language: one of the site's languages; `None` where unknown.
    """

    path: str
    fields: Mapping[str, object]
    title: str
    date: datetime | None = None
    language: str | None = None
