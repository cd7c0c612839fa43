"""JSX in MDX: tags of components, expressions in braces, imports and exports."""

from __future__ import annotations

import re

from recommender.markup.tags.scanner import Replacement

_BRACE = re.compile(r"[{}]")
_TAG_PART = re.compile(r"""[^{}<>"']+|"[^"]*"|'[^']*'""")
_STATEMENT_PART = re.compile(r"\{|\n[ \t]*\n")
_LITERAL = re.compile(r"""\{\s*(?:"([^"]*)"|'([^']*)'|`([^`$]*)`)\s*\}""")
_LINK = re.compile(r"""\s(?:to|href)=(?:"([^"]*)"|'([^']*)'|\{\s*["'`]([^"'`$]*)["'`]\s*\})""")
_ALTERNATIVE = re.compile(r"""\salt=(?:"([^"]*)"|'([^']*)'|\{\s*["'`]([^"'`$]*)["'`]\s*\})""")
_LINK_NAMES = ("a", "A", "Link", "NavLink")


class JsxTags:
    """Reads the JSX of one text: keeps the words between tags; turns links and images' alternative texts into HTML."""

    starts = "[{<]|^(?:import|export)"
    pattern = (
        r"^(?:import[ \t]+(?:[\"'{*]|[\w$][^\n]*?\bfrom\b)"
        r"|export[ \t]+(?:default|const|let|var|async|function|class|[{*]))"
        r"|\{|</?[A-Za-z]|</?>"
    )

    def __init__(self, source: str) -> None:
        self._source = source
        self._closing: dict[int, int] = {}  # where a brace opens -> where it closes
        opened: list[int] = []
        for brace in _BRACE.finditer(source):
            if brace.group() == "{":
                opened.append(brace.start())
            elif opened:
                self._closing[opened.pop()] = brace.start()

    def read(self, opening: str, start: int, _before: str) -> Replacement | None:
        """The replacement: the words of a string in braces, or HTML for tags of links and images."""
        if opening == "{":
            return self._read_expression(start)
        if opening in {"<>", "</>"}:
            return Replacement("", start + len(opening))
        if opening.startswith("<"):
            return self._read_tag(start)
        return Replacement("\n", self._end_of_statement(start))

    def _read_expression(self, start: int) -> Replacement | None:
        closing = self._closing.get(start)
        if closing is None:
            return None
        literal = _LITERAL.fullmatch(self._source, start, closing + 1)
        return Replacement("".join(filter(None, literal.groups())) if literal else "", closing + 1)

    def _read_tag(self, start: int) -> Replacement | None:
        end = self._end_of_tag(start)
        if end is None:
            return None
        tag = self._source[start:end]
        name = re.split(r"[\s/>]", tag.strip("</"), maxsplit=1)[0]
        is_component = not name.islower() or "." in name
        if not is_component and "{" not in tag and name != "a":
            return Replacement(tag, end)
        if name in _LINK_NAMES:
            return Replacement("</a>" if tag[1] == "/" else _write_tag("a", "href", _LINK.search(tag)), end)
        if alternative := _ALTERNATIVE.search(tag):
            return Replacement(_write_tag("img", "alt", alternative), end)
        plain_name = name if re.fullmatch(r"[a-z][a-z0-9]*", name) else ""
        slash = "/" if tag[1] == "/" else ""
        return Replacement(f"<{slash}{plain_name}>" if plain_name and not tag.endswith("/>") else "", end)

    def _end_of_tag(self, start: int) -> int | None:
        """The position after the `>` that ends the tag, outside quotes and braces; `None` if it is not a tag."""
        position = start + 1
        while position < len(self._source):
            if self._source[position] == ">":
                return position + 1
            if part := _TAG_PART.match(self._source, position):
                position = part.end()
            elif self._source[position] == "{" and position in self._closing:
                position = self._closing[position] + 1
            else:
                return None
        return None

    def _end_of_statement(self, start: int) -> int:
        """The start of the next blank line outside braces."""
        position = start
        while part := _STATEMENT_PART.search(self._source, position):
            if part.group() != "{":
                return part.start()
            position = self._closing.get(part.start(), part.start()) + 1
        return len(self._source)


def _write_tag(name: str, attribute: str, found: re.Match[str] | None) -> str:
    value = "".join(filter(None, found.groups())) if found else ""
    return f'<{name} {attribute}="{value.replace(chr(34), "&quot;")}">'
