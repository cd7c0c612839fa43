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

_WORD = re.compile(r"[^\W_]+")
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Body:
    """The contents of a body.

    Attributes:
        text: the whole body as plain text, one line per paragraph, heading, list item or table row. It includes the
            words of links, inline code and images' alternative texts, but no markup, code blocks, template tags, JSX or
            bare URLs.
        heading: the first heading, if it is of level 1 and no prose comes before it; else empty.
        excerpt: the text before the separator, else the first paragraph of prose, on one line, at most 600 characters
            long; it ends with "…" if it was cut.
        links: the targets of links, in order, without repetition, as the author wrote them, but with percent-encoded
            blanks and non-ASCII characters decoded. A template's reference to a page (`{% post_url 2024-01-05-bees %}`,
            `{{< ref "bees.md" >}}`) counts as a link to that page. Anchors within the page (`#top`), schemes other than
            http(s), such as `mailto:`, and addresses of images are left out.
        subheading: like `heading` for level 2, if there is no heading of level 1.
        code_words: the distinct words of its code blocks, in lower case and in order, as one text.
    """

    text: str = ""
    heading: str = ""
    excerpt: str = ""
    links: tuple[str, ...] = ()
    subheading: str = ""
    code_words: str = ""

    @property
    def text_and_code(self) -> str:
        """The text, then each word of the code once: how often code repeats a name says little."""
        return "\n".join(filter(None, (self.text, self.code_words)))


def parse_body(
    body: str, *, markup: Markup, separators: Sequence[str] = DEFAULT_SEPARATORS, without_links: Collection[str] = ()
) -> Body:
    """Parse the body of an article file, after its front matter.

    Args:
        separators: the marks that end an excerpt; case and blanks within them are ignored, and the first in the body
            counts.
        without_links: links, in the form of `Body.links`, whose words are left out.
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
    code = "\n".join(block.text for block in blocks if block.is_code)
    return Body(
        text="\n".join(block.text for block in blocks if block.text and not block.is_code),
        heading=first.text if first is not None and level == 1 else "",
        subheading=first.text if first is not None and level == 2 else "",
        excerpt=choose_excerpt(blocks),
        links=tuple(dict.fromkeys(link for block in blocks for link in block.links)),
        code_words=" ".join(dict.fromkeys(_WORD.findall(code.lower()))),
    )
