"""Parses queries, forms and JSON bodies into declared types, with errors that say what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec
from flask import Request
from werkzeug.datastructures import MultiDict

from api.http.environ import IGNORED
from api.http.request_types import NOTHING, RequestFields, is_date

T = TypeVar("T", bound=RequestFields)
_SHOWN = 100  # characters of a wrong value that an error repeats
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")


class WrongRequestError(Exception):
    """An invalid request; `parameter` names the wrong part, `allowed` says what it must be."""

    def __init__(self, detail: str, *, parameter: str | None = None, allowed: str | None = None) -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.allowed = allowed


class Reader(Generic[T]):
    """Parses requests into one type; errors call its fields `what`."""

    def __init__(self, type: type[T], *, what: str = "parameter") -> None:
        self._type = type
        self._what = what
        self._schemas = schemas_of(type)
        self._fields = {field.encode_name: field for field in msgspec.structs.fields(type)}

    def of_query(self, request: Request) -> T:
        """Read a query.

        Raises:
            WrongRequestError: a parameter is unknown, missing, repeated, or has a wrong value.
        """
        arguments = request.args
        self._require_known_once(arguments)
        return self._read({name: _typed(text, self._schemas[name]) for name, text in arguments.items()}, arguments)

    def of_form(self, request: Request) -> T:
        """Read the fields of an HTML form as texts; empty ones are left out.

        Raises:
            WrongRequestError: a field is unknown, missing or repeated.
        """
        self._require_known_once(request.form)
        filled = {name: text for name, text in request.form.items() if text}
        return self._read(filled, filled)

    def of_json(self, request: Request) -> T:
        """Read a JSON body; if the type allows unknown members, their names are stored in the request's environ.

        Raises:
            WrongRequestError: it is not a JSON object, or a member is unknown, missing, or has a wrong value.
        """
        try:
            values = msgspec.json.decode(request.get_data(cache=False))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise WrongRequestError(f"the body is not valid JSON: {error}") from error
        if not isinstance(values, dict):
            raise WrongRequestError(f"the body must be a JSON object with {self._names()}")
        if self._type.__struct_config__.forbid_unknown_fields:
            for name in values:
                self._require_known(name)
        request.environ[IGNORED] = [name for name in values if name not in self._fields]
        return self._read(values, values)

    def _read(self, values: Mapping[str, object], given: Mapping[str, object]) -> T:
        read: dict[str, Any] = {}
        for name, field in self._fields.items():
            allowed = in_words(self._schemas[name])
            if name not in values:
                if field.required:
                    detail = f"the {self._what} {name!r} is missing; it must be {allowed}"
                    raise WrongRequestError(detail, parameter=name, allowed=allowed)
                continue
            try:
                read[field.name] = msgspec.convert(values[name], field.type)
                dates = _dates_of(self._schemas[name])
                if dates and not (is_date(read[field.name]) or (NOTHING in dates and not read[field.name])):
                    raise msgspec.ValidationError
            except msgspec.ValidationError as error:
                detail = f"the {self._what} {name!r} is {_shown(given[name])}; it must be {allowed}"
                raise WrongRequestError(detail, parameter=name, allowed=allowed) from error
        return self._type(**read)

    def _require_known_once(self, values: MultiDict[str, str]) -> None:
        for name in values:
            self._require_known(name)
            if len(values.getlist(name)) > 1:
                allowed = "given once"
                detail = f"the {self._what} {name!r} is given more than once; it must be {allowed}"
                raise WrongRequestError(detail, parameter=name, allowed=allowed)

    def _require_known(self, name: str) -> None:
        if name not in self._fields:
            allowed = self._names()
            detail = f"there is no {self._what} {_shown(name)} here; there is {allowed}"
            raise WrongRequestError(detail, parameter=name[:_SHOWN], allowed=allowed)

    def _names(self) -> str:
        return ", ".join(self._fields) or "none"


@cache
def schemas_of(type: type[RequestFields]) -> dict[str, dict[str, Any]]:
    """The JSON schema of each field of a type."""
    [_], components = msgspec.json.schema_components([type])
    properties: dict[str, dict[str, Any]] = components[type.__name__]["properties"]
    return properties


def in_words(schema: Mapping[str, Any]) -> str:
    """A JSON schema in words."""
    match schema:
        case {"enum": values}:
            words = f"one of {', '.join(values)}"
        case {"type": "integer", "minimum": least, "maximum": greatest}:
            words = f"a whole number from {least} to {greatest}"
        case {"type": "number", "minimum": least, "maximum": greatest}:
            words = f"a number from {least:g} to {greatest:g}"
        case {"type": "boolean"}:
            words = "true or false"
        case {"pattern": _, "title": title}:
            words = str(title)
        case {"title": title, "anyOf": _} | {"title": title, "type": "array"}:
            words = str(title)
        case {"anyOf": _}:
            words = "a date such as 2019-12-01 or 2019-12-01T09:10:00Z"
        case {"minLength": least, "maxLength": most}:
            words = f"a text of {least} to {most} characters"
        case {"minLength": _}:
            words = "a text that is not empty"
        case _:
            words = "a text"
    return words


def _dates_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The date schemas among the alternatives; empty if the value is not a date."""
    schemas: list[dict[str, Any]] = schema.get("anyOf", [])
    return schemas if any("format" in one for one in schemas) else []


def _typed(text: str, schema: Mapping[str, Any]) -> object:
    """Convert a parameter's text to the type of its schema; if impossible, return the text itself."""
    match schema.get("type"):
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return float(text)
        case "boolean" if text in ("true", "false"):
            return text == "true"
    return text


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
