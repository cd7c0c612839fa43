"""One file of a corpus, or one line of a `.jsonl` file, as it was read."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Literal, TypeAlias

import yaml

from recommender import frontmatter
from recommender.article import (
    Entry,
    date_text,
    dated_slug,
    entry_from,
    is_hidden,
    is_no,
    is_published,
    parse_date,
    text_of,
    title_of,
    urls_of,
)
from recommender.block import Layout
from recommender.errors import FrontMatterError
from recommender.frontmatter import FrontMatter
from recommender.lock import Line, Written, digest_of

ARTICLE_SUFFIXES = (".md", ".markdown")
FRONT_MATTER_SUFFIXES = (".html", ".txt")  # articles only where they begin with front matter
INDEX_STEMS = ("index", "_index")  # named after their folder
_SUFFIXES = frozenset((*ARTICLE_SUFFIXES, *FRONT_MATTER_SUFFIXES, ".jsonl"))
_UNVISITED = frozenset({"node_modules"})
_OF_A_MODEL = frozenset({"manifest.json", "articles.jsonl", "index.indptr.npy"})
# A `related` key without the dash of an entry on the next line; what this program would fill is among these.
_MAYBE_EMPTY = re.compile(r"""related["']?\s*:(?![ \t]*(?:#.*)?\r?\n[ \t]*-[ \t\r\n])""")
_LINE_BREAK = re.compile(rb"[\r\n]")
_BOM = b"\xef\xbb\xbf"
_POSTED = "the article"
_READ_BYTES = frontmatter.MAX_BYTES + 4096
STRETCH_BYTES = 1 << 18
"""A `.jsonl` file that is larger is read in stretches of lines of about this size."""
LINE_BYTES = 1 << 24
"""A line that is longer is a problem, and not read."""

ListState: TypeAlias = Literal["none", "curated", "written", "refused", "not a list"]
"""What an article's file says of its list: nothing, editors' links, what this program wrote (curated entries may lead
it), that it wants none (`related: false`), or something that is no list."""


