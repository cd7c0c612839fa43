"""Web applications: folders of articles, and addresses by routes with one parameter and the name of such a folder.

`app/blog/[slug]/page.tsx` publishes `content/blog/name.md` at `/blog/name`. Only code defines the values of a
parameter, so there is no address if the names differ, or if a file's name or front matter is ambiguous.

Sources: https://nextjs.org/docs/app/api-reference/file-conventions/dynamic-routes, …/route-groups and
https://svelte.dev/docs/kit/advanced-routing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath

from recommender.sites.configuration import text_in
from recommender.sites.page import Page
from recommender.sites.path_dates import find_date_in_path
from recommender.sites.permalinks import escape
from recommender.sites.site import Site

_CONTENT_FOLDERS = ("content", "contents", "data", "posts", "_posts", "blog", "articles", "docs", "src", "app", "pages")
_MAX_FILES = 2000
_PARAMETER = re.compile(r"\[{1,2}(\.\.\.)?\w+(?:=\w+)?\]{1,2}")
_GROUP = re.compile(r"\(\w[\w-]*\)")
_USUAL_NAMES = ("blog", "posts", "post", "articles", "article", "writing", "notes")
_PAGE_NAMES = ("page", "+page", "index")


def find_content_folders(root: Path) -> tuple[str, ...]:
    """The usual folders of articles that exist; not the root, which holds a README and the like."""
    return tuple(name for name in _CONTENT_FOLDERS if (root / name).is_dir())


def find_routes(root: Path, folders: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """The route of each name that has exactly one: `blog` for `blog/[slug]`.

    Returns:
        By name, the path before the parameter, and whether the parameter may span several folders.
    """
    found: dict[str, set[tuple[str, bool]]] = {}
    for folder in folders:
        files = (
            file for file in (root / folder).rglob("*") if file.suffix in (".js", ".jsx", ".ts", ".tsx", ".svelte")
        )
        for file in islice(sorted(files), _MAX_FILES):
            *before, last = _parts(file.relative_to(root / folder))
            parameter = _PARAMETER.fullmatch(last)
            if parameter and before and not any("[" in part or part == "api" for part in before):
                found.setdefault(before[-1], set()).add(("/".join(before), parameter[1] is not None))
    return {name: next(iter(routes)) for name, routes in found.items() if len(routes) == 1}


def hint_of(routes: Mapping[str, tuple[str, bool]], ending: str) -> str:
    """The command-line option for addresses by the most likely of some routes."""
    prefix = next((routes[name][0] for name in (*_USUAL_NAMES, *routes) if name in routes), "")
    return f"--address {f'/{prefix}'.rstrip('/')}/:slug{ending}"


def _parts(path: Path) -> list[str]:
    """The parts of a route file's path that are parts of addresses."""
    stem = path.name.partition(".")[0] if not path.name.startswith("[") else path.stem
    folders = [part for part in path.parent.parts if not _GROUP.fullmatch(part)]
    is_page = stem in _PAGE_NAMES
    return (folders if is_page or stem.startswith("+") else [*folders, stem]) or [""]


def get_address(site: Site, page: Page) -> str | None:
    """The address of a page, without the base URL; `None` if only code defines it."""
    path = PurePosixPath(page.path)
    made = _own_page(site, path) or _by_route(site, page)
    return None if made is None or not site.options["is_known"] else escape(f"/{made}{site.options['ending']}")


def _own_page(site: Site, path: PurePosixPath) -> str | None:
    """The address of a page that is a route file itself."""
    for folder in site.options["pages"]:
        if path.is_relative_to(folder):
            *parts, last = (part for part in path.relative_to(folder).parts if not _GROUP.fullmatch(part))
            name = last.partition(".")[0]
            return "/".join(parts if name in _PAGE_NAMES else [*parts, name])
    return None


def _by_route(site: Site, page: Page) -> str | None:
    *folders, name = PurePosixPath(site.bundle_folder(page.path), site.name_of(page.path)).parts
    for depth in range(len(folders), 0, -1):
        route = site.options["routes"].get(folders[depth - 1].lstrip("_"))
        if route is not None:
            below = "/".join((*folders[depth:], name))
            prefix, takes_folders = route
            has_choice = find_date_in_path(name) is not None or text_in(page.fields, "slug") not in ("", below, name)
            return None if has_choice or ("/" in below and not takes_folders) else f"{prefix}/{below}"
    return None
