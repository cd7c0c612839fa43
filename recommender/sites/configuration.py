"""Reads configuration files of sites in YAML, TOML and JSON; code is never executed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from recommender.storage import open_regular_file

MAX_BYTES = 1 << 20
_FRONT_MATTER = re.compile(
    r"\ufeff?(?P<fence>---|\+\+\+)[ \t]*\n(?P<text>.*?)^(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE
)

Configuration = Mapping[str, Any]


def read_configuration(path: Path, *, lower_keys: bool = False) -> dict[str, Any] | None:
    """The values of a configuration file; `None` if it does not exist or can't be read.

    Args:
        lower_keys: whether keys are converted to lower case at all depths, for generators that ignore their case.
    """
    text = read_text(path)
    try:
        values = _PARSERS[path.suffix](text) if text else None
        values = _with_lower_keys(values, {}) if lower_keys else values
    except (ValueError, KeyError, yaml.YAMLError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def read_text(path: Path) -> str:
    """The text of a file; empty if it does not exist or can't be read."""
    try:
        with open_regular_file(path) as stream:
            return stream.read(MAX_BYTES).decode()
    except (OSError, ValueError):
        return ""


def read_front_matter(path: Path) -> dict[str, Any]:
    """The front matter (YAML or TOML) of a page whose values apply to other pages; empty if unreadable."""
    found = _FRONT_MATTER.match(read_text(path))
    try:
        values = _PARSERS[{"---": ".yaml", "+++": ".toml"}[found["fence"]]](found["text"]) if found else None
    except (ValueError, yaml.YAMLError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def find_file(root: Path, names: Iterable[str]) -> Path | None:
    """The first of some files that exists in a folder."""
    return next((root / name for name in names if (root / name).is_file()), None)


def text_in(values: object, *keys: str) -> str:
    """The text at a path of keys, or an empty one."""
    found = _find(values, keys)
    return found if isinstance(found, str) else ""


def texts_in(values: object, *keys: str) -> tuple[str, ...]:
    """The texts of a list at a path of keys, a single text counting as a list of one."""
    found = _find(values, keys)
    return (
        (found,) if isinstance(found, str) else tuple(text for text in list_in(values, *keys) if isinstance(text, str))
    )


def list_in(values: object, *keys: str) -> list[Any]:
    """The list at a path of keys, or an empty one."""
    found = _find(values, keys)
    return found if isinstance(found, list) else []


def mapping_in(values: object, *keys: str) -> dict[str, Any]:
    """The mapping at a path of keys, or an empty one, without keys that are not texts."""
    found = _find(values, keys)
    return {key: item for key, item in found.items() if isinstance(key, str)} if isinstance(found, Mapping) else {}


def flag_in(values: object, *keys: str) -> bool | None:
    """The boolean at a path of keys, possibly written as text; `None` if there is none."""
    found = _find(values, keys)
    return {"true": True, "false": False}.get(str(found).lower()) if isinstance(found, bool | str) else None


def _find(values: object, keys: Iterable[str]) -> object:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def depends_on(root: Path, *packages: str) -> str | None:
    """The first of some npm packages that the folder's `package.json` depends on, if any."""
    values = read_configuration(root / "package.json") or {}
    named: set[str] = set()
    for key in ("dependencies", "devDependencies"):
        if isinstance(values.get(key), Mapping):
            named |= values[key].keys()
    return next((package for package in packages if package in named), None)


def merge(base: Configuration, over: Configuration) -> dict[str, Any]:
    """Merge two configurations: mappings are merged recursively, other values of the second override the first's."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _with_lower_keys(value: Any, done: dict[int, Any]) -> Any:
    # Values repeated by YAML aliases are converted once.
    if id(value) in done:
        return done[id(value)]
    made = value
    if isinstance(value, Mapping):
        # YAML parses the language code `no` as false.
        named = ((("no" if key is False else str(key)).lower(), item) for key, item in value.items())
        made = {key: _with_lower_keys(item, done) for key, item in named}
    elif isinstance(value, list):
        made = [_with_lower_keys(item, done) for item in value]
    done[id(value)] = made
    return made


class _Loader(yaml.CSafeLoader):
    """A loader that ignores unknown tags, such as `!ENV` and `!!python/name:…`, and keeps the tagged value."""


def _untagged(loader: _Loader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else None


_Loader.add_multi_constructor("!", _untagged)
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _untagged)


def _read_yaml(text: str) -> object:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - it creates no other objects than CSafeLoader


_PARSERS: dict[str, Callable[[str], object]] = {
    ".yml": _read_yaml,
    ".yaml": _read_yaml,
    ".toml": tomllib.loads,
    ".json": json.loads,
}
