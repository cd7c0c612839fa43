"""SvelteKit: articles in a folder that code reads, or pages in Markdown below `src/routes`.

Sources: https://svelte.dev/docs/kit/routing, …/page-options#trailingSlash and …/configuration;
https://mdsvex.pngwn.io/docs.
"""

from __future__ import annotations

import re
from pathlib import Path

from recommender.sites.addresses.app_routes import find_content_folders, find_routes, get_address, hint_of
from recommender.sites.configuration import depends_on, find_file, read_text
from recommender.sites.generator import Generator
from recommender.sites.javascript import UNREAD, read_javascript
from recommender.sites.permalinks import join_base_url
from recommender.sites.site import Site

_FILES = ("svelte.config.js", "svelte.config.mjs", "svelte.config.ts")
_ROUTES = "src/routes"
_LAYOUTS = tuple(f"{_ROUTES}/+layout.{name}" for name in ("js", "ts", "server.js", "server.ts"))
_ENDS_IN_SLASH = re.compile(r"""\btrailingSlash\s*=\s*['"]always['"]""")


def _configure(root: Path) -> Site | None:
    if depends_on(root, "@sveltejs/kit") is None:
        return None
    file = find_file(root, _FILES)
    values = (read_javascript(file) if file else None) or {}
    kit = values.get("kit")
    paths = kit.get("paths", {}) if isinstance(kit, dict) else {}
    routes = find_routes(root, (_ROUTES,))
    ending = "/" if any(_ENDS_IN_SLASH.search(read_text(root / name)) for name in _LAYOUTS) else ""
    base = paths.get("base", "") if isinstance(paths, dict) else UNREAD
    return Site(
        generator="sveltekit",
        reason="package.json depends on @sveltejs/kit",
        content_folders=find_content_folders(root),
        excluded=("node_modules", ".svelte-kit", "build", "static", "authors", "src/app.html", "src/error.html"),
        index_stems=("index", "+page"),
        base_urls={"": join_base_url("", base if isinstance(base, str) else "")},
        address_of=get_address,
        address_hint=hint_of(routes, ending),
        options={
            "routes": routes,
            "pages": (_ROUTES,),
            "ending": ending,
            "is_known": isinstance(base, str),
        },
    )


GENERATOR = Generator("sveltekit", configure=_configure)
