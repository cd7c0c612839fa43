"""Reads article files and posted articles (which have no file)."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

import yaml

from recommender.articles import get_date, get_text, get_title, make_dated_slug
from recommender.errors import FrontMatterError
from recommender.frontmatter import (
    MAX_FRONT_MATTER_BYTES,
    FrontMatter,
    Value,
    find_list_layout,
    parse_front_matter,
    parse_json,
    split_front_matter,
)
from recommender.markup import DEFAULT_SEPARATORS, Body, Markup, parse_body
from recommender.sites import POSTED, Site
from recommender.sources.article_fields import NO_BODY, canonical_fields, read_article_fields
from recommender.sources.curated_lists import find_list_path, get_list_keys, get_list_value, list_state_of
from recommender.sources.source import ParsedFile, Problem, Source, digest_state
from recommender.sources.written_lists import Written, WrittenList, digest_list
from recommender.storage import read_regular_file

MAX_FILE_BYTES = 4 << 20
"""How much of an article's file is read: the front matter and a longer text than most books have."""

_NO_FRONT_MATTER = hashlib.sha256().digest()
_MARKDOWN = (".md", ".markdown", ".mdx")
_MARKUPS: dict[str, Markup] = {".mdx": "mdx", ".html": "html", ".txt": "text"}
_FOR_REPOSITORIES = frozenset({"readme", "changelog", "license", "contributing", "code_of_conduct", "security"})
_NAMED_FORMAT = re.compile(rb"---[ \t]*([a-z]{2,10})[ \t]*\r?\n")
_BETWEEN_WORDS = re.compile(r"[-_]+|(?<=[a-z\d])(?=[A-Z])")  # of a key
_POSTED = "the article"
_PLAIN = Site(generator="folder", reason="")

PostedForm: TypeAlias = Literal["markdown", "json"]
"""The form of a posted article: a front-matter file, or an object as in a line of a `.jsonl` file."""


def read_file(
    root: Path, file: str, *, site: Site = _PLAIN, written: Written | None = None, parse: bool = True
) -> ParsedFile:
    """Read one file of a corpus; faults are added to `problems`. Without `parse`, compute only its digest.

    Args:
        site: the conventions of the corpus.
        written: the lists that count as written by this program if the file holds one.
    """
    parsed, keys = ParsedFile(), get_list_keys(site)
    try:
        data = read_regular_file(f"{root}/{file}", max_bytes=MAX_FILE_BYTES)
    except OSError as error:
        parsed.problems.append(Problem.unreadable(file, error))
        return parsed
    try:
        if metadata := _read_metadata(root, file, site):
            parsed.digest = _digest(file, metadata[1], data)
            if parse:
                known, digest = canonical_fields(metadata[0], site), digest_state(metadata[1], data)
                read_article_fields(
                    parsed,
                    known,
                    file,
                    None,
                    site=site,
                    digest=digest,
                    body=_parse_body(data, file, site),
                    format="header",
                    front_matter_digest=_NO_FRONT_MATTER,
                )
            return parsed
        front_matter = None if _is_data(file, data) else split_front_matter(data, path=file)
        if front_matter is None:
            _read_without_front_matter(parsed, data, file, site, parse=parse)
            return parsed
        body = data[front_matter.body :]
        parsed.digest = _digest(file, data[front_matter.start : front_matter.end], body)
        may_hold_written_list = written or _may_hold_written_list(front_matter.text, keys)
        if not (parse or may_hold_written_list):
            return parsed
        events: list[yaml.Event] = []
        fields = parse_front_matter(front_matter, path=file, events=events if may_hold_written_list else None)
        written_list, without = None, front_matter.text
        if may_hold_written_list:
            written_list, without, fields = _separate_written_list(
                front_matter, events, fields, written or {}, file, keys=keys
            )
            parsed.digest = _digest(file, without.encode(), body)
        if parse:
            read_article_fields(
                parsed,
                canonical_fields(fields, site),
                file,
                None,
                site=site,
                digest=digest_state(without.encode(), body),
                body=_parse_body(body, file, site),
                format="header" if site.parses_lines else front_matter.format,
                list_path=find_list_path(fields, keys),
                written=written_list,
                front_matter_digest=digest_front_matter(front_matter),
            )
    except FrontMatterError as error:
        parsed.problems.append(Problem.from_error(error))
    return parsed


