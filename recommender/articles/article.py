"""An article: its ID, its public face, and what ranking and look-ups need to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from recommender.articles.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article: its ID, its public face, and what ranking and look-ups need to know.

    Attributes:
        published_at: days since 1970-01-01 UTC; `None` where the article has no date that can be read.
        urls: every address it is known by, normalised (`normalise_url`).
        names: every ID that answers for it, its own first.
        hidden: a draft, or withdrawn: never suggested.
        published: the site's own flag; `False` is suggested unless `published="only"` is asked for.
        pinned: the IDs that its own list begins with, whatever their scores.
        banned: the IDs that its own list never holds.
    """

    id: str
    entry: Entry
    published_at: float | None = None
    urls: tuple[str, ...] = ()
    names: tuple[str, ...] = field(default=())
    hidden: bool = False
    published: bool = True
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return str(self.entry["title"])

    @property
    def excerpt(self) -> str:
        """The excerpt, or an empty text."""
        return str(self.entry.get("excerpt", ""))
