"""Interprets the fields of a file, or of one line of a `.jsonl` file, as an article."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath

from recommender.articles import (
    ADDRESS_KEYS,
    ALIAS_KEYS,
    DATE_KEYS,
    EXCERPT_KEYS,
    OTHER_DATE_KEYS,
    VISIBILITY_KEYS,
    build_entry,
    canonical_keys,
    days_since_1970,
    get_aliases,
    get_date,
    get_doubtful_status,
    get_identity_urls,
    get_series,
    get_text,
    get_texts,
    get_title,
    get_visible_days,
    is_address,
    is_ambiguous_date,
    is_hidden,
    is_published,
    is_unlisted,
    normalise_url,
    parse_moment,
)
from recommender.errors import FrontMatterError
from recommender.frontmatter import Format, Value
from recommender.markup import Body
from recommender.sites import Page, Site, address_by_pattern
from recommender.sources.curated_lists import (
    NESTING_KEYS,
    find_list_key,
    get_list_items,
    get_list_keys,
    list_state_of,
    read_links,
)
from recommender.sources.source import ParsedFile, Problem, Source
from recommender.sources.written_lists import WrittenList

UNREADABLE_DATE = "a date that can't be read as a date"
"""A kind of problem."""
AMBIGUOUS_DATE = "a date that could be two days"
"""A kind of problem."""
HIDING_STATUS = "hidden by a `status` other than `published`"
"""A kind of problem: the status may not be meant to hide the article."""

_TOPIC_KEYS = ("tags", "tag", "categories", "category", "topics", "topic", "keywords", "series")
OTHER_KEYS = (
    *("title", "id", "slug", "lang", "language", "locale", "type"),
    *(*EXCERPT_KEYS, *DATE_KEYS, *OTHER_DATE_KEYS, *VISIBILITY_KEYS, *ADDRESS_KEYS, *ALIAS_KEYS, *_TOPIC_KEYS),
)
"""All keys with a meaning for an article, except those of its list."""
_DATE_PART = re.compile(r"[\d-]+$")
NO_BODY = Body()


def canonical_fields(fields: Mapping[str, Value], site: Site) -> dict[str, Value]:
    """The fields under this program's names for their keys, independent of spelling and of nesting by the format."""
    flat = dict(fields)
    for key in NESTING_KEYS:
        nested = fields.get(key)
        if isinstance(nested, dict):
            flat = {**nested, **flat}
    for key in site.ignored_fields:
        flat.pop(key, None)
    return dict(zip(_canonical_keys(tuple(flat), get_list_keys(site)), flat.values(), strict=True))


@lru_cache(maxsize=1 << 12)  # many files of a site have the same keys
def _canonical_keys(keys: tuple[str, ...], list_keys: tuple[str, ...]) -> tuple[str, ...]:
    return canonical_keys(keys, (*OTHER_KEYS, *list_keys))


