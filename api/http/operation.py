"""An operation of the API: a single declaration for its route, the parsing of its request and its documentation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias, get_type_hints

from flask import Flask, Response, abort, request
from werkzeug.routing import PathConverter

from api.http.caching import JSON
from api.http.example import Example
from api.http.parameters import Reader
from api.http.request_types import NoParameters, RequestFields

View: TypeAlias = Callable[..., Response]

FORM = "application/x-www-form-urlencoded"
_LOOK_UP = r"/related(?:\.html)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An HTTP method at a path.

    The view's parameters declare the request: `id` comes from the path; `query`, `body` (JSON) and `form` are parsed by
    their annotations. A view with none of these three has no parameters.

    Attributes:
        group: the first part of the route's name.
        path: as in OpenAPI, with `{id}` for an article's ID.
        view: answers a parsed request. Its name is the operation's ID; its docstring begins with the summary.
        response: the type of the answer, several if it depends on the request, or its media type if it is not JSON.
        media_types: of a body that the view reads itself.
        problems: the statuses of its errors, besides those implied by other attributes.
        cacheable: whether caches may keep the answer.
        creates: whether the answer may be 201.
        needs_token: whether it needs the server's token.
        rate_limited: whether the rate limit, if any, applies to it.
        described: whether the OpenAPI document describes it.
        guard: refuses requests before they are parsed.
        example: the request shown in the OpenAPI document.
    """

    group: str
    method: str
    path: str
    view: View
    response: type | str | tuple[type, ...]
    media_types: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    cacheable: bool = False
    creates: bool = False
    needs_token: bool = False
    rate_limited: bool = True
    described: bool = True
    guard: Callable[[], object] | None = None
    example: Example = field(default_factory=Example)

    @property
    def id(self) -> str:
        """The operation's ID in the document."""
        return self.view.__name__

    @property
    def endpoint(self) -> str:
        """The name of the route in Flask, in logs and in metrics."""
        return f"{self.group}.{self.id}"

    @property
    def summary(self) -> str:
        """The first line of the view's docstring, without its full stop."""
        return (self.view.__doc__ or "").strip().splitlines()[0].removesuffix(".")

    @property
    def query(self) -> type[RequestFields]:
        """The type of the query."""
        return self._declared("query") or NoParameters

    @property
    def body(self) -> type[RequestFields] | None:
        """The type of a JSON body."""
        return self._declared("body")

    @property
    def form(self) -> type[RequestFields] | None:
        """The type of an HTML form."""
        return self._declared("form")

    @property
    def statuses(self) -> tuple[int, ...]:
        """All statuses of its errors."""
        statuses = {400, 500, *self.problems}
        if self.body or self.form or self.media_types:
            statuses |= {413, 415}
        if self.needs_token:
            statuses |= {401, 403}
        if self.rate_limited:
            statuses.add(429)
        return tuple(sorted(statuses))

    def _declared(self, parameter: str) -> type[RequestFields] | None:
        declared: type[RequestFields] | None = get_type_hints(self.view).get(parameter)
        return declared


class OperationGroup:
    """Operations that are declared together, in the order of their declaration."""

    def __init__(self, name: str, *, described: bool = True) -> None:
        """Create an empty group; its name is the first part of its routes' names.

        Args:
            described: whether the OpenAPI document describes its operations.
        """
        self._shared: dict[str, Any] = {"group": name, "described": described}
        self._operations: dict[str, Operation] = {}

    def operation(
        self, method: str, path: str, *, response: type | str | tuple[type, ...], **options: Any
    ) -> Callable[[View], View]:
        """Declare the decorated view as an operation; see `Operation` for the options."""

        def declare(view: View) -> View:
            self.add(Operation(**self._shared, method=method, path=path, view=view, response=response, **options))
            return view

        return declare

    def add(self, operation: Operation) -> None:
        """Add an existing operation."""
        self._operations[operation.id] = operation

    def __getitem__(self, id: str) -> Operation:
        """Return an operation by its ID."""
        return self._operations[id]

    def __iter__(self) -> Iterator[Operation]:
        """Iterate over the operations."""
        return iter(self._operations.values())


class IdConverter(PathConverter):
    """An article's ID in a path: any text, slashes included."""

    regex = r"[\s\S]+?"
    part_isolating = False


class OwnIdConverter(IdConverter):
    """An ID at the end of a path, except where the path has the suffix of a look-up."""

    regex = rf"(?![\s\S]*{_LOOK_UP}$)[\s\S]+?"


def is_look_up(id: str) -> bool:
    """Whether a path that ends in this ID would be taken for a look-up, so the ID can't be used there."""
    return re.search(rf"{_LOOK_UP}\Z", id) is not None


def register_operations(app: Flask, operations: Iterable[Operation]) -> None:
    """Add the routes of operations to an application; its OpenAPI document describes those that are `described`."""
    app.extensions["operations"] = tuple(operations)
    app.url_map.converters.update(id=IdConverter, own_id=OwnIdConverter)
    app.url_map.merge_slashes = False
    for operation in app.extensions["operations"]:
        app.add_url_rule(rule_of(operation), operation.endpoint, _flask_view(operation), methods=[operation.method])


def rule_of(operation: Operation) -> str:
    """The URL rule of an operation's path, in Flask's syntax."""
    return operation.path.replace("{id}", "<own_id:id>" if operation.path.endswith("{id}") else "<id:id>")


def _flask_view(operation: Operation) -> View:
    query = Reader(operation.query)
    takes_query = operation.query is not NoParameters
    body = Reader(operation.body, what="member") if operation.body else None
    form = Reader(operation.form, what="field") if operation.form else None

    def view(**path_values: str) -> Response:
        if operation.guard is not None:
            operation.guard()
        values: dict[str, object] = dict(path_values)
        read = query.of_query(request)
        if takes_query:
            values["query"] = read
        if body:
            _require_media_type(JSON)
            values["body"] = body.of_json(request)
        if form:
            _require_media_type(FORM)
            values["form"] = form.of_form(request)
        return operation.view(**values)

    return view


def _require_media_type(media_type: str) -> None:
    if request.mimetype != media_type:
        detail = f"the content type is {request.mimetype[:100]!r}; it must be {media_type}"
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