PostedForm: TypeAlias = Literal["markdown", "json"]
"""An article that was posted is a front-matter file, or an object as in a line of a `.jsonl` file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus that was skipped, or read with a doubt: where, and what to do about it."""

    place: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.reason}" if self.line else f"{self.place}: {self.reason}"

    @classmethod
    def from_error(cls, error: FrontMatterError) -> Problem:
        return cls(error.place, error.reason, error.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An article as its own file gives it.

    Attributes:
        place: the path relative to the corpus, with `:line` for a line of a `.jsonl` file.
        name: the ID that it asks for.
        path_name: the ID it gets when others ask for the same: its place without the ending.
        related: its curated list: entries, or IDs and URLs as texts; without what this program wrote.
        pinned, banned: what its own list must begin with and must never hold, as IDs or URLs.
        written: its list, where this program wrote it or the end of it.
        stamp: the sha256 of its front matter as it was read; empty for a line of a `.jsonl` file.
    """

    place: str
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
    written: Line | None = None
    stamp: bytes = b""


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A `.jsonl` line that holds the curated links of an article and not the article."""

    place: str
    line: int
    id: str
    related: tuple[Entry | str, ...]


@dataclass(slots=True)
class Reading:
    """All that one file gave; `digest` is that of what was read, 32 bytes, empty where nothing was.

    What this program wrote into the file does not count: its digest is what it was before.
    """

    sources: list[Source] = field(default_factory=list)
    links: list[LinkLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    digest: bytes = b""


def article_files(root: Path) -> tuple[list[str], list[Problem]]:
    """The paths below a folder that may hold articles, relative and sorted; links are followed, hidden folders not."""
    files: list[str] = []
    problems: list[Problem] = []

    def visit(folder: Path, prefix: str, above: frozenset[tuple[int, int]]) -> None:
        place = prefix.removesuffix("/") or "."
        try:
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            problems.append(_unreadable(place, error))
            return
        identity = (status.st_dev, status.st_ino)
        if identity in above:
            problems.append(Problem(place, "a link back to a folder above it; not followed"))
            return
        if {entry.name for entry in entries} >= _OF_A_MODEL:
            return  # one of our own, trained within the site's folder
        for entry in entries:
            if not _is_text(entry.name):
                problems.append(Problem(ascii(entry.name), "its name is not UTF-8; rename it"))
                continue
            # Unlike `entry.is_dir()`, a path says no of a link to itself.
            if (folder / entry.name).is_dir() if entry.is_symlink() else entry.is_dir():
                if not entry.name.startswith(".") and entry.name not in _UNVISITED:
                    visit(folder / entry.name, f"{prefix}{entry.name}/", above | {identity})
            elif os.path.splitext(entry.name)[1].lower() in _SUFFIXES:
                files.append(prefix + entry.name)

    visit(root, "", frozenset())
    return sorted(files), problems


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_file(root: Path, file: str, *, written: Written | None = None, parse: bool = True) -> Reading:
    """Read one file of a corpus; whatever is wrong with it is in `problems`. Without `parse`, only its digest.

    `written` are the lists that, if this file holds one, are this program's.
    """
    if file.lower().endswith(".jsonl"):
        return _read_lines_of(root, file, parse=parse)
    reading = Reading()
    try:
        with _opened(root / file) as stream:
            data = stream.read(_READ_BYTES)
    except OSError as error:
        reading.problems.append(_unreadable(file, error))
        return reading
    try:
        front_matter = frontmatter.split(data, place=file)
        if front_matter is None:
            if parse and file.lower().endswith(ARTICLE_SUFFIXES):
                reading.problems.append(Problem(file, _why_no_front_matter(data), line=1))
            return reading
        reading.digest = _digest(file, data[front_matter.start : front_matter.end])
        may_be_told_apart = written or _MAYBE_EMPTY.search(front_matter.text)
        if not (parse or may_be_told_apart):
            return reading
        events: list[yaml.Event] = []
        fields = frontmatter.parse(front_matter, place=file, events=events if may_be_told_apart else None)
        ours = None
        if may_be_told_apart:
            ours, without = _told_apart(front_matter, events, fields, written or {}, file)
            reading.digest = _digest(file, without.encode())
        if parse:
            source = _source(reading, fields, file, None, ours)
            reading.sources.append(replace(source, stamp=stamp_of(front_matter)))
    except FrontMatterError as error:
        reading.problems.append(Problem.from_error(error))
    return reading


def read_posted(text: str, form: PostedForm) -> tuple[Source, list[Problem]]:
    """Read an article that has no file: what its file, called as the site would call it, or its line would give.

    Raises:
        FrontMatterError: it can't be read as an article.
    """
    reading = Reading()
    data = text.encode()
    if form == "json":
        fields = _json_fields(data, _POSTED, None)
    else:
        front_matter = frontmatter.split(data, place=_POSTED)
        if front_matter is None:
            raise FrontMatterError(_why_no_front_matter(data), place=_POSTED, line=1)
        fields = frontmatter.parse(front_matter, place=_POSTED)
    slug = dated_slug(title_of(fields) or "", date_text(fields))
    source = _source(reading, fields, f"{slug}.md" if slug else _POSTED, None, None)
    if not slug and text_of(fields, "id", "slug") is None:
        raise FrontMatterError("no ID, and the title makes none; add a line `id: …`", place=_POSTED)
    return source, reading.problems


def _told_apart(
    front_matter: FrontMatter,
    events: Sequence[yaml.Event],
    fields: Mapping[str, frontmatter.Value],
    written: Written,
    file: str,
) -> tuple[Line | None, str]:
    """The list of a file if this program wrote it, and the front matter without what it wrote or may fill."""
    if "related" not in fields:
        return None, front_matter.text
    related = fields["related"]
    try:
        layout = Layout.of(front_matter.text, events, place=file)
    except FrontMatterError:
        return None, front_matter.text  # nothing that this program would write into
    if layout.related is None:
        return None, front_matter.text
    if _list_state(related) == "none":
        return None, layout.without_items(kept=0)
    if isinstance(related, list):
        digest = digest_of(related, layout.related.comments)
        if (curated := written.get(digest)) is not None:
            can_be_cut = not curated or layout.related.items is not None
            return Line(file, digest, curated), layout.without_items(kept=curated) if can_be_cut else front_matter.text
    return None, front_matter.text


def stamp_of(front_matter: FrontMatter) -> bytes:
    """The sha256 of a front matter: by it a file is known to be as it was read."""
    return hashlib.sha256(front_matter.text.encode()).digest()


def _why_no_front_matter(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16; save the file as UTF-8"
    if data.startswith(b"+++"):
        return "front matter in TOML is not read; write it in YAML, between lines `---`"
    return "no front matter: it does not begin with a line `---`"


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    # Without O_NONBLOCK, opening a pipe that is called x.md would wait for its other end for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        yield stream


def _digest(file: str, data: bytes) -> bytes:
    return hashlib.sha256(file.encode() + b"\0" + data).digest()


def _unreadable(file: str, error: OSError) -> Problem:
    return Problem(file, f"can't be read: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some whole lines of a `.jsonl` file: its bytes from `start` to `end`, the first of which is in line `line`.

    Attributes:
        status: the file's size and the moment of its last change when it was parted.
    """

    start: int
    end: int
    line: int
    status: tuple[int, int]


class Lines:
    """A `.jsonl` file, parted into stretches of lines that can be read one without the others."""

    def __init__(self, root: Path, file: str) -> None:
        self._root = root
        self._file = file
        self._status: tuple[int, int] | None = None
        self._digest = b""

    def stretches(self) -> Iterator[Stretch]:
        """The stretches in their order; a line that is longer than one begins one.

        Raises:
            OSError: the file can't be read.
        """
        hashed = hashlib.sha256(self._file.encode() + b"\0")
        start = end = 0
        first = line = 1
        half = False  # whether what came before ends in the first half of a line break
        with _opened(self._root / self._file) as stream:
            self._status = _status(stream)
            while block := stream.read(STRETCH_BYTES):
                hashed.update(block)
                cut = block.rfind(b"\n") + 1
                line += _line_breaks(block[:cut]) - (half and block.startswith(b"\n"))
                if cut:
                    yield Stretch(start, end + cut, first, self._status)
                    start, first = end + cut, line
                line += _line_breaks(block[cut:])
                half = block.endswith(b"\r")
                end += len(block)
        if end > start:
            yield Stretch(start, end, first, self._status)
        self._digest = hashed.digest()

    @property
    def digest(self) -> bytes:
        """As that of a `Reading`, once all stretches are read; empty if the file has changed meanwhile."""
        try:
            with _opened(self._root / self._file) as stream:
                return self._digest if _status(stream) == self._status else b""
        except OSError:
            return b""


def read_stretch(root: Path, file: str, stretch: Stretch) -> Reading:
    """Read some lines of a `.jsonl` file; the digest, which is that of the whole file, stays empty."""
    reading = Reading()
    try:
        with _opened(root / file) as stream:
            if _status(stream) != stretch.status:
                raise OSError("it was changed at that moment; run this again")
            data = _without_a_long_line(reading, stream, file, stretch)
    except OSError as error:
        reading.problems.append(_unreadable(file, error))
        return reading
    if stretch.start == 0:
        data = data.removeprefix(_BOM)
    _read_lines(reading, file, data, stretch.line)
    return reading


def _read_lines_of(root: Path, file: str, *, parse: bool) -> Reading:
    whole, lines = Reading(), Lines(root, file)
    try:
        for stretch in lines.stretches():
            if parse:
                part = read_stretch(root, file, stretch)
                whole.sources += part.sources
                whole.links += part.links
                whole.problems += part.problems
        whole.digest = lines.digest
    except OSError as error:
        whole.problems.append(_unreadable(file, error))
    return whole


def _without_a_long_line(reading: Reading, stream: IO[bytes], file: str, stretch: Stretch) -> bytes:
    """What a stretch holds; of a line at its head that is too long only the end, as if the line were empty."""
    stream.seek(stretch.start)
    left = stretch.end - stretch.start
    if left > LINE_BYTES and not _LINE_BREAK.search(stream.read(LINE_BYTES + 1)):
        reading.problems.append(_long_line(file, stretch.line))
        left -= LINE_BYTES + 1
        while left and not (found := _LINE_BREAK.search(block := stream.read(min(left, STRETCH_BYTES)))):
            left -= len(block)
        left -= found.start() if left and found else 0
        stream.seek(stretch.end - left)
        return stream.read(left)
    stream.seek(stretch.start)
    return stream.read(left)


def _long_line(file: str, number: int) -> Problem:
    return Problem(file, f"the line is over {LINE_BYTES >> 20} MB; shorten it", number)


def _line_breaks(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _status(stream: IO[bytes]) -> tuple[int, int]:
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns


def _read_lines(reading: Reading, file: str, data: bytes, first: int) -> None:
    for number, raw in enumerate(data.splitlines(), start=first):
        if not raw.strip():
            continue
        if len(raw) > LINE_BYTES:
            reading.problems.append(_long_line(file, number))
            continue
        try:
            fields = _json_fields(raw, file, number)
            if title_of(fields) is None and "related" in fields and (name := text_of(fields, "id", "slug")):
                items = _list_of(reading, fields, file, number)
                reading.links.append(LinkLine(file, number, name, _links(reading, items, file, number)))
            else:
                reading.sources.append(_source(reading, fields, file, number, None))
        except FrontMatterError as error:
            reading.problems.append(Problem.from_error(error))


def _json_fields(raw: bytes, file: str, number: int | None) -> dict[str, frontmatter.Value]:
    try:
        # Numbers stay as they were written, as they do in front matter.
        value = json.loads(raw.decode(), parse_int=str, parse_float=str, parse_constant=lambda _: None)
        value = _texts(value)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FrontMatterError("half of a surrogate pair; mend the escape", place=file, line=number) from error
    except UnicodeDecodeError as error:
        raise FrontMatterError("not UTF-8; save the file as UTF-8", place=file, line=number) from error
    except json.JSONDecodeError as error:
        raise FrontMatterError(f"not JSON: {error.msg} at column {error.colno}", place=file, line=number) from error
    except RecursionError as error:
        raise FrontMatterError("nested too deep", place=file, line=number) from error
    if not isinstance(value, dict):
        raise FrontMatterError("not a JSON object; an article is one", place=file, line=number)
    return value


def _texts(value: object) -> frontmatter.Value:
    if isinstance(value, dict):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _source(
    reading: Reading, fields: Mapping[str, frontmatter.Value], file: str, line: int | None, written: Line | None
) -> Source:
    title = title_of(fields)
    if title is None:
        raise FrontMatterError("no title; add a line `title: …`", place=file, line=line)
    date = date_text(fields)
    published_at = parse_date(date)
    if date is not None and published_at is None:
        reading.problems.append(
            Problem(file, f"the date {date!r} is not ISO 8601 (2019-12-01T16:14:00Z); used without a date", line)
        )
    path = PurePosixPath(file)
    stem = path.parent.name if path.stem in INDEX_STEMS and path.parent.name else path.stem
    path_name = file.removesuffix(path.suffix)
    if line is not None:
        stem = path_name = f"{path_name}:{line}"
    items = _list_of(reading, fields, file, line)
    return Source(
        place=file if line is None else f"{file}:{line}",
        name=text_of(fields, "id", "slug") or stem,
        path_name=path_name,
        entry=entry_from(fields, title),
        published_at=published_at,
        urls=urls_of(fields),
        hidden=is_hidden(fields),
        published=is_published(fields),
        related=_links(reading, items[: written.curated] if written else items, file, line),
        topics=_texts_of(fields, "topics"),
        pinned=_texts_of(fields, "relatedPin"),
        banned=_texts_of(fields, "relatedBan"),
        list_state="written" if written else _list_state(fields.get("related", "")),
        written=written,
    )


def _texts_of(fields: Mapping[str, frontmatter.Value], key: str) -> tuple[str, ...]:
    """The texts of a list, or the one text that stands in its place."""
    value = fields.get(key)
    texts = [value] if text_of(fields, key) is not None else value
    return tuple(text for text in texts if isinstance(text, str)) if isinstance(texts, list) else ()


def _list_state(value: frontmatter.Value) -> ListState:
    if isinstance(value, list):
        return "curated" if value else "none"
    if isinstance(value, str) and value.lower() in ("", "~", "null"):
        return "none"
    return "refused" if is_no(value) else "not a list"


def _list_of(
    reading: Reading, fields: Mapping[str, frontmatter.Value], file: str, line: int | None
) -> list[frontmatter.Value]:
    value = fields.get("related", "")
    if _list_state(value) == "not a list":
        reading.problems.append(Problem(file, "`related` is not a list; read without it", line))
    return value if isinstance(value, list) else []


def _links(reading: Reading, items: list[frontmatter.Value], file: str, line: int | None) -> tuple[Entry | str, ...]:
    links: list[Entry | str] = []
    for position, item in enumerate(items, start=1):
        fields_of_item = item if isinstance(item, dict) else {"id": item}
        if isinstance(item, dict) and (title := title_of(item)) is not None:
            links.append(entry_from(item, title))
        elif name := (text_of(fields_of_item, "id", "slug") or next(iter(urls_of(fields_of_item)), None)):
            links.append(name)
        else:
            reading.problems.append(Problem(file, f"entry {position} of `related` has neither title, ID nor URL", line))
    return tuple(links)
