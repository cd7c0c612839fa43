"""Hugo: sections of pages and bundles below `content`; languages by folder or suffix.

Sources: https://gohugo.io/configuration/all/, /configuration/languages/, /configuration/front-matter/ and
/configuration/module/. Keys count in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import regex

from recommender.sites.addresses.hugo import SectionPage, get_address, permalink_rules
from recommender.sites.configuration import (
    Configuration,
    find_file,
    flag_in,
    list_in,
    mapping_in,
    merge,
    read_configuration,
    read_front_matter,
    text_in,
    texts_in,
)
from recommender.sites.generator import Generator
from recommender.sites.permalinks import zone_of
from recommender.sites.site import Site, normalise_language

_ENDINGS = (".toml", ".yaml", ".yml", ".json")
_ENVIRONMENTS = ("_default", "production")
_ROOTS = ("hugo", "config")
_OWN_KEYS = {"baseurl", "contentdir", "defaultcontentlanguage", "languagecode", "languages", "permalinks", "theme"}
_NEVER = ("never", "false")
_HIDING_FIELDS = (
    ("headless", "true"),
    *((f"{build}.{key}", value) for build in ("build", "_build") for key in ("render", "list") for value in _NEVER),
)
_DATE_KEYS = ("date", "publishDate", "pubDate", "published", "lastmod", "modified")


def _configure(root: Path) -> Site | None:
    file = find_file(root, (f"{name}{ending}" for name in _ROOTS for ending in _ENDINGS))
    values = (read_configuration(file, lower_keys=True) or {}) if file is not None else {}
    names = [file.name] if file is not None else []
    # Zola's configuration has the same name, and an underscore in `base_url`.
    if file is not None and file.stem == "config" and ("base_url" in values or _OWN_KEYS.isdisjoint(values)):
        values, names = {}, []
    for environment in _ENVIRONMENTS:
        for part, found in _parts(root / "config" / environment):
            values = merge(values, found)
            names += [f"config/{environment}"] if part in (*_ROOTS, "languages") else []
    mounts = _mounts(values)
    proven = any(name.startswith("hugo.") for name in names) or any((root / folder).is_dir() for folder in mounts)
    return _site(root, values, mounts, f"{names[0]} is Hugo's") if names and proven else None


def _parts(folder: Path) -> Iterator[tuple[str, Configuration]]:
    """The files of a configuration folder: `hugo.toml` is the root, `permalinks.fr.toml` a section for French."""
    paths = [path for path in folder.iterdir() if path.suffix in _ENDINGS] if folder.is_dir() else []
    for path in sorted(paths, key=lambda path: (path.stem not in _ROOTS, path.name)):
        part, _, language = path.stem.lower().partition(".")
        found = read_configuration(path, lower_keys=True) or {}
        found = found if part in _ROOTS else {part: found}
        yield part, {"languages": {language: found}} if language else found


def _declared(values: Configuration) -> dict[str, Configuration]:
    """The languages that are built, the default one first, then by weight and name."""
    found = {key: one for key, one in mapping_in(values, "languages").items() if isinstance(one, Mapping)}
    disabled = {text.lower() for text in texts_in(values, "disablelanguages")}
    default = text_in(values, "defaultcontentlanguage").lower() or "en"

    def rank(key: str) -> tuple[bool, int, str]:
        weight = found[key].get("weight")
        return key != default, weight if isinstance(weight, int) and weight > 0 else 1 << 30, key

    built = (key for key, one in found.items() if not flag_in(one, "disabled") and key not in disabled)
    return {key: found[key] for key in sorted(built, key=rank)}


def _mounts(values: Configuration) -> dict[str, tuple[str, str]]:
    """The content folders, each with its mount point below `content` and its language; both may be empty."""
    mounts = {}
    for mount in list_in(values, "module", "mounts"):
        target = PurePosixPath(text_in(mount, "target"))
        if target.parts[:1] == ("content",):
            mounted_at = "/".join(target.parts[1:])
            mounts[text_in(mount, "source").strip("/")] = (mounted_at, text_in(mount, "lang").lower())
    own = {key: text_in(one, "contentdir").strip("/") for key, one in _declared(values).items()}
    shared = {} if own and all(own.values()) else {(text_in(values, "contentdir") or "content").strip("/"): ("", "")}
    return mounts or shared | {folder: ("", key) for key, folder in own.items() if folder}


def _site(root: Path, values: Configuration, mounts: Mapping[str, tuple[str, str]], reason: str) -> Site:
    declared = _declared(values)
    default = next(iter(declared), text_in(values, "defaultcontentlanguage").lower() or "en")
    single = text_in(values, "locale") or text_in(values, "languagecode") or text_in(values, "defaultcontentlanguage")
    dates = texts_in(merge(values, declared.get(default, {})), "frontmatter", "date") or (":default",)
    date_keys = [key for name in dates for key in (_DATE_KEYS if name == ":default" else (name,))]
    base_urls = {normalise_language(key): text_in(one, "baseurl") for key, one in declared.items()}
    has_hosts = any(base_urls.values())
    in_folder = flag_in(values, "defaultcontentlanguageinsubdir")
    prefixes = {normalise_language(key): key for key in declared if not has_hosts and (key != default or in_folder)}
    if in_folder and not declared:
        prefixes = dict.fromkeys(("", normalise_language(single)), default)
    rules = {normalise_language(key): permalink_rules(merge(values, one)) for key, one in declared.items()}
    rules[""] = permalink_rules(values)
    undeclared = [key for key in mapping_in(values, "languages") if key not in declared]
    site = Site(
        generator="hugo",
        reason=reason,
        content_folders=tuple(mounts),
        excluded=tuple(f"*.{key}.*" for key in undeclared),
        excluded_patterns=tuple(filter(_is_pattern, texts_in(values, "ignorefiles"))),
        has_sections=True,
        has_resources=True,
        date_keys=tuple(dict.fromkeys(key for key in date_keys if not key.startswith(":"))),
        prefers_path_date=date_keys[0] == ":filename",
        zone=zone_of(text_in(values, "timezone")),
        hiding_fields=_HIDING_FIELDS,
        holds_back_future=not flag_in(values, "buildfuture"),
        languages=tuple(map(normalise_language, declared or filter(None, [single]))),
        language_folders={folder: normalise_language(key) for folder, (_, key) in mounts.items() if key},
        language_suffixes=len(declared) > 1,
        base_urls=base_urls if has_hosts else {"": text_in(values, "baseurl")},
        address_of=get_address,
        options={
            "mounted_at": {folder: target for folder, (target, _) in mounts.items()},
            "prefixes": prefixes,
            "rules": rules,
            "moves_sections": bool(mapping_in(values, "permalinks", "section")),
            "dates_in_names": ":filename" in dates,
            "ugly": values.get("uglyurls"),
            "keeps_case": bool(flag_in(values, "disablepathtolower")),
            "drops_accents": bool(flag_in(values, "removepathaccents")),
        },
    )
    return replace(site, options={**site.options, "sections": _section_pages(site, root)})


def _is_pattern(text: str) -> bool:
    try:
        regex.compile(text)
    except regex.error:
        return False
    return True


def _section_pages(site: Site, root: Path) -> dict[str, dict[str, SectionPage]]:
    """The pages of sections by folder and language; a folder below the first level is a section if it has one."""
    pages: dict[str, dict[str, SectionPage]] = {}
    inner = (root / folder for folder in site.content_folders if ".." not in PurePosixPath(folder).parts)
    for file in sorted(path for folder in inner for path in folder.rglob("_index.*")):
        path = file.relative_to(root).as_posix()
        fields = read_front_matter(file)
        page = SectionPage(slug=str(fields.get("slug") or ""), title=str(fields.get("title") or ""))
        pages.setdefault(path.rpartition("/")[0], {})[site.language_of(path, {}) or ""] = page
    return pages


GENERATOR = Generator("hugo", configure=_configure)
