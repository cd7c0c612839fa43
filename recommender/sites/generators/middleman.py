"""Middleman: the articles of its blogs, recognised by a pattern of their paths, at the permalinks in `config.rb`.

Sources: https://middlemanapp.com/basics/blogging and …/advanced/pretty-urls; where they are silent, `extension.rb`,
`blog_data.rb` and `uri_templates.rb` of https://github.com/middleman/middleman-blog. Ruby is read, never executed.
"""

from __future__ import annotations

import re
from pathlib import Path

import regex

from recommender.sites.configuration import read_text, text_in
from recommender.sites.generator import Generator
from recommender.sites.page import Page
from recommender.sites.permalinks import escape, expand, join_base_url, slugify, spell_in_ascii
from recommender.sites.site import Site

_FILE = "config.rb"
_COMMENT = re.compile(r"^\s*#.*", re.MULTILINE)
_ACTIVATED = re.compile(r"^\s*activate[ (]+:", re.MULTILINE)
_END = re.compile(r"^end\b", re.MULTILINE)
_OPTION = re.compile(r"""\b(permalink|sources|prefix|summary_separator)\s*(?:=>|=|:)\s*(["'])(.*?)\2""")
_FUTURE = re.compile(r"\bpublish_future_dated\s*(?:=>|=|:)\s*true\b")
_SETTING = re.compile(r"""^\s*(?:set[ (]+:|config\[:)(source|http_prefix)[^"'\n]*["']([^"'\n]*)""", re.MULTILINE)
_PERMALINK = "/:year/:month/:day/:title.html"
_SOURCES = ":year-:month-:day-:title.html"
_IN_BRACES = re.compile(r"\{\+?(\w+)\}")
_VARIABLE = re.compile(r":([A-Za-z][A-Za-z0-9]*)")
_DIGITS = {"year": r"\d{4}", "month": r"\d{2}", "day": r"\d{2}"}
_SECONDS = 0.1  # for one pattern and one path
_ENDINGS = r"(?:\.html)?\.\w+"


def _configure(root: Path) -> Site | None:
    code = _COMMENT.sub("", read_text(root / _FILE))
    activated = _ACTIVATED.split(code)[1:]
    if not activated:
        return None
    settings = dict(_SETTING.findall(code))
    source = settings.get("source", "source").strip("/")
    options = [
        {name: _IN_BRACES.sub(r":\1", text) for name, _, text in _OPTION.findall(_END.split(block)[0])}
        for block in activated
        if re.match(r"blog\b", block)
    ]
    blogs = [(_pattern(one), _below_prefix(one, one.get("permalink", _PERMALINK))) for one in options]
    articles = "|".join(pattern for pattern, _ in blogs)
    return Site(
        generator="middleman",
        reason=f"{_FILE} is Middleman's",
        content_folders=(source,),
        # Besides its articles, a blog has pages, which are not posts.
        excluded_patterns=(rf"^/{re.escape(source)}/(?!(?:{articles})$)",) if blogs else (),
        output_suffix=".html",
        tag_separator=",",
        hiding_fields=(("published", "false"),),
        holds_back_future=not _FUTURE.search(code),
        excerpt_separators=("READMORE", *(one["summary_separator"] for one in options if "summary_separator" in one)),
        base_urls={"": join_base_url("", settings.get("http_prefix", ""))},
        address_of=_address,
        options={
            "source": source,
            "blogs": blogs,
            "has_folders": any(re.match(r"directory_indexes\b", block) for block in activated),
        },
    )


def _pattern(options: dict[str, str]) -> str:
    """A regular expression of the paths of a blog's articles, relative to `source`, with a group for each variable."""
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        is_new = found[1] not in seen
        seen.add(found[1])
        return f"(?P<{found[1]}>{_DIGITS.get(found[1], '.*?')})" if is_new else f"(?P={found[1]})"

    paths = _below_prefix(options, options.get("sources", _SOURCES)).removesuffix(".html")
    return _VARIABLE.sub(group, re.escape(paths)) + _ENDINGS


def _below_prefix(options: dict[str, str], path: str) -> str:
    return f"{options.get('prefix', '').strip('/')}/{path.lstrip('/')}".lstrip("/")


def _address(site: Site, page: Page) -> str | None:
    source, _, path = page.path.partition(f"{site.options['source']}/")
    if source:
        return None
    made: str | None = f"/{re.sub(f'{_ENDINGS}$', '.html', path)}"
    for pattern, permalink in site.options["blogs"]:
        if found := _match(pattern, path):
            named = text_in(page.fields, "slug") or found.groupdict().get("title") or page.title
            own = {key: text for key in page.fields if key not in _DIGITS and (text := text_in(page.fields, key))}
            values = {key: _parameterize(text) for key, text in own.items()} | found.groupdict()
            made = expand(permalink, page.date, {**values, "title": _parameterize(named)})
            break
    if made is None or "#{" in made:
        return None
    return escape(re.sub(r"(?:/index)?\.html$", "/", made) if site.options["has_folders"] else made)


def _match(pattern: str, path: str) -> regex.Match[str] | None:
    try:
        return regex.fullmatch(pattern, path, timeout=_SECONDS)
    except TimeoutError:
        return None


def _parameterize(text: str) -> str:
    return slugify(spell_in_ascii(text) or text)


GENERATOR = Generator("middleman", configure=_configure)
