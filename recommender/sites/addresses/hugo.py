"""Addresses of Hugo's pages: permalink patterns by section, slugs, bundles, languages.

Sources: https://gohugo.io/content-management/urls/ and /configuration/permalinks/. What they leave open was tried with
Hugo 0.111 and 0.168; where these differ, it is as the latter has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

import regex

from recommender.sites.configuration import Configuration, flag_in, list_in, mapping_in, text_in
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand
from recommender.sites.site import Site

PermalinkRules: TypeAlias = Sequence[tuple[str, str]]
"""Globs of paths below `content`, each with the pattern of such pages; the first that fits counts."""

_DATED_NAME = re.compile(r"\d{4}-\d\d-\d\d[ _-]*(.*?)[ _-]*")
_DROPPED = regex.compile(r"[^\p{L}\p{M}\p{Nd}\s./\\_#+~%-]|%(?![0-9A-Fa-f]{2})")
_BLANKS_AT_HYPHENS = re.compile(r"(?<=-)\s+|\s+(?=-)")
_SECTIONS_SLICE = re.compile(r":section(slug)?s\[(\w*)(:?)(\w*)\]")


class SectionPage(NamedTuple):
    """Fields of a section's page, `_index.md`; both may be empty."""

    slug: str = ""
    title: str = ""


_EMPTY_SECTION = SectionPage()


def permalink_rules(values: Configuration) -> PermalinkRules:
    """The patterns of pages in a configuration with keys in lower case."""
    if listed := list_in(values, "permalinks"):
        of_pages = [rule for rule in listed if text_in(rule, "target", "kind").lower() in ("", "page")]
        return [(text_in(rule, "target", "path").lower() or "*", text_in(rule, "pattern")) for rule in of_pages]
    named = mapping_in(values, "permalinks") | mapping_in(values, "permalinks", "page")
    patterns = {key.strip(" /"): pattern for key, pattern in named.items() if isinstance(pattern, str)}
    return [(f"/{key}/*" if key else "", patterns[key]) for key in sorted(patterns, key=len, reverse=True)]


def get_address(site: Site, page: Page) -> str | None:
    """The address of a page, without the base URL; `None` if it has none or its pattern needs an unknown value."""
    rendered = text_in(page.fields, "build", "render") or text_in(page.fields, "_build", "render")
    folders = _folders(site, page)
    if folders is None or rendered == "never" or flag_in(page.fields, "headless"):
        return None
    language = site.language_of(page.path, {}) or ""
    prefix = site.options["prefixes"].get(language, "")
    if own := text_in(page.fields, "url").strip():
        return _own_address(site, page, own, prefix, folders)
    if site.kind_of(page) == "section":
        name = "index.html" if _is_ugly(site, folders) and folders else ""
        made = _join(prefix, _folder_path(site, page, folders))
        return None if site.options["moves_sections"] else f"{made}{name}"
    rules = site.options["rules"].get(language, site.options["rules"][""])
    path = _page_path(site, page, rules, folders)
    return None if path is None else _join(prefix, path, ".html" if _is_ugly(site, folders) else "/")


def _folders(site: Site, page: Page) -> list[str] | None:
    """The folders that a page or bundle lies in, below `content`; `None` if it lies elsewhere."""
    folder = PurePosixPath(site.bundle_folder(page.path))
    for parent in (folder, *folder.parents):
        if (target := site.options["mounted_at"].get(str(parent))) is not None:
            return [*PurePosixPath(target).parts, *folder.relative_to(parent).parts]
    return None


def _is_ugly(site: Site, folders: Sequence[str]) -> bool:
    ugly = site.options["ugly"]
    if isinstance(ugly, Mapping):
        return bool(folders) and ugly.get(folders[0].lower()) is True
    return ugly is True


def _page_path(site: Site, page: Page, rules: PermalinkRules, folders: Sequence[str]) -> str | None:
    path = _path_part(site, "/".join((*folders, site.name_of(page.path))))
    for glob, pattern in rules:
        if fnmatchcase(f"/{path.lower()}", glob) if glob else not folders:
            return _expand(site, page, pattern, folders)
    slug = _slug_of(site, page)
    name = _urlize(site, slug) if slug else _path_part(site, site.name_of(page.path))
    return f"{_folder_path(site, page, folders)}/{name}"


def _own_address(site: Site, page: Page, url: str, prefix: str, folders: Sequence[str]) -> str | None:
    made = _expand(site, page, url, folders) if ":" in url else url
    if made is None or "://" in url:
        return None
    is_file = "." in url and not url.endswith("/")
    made = made.removesuffix("index.html") if url.endswith("/index.html") else made
    return _join("" if url.startswith("/") else prefix, made, "" if is_file else "/")


def _join(prefix: str, path: str, ending: str = "/") -> str:
    joined = "/".join(part for part in (prefix, path.strip("/") if ending else path.lstrip("/")) if part)
    return escape(f"/{joined}{ending}" if joined else "/").replace("#", "%23")