def read_body(root: Path, file: str, *, site: Site = _PLAIN, without_links: Collection[str] = ()) -> Body:
    """The body of an article file, without the words of some links (in the form of `Source.text_links`).

    Raises:
        OSError, FrontMatterError: it can't be read (any more).
    """
    data = read_regular_file(f"{root}/{file}", max_bytes=MAX_FILE_BYTES)
    front_matter = None if _is_data(file, data) else split_front_matter(data, path=file)
    body = data if front_matter is None else data[front_matter.body :]
    return _parse_body(body, file, site, without_links=without_links)


def read_posted(text: str, form: PostedForm, *, site: Site = POSTED) -> tuple[Source, list[Problem]]:
    """Read an article that has no file, as if it were in a file with the usual name or in a line.

    Args:
        site: the conventions for its fields.

    Raises:
        FrontMatterError: it can't be read as an article.
    """
    parsed = ParsedFile()
    data = text.encode()
    body, digest = NO_BODY, digest_state(data)
    if form == "json":
        fields = canonical_fields(parse_json(data, path=_POSTED, line=None), site)
    else:
        front_matter = split_front_matter(data, path=_POSTED)
        if front_matter is None:
            raise FrontMatterError(_why_no_front_matter(data), path=_POSTED, line=1)
        fields = canonical_fields(parse_front_matter(front_matter, path=_POSTED), site)
        body = _parse_body(data[front_matter.body :], _POSTED, site)
        digest = digest_state(front_matter.text.encode(), data[front_matter.body :])
    _, date = get_date(fields) or ("", "")
    slug = make_dated_slug(get_title(fields) or "", date)
    file = f"{slug}.md" if slug else _POSTED
    read_article_fields(parsed, fields, file, None, site=site, digest=digest, body=body)
    if not parsed.sources or (not slug and get_text(fields, "id", "slug") is None):
        raise FrontMatterError("no ID, and none can be made from the title; add a line `id: …`", path=_POSTED)
    return parsed.sources[0], parsed.problems


def digest_front_matter(front_matter: FrontMatter) -> bytes:
    """The SHA-256 of a front matter; tells whether a file has changed since it was read."""
    return hashlib.sha256(front_matter.text.encode()).digest()


def _read_without_front_matter(parsed: ParsedFile, data: bytes, file: str, site: Site, *, parse: bool) -> None:
    """Read a Markdown file without front matter: if the site allows it, its title is its first heading or its name."""
    path = PurePosixPath(file)
    if path.suffix.lower() not in _MARKDOWN or path.stem.lower() in _FOR_REPOSITORIES:
        parsed.skipped = "no front matter"
        return
    body = NO_BODY if site.needs_front_matter else _parse_body(data, file, site)
    if not body.heading and not (site.named_by_files and body.text):
        parsed.problems.append(Problem(file, _why_no_front_matter(data), line=1, kind="no front matter"))
        return
    parsed.digest = _digest(file, b"", data)
    if parse:
        read_article_fields(
            parsed,
            {},
            file,
            None,
            site=site,
            digest=digest_state(data),
            body=body,
            front_matter_digest=_NO_FRONT_MATTER,
        )


def _read_metadata(root: Path, file: str, site: Site) -> tuple[dict[str, Value], bytes] | None:
    """The front matter in data files beside an article's file, and their bytes; `None` if there are none."""
    fields: dict[str, Value] = {}
    read = b""
    for beside in site.metadata_files(file):
        with suppress(FileNotFoundError):
            data = read_regular_file(f"{root}/{beside}", max_bytes=MAX_FRONT_MATTER_BYTES)
            front_matter = split_front_matter(data, path=beside)
            if front_matter is not None:
                fields |= parse_front_matter(front_matter, path=beside)
                read += data
    return (fields, read) if read else None


