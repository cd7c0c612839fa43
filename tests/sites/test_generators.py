"""A tiny site of each generator, as its quick start makes it, and what its files mean.

`NAME/expected.json` has for each file of the site that is published or drafted: kind, language, ID, the date in its
path, address, and whether it is a draft. The addresses are those of the pages that the generator itself built; those of
Bridgetown, Middleman and Quartz are as their documentation gives them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.articles import get_date, get_title, parse_moment
from recommender.frontmatter import Value, parse_front_matter, split_front_matter
from recommender.markup import parse_body
from recommender.sites import ARTICLE_SUFFIXES, Page, Site, find_site

SITES = Path(__file__).parent
NAMES = sorted(path.parent.name for path in SITES.glob("*/expected.json"))


@pytest.mark.parametrize("name", NAMES)
def test_files_of_a_site_mean_what_its_generator_makes_of_them(name: str) -> None:
    root = SITES / name
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in ARTICLE_SUFFIXES)
    site = find_site(root, files)
    assert site.generator == name
    assert {file: meaning(site, root, file) for file in files if site.has(file)} == json.loads(
        (root / "expected.json").read_text(encoding="utf-8")
    )


def meaning(site: Site, root: Path, file: str) -> dict[str, object]:
    """What the site says of a file."""
    path = site.path_of(file)
    fields, heading = read(root / file)
    language = site.language_of(path, fields)
    named = site.date_of(path)
    page = Page(
        path=path,
        fields=fields,
        title=get_title(fields) or heading,
        date=find_date(site, path, fields),
        language=language,
    )
    return {
        "kind": site.kind_of(page),
        "language": language,
        "id": site.name_of(path),
        "date": named and named.isoformat(),
        "address": site.address(page),
        "draft": site.is_draft(path)
        or site.hides(path, fields)
        or fields.get("draft") == "true"
        or fields.get("status") == "draft",
    }


def find_date(site: Site, path: str, fields: Mapping[str, Value]) -> datetime | None:
    """The date of a page: of its front matter and of its path the one that comes first."""
    found = get_date(fields, site.date_keys)
    written = parse_moment(found[1]) if found else None
    day = site.date_of(path)
    if day is not None and (written is None or site.prefers_path_date):
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return written


def read(file: Path) -> tuple[Mapping[str, Value], str]:
    """The front matter of a file, and the first heading of its body."""
    data = file.read_bytes()
    front_matter = split_front_matter(data, path=file.name)
    if front_matter is None:
        return {}, parse_body(data.decode(), markup="markdown").heading
    body = data[front_matter.body :].decode()
    return parse_front_matter(front_matter, path=file.name), parse_body(body, markup="markdown").heading
