"""Jekyll: posts in `_posts`, named `YYYY-MM-DD-title.md`; permalink patterns in `_config.yml`.

Source: https://jekyllrb.com/docs/ (posts, permalinks, configuration, drafts).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from recommender.sites.configuration import Configuration, find_file, read_configuration, text_in, texts_in
from recommender.sites.generator import Generator
from recommender.sites.page import Page
from recommender.sites.permalinks import expand, slugify, texts_of
from recommender.sites.site import Site

_FILES = ("_config.yml", "_config.yaml", "_config.toml")
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_DATED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-(.+)")


def _configure(root: Path) -> Site | None:
    # Hexo's configuration has the same name.
    file = find_file(root, _FILES)
    if file is None or (root / "source" / "_posts").is_dir():
        return None
    return _site(read_configuration(file) or {}, f"{file.name} is Jekyll's")


def _recognise(root: Path, files: Sequence[str]) -> Site | None:
    # Jekyll needs no configuration, so its defaults are those of such a site.
    if root.name != "_posts" and not any("_posts" in PurePosixPath(file).parts[:-1] for file in files):
        return None
    return _site({}, "posts lie in _posts, as Jekyll has them")


def _site(values: Configuration, reason: str) -> Site:
    permalink = text_in(values, "permalink") or "date"
    return Site(
        generator="jekyll",
        reason=reason,
        content_folders=("_posts", "*/_posts", "_drafts", "*/_drafts"),
        excluded=texts_in(values, "exclude"),
        needs_front_matter=True,
        tag_separator=" ",
        hides_unpublished=True,
        holds_back_future=values.get("future") is not True,
        excerpt_separators=tuple(filter(None, [text_in(values, "excerpt_separator").strip()])),
        base_urls={"": text_in(values, "url").rstrip("/") + text_in(values, "baseurl").rstrip("/")},
        address_of=_address,
        options={"permalink": _STYLES.get(permalink, permalink)},
    )


def _address(site: Site, page: Page) -> str | None:
    pattern = site.options["permalink"]
    stem = PurePosixPath(page.path).stem
    dated = _DATED.fullmatch(stem)
    slug = page.fields.get("slug")
    title = slugify(slug) if isinstance(slug, str) and slug else slugify(dated[1] if dated else stem, keep_case=True)
    folders = [part for part in PurePosixPath(page.path).parts[:-1] if part not in ("_posts", "_drafts")]
    named = texts_of(page.fields, "category", separator=None) or texts_of(page.fields, "categories", separator=" ")
    categories = dict.fromkeys(slugify(category) for category in (*folders, *named))
    return expand(
        pattern,
        page.date,
        {
            "title": title,
            "slug": slugify(title),
            "name": slugify(title),
            "categories": "/".join(categories),
            "output_ext": ".html",
        },
    )


GENERATOR = Generator("jekyll", configure=_configure, recognise=_recognise)
