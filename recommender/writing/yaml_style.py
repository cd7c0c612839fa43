"""The style a site writes in: which values it quotes, and how; and a `related` block written in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

import yaml

from recommender.sources import Value

RELATED = "related"
_DATES = frozenset({"publishedDateTime"})  # typed by YAML 1.1, and yet plain: the site writes them so
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
# Plain where YAML 1.1 and 1.2 both read the same text back: no indicator in front, no `: ` or ` #` within, no blank at
# an end, and not one of the words and numbers that either version would give another type.
_PLAIN = re.compile(r"(?![\s\-?:,\[\]{}#&*!|>'\"%@`=~.+<])(?:[^:#\s]|:(?=\S)|(?<=\S)#|\s(?=\S))+(?<!:)")
_NUMBER_LIKE = re.compile(r"\d[\d_,.:eExXoOa-fA-F+-]*")
_TYPED = re.compile(r"(?:y|n|yes|no|true|false|on|off|null)", re.IGNORECASE)


class YamlItem(NamedTuple):
    """An entry as a style writes it.

    Attributes:
        lines: its text, the dash in column 0, a line break after every line.
        value: what a front matter gives back for it: every scalar a text.
    """

    lines: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlStyle:
    """How a site writes lists; the defaults are those of the seed's publication.

    Attributes:
        quoted: the keys whose values stand in quotes always; others do where any YAML parser would misread them.
        quote: the quotation mark; what it can't hold, such as a line break, is in double quotes.
        dash: how many columns the dashes of a list stand to the right of its key, 0 or 2.
    """

    quoted: frozenset[str] = frozenset({"title", "excerpt"})
    quote: str = '"'
    dash: int = 2

    @classmethod
    def from_front_matters(cls, texts: Iterable[str]) -> Self:
        """Learn the style of a site from front matters; what they say nothing of is as in the defaults.

        A key's own values in `related` lists count, and where there are none, those of the articles themselves. Only
        values that could as well be plain tell whether a key is quoted.
        """
        within, outside = _Habits(), _Habits()
        for text in texts:
            _watch(text, within, outside)
        quoted = set(cls().quoted)
        for key in within.plain.keys() | within.quoted.keys() | outside.plain.keys() | outside.quoted.keys():
            seen = within if within.plain[key] or within.quoted[key] else outside
            if seen.quoted[key] > seen.plain[key]:
                quoted.add(key)
            elif seen.plain[key] > seen.quoted[key]:
                quoted.discard(key)
        marks, dashes = within.marks or outside.marks, within.dashes or outside.dashes
        return cls(
            quoted=frozenset(quoted),
            quote="'" if marks["'"] > marks['"'] else '"',
            dash=0 if dashes[0] > dashes[2] else 2,
        )

    def format_block(self, items: Iterable[YamlItem]) -> str:
        """A whole `related` block: LF line breaks, one line a value."""
        lines = self.format_items(items, column=self.dash)
        return f"{RELATED}:\n{lines}" if lines else f"{RELATED}: []\n"

    def format_items(self, items: Iterable[YamlItem], *, column: int) -> str:
        """The lines of some items, their dashes in a column counted from 0."""
        indent = " " * column
        return "".join(f"{indent}{line}\n" for item in items for line in item.lines.split("\n")[:-1])

    def format_entry(self, entry: Mapping[str, object]) -> YamlItem:
        """An entry as an item of a list."""
        return YamlItem("".join(f"{line}\n" for line in self._item(entry, 0)), _as_value(entry))

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
                    yield from self._item(item, column + self.dash)
            else:
                yield f"{indent}{key}: {self._scalar(key, value)}"

    def _scalar(self, key: str, value: object) -> str:
        text = str(value)
        if key not in self.quoted and (isinstance(value, int) or _may_be_plain(key, text)):
            return text
        if self.quote == "'" and not _UNPRINTABLE.search(text):
            return "'{}'".format(text.replace("'", "''"))
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{_UNPRINTABLE.sub(_escape, escaped)}"'


class _Habits:
    """How often each key was seen plain and quoted, with which mark, and the dashes of lists at which indent."""

    def __init__(self) -> None:
        self.plain: Counter[str] = Counter()
        self.quoted: Counter[str] = Counter()
        self.marks: Counter[str] = Counter()
        self.dashes: Counter[int] = Counter()

    def note(self, key: yaml.Node, value: yaml.Node) -> None:
        if isinstance(value, yaml.ScalarNode) and isinstance(key, yaml.ScalarNode):
            if value.style in ("'", '"'):
                self.marks[value.style] += 1
            if _may_be_plain(key.value, value.value):
                (self.quoted if value.style in ("'", '"') else self.plain)[key.value] += 1
        elif isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
            self.dashes[value.value[0].start_mark.column - 2 - key.start_mark.column] += 1


def _watch(text: str, within: _Habits, outside: _Habits) -> None:
    """Count what one front matter shows, within its `related` list and outside of it."""
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return  # its file is named where the corpus is read
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        habits = within if key.value == RELATED else outside
        waiting, met = [(key, value)], set()
        while waiting:
            name, node = waiting.pop()
            if id(node) in met:
                continue  # an alias
            met.add(id(node))
            habits.note(name, node)
            if isinstance(node, yaml.MappingNode):
                waiting += node.value
            elif isinstance(node, yaml.SequenceNode):
                waiting += [(name, item) for item in node.value if isinstance(item, yaml.CollectionNode)]


def _as_value(of: object) -> Value:
    if isinstance(of, Mapping):
        return {key: _as_value(inner) for key, inner in of.items()}
    return [_as_value(inner) for inner in of] if isinstance(of, list) else str(of)


def _may_be_plain(key: str, text: str) -> bool:
    """Whether any YAML parser reads it back as the same text without quotes; of a date, as the same date."""
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
    """Whether YAML's readers make a date of it; they stop at 30 February."""
    try:
        return _DATE.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
