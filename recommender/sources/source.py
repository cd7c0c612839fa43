"""`Source`: an article as its own file or line describes it, and the problems found there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from recommender.articles import NO_SERIES, Entry, Series
from recommender.errors import FrontMatterError, printable
from recommender.frontmatter import Format
from recommender.sources.written_lists import WrittenList

ListState: TypeAlias = Literal["none", "curated", "written", "refused", "not a list"]
"""What an article's file says of its list: nothing, editors' links, what this program wrote (curated entries may lead
it), that it wants none (`related: false`), or something that is no list."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus that was skipped, or read with a doubt: where, and what to do about it.

    Attributes:
        kind: what all problems of this kind have in common, as they are counted; empty where it is one of its own.
    """

    path: str
    reason: str
    line: int | None = None
    kind: str = ""

    def __str__(self) -> str:
        return printable(f"{self.location}: {self.reason}")

    @property
    def location(self) -> str:
        """The path, and the line where it is known."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @classmethod
    def from_error(cls, error: FrontMatterError) -> Problem:
        return cls(error.path, error.reason, error.line)

    @classmethod
    def unreadable(cls, file: str, error: OSError) -> Problem:
        return cls(file, f"can't be read: {error.strerror or error}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An article as its own file gives it.

    Attributes:
        path: of its file, relative to the corpus, with `:line` for a line of a `.jsonl` file.
        name: the ID that it asks for.
        path_name: the ID it gets when others ask for the same: its path without the ending.
        other_names: what else it answers to, as far as nothing else has that as its ID.
        language: `None` where unknown; `is_default_language` where it is the first of the site's.
        summary: an excerpt taken from its text, where its file gives none.
        text: the words of its body.
        text_links: where links in its body lead, as they are written.
        identity_urls: normalised addresses that make files of one language one article.
        urls: all its addresses, normalised.
        canonical_url: the address of its original, normalised; empty where it names none but its own.
        visible_from, visible_until: days since 1970-01-01 UTC between which it is public.
        related: its curated list: entries, or IDs, paths, URLs and titles as texts; without what this program wrote.
        list_key: the key of its list; empty where it has none.
        list_path: the keys that lead to its list in its file, as they are spelt there.
        section: its first category, else its folder.
        series: those that it is a part of.
        pinned, banned: what its own list must begin with and must never hold, as IDs or URLs.
        written: its list, where this program wrote it or the end of it.
        format: that of its front matter.
        front_matter_digest: the sha256 of its front matter as it was read; empty for a line of a `.jsonl` file.
        digest: that of its state: of all bytes of its file or line but what this program wrote, 16 hexadecimal digits.
    """

    path: str
    name: str
    path_name: str
    other_names: tuple[str, ...] = ()
    language: str | None = None
    is_default_language: bool = False
    entry: Entry
    summary: str = ""
    text: str = ""
    text_links: tuple[str, ...] = ()
    published_at: float | None
    identity_urls: tuple[str, ...] = ()
    urls: tuple[str, ...]
    canonical_url: str = ""
    hidden: bool
    unlisted: bool = False
    visible_from: float | None = None
    visible_until: float | None = None
    published: bool
    related: tuple[Entry | str, ...]
    list_key: str = ""
    list_path: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    section: str = ""
    series: Series = NO_SERIES
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    list_state: ListState = "none"
    written: WrittenList | None = None
    format: Format = "yaml"
    front_matter_digest: bytes = b""
    digest: str = ""

    @property
    def own_urls(self) -> tuple[str, ...]:
        """Its addresses but for that of its original."""
        return tuple(url for url in self.urls if url != self.canonical_url)

    @property
    def content(self) -> bytes:
        """A digest of all that it says of its article, in whatever form, 32 bytes."""
        values = (
            *(self.entry, self.summary, self.text, self.published_at, self.language, self.canonical_url),
            *(self.hidden, self.unlisted, self.published, self.visible_from, self.visible_until),
            *(self.related, self.topics, self.series, self.pinned, self.banned),
        )
        return hashlib.sha256(repr(values).encode(errors="surrogatepass")).digest()


def digest_state(*parts: bytes) -> str:
    """The digest of a source's state; see `Source`."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A `.jsonl` line that holds the curated links of an article and not the article."""

    path: str
    line: int
    id: str
    related: tuple[Entry | str, ...]


@dataclass(slots=True)
class ParsedFile:
    """All that one file gave; `digest` is that of what was read, 32 bytes, empty where nothing was.

    What this program wrote into the file does not count: its digest is what it was before.

    Attributes:
        skipped: why the file is no article, where nothing is wrong with it: "section page", "no front matter" …
    """

    sources: list[Source] = field(default_factory=list)
    links: list[LinkLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: str = ""
    digest: bytes = b""
