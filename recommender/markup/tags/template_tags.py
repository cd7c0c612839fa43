"""Tags of Liquid (Jekyll, Eleventy), Nunjucks, Hexo, Hugo, Zola, kramdown, Svelte, and of ERB and EJS."""

from __future__ import annotations

import re

from recommender.markup.tags.page_references import write_reference
from recommender.markup.tags.scanner import Replacement

_LONGEST = 4000  # characters of a tag
_CLOSERS = {"{%": "%}", "{{<": ">}}", "{{%": "%}}", "{{": "}}", "{#": "#}", "{::": "}", "<%": "%>"}
_SVELTE = re.compile(
    r"\{(?:[#:/](?:if|else|each|await|then|catch|key|snippet)|@(?:html|const|render|debug))\b[^{}\n]*\}"
)
# Paired tags whose contents are removed.
_CODE = r"(?P<name>code|codeblock|comment|css|highlight|javascript|math|mermaid|plantuml|prism|script|style)(?![\w-])"
_LIQUID_CODE = re.compile(rf"\{{%-?\s*{_CODE}")
_HUGO_CODE = re.compile(rf"\{{\{{[<%]\s*{_CODE}")


class TemplateTags:
    """Reads the template tags of one text: keeps the contents of paired tags, except those of comments and code."""

    starts = "[{<]"
    pattern = r"\{%|\{\{[<%]?|\{::|\{[#:/@]|<%"

    def __init__(self, source: str) -> None:
        self._source = source
        self._next: dict[str, tuple[int, int]] = {}  # mark or pattern -> its next known occurrence

    def read(self, opening: str, start: int, before: str) -> Replacement | None:
        """The replacement: nothing, or for a reference to a page a link (an address if one is expected there)."""
        if svelte := _SVELTE.match(self._source, start):
            return Replacement("", svelte.end())
        if opening not in _CLOSERS:
            return None
        end = self._find(re.escape(_CLOSERS[opening]), start + len(opening))
        if end is None or end - start > _LONGEST:
            return None
        tag = self._source[start:end]
        if closing := _closing_tag(tag):
            return Replacement("", self._find(closing, end) or end)
        return Replacement(write_reference(tag, before), end)

    def _find(self, pattern: str, start: int) -> int | None:
        """The end of the next match, cached so that many calls read the text only once."""
        found = self._next.get(pattern)
        if found is None or found[0] < start:
            match = re.compile(pattern).search(self._source, start)
            found = match.span() if match else (len(self._source) + 1, -1)
            self._next[pattern] = found
        return found[1] if found[1] >= 0 else None


def _closing_tag(tag: str) -> str | None:
    """The pattern of the matching closing tag, if the contents of this tag are to be removed."""
    if match := _LIQUID_CODE.match(tag):
        return rf"\{{%-?\s*end_?{match['name']}\s*-?%\}}"
    if (match := _HUGO_CODE.match(tag)) and not tag.endswith(("/>}}", "/%}}")):
        return rf"\{{\{{[<%]\s*/\s*{match['name']}\s*[>%]\}}\}}"
    return r"\{:/(?:comment)?\}" if tag.startswith("{::comment") else None