def read_article_fields(
    parsed: ParsedFile,
    fields: Mapping[str, Value],
    file: str,
    line: int | None,
    *,
    site: Site,
    digest: str,
    body: Body = NO_BODY,
    format: Format = "yaml",
    list_path: tuple[str, ...] = (),
    written: WrittenList | None = None,
    front_matter_digest: bytes = b"",
) -> None:
    """Interpret canonical fields as an article, and add it and its problems to `parsed`.

    A page that is not an article by the site's conventions is not added; `parsed.skipped` says why.

    Args:
        line: of a `.jsonl` file; `None` for a file that is one article.
        digest, format, list_path, front_matter_digest: see `Source`.
        written: the file's list, if this program wrote all or the end of it; the fields are without that.

    Raises:
        FrontMatterError: there is no title.
    """
    if line is None and site.default_fields:
        fields = {**site.default_fields, **fields}
    path = site.path_of(file)
    own_name = site.name_of(path) if site.named_by_files and line is None else ""
    title = get_title(fields) or own_name or body.heading or body.subheading
    if not title:
        raise FrontMatterError(_why_untitled(fields), path=file, line=line)
    date, moment = _read_date(parsed, fields, file, line, site)
    page = Page(path=path, fields=fields, title=title, date=moment, language=site.language_of(path, fields))
    if line is None and (kind := site.kind_of(page)) != "post":
        parsed.skipped = "section page" if kind == "section" else "standalone page"
        return
    published_at = None if moment is None else days_since_1970(moment)
    visible_from, visible_until = get_visible_days(fields, site.zone)
    if site.holds_back_future and visible_from is None and published_at is not None:
        visible_from = published_at if published_at > time.time() / 86_400 else None  # past ones need not be stored
    name, path_name, others = _names(fields, file, line, site)
    address = _address(site, page, is_file=line is None)
    aliases, identity_urls = get_aliases(fields), get_identity_urls(fields)
    on_site = [_urls_of(site.absolute(alias, page.language)) for alias in aliases if alias.startswith("/")]
    own_urls = (*_urls_of(address), *_urls_of(address and site.relative(address)))
    urls = tuple(dict.fromkeys((*identity_urls, *own_urls, *aliases, *chain.from_iterable(on_site))))
    kept_back = is_hidden(fields) or (line is None and (site.is_draft(path) or site.hides(path, fields)))
    kept_back = kept_back or (site.needs_date and moment is None)
    if (status := get_doubtful_status(fields)) is not None:
        cure = "if the article is not meant to be hidden, rename the key `status`"
        parsed.problems.append(Problem(file, f"`status: {status}` hides it; {cure}", line, kind=HIDING_STATUS))
    key = find_list_key(fields, get_list_keys(site))
    items = get_list_items(parsed, fields, file, line, key=key)
    entry = build_entry(fields, title, date=date, url=address)
    source = Source(
        path=file if line is None else f"{file}:{line}",
        name=name,
        path_name=path_name,
        other_names=others,
        language=page.language,
        is_default_language=page.language is not None and site.languages[:1] == (page.language,),
        entry=entry,
        summary="" if "excerpt" in entry else body.excerpt,
        text=body.text_and_code,
        text_links=body.links,
        published_at=published_at,
        identity_urls=identity_urls,
        urls=urls,
        canonical_url=_canonical_url(site, page, identity_urls, is_file=line is None),
        hidden=kept_back or is_unlisted(fields),
        unlisted=is_unlisted(fields) and not kept_back,
        visible_from=visible_from,
        visible_until=visible_until,
        published=is_published(fields),
        related=read_links(parsed, items, file, line, key=key),
        list_key=key,
        list_path=list_path,
        topics=tuple(
            dict.fromkeys(
                topic
                for key in _TOPIC_KEYS
                if key in fields
                for topic in get_texts(fields, key, separator=_separator(key, site))
            )
        ),
        section=_section(site, page, file if line is None else ""),
        series=get_series(fields),
        pinned=get_texts(fields, "relatedPin"),
        banned=get_texts(fields, "relatedBan"),
        list_state="written" if written else list_state_of(fields.get(key, "")),
        written=written,
        format=format,
        front_matter_digest=front_matter_digest,
        digest=digest,
    )
    parsed.sources.append(source)


def _why_untitled(fields: Mapping[str, Value]) -> str:
    title = fields.get("title")
    if isinstance(title, dict):
        return "`title` is a mapping; write one text, as in `title: …`, and a file of its own for each language"
    if isinstance(title, list):
        return "`title` is a list; write one text, as in `title: …`"
    return "no title; add a line `title: …`"


def _section(site: Site, page: Page, file: str) -> str:
    """The first category in lower case, else the folder, without languages, dates and the article's own folder."""
    for key in ("categories", "category"):
        if named := get_texts(page.fields, key, separator=_separator(key, site)):
            return named[0].casefold()
    folder = PurePosixPath(file).parent
    if PurePosixPath(file).stem.partition(".")[0] == "index":
        folder = folder.parent
    return "/".join(part for part in folder.parts if part != page.language and not _DATE_PART.match(part))


