"""`Site`: the conventions for one corpus, from its generator and the site's own configuration."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import msgspec
import regex

from recommender.sites.configuration import text_in
from recommender.sites.page import Page, PageKind
from recommender.sites.path_dates import find_date_in_path

ARTICLE_SUFFIXES = (".md", ".markdown", ".mdx", ".html", ".txt")
"""Extensions of files that are read."""

UNREAD_SUFFIXES = (".org", ".adoc", ".asciidoc", ".rst", ".njk", ".qmd", ".ipynb", ".textile", ".lr", ".erb", ".mdoc")
"""Extensions of articles for other tools; such files are skipped, counted and reported."""

_SECONDS = 0.1  # time limit for one regular expression and one path
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}")

_encode = msgspec.json.Encoder(
    order="deterministic", enc_hook=lambda value: str(getattr(value, "__qualname__", value))
).encode

Address: TypeAlias = Callable[["Site", Page], "str | None"]


def no_address(site: Site, page: Page) -> None:
    """For sites whose addresses can't be read from files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The conventions for one corpus. All paths are relative to the site's root unless stated otherwise.

    Attributes:
        generator: its name, such as "hugo".
        reason: why the corpus was recognised as this kind, as part of a sentence: "_config.yml is Jekyll's".
        corpus: the corpus's path; empty if it is the root itself, or a folder above it.
        below: the root's path relative to the corpus, if the site is a folder of it; else empty.
        content_folders: globs of the folders that hold articles; empty for all. They do not apply to a corpus outside
            all of them.
        page_folders: globs of the folders whose pages are articles if no file is in a content folder; `detection.py`
            then makes them the content folders.
        excluded: globs of files and folders that the configuration leaves out.
        excluded_patterns: the same as regular expressions, for paths that begin with `/`.
        draft_folders: names of folders whose files are drafts.
        section_stems: stems of files that are a folder's list page.
        index_stems: stems of files that are named after their folder.
        output_suffix: a suffix before the extension that is not part of the name, as `.html` in `name.html.md`.
        standalone: globs of standalone pages, such as About.
        named_by_files: whether an untitled page takes its title from the file's name, as notes do.
        address_hint: if only code defines the addresses, an option that may set them.
        has_sections: whether posts are in subfolders of the content folders, so that pages directly in a content
            folder, or in its folder `legal` or `pages`, are standalone, unless many or most are; `detection.py` adds
            the folders of such pages to `standalone_folders`.
        standalone_folders: folders whose own pages are standalone.
        has_resources: whether files beside an `index` file, and below its folder, are parts of that page rather than
            pages; `detection.py` adds them to `resources`.
        resources: files that are parts of a page.
        needs_front_matter: whether files without front matter are not pages.
        parses_lines: whether the generator reads YAML front matter line by line, so that it can't hold lists.
        metadata_suffix: extension of data files that hold the front matter of the file beside them; empty for none.
        date_keys: keys of the publication date that precede those common to all generators.
        needs_date: whether a page without a date is not built.
        prefers_path_date: whether a date in the path comes before one in the front matter.
        zone: the time zone of dates that are written without an offset.
        tag_separator: separator of tags in a single text; `None` if such a text is one tag.
        hiding_fields: dotted front-matter keys, each with the value that keeps a page from being built or listed.
        ignored_fields: keys that have another meaning here than elsewhere.
        inherited_fields: front matter from data files, for the pages of a folder or for a page by its path without
            extension; nearer files take precedence, and the page's own front matter over all.
        hides_unpublished: whether `published: false` means a draft.
        holds_back_future: whether a page with a future date is not built before it.
        markdown_is_mdx: whether `.md` files are read as MDX, too.
        default_fields: front matter from the configuration, for pages that lack these keys.
        list_key: the only key of lists; empty for the usual keys.
        excerpt_separators: separators that end an excerpt, besides those common to all generators.
        languages: the declared languages, the default one first.
        language_folders: the language of each language folder, by path.
        language_suffixes: whether `name.de.md` is German.
        base_urls: the site's base URL by language; under "" for all others.
        address_of: returns the address of a page, absolute or beginning with `/`; a module-level function.
        options: further configuration values that `address_of` needs.
    """

    generator: str
    reason: str
    corpus: str = ""
    below: str = ""
    content_folders: tuple[str, ...] = ()
    page_folders: tuple[str, ...] = ()
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
    parses_lines: bool = False
    metadata_suffix: str = ""
    date_keys: tuple[str, ...] = ()
    needs_date: bool = False
    prefers_path_date: bool = False
    zone: tzinfo = UTC
    tag_separator: str | None = None
    hiding_fields: tuple[tuple[str, str], ...] = ()
    ignored_fields: tuple[str, ...] = ()
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
        """A hash of these conventions, on which the interpretation of files depends."""
        conventions = replace(self, reason="", resources=frozenset())
        return hashlib.sha256(_encode(conventions)).digest()

    def path_of(self, file: str) -> str:
        """The path of a file of the corpus, relative to the site's root."""
        if self.below:
            return file.removeprefix(f"{self.below}/")
        return f"{self.corpus}/{file}" if self.corpus else file

    def has(self, file: str) -> bool:
        """Whether a file, relative to the corpus, is published content or a draft of the site."""
        if self.below and not file.startswith(f"{self.below}/"):
            return False
        path = self.path_of(file)
        if path in self.resources or any(_matches(path, pattern) for pattern in self.excluded):
            return False
        if any(_finds(pattern, f"/{path}") for pattern in self.excluded_patterns):
            return False
        return not self.content_folders or not self._corpus_is_around_content() or self._is_content(path)

    def kind_of(self, page: Page) -> PageKind:
        """The kind of a page."""
        if self.stem_of(page.path) in self.section_stems:
            return "section"
        by_itself = self.bundle_folder(page.path) in self.standalone_folders or any(
            _matches(page.path, pattern) for pattern in self.standalone
        )
        return "standalone" if by_itself else "post"

    def bundle_folder(self, path: str) -> str:
        """The folder of a page; for `name/index.md`, the folder that contains `name`; empty for the root."""
        folder = path.rpartition("/")[0]
        is_bundle = self.stem_of(path) in self.index_stems and self.stem_of(path) != "_index"
        return folder.rpartition("/")[0] if is_bundle else folder

    def is_draft(self, path: str) -> bool:
        """Whether a page is in a folder of drafts."""
        return not set(path.split("/")[:-1]).isdisjoint(self.draft_folders)

    def hides(self, path: str, fields: Mapping[str, object]) -> bool:
        """Whether front matter or data files keep this generator from building or listing a page."""
        if self.inherited_fields:
            fields = {**self._inherited(path), **fields}
        return any(text_in(fields, *key.split(".")).lower() == value for key, value in self.hiding_fields)

    def _inherited(self, path: str) -> dict[str, object]:
        near = (path.rpartition(".")[0], *_folders_of(path), ".")
        return {key: value for place in reversed(near) for key, value in self.inherited_fields.get(place, {}).items()}

    def date_of(self, path: str) -> date | None:
        """The day in a path, if any."""
        return find_date_in_path(path)

    def language_of(self, path: str, fields: Mapping[str, object]) -> str | None:
        """The language of a page: declared, else by its suffix or folder, else the site's default."""
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
        """The site's language that matches a tag: `en` matches `en-us` if that is the only English one."""
        alike = [language for language in self.languages if language.partition("-")[0] == tag.partition("-")[0]]
        return alike[0] if len(alike) == 1 and tag not in self.languages else tag

    def name_of(self, path: str) -> str:
        """The ID of a page by its path: its stem or its folder's name, without a language suffix."""
        stem = self.stem_of(path)
        folder = path.rpartition("/")[0].rpartition("/")[2]
        return folder if stem in self.index_stems and folder else stem

    def stem_of(self, path: str) -> str:
        """The name of a file without extension and language suffix."""
        stem = _stem(path).removesuffix(self.output_suffix)
        return stem.rpartition(".")[0] if self.language_suffixes and self._language_suffix(stem) else stem

    def metadata_files(self, file: str) -> list[str]:
        """The data files that may hold the front matter of a file; later ones take precedence."""
        if not self.metadata_suffix:
            return []
        folder, slash, _ = file.rpartition("/")
        stems = dict.fromkeys((self.stem_of(file), _stem(file)))
        return [f"{folder}{slash}{stem}{self.metadata_suffix}" for stem in stems]

    def address(self, page: Page) -> str | None:
        """The address of a page, absolute if the base URL is known, else beginning with `/`."""
        made = self.address_of(self, page)
        return None if made is None else self.absolute(made, page.language)

    def absolute(self, address: str, language: str | None) -> str:
        """An address prefixed with the site's base URL, if known."""
        if not address.startswith("/"):
            return address
        return self.base_urls.get(language or "", self.base_urls.get("", "")).rstrip("/") + address

    def relative(self, address: str) -> str:
        """An address relative to the site's base URL, beginning with `/`; unchanged if it does not lie below it."""
        below = address.removeprefix(self.base_urls.get("", "").rstrip("/"))
        return below if below.startswith("/") else address

    def _corpus_is_around_content(self) -> bool:
        """Whether the corpus is the root or a folder between root and content, not beside or within the content."""
        return not self.corpus or not (self._is_content(f"{self.corpus}/x") or self._is_outside())

    def _is_outside(self) -> bool:
        return not any(pattern.startswith(("*", f"{self.corpus}/")) for pattern in self.content_folders)

    def _is_content(self, path: str) -> bool:
        folders = [*_folders_of(path), "."]
        return any(fnmatchcase(folder, pattern) for folder in folders for pattern in self.content_folders)

    def _language_suffix(self, stem: str) -> str | None:
        """The language suffix of a stem, such as `de` in `index.de`."""
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


def _finds(pattern: str, path: str) -> bool:
    """Whether a regular expression of a configuration matches; one that takes too long does not."""
    try:
        return regex.search(pattern, path, timeout=_SECONDS) is not None
    except TimeoutError:
        return False


def _matches(path: str, pattern: str) -> bool:
    """Whether a glob matches a file or one of its folders; without a `/` (except at its end), it matches anywhere."""
    is_anchored = "/" in pattern.rstrip("/")
    pattern = pattern.strip("/")
    candidates = [path, *_folders_of(path)] if is_anchored else path.split("/")
    return any(fnmatchcase(candidate, pattern) for candidate in candidates)


def _folders_of(path: str) -> list[str]:
    """The parent folders of a file, the innermost first, without the root."""
    folders = []
    while folder := path.rpartition("/")[0]:
        folders.append(folder)
        path = folder
    return folders


def _stem(path: str) -> str:
    """The stem of a file, as in `PurePath.stem`."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[:dot] if 0 < dot < len(name) - 1 else name
