"""`Article`: the ID, the entry, and what ranking and look-ups need."""

from __future__ import annotations

from dataclasses import dataclass, field

from recommender.articles.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article of the corpus.

    Attributes:
        entry: what is shown of it, see `Entry`.
        published_at: days since 1970-01-01 UTC; `None` without a readable date.
        urls: all its addresses, normalised by `normalise_url`.
        names: all IDs that it can be looked up by, its own first.
        hidden: it is a draft or withdrawn, and never suggested.
        published: the site's own flag; `False` is suggested unless `published="only"` is asked for.
        pinned: IDs that its own list begins with, whatever their scores.
        banned: IDs that its own list never holds.
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
