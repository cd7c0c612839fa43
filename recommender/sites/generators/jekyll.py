"""Jekyll: posts in `_posts`, named `YYYY-MM-DD-title.md`; collections; else pages; settings in `_config.yml`.

Source: https://jekyllrb.com/docs/ (posts, collections, configuration/options, configuration/front-matter-defaults).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from recommender.sites.addresses.jekyll import Defaults, get_address
from recommender.sites.configuration import Configuration, find_file, read_configuration, text_in, texts_in
from recommender.sites.generator import Generator
from recommender.sites.permalinks import join_base_url, zone_of
from recommender.sites.site import Site, normalise_language

_FILES = ("_config.yml", "_config.yaml", "_config.toml")
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_ENDINGS = {"pretty": "/", "date": ":output_ext", "ordinal": ":output_ext", "none": ":output_ext"}
_UNDATED_POST = r"/_posts/(?:.*/)?(?!\d{2,4}-\d\d?-\d\d?-)[^/]*\.(?:m\w+|html)$"  # Jekyll ignores it
_NEVER_READ = ("/node_modules/", "/vendor/bundle/", "/vendor/cache/", "/vendor/gems/", "/vendor/ruby/")


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None:
        return None
    site = _site(read_configuration(file) or {}, f"{file.name} is Jekyll's")
    return replace(site, excluded_patterns=(_UNDATED_POST,))


def _recognise(root: Path, files: Sequence[str]) -> Site | None:
    # Jekyll needs no configuration, so its defaults are those of such a site.
    site = _site({}, "posts lie in _posts, as Jekyll has them")
    if root.name == "_posts":
        return replace(site, corpus="_posts")
    return site if any("_posts" in PurePosixPath(file).parts[:-1] for file in files) else None


def _site(values: Configuration, reason: str) -> Site:
    source = text_in(values, "source").strip("./")
    collections_folder = "/".join(filter(None, (source, text_in(values, "collections_dir").strip("./"))))
    permalink = text_in(values, "permalink") or "date"
    ending = _ENDINGS.get(permalink) or next((end for end in ("/", ":output_ext") if permalink.endswith(end)), "")
    collections = dict(_collections(values, ending))
    defaults = tuple(_defaults(values))
    base = join_base_url(text_in(values, "url"), text_in(values, "baseurl"))
    # `languages` and `default_lang` are those of the plugin Polyglot.
    everywhere = next((text_in(given, "lang") for path, _, given in defaults if not path), "")
    default = everywhere or next(filter(None, (text_in(values, key) for key in ("default_lang", "lang", "locale"))), "")
    languages = dict.fromkeys(filter(None, (default, *texts_in(values, "languages"))))
    within = f"{source}/" if source else ""
    return Site(
        generator="jekyll",
        reason=reason,
        content_folders=(
            *(folder for name in ("_posts", "_drafts") for folder in (f"{within}{name}", f"{within}*/{name}")),
            *(f"{collections_folder}/_{label}".lstrip("/") for label in collections),
        ),
        page_folders=(source or ".",),
        standalone=tuple(f"/{within}{name}.*" for name in ("index", "404")),
        # An entry is the beginning of a path, whatever follows.
        excluded=(*_NEVER_READ, *(f"/{within}{entry}*" for entry in _entries(values))),
        tag_separator=" ",
        hides_unpublished=True,
        holds_back_future=values.get("future") is not True,
        excerpt_separators=tuple(filter(None, [text_in(values, "excerpt_separator").strip()])),
        languages=tuple(map(normalise_language, languages)),
        language_folders={
            within + path.strip("/"): normalise_language(lang)
            for path, _, given in defaults
            if path and "*" not in path and isinstance(lang := given.get("lang"), str)
        },
        base_urls={"": base, **{normalise_language(one): f"{base}/{one}" for one in languages if one != default}},
        address_of=get_address,
        options={
            "folders": tuple(filter(None, (collections_folder, source))),
            "pattern": text_in(values, "collections", "posts", "permalink") or _STYLES.get(permalink, permalink),
            "collections": collections,
            "ending": ending,
            "defaults": defaults,
            "zone": zone_of(text_in(values, "timezone")),
        },
    )


def _entries(values: Configuration) -> Iterator[str]:
    """The beginnings of paths that are left out."""
    entries = (entry.removeprefix("./").lstrip("/") for entry in texts_in(values, "exclude"))
    return filter(None, entries)


def _collections(values: Configuration, ending: str) -> Iterator[tuple[str, str]]:
    """The collections with pages of their own, and the pattern of these."""
    declared = values.get("collections")
    for label, given in declared.items() if isinstance(declared, Mapping) else ():
        if label != "posts" and isinstance(given, Mapping) and given.get("output") is True:
            yield str(label), text_in(given, "permalink") or f"/:collection/:path{ending}"


def _defaults(values: Configuration) -> Iterator[Defaults]:
    declared = values.get("defaults")
    for one in declared if isinstance(declared, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("values"), Mapping):
            kind = text_in(one, "scope", "type")
            yield (
                text_in(one, "scope", "path").lstrip("/"),
                {"post": "posts", "draft": "drafts"}.get(kind, kind),
                one["values"],
            )


GENERATOR = Generator("jekyll", configure=_configure, recognise=_recognise)
