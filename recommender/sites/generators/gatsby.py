"""Gatsby: the code of a site and its plugins defines the folders of articles and their addresses.

If that code is `createFilePath`, as in its starters, a page has the path of its file below the plugin's folder.

Sources: https://www.gatsbyjs.com/docs/how-to/routing/adding-markdown-pages/ and
https://www.gatsbyjs.com/plugins/gatsby-source-filesystem/#createfilepath.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath

from recommender.sites.configuration import find_file, read_text, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import read_javascript
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, join_base_url
from recommender.sites.site import Site

_FILES = tuple(f"gatsby-config.{suffix}" for suffix in ("js", "ts", "mjs", "cjs"))
_NODE_FILES = tuple(f"gatsby-node.{suffix}" for suffix in ("js", "ts", "mjs", "cjs"))
_SOURCE = re.compile(r"""\bpath\s*:\s*(?:`\$\{__dirname\}/|["'`]\.?/?)([^"'`$]+)["'`]""")
_OWN_PATH = re.compile(r"""\bpath\s*:\s*(?:\w+\.)*fields\.(?:slug|path)\b""")
_MADE_OTHERWISE = re.compile(r"""\bvalue\s*[:=]\s*(?:`|["'])|trailingSlash\s*:\s*false|createFilePath\([^)]*basePath""")


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None:
        return None
    values = read_javascript(file) or {}
    # The root holds a README and the like, which are not articles.
    folders = tuple(name for name in ("content", "src", "blog", "posts", "data", "docs") if (root / name).is_dir())
    return Site(
        generator="gatsby",
        reason=f"{file.name} is Gatsby's",
        content_folders=folders,
        excluded=("node_modules", "public", ".cache"),
        address_of=_address,
        address_hint="--address /:slug/",
        options={"sources": _sources(root, file)},
        base_urls={"": join_base_url(text_in(values, "siteMetadata", "siteUrl"), text_in(values, "pathPrefix"))},
    )


def _sources(root: Path, file: Path) -> tuple[str, ...]:
    """The folders whose files have addresses by `createFilePath`; none where other code makes them."""
    node = find_file(root, _NODE_FILES)
    code = read_text(node) if node else ""
    if "createFilePath" not in code or not _OWN_PATH.search(code) or _MADE_OTHERWISE.search(code):
        return ()
    return tuple(normpath(path) for path in _SOURCE.findall(read_text(file)))


def _address(site: Site, page: Page) -> str | None:
    path = PurePosixPath(page.path)
    within = [path.relative_to(source) for source in site.options["sources"] if path.is_relative_to(source)]
    if len(within) != 1 or "." in path.stem:
        return None
    made = within[0].parent if path.stem == "index" else within[0].with_suffix("")
    return escape("/" if str(made) == "." else f"/{made}/")


GENERATOR = Generator("gatsby", configure=_configure)
