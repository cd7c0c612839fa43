"""`Source`: an article as described by its own file or line, with the problems found there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec

from recommender.articles import NO_SERIES, Entry, Series
from recommender.errors import FrontMatterError, printable
from recommender.frontmatter import Format
from recommender.sources.written_lists import WrittenList

ListState: TypeAlias = Literal["none", "curated", "written", "refused", "not a list"]
"""The state of the list in an article's file: absent, curated, written by this program (possibly after curated
entries), refused (`related: false`), or not a list."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus that was skipped or is doubtful: its location, and how to fix it.

    Attributes:
        kind: a description shared by all problems of this kind, for counting them; empty for a kind of its own.
    """

    path: str
    reason: str
    line: int | None = None
    kind: str = ""

    def __str__(self) -> str:
        return printable(f"{self.location}: {self.reason}")

    @property
    def location(self) -> str:
        """The path, and the line if known."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @classmethod
    def from_error(cls, error: FrontMatterError) -> Problem:
        return cls(error.path, error.reason, error.line)

    @classmethod
    def unreadable(cls, file: str, error: OSError) -> Problem:
        return cls(file, f"can't be read: {error.strerror or error}")


class Source(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """An article as described by its own file.

    Attributes:
        path: of its file, relative to the corpus, with `:line` for a line of a `.jsonl` file.
        name: its requested ID.
        path_name: its ID if another article requests the same: its path without extension.
        other_names: further names that it answers to, unless one is another article's ID.
        language: `None` if unknown; `is_default_language` if it is the site's first.
        summary: an excerpt taken from its text if its file gives none.
        text: its body as plain text, then the words of its code blocks.
        text_links: the targets of links in its body, as written.
        identity_urls: normalised addresses by which files in one language are recognised as one article.
        urls: all its addresses, normalised.
        canonical_url: the address of its original, normalised; empty if it names none or its own.
        visible_from, visible_until: days since 1970-01-01 UTC between which it is public.
        related: its curated list, without entries that this program wrote: entries, or IDs, paths, URLs or titles.
        list_key: the key of its list; empty if it has none.
        list_path: the keys that lead to its list in its file, as spelt there.
        section: its first category, else its folder.
        series: the series that it is a part of.
        pinned, banned: IDs or URLs that its list must begin with or must never hold.
        written: its list, if this program wrote all or the end of it.
        format: of its front matter.
        front_matter_digest: the SHA-256 of its front matter as read; of nothing if the file has none, and empty for a
            line of a `.jsonl` file.
        digest: of all bytes of its file or line except what this program wrote, 16 hexadecimal digits.
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
        """Its addresses, except that of its original."""
        return tuple(url for url in self.urls if url != self.canonical_url)

    @property
    def content(self) -> bytes:
        """A digest of everything that it says about its article, independent of form, 32 bytes."""
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
    """A `.jsonl` line that holds the curated links of an article, not the article itself."""

    path: str
    line: int
    id: str
    related: tuple[Entry | str, ...]


@dataclass(slots=True)
class ParsedFile:
    """The result of reading one file.

    Attributes:
        digest: of the bytes read, except lists that this program wrote, 32 bytes; empty if nothing was read.
        skipped: why the file is not an article although it is valid: "section page", "no front matter" …
    """

    sources: list[Source] = field(default_factory=list)
    links: list[LinkLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: str = ""
    digest: bytes = b""
