"""Marks besides tags: MkDocs' admonitions and tabs, components, wiki links, tables of contents, alerts."""

from __future__ import annotations

import re

_RAW = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_INDENTED_ADMONITION = re.compile(
    r"^(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+(?P<head>[^\n]*)\n(?P<contents>(?:(?:(?: {4}|\t)[^\n]*|[ \t]*)\n)*+)",
    re.MULTILINE,
)
_HEAD = re.compile(r'(?:[\w-]+(?: [\w-]+)*+)?\s*(?:"(?P<title>[^"]*)")?\s*')
_INDENT = re.compile(r"^(?: {4}|\t)", re.MULTILINE)
_CONTENTS_LIST = re.compile(r"^[*+-][ \t]+[^\n]*\n\{:[ \t]*toc[^}\n]*\}", re.MULTILINE)
_CONTENTS_MARK = re.compile(r"\[\[?_?toc_?\]?\](?!\()", re.IGNORECASE)
_ALERT = re.compile(r"(?<=>)[ \t]*\[!\w+\][+-]?")
_HTML_START = re.compile(r"\s*<[a-z]", re.IGNORECASE)
_INDENTED_HTML = re.compile(r"^[ \t]{4,}(?=</?[a-z])", re.MULTILINE | re.IGNORECASE)
_ANY_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
# Containers and components of VitePress, Docusaurus and Nuxt Content, which may have options in YAML.
_CONTAINER = re.compile(
    r"^[ \t]*:{2,}(?:[ \t]*[A-Za-z][\w-]*(?:\[(?P<label>[^\]\n]*)\])?(?:\{[^\n]*\})?(?P<title>[ \t][^\n]*)?)?[ \t]*$"
    r"(?:\n[ \t]*---\n(?:(?![ \t]*---$)(?:[ \t]*[\w-]+:|[ \t]+)[^\n]*\n)*+[ \t]*---$)?",
    re.MULTILINE,
)
# A literal comes before what precedes it, since `re` finds a literal at the beginning much faster.
_COMPONENT = re.compile(r":(?<![\w:]:)[a-z][\w-]*(?:\[(?P<label>[^\[\]\n]*)\](?:\{[^{}\n]*\})?|\{[^{}\n]*\})")
_ATTRIBUTES = re.compile(r"\{(?<=[\])*_`]\{)(?:[.#:][\w:.#-]+|[\w-]+=)[^{}\n]*\}")
_WIKI_LINK = re.compile(
    r"(?P<embeds>!?)\[\[(?P<target>[^\W_][^\[\]|#\n]*)?(?:#[^\[\]|\n]*)?(?:\|(?P<words>[^\[\]\n]*))?\]\](?!\()"
)
_LIST_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)


def remove_line_marks(source: str, *, is_mdx: bool) -> str:
    """Remove such marks; titles and contents of admonitions and tabs are kept as paragraphs.

    Indented HTML in a body that begins with HTML, and indented text in MDX, is not code: its indent is removed.
    """
    if "{%" in source:
        source = _RAW.sub("", source)
    if any(mark in source for mark in ("!!! ", "??? ", "???+ ", "=== ")):
        source = _INDENTED_ADMONITION.sub(_write_admonition, source + "\n")
    if "{:" in source:
        source = _CONTENTS_LIST.sub("", source)
    if "[!" in source:
        source = _ALERT.sub("", source)
    if "::" in source:
        source = _CONTAINER.sub(_write_container, source)
    if ":" in source and ("{" in source or "[" in source):
        source = _ATTRIBUTES.sub("", _COMPONENT.sub(lambda match: match["label"] or "", source))
    source = _CONTENTS_MARK.sub("", source)
    if "[[" in source:
        source = _WIKI_LINK.sub(_write_wiki_link, source)
    if is_mdx and not _LIST_ITEM.search(source):
        source = _ANY_INDENT.sub("", source)
    elif _HTML_START.match(source):
        source = _INDENTED_HTML.sub("", source)
    return source


def _write_container(match: re.Match[str]) -> str:
    return f"\n{match['label'] or (match['title'] or '').strip()}\n"


def _write_wiki_link(match: re.Match[str]) -> str:
    if match["embeds"]:
        return ""
    target = (match["target"] or "").strip()
    words = match["words"] or target.rpartition("/")[2]
    return f"[{words}](<{target}>)" if target else words


def _write_admonition(match: re.Match[str]) -> str:
    head = _HEAD.fullmatch(match["head"])
    if not head:
        return match.group()
    return f"\n{head['title'] or ''}\n\n{_INDENT.sub('', match['contents'])}\n"