def _expand(site: Site, page: Page, pattern: str, folders: Sequence[str]) -> str | None:
    name = site.name_of(page.path)
    slug = _slug_of(site, page)
    sections = _sections(site, page, folders) if ":section" in pattern else []
    names = [_path_part(site, folder) for folder, _ in sections]
    slugs = [_urlize(site, one.slug or one.title) if one else "" for _, one in sections]
    texts = {
        "title": page.title,
        "slug": slug or page.title,
        **dict.fromkeys(("filename", "contentbasename"), name),
        **dict.fromkeys(("slugorfilename", "slugorcontentbasename"), slug or name),
    }
    # Each is parsed as an address, which drops an empty fragment, and is then unescaped.
    values = {token: _urlize(site, text).removesuffix("#") for token, text in texts.items() if token in pattern}
    values |= {"section": "".join(names[:1]), "sections": "/".join(names)}
    if all(slugs):  # else Hugo makes titles of the folders' names
        values |= {"sectionslug": "".join(slugs[:1]), "sectionslugs": "/".join(slugs)}
    elif ":sectionslug" in pattern:
        return None
    # Without a date in the front matter a name's is only Hugo's if the configuration wants it.
    date = page.date if site.options["dates_in_names"] or _has_date(site, page) else None
    if date is not None:
        values |= {
            "monthname": f"{date:%B}",
            "weekday": f"{date:%w}",
            "weekdayname": f"{date:%A}",
            "yearday": str(date.timetuple().tm_yday),
        }
    pattern = _SECTIONS_SLICE.sub(
        lambda match: "/".join(_slice(slugs if match[1] else names, *match.groups()[1:])), pattern
    )
    made = expand(pattern, date, values)
    return None if made is None else _urlize(site, unquote(made.replace("+", " ")))


def _slice(sections: Sequence[str], first: str, colon: str, last: str) -> Sequence[str]:
    def index(text: str, default: int) -> int:
        return len(sections) - 1 if text == "last" else int(text) if text.isdigit() else default

    start = index(first, 0)
    return sections[start : index(last, len(sections)) if colon else start + 1]


def _sections(site: Site, page: Page, folders: Sequence[str]) -> list[tuple[str, SectionPage | None]]:
    """The folders of a page down to the last one that is a section, with their pages: the first always is one."""
    pages = [_section_page(site, page, above) for above in reversed(range(len(folders)))]
    depth = max((depth for depth, one in enumerate(pages, start=1) if one), default=1)
    return list(zip(folders, pages, strict=True))[:depth]


def _folder_path(site: Site, page: Page, folders: Sequence[str]) -> str:
    """The folders of a page in its address, where the slug of a section stands for its folder's name."""
    pages = [_section_page(site, page, above) for above in reversed(range(len(folders)))]
    return "/".join(
        _urlize(site, one.slug) if one and one.slug else _path_part(site, folder)
        for folder, one in zip(folders, pages, strict=True)
    )


def _section_page(site: Site, page: Page, above: int) -> SectionPage | None:
    """The section page a number of levels above a page's own folder, in the page's language."""
    parts = PurePosixPath(site.bundle_folder(page.path)).parts
    found: Mapping[str, SectionPage] = site.options["sections"].get("/".join(parts[: len(parts) - above]), {})
    # If only another language has one, it is a section without fields of its own.
    return found.get(site.language_of(page.path, {}) or "", _EMPTY_SECTION) if found else None


def _slug_of(site: Site, page: Page) -> str:
    """The slug in the front matter, else what follows the date in a name that the publication date is taken from."""
    if slug := text_in(page.fields, "slug"):
        return slug
    dated = _DATED_NAME.fullmatch(site.name_of(page.path)) if site.options["dates_in_names"] else None
    return dated[1] if dated and (site.prefers_path_date or not _has_date(site, page)) else ""


def _has_date(site: Site, page: Page) -> bool:
    known = {key.lower() for key in site.date_keys}
    return any(key.lower() in known for key in page.fields)


def _path_part(site: Site, path: str) -> str:
    """A part of a path below `content`, with blanks replaced by hyphens."""
    return _urlize(site, path.replace(" ", "-"))


def _urlize(site: Site, text: str) -> str:
    """Keep letters, digits, marks and some punctuation; runs of blanks become one hyphen."""
    if site.options["drops_accents"]:
        bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")
        text = unicodedata.normalize("NFC", bare)
    text = _BLANKS_AT_HYPHENS.sub("", _DROPPED.sub("", text).strip())
    text = "-".join(text.split())
    # Letter by letter, as Go does it: İ becomes i, and Σ at the end of a word no ς.
    if site.options["keeps_case"]:
        return text
    return text.lower() if text.isascii() else "".join(sign.lower()[0] for sign in text)
