"""Next.js: articles in a folder that code reads, at the routes below `app` or `pages`.

Sources: https://nextjs.org/docs/app/api-reference/config/next-config-js and
https://contentlayer.dev/docs/reference/source-files/make-source.
"""

from __future__ import annotations

import re
from pathlib import Path

from recommender.sites.addresses.app_routes import find_content_folders, find_routes, get_address, hint_of
from recommender.sites.configuration import depends_on, find_file, read_text, text_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.permalinks import join_base_url
from recommender.sites.site import Site

_FILES = tuple(f"next.config.{suffix}" for suffix in ("js", "mjs", "ts", "cjs", "mts"))
_ROUTES = tuple(f"{folder}{name}" for folder in ("", "src/") for name in ("app", "pages"))
_NO_ARTICLES = ("node_modules", ".next", "out", "public", "authors")
_BASE_URL_FILES = tuple(
    f"{name}.{suffix}"
    for name in (
        *("next-sitemap.config", "data/siteMetadata", "siteMetadata", "site.config", "config/site", "lib/site"),
        *("src/config/site", "src/lib/site", "src/siteMetadata", "src/site.config"),
    )
    for suffix in ("js", "cjs", "mjs", "ts")
)
_BASE_URL = re.compile(r"""\b(?:siteUrl|site_url|baseUrl|siteURL)['"]?\s*[:=]\s*[^,;\n]*?['"`](https?://[^'"`\s$]+)""")


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None and depends_on(root, "next") is None:
        return None
    # Functions may wrap the object, which documentation calls `nextConfig`.
    values = (file and (read_javascript(file) or read_javascript(file, "nextConfig"))) or {}
    base_path = values.get("basePath", "")
    routes = find_routes(root, _ROUTES)
    ending = "/" if values.get("trailingSlash") is True else ""
    return Site(
        generator="nextjs",
        reason=f"{file.name} is Next.js'" if file else "package.json depends on next",
        content_folders=find_content_folders(root),
        excluded=_NO_ARTICLES,
        index_stems=("index", "page"),
        base_urls={"": join_base_url(_find_base_url(root), text_in(values, "basePath"))},
        address_of=get_address,
        address_hint=hint_of(routes, ending),
        options={
            "routes": routes,
            "pages": _ROUTES,
            "ending": ending,
            "is_known": base_path is not UNREAD,
        },
    )


def _find_base_url(root: Path) -> str:
    """The base URL in the files where blog templates usually keep it; empty if there is none."""
    found = (_BASE_URL.search(read_text(root / name)) for name in _BASE_URL_FILES)
    return next((match[1] for match in found if match), "")


GENERATOR = Generator("nextjs", configure=_configure)
