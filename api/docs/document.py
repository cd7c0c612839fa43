"""The OpenAPI 3.1 document, generated from the declared operations, their types and their examples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib.metadata import version as installed_version
from typing import Any

import msgspec
import yaml

from api.docs.code_samples import code_samples
from api.http import FORM, JSON, Operation, ProblemDetails, RelatedEntry, schemas_of

_PROBLEM = "application/problem+json"
_HEADERS = {
    "ETag": "Strong: it changes with the model, the request and the compression.",
    "Cache-Control": "How long a cache may reuse the answer, and how much longer while it revalidates.",
}
_GROUPS = {
    "articles": "The related list of an article, of several, or of a draft, and the articles themselves.",
    "box": "A list as HTML, and the script that puts it into a page.",
    "live articles": "Adding and withdrawing articles while the server runs, with its token.",
    "operations": "The server itself, for monitoring and for clients.",
    "store": "Look-ups that are answered from Redis, without a model.",
}
_ENTRY = {
    "title": "Port Ansel to dim its street lamps for the comet",
    "excerpt": "For three nights the harbour will be dark.",
    "publishedDateTime": "2024-04-18T09:00:00Z",
    "sourceUrl": "https://harbour-post.example/2024/04/street-lamps",
    "type": "article",
    "provider": {"name": "Harbour Post", "domain": "harbour-post.example"},
    "images": [{"url": "https://images.harbour-post.example/lamps.jpg", "width": 700, "height": 465}],
}


@cache
def openapi_document(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """The document of some operations; it is the same on every server of this version that has them."""
    operations = tuple(operation for operation in operations if operation.described)
    types = [type for operation in operations for type in _types(operation.response)]
    types += [type for operation in operations for type in (operation.body, operation.form) if type]
    _, components = msgspec.json.schema_components([*types, ProblemDetails], ref_template="#/components/schemas/{name}")
    if RelatedEntry.__name__ in components:
        components[RelatedEntry.__name__]["examples"] = [_ENTRY]
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    groups = dict.fromkeys(operation.group for operation in operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Related articles",
            "version": installed_version("related-articles"),
            "description": "Which articles of a site belong together, in the shape of its `related` field.",
        },
        "servers": [{"url": "/", "description": "This server"}],
        "tags": [{"name": name, "description": _GROUPS[name]} for name in groups],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "The answer", "content": _content(operation.response)}
    responses: dict[str, Any] = {"200": answer, **{str(status): _problem(status) for status in operation.statuses}}
    if operation.cacheable:
        answer["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
        }
        responses["304"] = {"description": "Not modified: the cached copy that If-None-Match names is current"}
    if operation.creates:
        responses["201"] = {**answer, "description": "The answer, if the article was unknown before"}
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "parameters": [*_in_path(operation), *_in_query(operation)],
        "responses": dict(sorted(responses.items())),
        "x-codeSamples": code_samples(operation),
    }
    if operation.needs_token:
        described["security"] = [{"token": []}]
    if body := _body(operation):
        described["requestBody"] = {"required": True, "content": body}
    return described


def _body(operation: Operation) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if operation.body:
        body |= _content(operation.body)
    if operation.form:
        body |= _content(operation.form, media_type=FORM)
    for media_type in operation.media_types:
        body |= _content(media_type)
    if operation.example.body is not None:
        for media_type, content in body.items():
            content["example"] = operation.example.body if media_type == JSON else _file_of(operation.example.body)
    return body


def _file_of(fields: Mapping[str, object]) -> str:
    """A front-matter file with these fields."""
    return f"---\n{yaml.safe_dump(dict(fields), sort_keys=False, allow_unicode=True, width=200)}---\n"


def _types(response: type | str | tuple[type, ...]) -> tuple[type, ...]:
    return () if isinstance(response, str) else response if isinstance(response, tuple) else (response,)


def _content(type: type | str | tuple[type, ...], *, media_type: str = JSON) -> dict[str, Any]:
    if isinstance(type, str):
        return {type: {"schema": {"type": "object" if type.endswith("json") else "string"}}}
    schemas = [{"$ref": f"#/components/schemas/{one.__name__}"} for one in _types(type)]
    return {media_type: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {"description": HTTPStatus(status).phrase, "content": {_PROBLEM: {"schema": schema}}}


def _in_path(operation: Operation) -> list[dict[str, Any]]:
    if "{id}" not in operation.path:
        return []
    return [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "The article's ID",
            "schema": {"type": "string", "minLength": 1},
            "example": operation.example.id,
        }
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    required = {field.encode_name for field in msgspec.structs.fields(operation.query) if field.required}
    parameters = []
    for name, declared in schemas_of(operation.query).items():
        schema = dict(declared)
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": name in required}
        parameter["description"] = schema.pop("description", "")
        if text := operation.example.query.get(name):
            parameter["example"] = int(text) if schema.get("type") == "integer" else text
        parameters.append({**parameter, "schema": schema})
    return parameters
