"""Nikola: posts and pages where `POSTS` and `PAGES` in `conf.py` say; languages by suffix.

Sources: https://getnikola.com/handbook.html and the comments of a new site's `conf.py`;
https://github.com/getnikola/nikola/blob/master/nikola/post.py. Settings are read, never executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from recommender.sites.configuration import Configuration, list_in, mapping_in, read_text, text_in
from recommender.sites.generator import Generator
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, spell_in_ascii, zone_of
from recommender.sites.python_settings import read_python_settings
from recommender.sites.site import ARTICLE_SUFFIXES, Site, normalise_language

_PATTERN = "{path}.{lang}.{ext}"
_UNSAFE = re.compile(r"""[/\\?#"'\r\n\t*:<>|]""")
_INHERITED = re.compile(r"""^(?:\.\. )?(slug|status)[ \t]*[:=][ \t]*["']?(.+?)["']?[ \t]*$""", re.MULTILINE)


def _configure(root: Path) -> Site | None:
    # Sphinx's configuration has the same name.
    values = read_python_settings(root / "conf.py")
    if "POSTS" not in values or values.keys().isdisjoint({"SITE_URL", "BLOG_TITLE"}):
        return None
    posts, pages = _rules(values, "POSTS"), _rules(values, "PAGES")
    rules = [*posts, *pages]
    post_folders = [str(PurePosixPath(glob).parent) for glob, _ in posts]
    page_folders = [str(PurePosixPath(glob).parent) for glob, _ in pages]
    default = text_in(values, "DEFAULT_LANG") or "en"
    translations = mapping_in({"TRANSLATIONS": {default: ""}, **values}, "TRANSLATIONS")
    others = [key for key in translations if key != default]
    folders = {normalise_language(key): _folder(folder) for key, folder in translations.items()}
    has_suffixes = bool(others) and values.get("TRANSLATIONS_PATTERN", _PATTERN) == _PATTERN
    unread = [suffix for suffix in ARTICLE_SUFFIXES if not any(glob.endswith(suffix) for glob, _ in rules)]
    return Site(
        generator="nikola",
        reason="conf.py is Nikola's",
        content_folders=tuple(dict.fromkeys((*post_folders, *page_folders))),
        excluded=tuple(f"*{suffix}" for suffix in unread),
        section_stems=(),
        metadata_suffix=".meta",
        ignored_fields=("link",),  # of the original, where an article is about another
        hiding_fields=(("status", "draft"), ("status", "private")),
        inherited_fields=_fields_of_originals(root, rules, others) if has_suffixes else {},
        standalone=tuple(folder for folder in page_folders if folder not in post_folders),
        zone=zone_of(text_in(values, "TIMEZONE")),
        holds_back_future=values.get("FUTURE_IS_NOW") is not True,
        excerpt_separators=("<!-- TEASER_END -->",),
        languages=tuple(map(normalise_language, [default, *others])),
        language_suffixes=has_suffixes,
        base_urls={"": text_in(values, "BASE_URL") or text_in(values, "SITE_URL")},
        address_of=_address,
        options={
            "rules": rules,
            "folders": folders,
            "pretty": values.get("PRETTY_URLS", True),
            "strips_indexes": values.get("STRIP_INDEXES", True) is True,
            "index": text_in(values, "INDEX_FILE") or "index.html",
            "has_ascii_slugs": values.get("USE_SLUGIFY", True) is True,
            "names_hold_fields": values.get("FILE_METADATA_REGEXP") is not None,
        },
    )


def _rules(values: Configuration, key: str) -> list[tuple[str, dict[str, str]]]:
    """The globs of sources, each with the destination by language, or by "" for all."""
    found = []
    for rule in list_in(values, key):
        if isinstance(rule, list) and len(rule) > 1 and isinstance(rule[0], str) and rule[1] is not None:
            by_language = rule[1] if isinstance(rule[1], dict) else {"": rule[1]}
            found.append((rule[0], {normalise_language(key): _folder(value) for key, value in by_language.items()}))
    return found


def _fields_of_originals(
    root: Path, rules: Iterable[tuple[str, object]], languages: Iterable[str]
) -> dict[str, dict[str, object]]:
    """What each translation, by its path without extension, takes from its original; without one, it is its own."""
    found: dict[str, dict[str, object]] = {}
    for glob, _ in rules:
        path = PurePosixPath(glob)
        for language in languages:
            for file in (root / path.parent).rglob(f"{path.stem}.{language}{path.suffix}"):
                original = file.with_name(file.name.removesuffix(f".{language}{path.suffix}") + path.suffix)
                beside = original.with_suffix(".meta")
                heads = [read_text(one).partition("\n\n")[0] for one in (original, beside)]
                fields = dict(pair for head in heads for pair in _INHERITED.findall(head))
                own = {} if original.is_file() else {"name": file.stem}
                found[file.relative_to(root).with_suffix("").as_posix()] = {**fields, **own}
    return found


def _folder(value: Any) -> str:
    folder = str(PurePosixPath(str(value).strip("/")))
    return "" if folder == "." else folder


def _address(site: Site, page: Page) -> str | None:
    options = site.options
    pure = PurePosixPath(page.path)
    rule = next((rule for rule in options["rules"] if _covers(rule[0], pure)), None)
    inherited = site.inherited_fields.get(page.path.rpartition(".")[0], {})
    named = text_in(page.fields, "slug") or text_in(inherited, "slug")
    slug = named or _slug(site, text_in(inherited, "name") or site.stem_of(page.path))
    language = site.language_of(page.path, {}) or ""
    if rule is None or slug is None or language not in options["folders"]:
        return None
    glob, destinations = rule
    below = str(pure.parent.relative_to(PurePosixPath(glob).parent))
    destination = destinations.get(language, destinations.get("", destinations.get(site.languages[0], "")))
    own = text_in(page.fields, "pretty_url").lower()
    is_pretty = own != "false" if own else options["pretty"] is True
    pieces = [options["folders"][language], destination, "" if below == "." else below, slug]
    path = "/" + "/".join(piece for piece in pieces if piece)
    path += "/index.html" if is_pretty and slug != "index" else ".html"
    if options["strips_indexes"] and path.endswith(f"/{options['index']}"):
        path = path.removesuffix(options["index"])
    return escape(path)


def _covers(glob: str, path: PurePosixPath) -> bool:
    folder = PurePosixPath(glob).parent
    return fnmatchcase(path.name, PurePosixPath(glob).name) and path.is_relative_to(folder)


def _slug(site: Site, stem: str) -> str | None:
    if site.options["names_hold_fields"]:
        return None
    if not site.options["has_ascii_slugs"]:
        return _UNSAFE.sub("-", stem)
    spelt = spell_in_ascii(stem)
    return None if spelt is None else re.sub(r"[-\s]+", "-", re.sub(r"[^+\w\s-]", "", spelt).strip().lower())


GENERATOR = Generator("nikola", configure=_configure)
