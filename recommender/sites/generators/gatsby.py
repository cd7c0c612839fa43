"""Gatsby: articles lie where its plugins' code looks for them, and code makes their addresses.

Source: https://www.gatsbyjs.com/docs/how-to/routing/adding-markdown-pages/.
"""

from __future__ import annotations

from pathlib import Path

from recommender.sites.configuration import find_file, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import read_javascript
from recommender.sites.permalinks import join_base_url
from recommender.sites.site import Site

_FILES = tuple(f"gatsby-config.{suffix}" for suffix in ("js", "ts", "mjs", "cjs"))


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None:
        return None
    values = read_javascript(file) or {}
    # At the root lie a README and the like, which are no articles.
    folders = tuple(name for name in ("content", "src", "blog", "posts", "data", "docs") if (root / name).is_dir())
    return Site(
        generator="gatsby",
        reason=f"{file.name} is Gatsby's",
        content_folders=folders,
        excluded=("node_modules", "public", ".cache"),
        address_hint="--address /:slug/",
        base_urls={"": join_base_url(text_in(values, "siteMetadata", "siteUrl"), text_in(values, "pathPrefix"))},
    )


GENERATOR = Generator("gatsby", configure=_configure)