def _is_data(file: str, data: bytes) -> bool:
    """Whether a text file is data rather than an article: JSON or header lines."""
    return file.lower().endswith(".txt") and not data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(
        (b"---", b"+++")
    )


def _parse_body(body: bytes, file: str, site: Site, *, without_links: Collection[str] = ()) -> Body:
    text = body.decode(errors="replace")
    if not text.strip():
        return NO_BODY
    markup = _MARKUPS.get(PurePosixPath(file).suffix.lower(), "mdx" if site.markdown_is_mdx else "markdown")
    separators = (*site.excerpt_separators, *DEFAULT_SEPARATORS)
    return parse_body(text, markup=markup, separators=separators, without_links=without_links)


def _separate_written_list(
    front_matter: FrontMatter,
    events: Sequence[yaml.Event],
    fields: dict[str, Value],
    written: Written,
    file: str,
    *,
    keys: tuple[str, ...],
) -> tuple[WrittenList | None, str, dict[str, Value]]:
    """The list of a file if this program wrote it, and the front matter, text and values, without the list.

    What the list replaced is there again, if that was a curated list; otherwise its curated head is, if it has one.
    """
    key = find_list_path(fields, keys)
    if not key:
        return None, front_matter.text, fields
    value = get_list_value(fields, key)
    try:
        layout = find_list_layout(front_matter, events, key=key, path=file)
    except FrontMatterError:
        return None, front_matter.text, fields  # this program writes no list into it
    if list_state_of(value) == "none":
        return None, layout.without_items(kept=0), fields
    known = written.get(digest_list(value, layout.comments)) if isinstance(value, list) else None
    if known is None or not isinstance(value, list):
        return None, front_matter.text, fields
    known = replace(known, file=file)
    if known.replaced:
        without = layout.with_list_text(known.replaced)
        with suppress(FrontMatterError):
            restored = parse_front_matter(replace(front_matter, text=without), path=file)
            if list_state_of(get_list_value(restored, key)) == "curated":
                return known, without, restored
    without = layout.without_items(kept=known.curated) if layout.can_keep(known.curated) else front_matter.text
    return known, without, _with_value(fields, key, value[: known.curated])


def _with_value(fields: Mapping[str, Value], path: Sequence[str], value: Value) -> dict[str, Value]:
    """Fields with another value at the end of a path of keys."""
    key, *rest = path
    inner = fields[key]
    return {**fields, key: _with_value(inner, rest, value) if rest and isinstance(inner, dict) else value}


def _may_hold_written_list(text: str, keys: Sequence[str]) -> bool:
    """Whether a key of a list has no dash of an entry on the next line, as all lists that this program may fill."""
    lower = text.lower()  # `re.IGNORECASE` takes several times as long
    return any(pattern.search(lower) for pattern in _unfilled_keys(tuple(keys)))


@cache
def _unfilled_keys(keys: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """A pattern for each first word of some keys, since a search for one literal prefix is fast."""
    words = [_BETWEEN_WORDS.sub("-", key).lower().split("-") for key in keys]
    return tuple(
        re.compile(
            rf"""{first}(?:{"|".join("[-_]?".join(["", *rest]) for _, *rest in alike)})["']?\s*[:=]"""
            r"(?![ \t]*(?:#.*)?\r?\n[ \t]*-[ \t\r\n])"
        )
        for first, alike in groupby(sorted(words), itemgetter(0))
    )


def _why_no_front_matter(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16; save the file as UTF-8"
    if named := _NAMED_FORMAT.match(data):
        return f"front matter in {named[1].decode()}, which is not read; write it in YAML, TOML or JSON"
    return "no front matter: it does not begin with a line `---`"


def _digest(file: str, front_matter: bytes, body: bytes) -> bytes:
    return hashlib.sha256(file.encode() + b"\0" + front_matter + b"\0" + body).digest()
