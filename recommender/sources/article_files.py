"""Finds the files of a corpus that may hold articles, and counts the files that are skipped."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from recommender.errors import CorpusError
from recommender.sites import ARTICLE_SUFFIXES, UNREAD_SUFFIXES, Site, find_site, with_chosen_addresses
from recommender.sources.article_fields import OTHER_KEYS
from recommender.sources.source import Problem

_KEY = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_OTHER_KEYS = frozenset(key.lower() for key in OTHER_KEYS)
_SUFFIXES = frozenset((*ARTICLE_SUFFIXES, ".jsonl"))
_UNVISITED = frozenset({"node_modules"})
_OF_A_MODEL = frozenset({"manifest.json", "articles.jsonl", "index.indptr.npy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChoice:
    """Options for reading a corpus, which override the site's conventions.

    Attributes:
        site: the kind of site, one of `recommender.sites.GENERATORS`; `None` to detect it.
        include: globs of files that are read although the site's conventions leave them out.
        exclude: globs of files that are not read.
        address: pattern of the addresses, such as `/:year/:slug/`; empty for the site's conventions.
        base_url: prefix of the addresses; empty for the site's configuration.
        related_key: the only key of lists; empty for the usual keys.
    """

    site: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    address: str = ""
    base_url: str = ""
    related_key: str = ""

    def or_else(self, other: FileChoice) -> FileChoice:
        """The same choice, with options left out taken from another one."""
        names = [field.name for field in fields(self)]
        return FileChoice(**{name: getattr(self, name) or getattr(other, name) for name in names})

    def apply_to(self, site: Site) -> Site:
        """The site with the chosen addresses and key of lists.

        Raises:
            CorpusError: one of them is invalid.
        """
        if self.related_key and not _KEY.fullmatch(self.related_key):
            raise CorpusError(
                f"{self.related_key!r} is not a valid key of lists; keys consist of letters, digits, _ and -"
            )
        if self.related_key.lower() in _OTHER_KEYS:
            raise CorpusError(f"{self.related_key!r} is not a valid key of lists: it has another meaning")
        site = with_chosen_addresses(site, pattern=self.address, base_url=self.base_url)
        return replace(site, list_key=self.related_key)


@dataclass(slots=True)
class FoundFiles:
    """The files of a corpus.

    Attributes:
        files: relative to the corpus, sorted.
        site: their conventions.
        choice: the options that they were found with.
        passed_over: the number of skipped files by reason, such as each extension that is not read.
        examples: one file for each reason.
        problems: folders and names that can't be read.
    """

    files: list[str]
    site: Site
    choice: FileChoice = field(default_factory=FileChoice)
    passed_over: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def pass_over(self, file: str, reason: str) -> None:
        """Count a file that is not read."""
        self.passed_over[reason] += 1
        self.examples.setdefault(reason, file)


def find_article_files(root: Path, choice: FileChoice | None = None) -> FoundFiles:
    """The paths below a folder that may hold articles, relative and sorted; links are followed, hidden folders not.

    Raises:
        CorpusError: the choice names an unknown kind of site, or an invalid pattern or URL.
    """
    choice = choice or FileChoice()
    files: list[str] = []
    unread: list[str] = []
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
            return  # a models folder within the site
        for entry in entries:
            if not _is_text(entry.name):
                problems.append(Problem(ascii(entry.name), _why_no_text(entry.name)))
                continue
            try:
                # Unlike `entry.is_dir()`, `Path.is_dir()` returns false for a link to itself.
                is_folder = (folder / entry.name).is_dir() if entry.is_symlink() else entry.is_dir()
            except OSError as error:
                problems.append(Problem.unreadable(prefix + entry.name, error))
                continue
            suffix = os.path.splitext(entry.name)[1].lower()
            if is_folder:
                if not entry.name.startswith(".") and entry.name not in _UNVISITED:
                    visit(folder / entry.name, f"{prefix}{entry.name}/", above | {identity})
            elif suffix in _SUFFIXES:
                files.append(prefix + entry.name)
            elif suffix in UNREAD_SUFFIXES:
                unread.append(prefix + entry.name)

    visit(root, "", frozenset())
    site = choice.apply_to(find_site(root, sorted(files), generator=choice.site))
    found = FoundFiles([], site, choice, problems=problems)
    for file in sorted(files):
        if _matches(file, choice.exclude):
            found.pass_over(file, "excluded")
        elif found.site.has(file) or _matches(file, choice.include):
            found.files.append(file)
        else:
            found.pass_over(file, "outside the site's content")
    for file in filter(found.site.has, unread):
        found.pass_over(file, f"{PurePosixPath(file).suffix.lower()} files are not read")
    return found


def is_jsonl(file: str) -> bool:
    """Whether a file is read line by line rather than as front matter."""
    return file.lower().endswith(".jsonl")


def _matches(file: str, patterns: Sequence[str]) -> bool:
    """Whether a glob matches a file or one of its parent folders."""
    if not patterns:
        return False
    paths = [file, *(str(folder) for folder in PurePosixPath(file).parents)]
    # A `**/` at the beginning stands for the root, too.
    forms = {form.rstrip("/") for pattern in patterns for form in (pattern, pattern.removeprefix("**/"))}
    return any(fnmatchcase(path, form) for path in paths for form in forms)


def _why_no_text(name: str) -> str:
    try:
        os.fsencode(name).decode()
    except UnicodeDecodeError:
        return "its name is not UTF-8; rename it"
    return f"its name is UTF-8, which this locale ({sys.getfilesystemencoding()}) does not read; set PYTHONUTF8=1"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
