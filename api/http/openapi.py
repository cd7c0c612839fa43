"""The OpenAPI 3.1 document, made of the declared types and a line for each operation."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from importlib.metadata import version as installed_version
from typing import Any, NamedTuple

import msgspec

from api.http.parameters import schemas_of
from api.http.schemas import (
    AliveSchema,
    ArticleSchema,
    ArticlesSchema,
    DraftBody,
    DraftForm,
    ExploreQuery,
    FragmentQuery,
    HomeQuery,
    ListOptions,
    LookUpByUrlQuery,
    LookUpQuery,
    NoParameters,
    PostedSchema,
    ProblemSchema,
    ReadySchema,
    RelatedSchema,
    RequestSchema,
    SearchQuery,
    SuggestionsSchema,
    WithdrawnSchema,
)

_PROBLEM = "application/problem+json"
_HEADERS = {
    "ETag": "Strong: it changes with the model, the request and the compression.",
    "Cache-Control": "How long the answer may be given again, and for how long after that while asking anew.",
}


class Operation(NamedTuple):
    """One thing to ask for.

    Attributes:
        answer: the type of the answer, or its media type where it is no JSON.
        body: the type of what is sent, or its media type where it is no JSON.
        kept: whether caches may keep the answer.
        token: whether it needs the server's token.
        form: whether the body is that of an HTML form, and not JSON.
    """

    name: str
    method: str
    path: str
    summary: str
    answer: type | str
    query: type[RequestSchema] = NoParameters
    body: type[RequestSchema] | str | None = None
    problems: tuple[int, ...] = (400,)
    kept: bool = False
    token: bool = False
    form: bool = False


OPERATIONS = (
    Operation(
        "related",
        "get",
        "/articles/{id}/related",
        "The related articles of one, by its ID",
        RelatedSchema,
        LookUpQuery,
        problems=(400, 404),
        kept=True,
    ),
    Operation(
        "fragment",
        "get",
        "/articles/{id}/related.html",
        "The same list as part of a page, for sites without scripts; empty where there is none",
        "text/html",
        FragmentQuery,
        problems=(400, 404),
        kept=True,
    ),
    Operation(
        "related_by_url",
        "get",
        "/related",
        "The same by its address",
        RelatedSchema,
        LookUpByUrlQuery,
        problems=(400, 404),
        kept=True,
    ),
    Operation(
        "related_to_draft",
        "post",
        "/related",
        "The related articles of one that is still being written",
        SuggestionsSchema,
        ListOptions,
        DraftBody,
        problems=(400, 413, 415),
    ),
    Operation("article", "get", "/articles/{id}", "One article", ArticleSchema, problems=(400, 404), kept=True),
    Operation("articles", "get", "/articles", "A search of the titles", ArticlesSchema, SearchQuery, kept=True),
    Operation(
        "post_article",
        "post",
        "/articles",
        "Take in an article, or its next state, while the server runs",
        PostedSchema,
        body="text/markdown",
        problems=(400, 401, 403, 413, 415, 422, 507),
        token=True,
    ),
    Operation(
        "withdraw_article",
        "delete",
        "/articles/{id}",
        "Take an article away until it is posted again",
        WithdrawnSchema,
        problems=(400, 401, 403, 404, 507),
        token=True,
    ),
    Operation("home", "get", "/", "The explorer: the newest articles, or what a search finds", "text/html", HomeQuery),
    Operation(
        "explore",
        "get",
        "/explore",
        "One article in the explorer: its lists, and why",
        "text/html",
        ExploreQuery,
        problems=(400, 404),
    ),
    Operation("draft", "get", "/draft", "The explorer's form for a text that is still being written", "text/html"),
    Operation(
        "suggest",
        "post",
        "/draft",
        "The same with suggestions",
        "text/html",
        body=DraftForm,
        form=True,
        problems=(400, 413, 415),
    ),
    Operation("report", "get", "/report", "The evaluation report beside the models", "text/html", problems=(400, 404)),
    Operation("healthz", "get", "/healthz", "Whether the process is alive", AliveSchema),
    Operation("readyz", "get", "/readyz", "Which model answers", ReadySchema),
    Operation("metrics", "get", "/metrics", "Counts for Prometheus", "text/plain"),
    Operation("document", "get", "/openapi.json", "This description", "application/json"),
    Operation("widget", "get", "/widget.js", "The script that puts a list into a page", "text/javascript", kept=True),
    Operation("docs", "get", "/docs", "This description, to read", "text/html"),
)


@cache
def openapi_document(operations: tuple[Operation, ...] = OPERATIONS) -> dict[str, Any]:
    """The document; the same for every server of this version that does all of these operations."""
    types = [operation.answer for operation in operations if not isinstance(operation.answer, str)]
    types += [operation.body for operation in operations if operation.body and not isinstance(operation.body, str)]
    _, components = msgspec.json.schema_components([*types, ProblemSchema], ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Related articles",
            "version": installed_version("related-articles"),
            "description": "Which articles of a site belong together, in the shape of its `related` field.",
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {"description": "The answer", "content": _content(operation.answer)},
        **{str(status): _problem(status) for status in (*operation.problems, 500)},
    }
    if operation.kept:
        answers["200"]["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
        }
        answers["304"] = {"description": "What If-None-Match names is still the answer"}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_in_path(operation.path), *_in_query(operation.query)],
        "responses": dict(sorted(answers.items())),
    }
    if operation.token:
        described["security"] = [{"token": []}]
    if operation.name == "post_article":
        answers["201"] = {**answers["200"], "description": "The answer, of an article that was unknown before"}
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body, form=operation.form)}
    return described


def _content(answer: type | str, *, form: bool = False) -> dict[str, Any]:
    if isinstance(answer, str):
        return {answer: {"schema": {"type": "object" if answer.endswith("json") else "string"}}}
    media = "application/x-www-form-urlencoded" if form else "application/json"
    return {media: {"schema": {"$ref": f"#/components/schemas/{answer.__name__}"}}}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": HTTPStatus(status).phrase, "content": {_PROBLEM: {"schema": schema}}}


def _in_path(path: str) -> list[dict[str, Any]]:
    if "{id}" not in path:
        return []
    schema = {"type": "string", "minLength": 1}
    return [{"name": "id", "in": "path", "required": True, "description": "The article's ID", "schema": schema}]


def _in_query(type: type[RequestSchema]) -> list[dict[str, Any]]:
    required = {field.encode_name for field in msgspec.structs.fields(type) if field.required}
    found = []
    for name, declared in schemas_of(type).items():
        schema = dict(declared)
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": name in required}
        parameter["description"] = schema.pop("description", "")
        found.append({**parameter, "schema": schema})
    return found
