"""Lists formatted as TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence

from recommender.articles import DATE_KEYS
from recommender.frontmatter import TomlLayout, as_texts
from recommender.writing.yaml_style import PLAIN_DATE, ListItem

_LINE_LENGTH = 100  # maximum for an array of texts on one line
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'[\x00-\x08\x0a-\x1f"\\\x7f]')


def format_toml_entry(entry: Mapping[str, object]) -> ListItem:
    """An entry as an item of a list."""
    pairs = [f"{_format_key(key)} = {_format(key, value)}" for key, value in entry.items()]
    return ListItem(f"{{ {', '.join(pairs)} }}", as_texts(dict(entry)), "".join(f"{pair}\n" for pair in pairs))


def format_toml_text(text: str) -> ListItem:
    """A text as an item of a list."""
    return ListItem(_format("", text), text)


def put_into_toml(layout: TomlLayout, items: Sequence[ListItem], *, kept: int) -> str:
    """The text of a front matter with these items after the first `kept` items of its list."""
    has_tables = all(item.pairs for item in items)
    if layout.array is None and has_tables:
        return layout.with_tables([item.pairs for item in items], kept=kept)
    texts = [item.text for item in items]
    one_a_line = has_tables or len("".join(texts)) > _LINE_LENGTH
    return layout.with_array(texts, kept=kept, one_a_line=one_a_line)


def _format(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_format_key(name)} = {_format(name, inner)}' for name, inner in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(_format(key, inner) for inner in value)}]"
    if isinstance(value, int | float) or (key in DATE_KEYS and _is_date(str(value))):
        return str(value)
    return f'"{_ESCAPED.sub(_escape, str(value))}"'


def _is_date(text: str) -> bool:
    """Whether TOML parses it as a date that formats back to the same text."""
    if not PLAIN_DATE.fullmatch(text):
        return False
    try:
        return as_texts(tomllib.loads(f"date = {text}")["date"]) == text
    except ValueError:
        return False


def _format_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else f'"{_ESCAPED.sub(_escape, key)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04x}"
