"""Finds the files of a corpus, and parses front-matter files and posted articles."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

import yaml

from recommender.articles import get_date_text, get_text, get_title, make_dated_slug
from recommender.errors import FrontMatterError
from recommender.sources.frontmatter import (
    MAX_FRONT_MATTER_BYTES,
    FrontMatter,
    Value,
    parse_front_matter,
    split_front_matter,
)
from recommender.sources.jsonl import json_fields
from recommender.sources.related_block import FrontMatterLayout
from recommender.sources.source import ParsedFile, Problem, Source, list_state_of, source_of
from recommender.sources.written_lists import Written, WrittenList, digest_list
from recommender.storage import open_regular_file

ARTICLE_SUFFIXES = (".md", ".markdown")
FRONT_MATTER_SUFFIXES = (".html", ".txt")  # articles only where they begin with front matter
_SUFFIXES = frozenset((*ARTICLE_SUFFIXES, *FRONT_MATTER_SUFFIXES, ".jsonl"))
_UNVISITED = frozenset({"node_modules"})
_OF_A_MODEL = frozenset({"manifest.json", "articles.jsonl", "index.indptr.npy"})
# A `related` key without the dash of an entry on the next line; what this program would fill is among these.
_MAYBE_EMPTY = re.compile(r"""related["']?\s*:(?![ \t]*(?:#.*)?\r?\n[ \t]*-[ \t\r\n])""")
_POSTED = "the article"
_READ_BYTES = MAX_FRONT_MATTER_BYTES + 4096

PostedForm: TypeAlias = Literal["markdown", "json"]
"""An article that was posted is a front-matter file, or an object as in a line of a `.jsonl` file."""


def find_article_files(root: Path) -> tuple[list[str], list[Problem]]:
    """The paths below a folder that may hold articles, relative and sorted; links are followed, hidden folders not."""
    files: list[str] = []
    problems: list[Problem] = []

    def visit(folder: Path, prefix: str, above: frozenset[tuple[int, int]]) -> None:
        path = prefix.removesuffix("/") or "."
        try:
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            problems.append(Problem.unreadable(path, error))
            return
        identity = (status.st_dev, status.st_ino)
        if identity in above:
            problems.append(Problem(path, "a link back to a folder above it; not followed"))
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


def is_jsonl(file: str) -> bool:
    """Whether a file is read line by line, and not as front matter."""
    return file.lower().endswith(".jsonl")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_file(root: Path, file: str, *, written: Written | None = None, parse: bool = True) -> ParsedFile:
    """Read one file of a corpus; whatever is wrong with it is in `problems`. Without `parse`, only its digest.

    `written` are the lists that, if this file holds one, are this program's.
    """
    parsed = ParsedFile()
    try:
        with open_regular_file(root / file) as stream:
            data = stream.read(_READ_BYTES)
    except OSError as error:
        parsed.problems.append(Problem.unreadable(file, error))
        return parsed
    try:
        front_matter = split_front_matter(data, path=file)
        if front_matter is None:
            if parse and file.lower().endswith(ARTICLE_SUFFIXES) and not _is_readme(file):
                parsed.problems.append(Problem(file, _why_no_front_matter(data), line=1))
            return parsed
        parsed.digest = _digest(file, data[front_matter.start : front_matter.end])
        may_hold_written_list = written or _MAYBE_EMPTY.search(front_matter.text)
        if not (parse or may_hold_written_list):
            return parsed
        events: list[yaml.Event] = []
        fields = parse_front_matter(front_matter, path=file, events=events if may_hold_written_list else None)
        written_list = None
        if may_hold_written_list:
            written_list, without = _separate_written_list(front_matter, events, fields, written or {}, file)
            parsed.digest = _digest(file, without.encode())
        if parse:
            source = source_of(parsed, fields, file, None, written_list)
            parsed.sources.append(replace(source, front_matter_digest=digest_front_matter(front_matter)))
    except FrontMatterError as error:
        parsed.problems.append(Problem.from_error(error))
    return parsed


def read_posted(text: str, form: PostedForm) -> tuple[Source, list[Problem]]:
    """Read an article that has no file: what its file, called as the site would call it, or its line would give.

    Raises:
        FrontMatterError: it can't be read as an article.
    """
    parsed = ParsedFile()
    data = text.encode()
    if form == "json":
        fields = json_fields(data, _POSTED, None)
    else:
        front_matter = split_front_matter(data, path=_POSTED)
        if front_matter is None:
            raise FrontMatterError(_why_no_front_matter(data), path=_POSTED, line=1)
        fields = parse_front_matter(front_matter, path=_POSTED)
    slug = make_dated_slug(get_title(fields) or "", get_date_text(fields))
    source = source_of(parsed, fields, f"{slug}.md" if slug else _POSTED, None, None)
    if not slug and get_text(fields, "id", "slug") is None:
        raise FrontMatterError("no ID, and the title makes none; add a line `id: …`", path=_POSTED)
    return source, parsed.problems


def _separate_written_list(
    front_matter: FrontMatter,
    events: Sequence[yaml.Event],
    fields: Mapping[str, Value],
    written: Written,
    file: str,
) -> tuple[WrittenList | None, str]:
    """The list of a file if this program wrote it, and the front matter without what it wrote or may fill."""
    if "related" not in fields:
        return None, front_matter.text
    related = fields["related"]
    try:
        layout = FrontMatterLayout.of(front_matter.text, events, path=file)
    except FrontMatterError:
        return None, front_matter.text  # nothing that this program would write into
    if layout.related is None:
        return None, front_matter.text
    if list_state_of(related) == "none":
        return None, layout.without_items(kept=0)
    if isinstance(related, list):
        digest = digest_list(related, layout.related.comments)
        if (curated := written.get(digest)) is not None:
            can_be_cut = not curated or layout.related.items is not None
            return WrittenList(file, digest, curated), layout.without_items(
                kept=curated
            ) if can_be_cut else front_matter.text
    return None, front_matter.text


def digest_front_matter(front_matter: FrontMatter) -> bytes:
    """The sha256 of a front matter: by it a file is known to be as it was read."""
    return hashlib.sha256(front_matter.text.encode()).digest()


def _is_readme(file: str) -> bool:
    """Whether a file is for those who open the folder, as repositories have it."""
    return PurePosixPath(file).stem.lower() == "readme"


def _why_no_front_matter(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16; save the file as UTF-8"
    if data.startswith(b"+++"):
        return "front matter in TOML is not read; write it in YAML, between lines `---`"
    return "no front matter: it does not begin with a line `---`"


def _digest(file: str, data: bytes) -> bytes:
    return hashlib.sha256(file.encode() + b"\0" + data).digest()
