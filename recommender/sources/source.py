"""`Source`: an article as its own file or line describes it, and the problems found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from recommender.articles import (
    Entry,
    build_entry,
    get_date_text,
    get_text,
    get_title,
    get_urls,
    is_false,
    is_hidden,
    is_published,
    parse_date,
)
from recommender.errors import FrontMatterError
from recommender.sources.frontmatter import Value
from recommender.sources.written_lists import WrittenList

INDEX_STEMS = ("index", "_index")  # named after their folder

ListState: TypeAlias = Literal["none", "curated", "written", "refused", "not a list"]
"""What an article's file says of its list: nothing, editors' links, what this program wrote (curated entries may lead
it), that it wants none (`related: false`), or something that is no list."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus that was skipped, or read with a doubt: where, and what to do about it."""

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}" if self.line else f"{self.path}: {self.reason}"

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
        place: the path relative to the corpus, with `:line` for a line of a `.jsonl` file.
        name: the ID that it asks for.
        path_name: the ID it gets when others ask for the same: its path without the ending.
        related: its curated list: entries, or IDs and URLs as texts; without what this program wrote.
        pinned, banned: what its own list must begin with and must never hold, as IDs or URLs.
        written: its list, where this program wrote it or the end of it.
        stamp: the sha256 of its front matter as it was read; empty for a line of a `.jsonl` file.
    """

    path: str
    name: str
    path_name: str
    entry: Entry
    published_at: float | None
    urls: tuple[str, ...]
    hidden: bool
    published: bool
    related: tuple[Entry | str, ...]
    topics: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    list_state: ListState = "none"
    written: WrittenList | None = None
    front_matter_digest: bytes = b""


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
    """

    sources: list[Source] = field(default_factory=list)
    links: list[LinkLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    digest: bytes = b""


def source_of(
    parsed: ParsedFile, fields: Mapping[str, Value], file: str, line: int | None, written: WrittenList | None
) -> Source:
    """The article that the fields of a file, or of one line of it, tell of; what is doubtful is noted in `parsed`.

    Args:
        written: the file's list, where this program wrote it or the end of it.

    Raises:
        FrontMatterError: it has no title.
    """
    title = get_title(fields)
    if title is None:
        raise FrontMatterError("no title; add a line `title: …`", path=file, line=line)
    date = get_date_text(fields)
    published_at = parse_date(date)
    if date is not None and published_at is None:
        parsed.problems.append(
            Problem(file, f"the date {date!r} is not ISO 8601 (2019-12-01T16:14:00Z); used without a date", line)
        )
    path = PurePosixPath(file)
    stem = path.parent.name if path.stem in INDEX_STEMS and path.parent.name else path.stem
    path_name = file.removesuffix(path.suffix)
    if line is not None:
        stem = path_name = f"{path_name}:{line}"
    items = list_of(parsed, fields, file, line)
    return Source(
        path=file if line is None else f"{file}:{line}",
        name=get_text(fields, "id", "slug") or stem,
        path_name=path_name,
        entry=build_entry(fields, title),
        published_at=published_at,
        urls=get_urls(fields),
        hidden=is_hidden(fields),
        published=is_published(fields),
        related=links_of(parsed, items[: written.curated] if written else items, file, line),
        topics=_texts_of(fields, "topics"),
        pinned=_texts_of(fields, "relatedPin"),
        banned=_texts_of(fields, "relatedBan"),
        list_state="written" if written else list_state_of(fields.get("related", "")),
        written=written,
    )


def _texts_of(fields: Mapping[str, Value], key: str) -> tuple[str, ...]:
    """The texts of a list; a text on its own counts as a list of one."""
    value = fields.get(key)
    texts = [value] if get_text(fields, key) is not None else value
    return tuple(text for text in texts if isinstance(text, str)) if isinstance(texts, list) else ()


def list_state_of(value: Value) -> ListState:
    """What a `related` says, by itself."""
    if isinstance(value, list):
        return "curated" if value else "none"
    if isinstance(value, str) and value.lower() in ("", "~", "null"):
        return "none"
    return "refused" if is_false(value) else "not a list"


def list_of(parsed: ParsedFile, fields: Mapping[str, Value], file: str, line: int | None) -> list[Value]:
    """The entries of the fields' `related`; that it is no list is noted in `parsed`."""
    value = fields.get("related", "")
    if list_state_of(value) == "not a list":
        parsed.problems.append(Problem(file, "`related` is not a list; read without it", line))
    return value if isinstance(value, list) else []


def links_of(parsed: ParsedFile, items: list[Value], file: str, line: int | None) -> tuple[Entry | str, ...]:
    """The entries, IDs and URLs among the items of a list; what is none of them is noted in `parsed`."""
    links: list[Entry | str] = []
    for position, item in enumerate(items, start=1):
        fields_of_item = item if isinstance(item, dict) else {"id": item}
        if isinstance(item, dict) and (title := get_title(item)) is not None:
            links.append(build_entry(item, title))
        elif name := (get_text(fields_of_item, "id", "slug") or next(iter(get_urls(fields_of_item)), None)):
            links.append(name)
        else:
            parsed.problems.append(Problem(file, f"entry {position} of `related` has neither title, ID nor URL", line))
    return tuple(links)