def _separator(key: str, site: Site) -> str | None:
    """The separator of topics that are written as one text."""
    if site.tag_separator is not None and key != "series":
        return site.tag_separator
    return "," if key in ("tags", "tag", "keywords", "topics", "topic") else None


def _names(fields: Mapping[str, Value], file: str, line: int | None, site: Site) -> tuple[str, str, tuple[str, ...]]:
    """The requested ID of an article, the ID by its path, and its other names."""
    path_name = file.removesuffix(PurePosixPath(file).suffix)
    if line is not None:
        path_name = f"{path_name}:{line}"
        return get_text(fields, "id", "slug") or path_name, path_name, ()
    stem = site.name_of(file) if "/" in file else site.name_of(site.path_of(file))
    name = get_text(fields, "id", "slug") or stem
    return name, path_name, tuple(other for other in dict.fromkeys((stem, path_name)) if other != name)


def _read_date(
    parsed: ParsedFile, fields: Mapping[str, Value], file: str, line: int | None, site: Site
) -> tuple[tuple[str, str] | None, datetime | None]:
    """The date as key and text, and as a moment: from the fields, else from the path."""
    found = get_date(fields, site.date_keys)
    moment = None if found is None else parse_moment(found[1], site.zone)
    day = site.date_of(site.path_of(file)) if line is None else None
    if day is None and line is None:
        # Some sites give the day only in the address.
        address = get_text(fields, "path", *ADDRESS_KEYS)
        day = site.date_of(address) if address is not None else None
    if found is not None and moment is None:
        ambiguous = is_ambiguous_date(found[1])
        why = "could be two days" if ambiguous else "can't be read as a date"
        used = "the day in its path is used" if day is not None else "used without a date"
        parsed.problems.append(
            Problem(
                file,
                f"the date {found[1]!r} {why}; write it as 2019-12-01T16:14:00Z; {used}",
                line,
                kind=AMBIGUOUS_DATE if ambiguous else UNREADABLE_DATE,
            )
        )
    if day is not None and (moment is None or site.prefers_path_date):
        return ("date", day.isoformat()), datetime(day.year, day.month, day.day, tzinfo=site.zone)
    return found, moment


def _address(site: Site, page: Page, *, is_file: bool) -> str | None:
    """The address on the site: the article's own, else derived from its file by the site's conventions.

    A canonical URL on another host than the site's is not the address of a page that the site publishes itself.
    """
    own = [text.strip() for key in ("permalink", "url", "link") if (text := get_text(page.fields, key)) is not None]
    canonical = (get_text(page.fields, "canonicalUrl", "canonical_url") or "").strip()
    made = site.address(page) if is_file or site.address_of is address_by_pattern else None
    is_elsewhere = made is not None and "://" in made and _host_of(made) != _host_of(canonical)
    for text in (*own, *([] if is_elsewhere else [canonical])):
        if "://" in text and is_address(text):
            return text
    return made or next((site.absolute(text, page.language) for text in own if is_address(text)), None)


def _host_of(address: str) -> str:
    return normalise_url(address).partition("/")[0]


def _canonical_url(site: Site, page: Page, identity_urls: tuple[str, ...], *, is_file: bool) -> str:
    """The normalised address of the original that an article names; empty if it is its own or a front page."""

    def normalised(address: str | None) -> str:
        return "" if address is None else normalise_url(site.absolute(address.strip(), page.language))

    text = get_text(page.fields, "canonicalUrl", "canonical_url")
    if text is None or not is_address(text.strip()):
        return ""
    own = {*identity_urls, *(normalised(get_text(page.fields, key)) for key in ("permalink", "url", "link"))}
    own.add(normalised(site.address(page) if is_file else None))
    url = normalised(text)
    return url if "/" in url.strip("/") and url not in own else ""


def _urls_of(address: str | None) -> tuple[str, ...]:
    """The normalised address, and its path alone, by which pages of the site link to it."""
    if address is None:
        return ()
    normal = normalise_url(address)
    if address.startswith("/"):
        return (normal,) if normal else ()
    _, slash, path = normal.partition("/")
    return (normal, f"/{path}") if slash else (normal,)
