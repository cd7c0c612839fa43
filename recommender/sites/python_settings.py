"""Reads settings from Python files without executing them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.sites.configuration import MAX_BYTES
from recommender.storage import open_regular_file


def read_python_settings(path: Path, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The names that a Python file assigns at its top level, with their literal values.

    Texts, numbers, lists and mappings count as literals, and so do texts combined from them by `+` or f-strings; tuples
    become lists. A name with any other value, or assigned within a condition, is `None`: unknown rather than unset.

    Args:
        known: names set before, for example by a module that this one imports `*` from.
    """
    settings = dict(known or {})
    try:
        with open_regular_file(path) as stream:
            tree = ast.parse(stream.read(MAX_BYTES))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return settings
    for statement in tree.body:
        value = None
        match statement:
            case ast.Assign([ast.Name()], plain) | ast.AnnAssign(ast.Name(), _, ast.expr() as plain):
                value = _value(plain, settings)
        names = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
        settings |= {node.id: value for node in names if isinstance(node.ctx, ast.Store)}
    return settings


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    value: Any = None
    match node:
        case ast.Constant(str() | bool() | int() | float() as constant):
            value = constant
        case ast.Name(name):
            value = known.get(name)
        case ast.List(items) | ast.Tuple(items) | ast.Set(items):
            value = [_value(item, known) for item in items]
        case ast.Dict(keys, items):
            pairs = ((key and _value(key, known), _value(item, known)) for key, item in zip(keys, items, strict=True))
            value = {key: item for key, item in pairs if isinstance(key, str)}
        case ast.BinOp(left, ast.Add(), right):
            value = _joined([_value(left, known), _value(right, known)])
        case ast.JoinedStr(parts):
            value = _joined([_value(part, known) for part in parts])
        case ast.FormattedValue(inner, -1, None):
            value = _value(inner, known)
    return value


def _joined(parts: list[Any]) -> str | None:
    return "".join(parts) if all(isinstance(part, str) for part in parts) else None
