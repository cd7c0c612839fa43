"""HTML elements, classified by their effect on a page's text."""

from __future__ import annotations

# Their contents are ignored.
DROPPED = frozenset(
    (
        *("head", "title", "script", "style", "template", "noscript"),
        *("audio", "applet", "canvas", "iframe", "math", "noembed", "object", "svg", "video"),
        *("button", "datalist", "option", "select", "textarea"),
        "pre",
    )
)
PAGE_PARTS = frozenset(("footer", "header", "nav"))
ARTICLES = frozenset(("article", "main"))
HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = frozenset(("dl", "ol", "table", "ul"))
# Their tags end a block of text.
BLOCKS = frozenset(
    (
        *("address", "aside", "blockquote", "center", "details", "div", "figure", "form", "p", "section", "summary"),
        *("body", "caption", "dd", "dt", "fieldset", "figcaption", "hgroup", "hr", "html", "legend", "li"),
        *("tbody", "tfoot", "thead", "tr"),
        *PAGE_PARTS,
        *ARTICLES,
        *HEADINGS,
        *LISTS,
    )
)
