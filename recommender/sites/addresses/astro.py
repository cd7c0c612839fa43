"""Addresses of Astro's pages: the routes that publish a collection, and the IDs of its entries.

Sources: https://docs.astro.build/en/guides/routing/ and …/guides/content-collections/; IDs are as Astro 5 makes them.
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import regex

from recommender.sites.configuration import read_text, text_in
from recommender.sites.page import Page
from recommender.sites.permalinks import escape
from recommender.sites.site import Site

_MAX_ROUTES = 1000
_DYNAMIC = re.compile(r"\[(?:\.\.\.)?(\w+)\]")
_READS = re.compile(r"""getCollection\(\s*['"]([\w-]+)['"]""")
_TYPE = re.compile(r"""CollectionEntry<\s*['"]([\w-]+)['"]""")
_PARAMETERS = re.compile(r"params\s*:\s*\{([^{}]*)\}")
_ONE_PARAMETER = re.compile(r"""\s*['"]?(\w+)['"]?\s*:\s*\w+\.(data\.slug|slug|id)\s*,?\s*""")
# The theme AstroPaper's.
_WITHOUT_PRIVATE = re.compile(r"\s*(\w+)\s*:\s*(getPath)\(\s*\w+\.id\s*,\s*\w+\.filePath\s*,\s*false\s*\)\s*,?\s*")
_SPLIT_ID = re.compile(r"""\[\s*(\w+)\s*,\s*\.\.\.(\w+)\s*\]\s*=\s*\w+\.(?:id|slug)\.split\(\s*['"]/['"]\s*\)""")
_ON_DEMAND = re.compile(r"""getEntry(?:BySlug)?\(\s*['"]([\w-]+)['"]\s*,\s*(?:Astro\.params\.)?(\w+)\s*\)""")
_CHOOSES = re.compile(r"\b(?:id|slug|lang|locale|startsWith|includes)\b")
# As github-slugger: letters, marks, digits, underscores and the like, hyphens and blanks stay.
_DROPPED = regex.compile(r"[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc} -]")


class Route(NamedTuple):
    """The pages that one route file makes of a collection.

    Attributes:
        path: of the file below the pages' folder, without its ending: `blog/[...slug]`.
        language: the name of the parameter that is the first folder of an entry's ID; empty if there is none.
        drops_private: whether folders that begin with `_` are left out.
        from_slug: whether the other parameter is not the ID but a slug that the front matter gives.
    """

    path: str
    language: str = ""
    from_slug: bool = False
    drops_private: bool = False


def find_routes(pages: Path) -> dict[str, Route]:
    """The route of each collection that has exactly one among the route files below a folder."""
    found: dict[str, set[Route]] = {}
    for file in islice(sorted(pages.rglob("*.astro")), _MAX_ROUTES):
        path = file.relative_to(pages).with_suffix("").as_posix()
        if "[" in path and (read := _read_route(path.removesuffix("/index"), read_text(file))):
            found.setdefault(read[0], set()).add(read[1])
    return {name: routes.pop() for name, routes in found.items() if len(routes) == 1}


def _read_route(path: str, code: str) -> tuple[str, Route] | None:
    """The collection that a route file publishes as a whole, and how."""
    dynamic = _DYNAMIC.findall(path)
    _, _, paths = code.partition("getStaticPaths")
    parameters = _PARAMETERS.search(paths)
    if parameters is None:
        entry = _ON_DEMAND.search(code)
        return (entry[1], Route(path)) if entry and not paths and dynamic == [entry[2]] else None
    before = paths[: parameters.start()]
    names = set(_READS.findall(before)) or set(_TYPE.findall(code))
    if len(names) != 1 or len(dynamic) != path.count("["):
        return None
    if (split := _SPLIT_ID.search(before)) and dynamic == [split[1], split[2]] and path.endswith(f"[...{split[2]}]"):
        return names.pop(), Route(path, language=split[1])
    one = _ONE_PARAMETER.fullmatch(parameters[1]) or _WITHOUT_PRIVATE.fullmatch(parameters[1])
    # With a filter by ID or language, a part of the collection does not have this route.
    if one is None or dynamic != [one[1]] or _CHOOSES.search(before):
        return None
    return names.pop(), Route(path, from_slug=one[2] == "data.slug", drops_private=one[2] == "getPath")


def get_address(site: Site, page: Page) -> str | None:
    """The address of a page, without the base URL; `None` if configuration and routes do not define it."""
    path = _page_path(site, page) if page.path.startswith(f"{site.options['pages']}/") else _entry_path(site, page)
    if path is None or not site.options["is_known"]:
        return None
    return escape(f"/{path}{site.options['ending']}" if path else "/")


def _page_path(site: Site, page: Page) -> str:
    path = page.path.removeprefix(f"{site.options['pages']}/").rpartition(".")[0]
    return re.sub(r"(?:^|/)index$", "", path)


def _entry_path(site: Site, page: Page) -> str | None:
    parents = (str(folder) for folder in PurePosixPath(page.path).parents)
    folder = next((folder for folder in parents if folder in site.options["folders"]), "")
    route: Route | None = site.options["routes"].get(site.options["folders"].get(folder, ""))
    if route is None:
        return None
    own = text_in(page.fields, "slug")
    if route.from_slug and not own:
        return None
    id = own or _id(page.path.removeprefix(f"{folder}/"))
    if route.drops_private:
        public = [part for part in page.path.removeprefix(f"{folder}/").split("/")[:-1] if not part.startswith("_")]
        id = "/".join((*(_id(f"{part}.") for part in public), id.rpartition("/")[2]))
    if site.options["starlight"] and id == "index":
        id = ""
    if "/" in id and "[..." not in route.path:
        return None
    language, _, rest = id.partition("/") if route.language else ("", "", id)
    made = _DYNAMIC.sub(lambda match: language if match[1] == route.language else rest, route.path)
    return re.sub(r"/{2,}", "/", made).strip("/")


def _id(path: str) -> str:
    parts = path.rpartition(".")[0].split("/")
    return "/".join(_DROPPED.sub("", part.lower()).replace(" ", "-") for part in parts).removesuffix("/index")
