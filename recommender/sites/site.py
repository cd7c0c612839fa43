"""`Site`: what the files of one corpus mean, by a generator's conventions and the site's own configuration."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import msgspec
import regex

from recommender.sites.configuration import text_in
from recommender.sites.page import Page, PageKind
from recommender.sites.path_dates import find_date_in_path

ARTICLE_SUFFIXES = (".md", ".markdown", ".mdx", ".html", ".txt")
"""What is read, by the ending of its name."""

UNREAD_SUFFIXES = (".org", ".adoc", ".asciidoc", ".rst", ".njk", ".qmd", ".ipynb", ".textile", ".lr", ".erb", ".mdoc")
"""What other tools take for articles; it is passed over, counted and said."""

_SECONDS = 0.1  # for one regular expression and one path
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}")

_encode = msgspec.json.Encoder(
    order="deterministic", enc_hook=lambda value: str(getattr(value, "__qualname__", value))
).encode

Address: TypeAlias = Callable[["Site", Page], "str | None"]


def no_address(site: Site, page: Page) -> None:
    """For sites whose addresses no file tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the files of one corpus mean. All paths are relative to the site's root unless it says otherwise.

    Attributes:
        generator: its name, such as "hugo".
        reason: why the corpus is taken for one of this kind, as part of a sentence: "_config.yml is Jekyll's".
        corpus: the corpus's path; empty where it is the root itself, or a folder above it.
        below: the root's path relative to the corpus, where the site is a folder of it; else empty.
        content_folders: globs of the folders that hold articles; none means all. They don't bind a corpus that lies
            outside all of them.
        excluded: globs of files and folders that the configuration leaves out.
        excluded_patterns: regular expressions of the same, for paths that begin with `/`.
        draft_folders: names of folders whose files are drafts.
        section_stems: stems of files that are pages of a folder's list.
        index_stems: stems of files that are named after their folder.
        output_suffix: what may stand before a file's ending and is no part of its name, as `.html` in `name.html.md`.
        standalone: globs of pages by themselves, such as About.
        named_by_files: whether a page without a title has its file's name as one, as notes have it.
        address_hint: where only code tells addresses, an option that may say them.
        has_sections: whether posts lie in folders of the content folders, so that a page directly in one stands
            by itself, or in its folder `legal` or `pages`, unless most pages do; `detection.py` adds such pages'
            folders to `standalone_folders`.
        standalone_folders: content folders whose own pages stand by themselves.
        has_resources: whether files beside an `index` file, and below its folder, are parts of that page and none
            themselves; `detection.py` adds them to `resources`.
        resources: files that are parts of a page.
        needs_front_matter: whether files without front matter are no pages.
        metadata_suffix: the ending of files that hold the front matter of the file beside them; empty where none do.
        date_keys: keys of the publication date that come before those which all generators share.
        prefers_path_date: whether a date in the path comes before one in the front matter.
        zone: the time zone of dates that are written without an offset.
        tag_separator: what separates tags that are written as one text; `None` where such a text is one tag.
        hiding_fields: front matter keys, dotted, each with the value that keeps a page from being built or listed.
        inherited_fields: what data files say of the pages of a folder, or of the page of a path without ending, as
            front matter would say it; what lies nearer comes first, and the page's own front matter before all.
        hides_unpublished: whether `published: false` means a draft.
        holds_back_future: whether a page with a future date is not built before it.
        markdown_is_mdx: whether files called `.md` are read as MDX, too.
        default_fields: what the configuration says of each page whose front matter doesn't.
        list_key: the one key that lists stand under; empty for those that sites usually have.
        excerpt_separators: what ends the excerpt in a text, besides those that all generators share.
        languages: those declared, the default one first.
        language_folders: the languages that folders stand for, by path.
        language_suffixes: whether `name.de.md` is German.
        base_urls: the address that the site is published at, by language; by "" for all others.
        address_of: gives the address of a page, absolute or beginning with `/`; a function of a module.
        options: what else of the configuration `address_of` needs.
    """

    generator: str
    reason: str
    corpus: str = ""
    below: str = ""
    content_folders: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_patterns: tuple[str, ...] = ()
    draft_folders: tuple[str, ...] = ("_drafts",)
    section_stems: tuple[str, ...] = ("_index",)
    index_stems: tuple[str, ...] = ("index", "_index")
    output_suffix: str = ""
    standalone: tuple[str, ...] = ()
    named_by_files: bool = False
    address_hint: str = ""
    has_sections: bool = False
    standalone_folders: tuple[str, ...] = ()
    has_resources: bool = False
    resources: frozenset[str] = field(default=frozenset(), repr=False)
    needs_front_matter: bool = False
    metadata_suffix: str = ""
    date_keys: tuple[str, ...] = ()
    prefers_path_date: bool = False
    zone: tzinfo = UTC
    tag_separator: str | None = None
    hiding_fields: tuple[tuple[str, str], ...] = ()
    inherited_fields: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    hides_unpublished: bool = False
    holds_back_future: bool = False
    markdown_is_mdx: bool = False
    default_fields: Mapping[str, str] = field(default_factory=dict)
    list_key: str = ""
    excerpt_separators: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    language_folders: Mapping[str, str] = field(default_factory=dict)
    language_suffixes: bool = False
    base_urls: Mapping[str, str] = field(default_factory=dict)
    address_of: Address = field(default=no_address, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)

    def digest(self) -> bytes:
        """A hash of all that a file's meaning depends on but the file itself."""
        conventions = replace(self, reason="", resources=frozenset())
        return hashlib.sha256(_encode(conventions)).digest()

    def path_of(self, file: str) -> str:
        """The path of a file of the corpus, relative to the site's root."""
        if self.below:
            return file.removeprefix(f"{self.below}/")
        return f"{self.corpus}/{file}" if self.corpus else file

    def has(self, file: str) -> bool:
        """Whether a file of the corpus, given relative to it, belongs to what the site publishes or drafts."""
        if self.below and not file.startswith(f"{self.below}/"):
            return False
        path = self.path_of(file)
        if path in self.resources or any(_matches(path, pattern) for pattern in self.excluded):
            return False
        if any(_finds(pattern, f"/{path}") for pattern in self.excluded_patterns):
            return False
        return not self.content_folders or not self._corpus_is_around_content() or self._is_content(path)

    def kind_of(self, page: Page) -> PageKind:
        """What a page is."""
        if self.stem_of(page.path) in self.section_stems:
            return "section"
        by_itself = self.bundle_folder(page.path) in self.standalone_folders or any(
            _matches(page.path, pattern) for pattern in self.standalone
        )
        return "standalone" if by_itself else "post"

    def bundle_folder(self, path: str) -> str:
        """The folder that a page lies in; of `name/index.md` the one that `name` lies in; empty for the root."""
        folder = path.rpartition("/")[0]
        is_bundle = self.stem_of(path) in self.index_stems and self.stem_of(path) != "_index"
        return folder.rpartition("/")[0] if is_bundle else folder

    def is_draft(self, path: str) -> bool:
        """Whether a page is a draft by the folder that it lies in."""
        return not set(path.split("/")[:-1]).isdisjoint(self.draft_folders)

    def hides(self, path: str, fields: Mapping[str, object]) -> bool:
        """Whether a page is not built, or is in no list, as front matter or a data file says it to this generator."""
        if self.inherited_fields:
            fields = {**self._inherited(path), **fields}
        return any(text_in(fields, *key.split(".")).lower() == value for key, value in self.hiding_fields)

    def _inherited(self, path: str) -> dict[str, object]:
        near = (path.rpartition(".")[0], *_folders_of(path), ".")
        return {key: value for place in reversed(near) for key, value in self.inherited_fields.get(place, {}).items()}

    def date_of(self, path: str) -> date | None:
        """The day that a path names."""
        return find_date_in_path(path)

    def language_of(self, path: str, fields: Mapping[str, object]) -> str | None:
        """The language of a page: as it says itself, else by its suffix or folder, else the site's default one."""
        for key in ("lang", "language", "locale"):
            if isinstance(value := fields.get(key), str) and _LANGUAGE.fullmatch(tag := normalise_language(value)):
                return self._declared(tag)
        if self.language_suffixes and (suffix := self._language_suffix(_stem(path))):
            return suffix
        for folder in _folders_of(path) if self.language_folders else ():
            if folder in self.language_folders:
                return self.language_folders[folder]
        return self.languages[0] if self.languages else None

    def _declared(self, tag: str) -> str:
        """The site's language that a tag means: `en` is `en-us` where that is the only English one."""
        alike = [language for language in self.languages if language.partition("-")[0] == tag.partition("-")[0]]
        return alike[0] if len(alike) == 1 and tag not in self.languages else tag

    def name_of(self, path: str) -> str:
        """The ID that a page gets from its path: its stem, or its folder's name, without the language's suffix."""
        stem = self.stem_of(path)
        folder = path.rpartition("/")[0].rpartition("/")[2]
        return folder if stem in self.index_stems and folder else stem

    def stem_of(self, path: str) -> str:
        """The name of a file without its ending and its language's suffix."""
        stem = _stem(path).removesuffix(self.output_suffix)
        return stem.rpartition(".")[0] if self.language_suffixes and self._language_suffix(stem) else stem

    def metadata_files(self, file: str) -> list[str]:
        """The files that may hold the front matter of a file; what one says comes before what those before it say."""
        folder, slash, _ = file.rpartition("/")
        stems = dict.fromkeys((self.stem_of(file), _stem(file))) if self.metadata_suffix else ()
        return [f"{folder}{slash}{stem}{self.metadata_suffix}" for stem in stems]

    def address(self, page: Page) -> str | None:
        """The address of a page, absolute where the site's own is known, else beginning with `/`."""
        made = self.address_of(self, page)
        return None if made is None else self.absolute(made, page.language)

    def absolute(self, address: str, language: str | None) -> str:
        """An address with the site's own before it, as far as that is known."""
        if not address.startswith("/"):
            return address
        return self.base_urls.get(language or "", self.base_urls.get("", "")).rstrip("/") + address

    def _corpus_is_around_content(self) -> bool:
        """Whether the corpus is the root or a folder between it and the content, rather than beside or within it."""
        return not self.corpus or not (self._is_content(f"{self.corpus}/x") or self._is_outside())

    def _is_outside(self) -> bool:
        return not any(pattern.startswith(("*", f"{self.corpus}/")) for pattern in self.content_folders)

    def _is_content(self, path: str) -> bool:
        folders = [*_folders_of(path), "."]
        return any(fnmatchcase(folder, pattern) for folder in folders for pattern in self.content_folders)

    def _language_suffix(self, stem: str) -> str | None:
        """The language that the stem of a name such as `index.de.md` ends in."""
        stem, _, suffix = stem.rpartition(".")
        language = normalise_language(suffix)
        is_language = language in self.languages if self.languages else is_language_code(suffix)
        return language if stem and is_language else None


