"""`YamlStyle`: a site's YAML quoting and indentation, and the formatting of lists in that style."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

import yaml

from recommender.articles import DATE_KEYS
from recommender.frontmatter import Value, as_texts
from recommender.sources import LIST_KEYS

_DATES = frozenset(DATE_KEYS)  # left unquoted, as sites write them, although YAML 1.1 parses them as dates
PLAIN_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
# Plain if YAML 1.1 and 1.2 both read the same text back: no leading indicator, no `: ` or ` #` inside, no whitespace at
# either end, and none of the words and numbers that either version gives another type.
_PLAIN = re.compile(r"(?![\s\-?:,\[\]{}#&*!|>'\"%@`=~.+<])(?:[^:#\s]|:(?=\S)|(?<=\S)#|\s(?=\S))+(?<!:)")
_NUMBER_LIKE = re.compile(r"\d[\d_,.:eExXoOa-fA-F+-]*")
_TYPED = re.compile(r"(?:y|n|yes|no|true|false|on|off|null)", re.IGNORECASE)


class ListItem(NamedTuple):
    """An entry or a text, formatted as an item of a list.

    Attributes:
        text: in YAML its lines, the dash in column 0, a line break after every line; in TOML an item of an array.
        value: the parsed item, every scalar as text.
        pairs: in TOML an entry as the lines of a table; empty for a text.
    """

    text: str
    value: Value
    pairs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlStyle:
    """How a site formats lists; the defaults are those of the seed's publication.

    Attributes:
        quoted: keys whose values are always quoted; other values are quoted only if a YAML parser would misread them.
        quote: the quotation mark; a text that it can't hold, such as one with a line break, gets double quotes.
        list_indent: columns from a key to the dashes of its list, 0 or 2.
    """

    quoted: frozenset[str] = frozenset({"title", "excerpt"})
    quote: str = '"'
    list_indent: int = 2

    @classmethod
    def from_front_matters(cls, texts: Iterable[str], *, list_keys: Sequence[str] = LIST_KEYS) -> Self:
        """Learn the style of a site from front matters; the defaults apply where they show no evidence.

        Values in lists of related articles take precedence over those elsewhere in the front matter. Whether a key is
        quoted is judged only by values that need no quotes.
        """
        within, outside = _StyleCounts(), _StyleCounts()
        for text in texts:
            _count_styles(text, within, outside, list_keys)
        quoted = set(cls().quoted)
        for key in within.plain.keys() | within.quoted.keys() | outside.plain.keys() | outside.quoted.keys():
            seen = within if within.plain[key] or within.quoted[key] else outside
            if seen.quoted[key] > seen.plain[key]:
                quoted.add(key)
            elif seen.plain[key] > seen.quoted[key]:
                quoted.discard(key)
        marks, indents = within.marks or outside.marks, within.indents or outside.indents
        return cls(
            quoted=frozenset(quoted),
            quote="'" if marks["'"] > marks['"'] else '"',
            list_indent=0 if indents[0] > indents[2] else 2,
        )

    def format_block(self, items: Iterable[ListItem], *, key: str = "related") -> str:
        """A key with its list: LF line breaks, one line per value."""
        lines = self.format_items(items, column=self.list_indent)
        return f"{key}:\n{lines}" if lines else f"{key}: []\n"

    def format_items(self, items: Iterable[ListItem], *, column: int) -> str:
        """The lines of some items, with their dashes in this column, counted from 0."""
        indent = " " * column
        return "".join(f"{indent}{line}\n" for item in items for line in item.text.split("\n")[:-1])

    def format_entry(self, entry: Mapping[str, object]) -> ListItem:
        """An entry as an item of a list."""
        return ListItem("".join(f"{line}\n" for line in self._item(entry, 0)), as_texts(dict(entry)))

    def format_text(self, text: str, *, key: str) -> ListItem:
        """A text as an item of the list under a key."""
        return ListItem(f"- {self._scalar(key, text)}\n", text)

    def _item(self, item: Mapping[str, object], column: int) -> Iterator[str]:
        lead = " " * column + "- "
        for line in self._mapping(item, column + 2):
            yield lead + line[column + 2 :]
            lead = " " * (column + 2)

    def _mapping(self, values: Mapping[str, object], column: int) -> Iterator[str]:
        indent = " " * column
        for key, value in values.items():
            if isinstance(value, Mapping):
                yield f"{indent}{key}:"
                yield from self._mapping(value, column + 2)
            elif isinstance(value, list):
                yield f"{indent}{key}:"
                for item in value:
                    yield from self._item(item, column + self.list_indent)
            else:
                yield f"{indent}{key}: {self._scalar(key, value)}"

    def _scalar(self, key: str, value: object) -> str:
        text = str(value)
        if key not in self.quoted and (isinstance(value, int | float) or _may_be_plain(key, text)):
            return text
        if self.quote == "'" and not _UNPRINTABLE.search(text):
            return "'{}'".format(text.replace("'", "''"))
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{_UNPRINTABLE.sub(_escape, escaped)}"'


class _StyleCounts:
    """How often each key is plain and quoted, and how often each quotation mark and list indent occurs."""

    def __init__(self) -> None:
        self.plain: Counter[str] = Counter()
        self.quoted: Counter[str] = Counter()
        self.marks: Counter[str] = Counter()
        self.indents: Counter[int] = Counter()

    def count(self, key: yaml.Node, value: yaml.Node) -> None:
        if isinstance(value, yaml.ScalarNode) and isinstance(key, yaml.ScalarNode):
            if value.style in ("'", '"'):
                self.marks[value.style] += 1
            if _may_be_plain(key.value, value.value):
                (self.quoted if value.style in ("'", '"') else self.plain)[key.value] += 1
        elif isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
            self.indents[value.value[0].start_mark.column - 2 - key.start_mark.column] += 1


def _count_styles(text: str, within: _StyleCounts, outside: _StyleCounts, list_keys: Sequence[str]) -> None:
    """Count the styles in one front matter, within its list of related articles and outside of it."""
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return  # reported when the corpus is read
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        counts = within if key.value in list_keys else outside
        if counts is within and isinstance(value, yaml.SequenceNode):
            for item in value.value:
                counts.count(key, item)  # a list of texts
        pending, seen = [(key, value)], set()
        while pending:
            name, node = pending.pop()
            if id(node) in seen:
                continue  # an alias
            seen.add(id(node))
            counts.count(name, node)
            if isinstance(node, yaml.MappingNode):
                pending += node.value
            elif isinstance(node, yaml.SequenceNode):
                pending += [(name, item) for item in node.value if isinstance(item, yaml.CollectionNode)]


def _may_be_plain(key: str, text: str) -> bool:
    """Whether every YAML parser reads the unquoted text back unchanged; for a date, as the same date."""
    if key in _DATES and _is_date(text):
        return True
    misread = (
        not _PLAIN.fullmatch(text)
        or _TYPED.fullmatch(text)
        or _NUMBER_LIKE.fullmatch(text)
        or _TIMESTAMP.fullmatch(text)
    )
    return not misread and not _UNPRINTABLE.search(text)


def _is_date(text: str) -> bool:
    """Whether YAML parsers read it as a date (not for 30 February)."""
    try:
        return PLAIN_DATE.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
