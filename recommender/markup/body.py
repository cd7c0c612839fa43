"""The body of an article file as plain text, with its first heading, its excerpt and its links."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from recommender.markup.excerpt import DEFAULT_SEPARATORS, choose_excerpt
from recommender.markup.html_text import read_html
from recommender.markup.markdown import render_markdown
from recommender.markup.plain_text import read_plain_text
from recommender.markup.tags import JsxTags, TemplateTags, remove_line_marks, replace_tags

Markup: TypeAlias = Literal["markdown", "mdx", "html", "text"]

_UNUSABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Body:
    """What a body says.

    `text`: the whole body as plain text, one paragraph, heading, list item or table row a line. It holds the words of
    links, inline code and images' alternative texts; no markup, code blocks, template tags, JSX or bare URLs.
    `heading`: the first heading, if it is of the first level and no prose comes before it; else empty.
    `subheading`: the same of the second level, if none is of the first.
    `excerpt`: what comes before the separator, else the first paragraph that is prose, on one line; it ends with "…"
    where it is cut, at most 600 characters long.
    `links`: the targets of links, in order, each once, as the author wrote them but with percent-encoded blanks and
    non-ASCII characters decoded. A template's reference to a page (`{% post_url 2024-01-05-bees %}`,
    `{{< ref "bees.md" >}}`) is a link to what it names. Places in the page itself (`#top`), `mailto:` and other
    schemes than http(s), and the addresses of images are left out.
    """

    text: str
    heading: str
    excerpt: str
    links: tuple[str, ...]
    subheading: str = ""


def parse_body(
    body: str,
    *,
    markup: Markup,
    separators: Sequence[str] = DEFAULT_SEPARATORS,
    without_links: Collection[str] = (),
) -> Body:
    """Read what follows the front matter of an article file.

    `separators` are the marks that end an excerpt; blanks within them and case don't matter, and of several in the
    body the first counts. The words of `without_links`, given as `Body.links` gives them, are left out.
    """
    source = _UNUSABLE.sub(" ", body.replace("\r\n", "\n").replace("\r", "\n"))
    if markup == "text":
        blocks = read_plain_text(source, separators)
    elif markup == "html":
        html = replace_tags(source, TemplateTags(source), separators, is_markdown=False)
        blocks = read_html(html, is_page=True, without_links=without_links)
    else:
        source = remove_line_marks(source, is_mdx=markup == "mdx")
        reader = JsxTags(source) if markup == "mdx" else TemplateTags(source)
        html = render_markdown(replace_tags(source, reader, separators, is_markdown=True))
        blocks = read_html(html, is_page=False, without_links=without_links)
    first = next((block for block in blocks if block.level or block.is_prose), None)
    level = 0 if first is None or any(0 < block.level < first.level for block in blocks) else first.level
    return Body(
        text="\n".join(block.text for block in blocks if block.text),
        heading=first.text if first is not None and level == 1 else "",
        subheading=first.text if first is not None and level == 2 else "",
        excerpt=choose_excerpt(blocks),
        links=tuple(dict.fromkeys(link for block in blocks for link in block.links)),
    )
