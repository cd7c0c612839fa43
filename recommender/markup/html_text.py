"""HTML to blocks of text, by libxml2 as a stream of events, without building a tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from recommender.markup.block import Block, clean_text, has_words
from recommender.markup.excerpt import SEPARATOR
from recommender.markup.html_elements import ARTICLES, BLOCKS, DROPPED, HEADINGS, LISTS, PAGE_PARTS

if TYPE_CHECKING:
    from lxml import etree

_CHUNK = 8192  # characters
_DEPTH = 256  # open elements at which the parser is restarted, since an end tag may search all open elements

_ENCODED = re.compile(r"(?:%20|%[89A-F][0-9A-F])+", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def read_html(html: str, *, is_page: bool, without_links: Collection[str] = ()) -> list[Block]:
    """The blocks of text in HTML, in order; for a whole page, without navigation, header and footer.

    The words of the links `without_links` are left out.
    """
    target = _BlockTarget(is_page=is_page, without_links=without_links)
    parser = _start(target)
    for start in range(0, len(html), _CHUNK):
        if target.depth > _DEPTH:
            parser.close()
            parser = _start(target)
        parser.feed(html[start : start + _CHUNK].encode())
    parser.close()
    target.end_block()
    return target.blocks


def _start(target: _BlockTarget) -> etree.HTMLParser:
    from lxml import etree

    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    parser.feed(b"<body>")
    return parser


class _BlockTarget:
    """Collects blocks from the parser's events."""

    def __init__(self, *, is_page: bool, without_links: Collection[str]) -> None:
        self.blocks: list[Block] = []
        self.depth = 0
        self._is_page = is_page
        self._without_links = without_links
        self._in_left_out = False  # whether the words of the open link are left out
        self._dropped = 0  # number of open elements whose contents are not text
        self._code: list[str] | None = None  # of the open block of code
        self._in_article = 0
        self._in_lists = 0
        self._level = 0
        self._after_break = False
        self._after_separator = False
        self._words: list[str] = []  # text and the alternative texts of images
        self._texts: list[str] = []  # text only
        self._links: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self._dropped or tag in DROPPED or self._is_page_part(tag):
            if tag == "pre" and not self._dropped:
                self._code = []
            self._dropped += 1
        elif tag in BLOCKS:
            self.end_block()
            self._level = HEADINGS.get(tag, 0)
            self._in_lists += tag in LISTS
            self._in_article += tag in ARTICLES
        elif tag == "a":
            self._add_link(attributes.get("href"))
        elif tag == "img":
            self._words.append(" " if self._in_left_out else f" {attributes.get('alt') or ''} ")
        elif tag == "br":
            if self._after_break:
                self.end_block()
            self._words.append(" ")
            self._after_break = True
        elif tag in {"td", "th"}:
            self._words.append(" ")

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self._dropped:
            self._dropped -= 1
            if not self._dropped and self._code is not None:
                self.blocks.append(Block("".join(self._code), is_code=True))
                self._code = None
        elif tag == "a":
            self._in_left_out = False
        elif tag in BLOCKS:
            self.end_block()
            self._level = 0
            self._in_lists -= tag in LISTS
            self._in_article -= tag in ARTICLES

    def data(self, text: str) -> None:
        if not self._dropped:
            self._after_break = self._after_break and text.isspace()
            text = " " if self._in_left_out else text
            self._words.append(text)
            self._texts.append(text)
        elif self._code is not None:
            self._code.append(text)

    def comment(self, text: str) -> None:
        if not self._after_separator and f"<!--{text}-->" == SEPARATOR:
            self.end_block()
            self._after_separator = True

    def close(self) -> None:
        """End of a stream; the blocks are kept."""

    def end_block(self) -> None:
        if not self._words and not self._links:
            return
        text = clean_text("".join(self._words))
        if text or self._links:
            says_something = has_words(
                text if len(self._texts) == len(self._words) else clean_text("".join(self._texts))
            )
            self.blocks.append(
                Block(
                    text,
                    tuple(self._links),
                    level=self._level,
                    is_prose=says_something and not self._level and not self._in_lists,
                    is_list_item=says_something and self._in_lists > 0,
                    follows_separator=self._after_separator,
                )
            )
        self._words, self._texts, self._links, self._after_break = [], [], [], False

    def _is_page_part(self, tag: str) -> bool:
        return self._is_page and tag in PAGE_PARTS and not (tag == "header" and self._in_article)

    def _add_link(self, address: str | None) -> None:
        address = (address or "").strip()
        if address and not address.startswith("#") and not _OTHER_SCHEME.match(address):
            link = _ENCODED.sub(lambda encoded: unquote(encoded.group()), address)
            self._links.append(link)
            self._in_left_out = link in self._without_links