def normalise_language(text: str) -> str:
    """A language tag in lower case, with hyphens: `pt_BR` and `pt-BR` are `pt-br`."""
    return text.strip().lower().replace("_", "-")


def is_language_code(text: str) -> bool:
    """Whether a text is a code of ISO 639-1, perhaps with a script or a region: `de`, `pt-BR`, `zh-Hans`."""
    from langcodes import tag_is_valid

    language = normalise_language(text)
    return len(language.partition("-")[0]) == 2 and tag_is_valid(language)


def published_text(moment: datetime | date) -> str:
    """A date that a path names, as a front matter would say it."""
    return moment.isoformat()


def _finds(pattern: str, path: str) -> bool:
    """Whether a regular expression of a configuration finds something; one that takes too long finds nothing."""
    try:
        return regex.search(pattern, path, timeout=_SECONDS) is not None
    except TimeoutError:
        return False


def _matches(path: str, pattern: str) -> bool:
    """Whether a glob is that of a file or of one of its folders; without a `/` but at its end, it matches anywhere."""
    is_anchored = "/" in pattern.rstrip("/")
    pattern = pattern.strip("/")
    candidates = [path, *_folders_of(path)] if is_anchored else path.split("/")
    return any(fnmatchcase(candidate, pattern) for candidate in candidates)


def _folders_of(path: str) -> list[str]:
    """The folders that a file lies in, the innermost first, without the root."""
    folders = []
    while folder := path.rpartition("/")[0]:
        folders.append(folder)
        path = folder
    return folders


def _stem(path: str) -> str:
    """The name of a file without its ending, as `PurePath` has it."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[:dot] if 0 < dot < len(name) - 1 else name
