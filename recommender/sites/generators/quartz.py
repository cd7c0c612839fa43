"""Quartz: notes of an Obsidian vault in `content`, each at the path of its file, blanks as hyphens.

Sources: https://quartz.jzhao.xyz/configuration, …/advanced/paths and …/features/private-pages.
"""

from __future__ import annotations

import re
from pathlib import Path

from recommender.sites.configuration import find_file, read_configuration, read_text, text_in, texts_in
from recommender.sites.generator import Generator
from recommender.sites.javascript import parse_constant
from recommender.sites.page import Page
from recommender.sites.permalinks import escape
from recommender.sites.site import Site, normalise_language

_FILES = ("quartz.config.yaml", "quartz.config.ts")  # since version 5, and before
_SIGNS = (("&", "-and-"), ("%", "-percent"), ("?", ""), ("#", ""))


def _configure(root: Path) -> Site | None:
    file = find_file(root, _FILES)
    if file is None:
        return None
    values = read_configuration(file) if file.suffix == ".yaml" else parse_constant(read_text(file), "config")
    host = text_in(values, "configuration", "baseUrl").strip("/")
    locale = text_in(values, "configuration", "locale")
    return Site(
        generator="quartz",
        reason=f"{file.name} is Quartz's",
        content_folders=("content",),
        excluded=("*.html", "*.txt", "*.mdx", "*.markdown", *texts_in(values, "configuration", "ignorePatterns")),
        standalone=("content/index.md",),
        named_by_files=True,
        date_keys=("date", "created"),
        hiding_fields=(("publish", "false"),),
        languages=(normalise_language(locale),) if locale else (),
        base_urls={"": f"https://{host}" if host else ""},
        address_of=_address,
    )


def _address(_: Site, page: Page) -> str | None:
    if not page.path.startswith("content/"):
        return None
    path = page.path.rpartition(".")[0].partition("/")[2]
    path = re.sub(r"(?:^|(?<=/))_?index$", "", re.sub(r"\s", "-", path))
    for sign, spelt in _SIGNS:
        path = path.replace(sign, spelt)
    return escape(f"/{path}")


GENERATOR = Generator("quartz", configure=_configure)
