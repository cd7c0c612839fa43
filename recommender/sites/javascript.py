"""Reads literals from configurations in JavaScript or TypeScript, without executing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from recommender.sites.configuration import read_text

UNREAD: Final = object()
"""A placeholder for a value that is not a literal."""

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*(?:.*?\*/|.*)
    |(?P<text>'(?:\\.|[^'\\\n])*+'?|"(?:\\.|[^"\\\n])*+"?|`(?:\\.|[^`\\])*+`?)
    |(?P<regex>/(?:\\.|\[(?:\\.|[^\]\\\n]){0,200}\]|[^/\\\n\[]){1,200}/[a-z]*)
    |(?P<word>[\w$]+(?:\.[\w$]+)*)
    |(?P<sign>\.\.\.|=>|.)""",
    re.X | re.S,
)
_BEFORE_REGEX = set("(,=:[!&|?{};") | {"=>", "return"}
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
_PLACEHOLDER = re.compile(r"\$\{([\w$\s]+)\}")
_ESCAPE = re.compile(r"\\(u\{?([0-9A-Fa-f]+)\}?|.)", re.S)
_DECLARATIONS = ("const", "let", "var")
_MAX_DEPTH = 50
_MAX_STARTS = 50


class Call(NamedTuple):
    """A call with its arguments, such as `glob({ base: './posts' })`."""

    name: str
    arguments: list[Any]


def read_javascript(path: Path, constant: str | None = None, *, keys: Iterable[str] = ()) -> dict[str, Any] | None:
    """The object that a configuration exports, with `UNREAD` in place of values that are not literals.

    `None` if there is no such file or it contains no such object.

    Args:
        constant: the name of the constant that holds it, if it is not the module's only export.
        keys: keys of which it has at least one, to tell it from other objects that functions return.
    """
    code = read_text(path)
    return parse_exported(code, keys=keys) if constant is None else parse_constant(code, constant)


def parse_exported(code: str, *, keys: Iterable[str] = ()) -> dict[str, Any] | None:
    """The same as `read_javascript`, for a file's text."""
    reader = _Reader(list(_tokens(code)))
    before = (("export", "default"), ("module.exports", "="), ("return",))
    starts = [start for signs in before for start in reader.after(*signs)]
    for start in starts[:_MAX_STARTS]:
        value = reader.value_from(start)
        # Functions that extend a configuration take it as their first argument: `withMermaid({…})`.
        while isinstance(value, Call):
            value = value.arguments[0] if value.arguments else None
        if isinstance(value, dict) and (not keys or not value.keys().isdisjoint(keys)):
            return value
    return None


def parse_constant(code: str, name: str) -> dict[str, Any] | None:
    """The object that a module assigns to a constant."""
    value = _Reader(list(_tokens(code))).constant(name)
    return value if isinstance(value, dict) else None


class _Reader:
    """Parses values from tokens, which are pairs of kind and text."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._declared = {
            name: at + 2 for at, ((_, word), (_, name)) in enumerate(pairwise(tokens)) if word in _DECLARATIONS
        }
        self._constants: dict[str, Any] = {}

    def after(self, *signs: str) -> list[int]:
        """The positions after each occurrence of a sequence of tokens."""
        texts = [text for _, text in self._tokens]
        length = len(signs)
        return [at + length for at in range(len(texts)) if tuple(texts[at : at + length]) == signs]

    def value_from(self, start: int) -> Any:
        """The value of the expression at a position."""
        self._at = start
        return self._value()

    def _value(self) -> Any:
        self._depth += 1
        value = self._operand() if self._depth <= _MAX_DEPTH else UNREAD
        self._depth -= 1
        if self._peek() in ("satisfies", "as"):
            self._skip()
        # An operand of a call, operator or member access is not a literal.
        if self._peek() not in (",", "}", "]", ")", ";", "") and not self._begins_statement():
            self._skip()
            return UNREAD
        return value

    def _operand(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return self._template(text) if text[0] == "`" else _unquoted(text)
        if text == "{":
            return self._object()
        if text == "[":
            return self._items("]")
        if text == "(":
            inner = self._items(")")
            return inner[0] if len(inner) == 1 and self._peek() != "=>" else UNREAD
        return self._word(text) if kind == "word" else UNREAD

    def _word(self, text: str) -> Any:
        if self._peek() != "(":
            return _WORDS[text] if text in _WORDS else self.constant(text)
        self._next()
        arguments = self._items(")")
        # `defineConfig({…})` and the like return their argument.
        return arguments[0] if arguments and text.startswith("define") else Call(text, arguments)

    def _template(self, text: str) -> Any:
        names = _PLACEHOLDER.findall(text)
        values = {name: self.constant(name.strip()) for name in names}
        if "${" in _PLACEHOLDER.sub("", text) or not all(isinstance(value, str) for value in values.values()):
            return UNREAD
        return _PLACEHOLDER.sub(lambda match: values[match[1]], _unquoted(text))

    def _object(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while (key := self._next())[1] not in ("}", ""):
            name = _unquoted(key[1]) if key[0] == "text" else key[1]
            if self._peek() == ":":
                self._next()
                values[name] = self._value()
            elif self._peek() in (",", "}"):
                values[name] = self.constant(name)
            else:
                # A method, a spread object, or a computed key.
                if self._peek() == "(":
                    values[name] = UNREAD
                elif name in ("async", "get"):
                    values[self._peek()] = UNREAD
                if key[1] in _CLOSING:
                    self._at -= 1
                self._skip(stop=(",", "}"))
            if self._peek() == ",":
                self._next()
        return values

    def _items(self, end: str) -> list[Any]:
        values = []
        while self._peek() not in (end, ""):
            before = self._at
            values.append(self._value())
            if self._peek() == "," or self._at == before:
                self._next()
        self._next()
        return values

    def constant(self, name: str) -> Any:
        """The value of `const name = …` or `const name: Type = …`."""
        if name not in self._constants:
            self._constants[name] = UNREAD  # while its own value is being parsed
            back, self._at = self._at, self._declared.get(name, len(self._tokens))
            self._skip(stop=("=", ";"))
            if self._next() == ("sign", "="):
                self._constants[name] = self._value()
            self._at = back
        return self._constants[name]

    def _skip(self, *, stop: tuple[str, ...] = (",", "}", "]", ")", ";")) -> None:
        """Skip tokens up to one that ends the expression; brackets are skipped as a whole."""
        open_brackets: list[str] = []
        while text := self._peek():
            if not open_brackets and text in stop:
                return
            self._next()
            if text in _CLOSING:
                open_brackets.append(_CLOSING[text])
            elif open_brackets and text == open_brackets[-1]:
                open_brackets.pop()

    def _begins_statement(self) -> bool:
        """Whether a new statement follows a value, since semicolons are optional."""
        return self._peek() in (*_DECLARATIONS, "export", "module.exports", "function", "import")

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        self._at += 1
        return token


def _tokens(code: str) -> Iterator[tuple[str, str]]:
    before = ";"
    at = 0
    while at < len(code):
        match = _TOKEN.match(code, at)
        if match is not None and match.lastgroup == "regex" and before not in _BEFORE_REGEX:
            match = None
        if match is None:
            yield "sign", code[at]
            before, at = code[at], at + 1
            continue
        at = match.end()
        if match.lastgroup is not None:
            before = match[0]
            yield match.lastgroup, before


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    if match[2]:
        return chr(min(int(match[2], 16), 0x10FFFF))
    return {"n": "\n", "t": "\t"}.get(match[1], match[1])
