"""Template tags that refer to a page: Jekyll's `post_url` and `link`, Hugo's `ref` and `relref`, Hexo's `post_link`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

_LIQUID = re.compile(r"\{%-?\s*(?P<name>post_url|link|post_link|post_path)\s")
_HUGO = re.compile(
    r"""\{\{[<%]\s*(?:ref|relref)\s+(?:path\s*=\s*)?(?:"(?P<double>[^"]*)"|`(?P<raw>[^`]*)`|(?P<bare>[^\s">%]+))"""
)
_LINK_POSITION = re.compile(r"""(?:\]\(\s*<?|\]:\s*<?|=\s*["']?)[^\s"'()<>]*\Z""")


@dataclass(frozen=True, slots=True)
class Reference:
    """The target of a tag, and the words that it shows."""

    target: str
    words: str = ""


def find_reference(tag: str) -> Reference | None:
    """The page that a template tag refers to; `None` if it is another kind of tag."""
    if match := _LIQUID.match(tag):
        arguments = tag[match.end() :].rstrip("}%-").strip()
        target, _, words = arguments.partition(" ")
        target, words = target.strip("\"'"), words.strip(" \"'")
        if match["name"] == "link" and words:  # Hexo's: words, then an address
            return _hexo_link(arguments)
        if match["name"] == "post_link" and target:
            return Reference(target, words)
        return Reference(target) if target else None
    if match := _HUGO.match(tag):
        target = match["double"] or match["raw"] or match["bare"]
        return Reference(target) if target else None
    return None


def _hexo_link(arguments: str) -> Reference | None:
    words, address, _ = re.split(r"((?:https?:/)?/\S*|$)", arguments, maxsplit=1)
    return Reference(address, words.strip(" \"'")) if address else None


def write_reference(reference: Reference, before: str) -> str:
    """The target alone if the text before expects an address; otherwise a link."""
    target = quote(reference.target, safe="/:@#?&=%+,;~!$*.-_()")
    if _LINK_POSITION.search(before):
        return target
    return f'<a href="{escape(target)}">{escape(reference.words)}</a>'
