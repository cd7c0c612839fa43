"""Template tags that refer to a page: Jekyll's `post_url` and `link`, Hugo's `ref` and `relref`, Hexo's `post_link`."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote

_LIQUID = re.compile(r"\{%-?\s*(?P<name>post_url|link|post_link|post_path)\s")
_HUGO = re.compile(
    r"""\{\{[<%]\s*(?:ref|relref)\s+(?:path\s*=\s*)?(?:"(?P<double>[^"]*)"|`(?P<raw>[^`]*)`|(?P<bare>[^\s">%]+))"""
)
_LINK_POSITION = re.compile(r"""(?:\]\(\s*<?|\]:\s*<?|=\s*["']?)[^\s"'()<>]*\Z""")


def write_reference(tag: str, before: str) -> str:
    """A link to the page that a template tag refers to, its target alone where the text before it expects an address.

    Empty for other kinds of tags.
    """
    target, words = _find_target(tag)
    address = quote(target, safe="/:@#?&=%+,;~!$*.-_()")
    if not address or _LINK_POSITION.search(before):
        return address
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def _find_target(tag: str) -> tuple[str, str]:
    """The target of a tag and the words that it shows; empty texts for another kind of tag."""
    if match := _LIQUID.match(tag):
        arguments = tag[match.end() :].rstrip("}%-").strip()
        target, _, words = arguments.partition(" ")
        target, words = target.strip("\"'"), words.strip(" \"'")
        if match["name"] == "link" and words:  # Hexo's: words, then an address
            words, target, _ = re.split(r"((?:https?:/)?/\S*|$)", arguments, maxsplit=1)
            return target, words.strip(" \"'")
        return target, words if match["name"] == "post_link" else ""
    if match := _HUGO.match(tag):
        return match["double"] or match["raw"] or match["bare"] or "", ""
    return "", ""
