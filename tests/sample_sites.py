"""Sites of a few files, and addresses of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from recommender.sites import Page, Site, find_site
from recommender.sources import find_article_files, read_file


def make_site(root: Path, files: Mapping[str, str]) -> Site:
    """The site of some files, written to a folder."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return find_site(root, sorted(path for path in files if path.endswith(".md")))


def address(site: Site, path: str, title: str = "", /, date: str | None = None, **fields: object) -> str | None:
    """The address of a page of a site, whose date without an offset is in UTC."""
    moment = None if date is None else datetime.fromisoformat(date)
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    named = fields if date is None else {**fields, "date": date}
    return site.address(
        Page(path=path, fields=named, title=title, date=moment, language=site.language_of(path, fields))
    )


def read_addresses(root: Path) -> dict[str, object]:
    """The addresses of a site's articles as its files are read, by file."""
    found = find_article_files(root)
    parsed = [read_file(root, file, site=found.site) for file in found.files]
    return {source.path: source.entry.get("url") for one in parsed for source in one.sources}
