"""An operation of the API, declared once: its route, the reading of its request and its documentation follow."""

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
    """What a method does at a path.

    What the view takes is what the request may say: `id` from the path, and by their annotations `query`, `body` (JSON)
    and `form`. A view that takes none of these three has no parameters.

    Attributes:
        group: the first part of the route's name.
        path: as in OpenAPI, with `{id}` for an article's ID.
        view: answers a request that has been read. Its name is the operation's ID; its docstring begins with the
            summary.
        response: the type of the answer, several where the request decides, or its media type where it is not JSON.
        media_types: of a body that the view reads itself.
        problems: the statuses of its errors, beside those that follow from the rest.
        cacheable: whether caches may keep the answer.
        creates: whether it may answer that something was created.
        needs_token: whether it needs the server's token.
        rate_limited: whether a rate limit, where one is set, counts it.
        described: whether the document describes it.
        guard: refuses requests before anything of them is read.
        example: the request that the document shows.
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
        """What the query may say."""
        return self._declared("query") or NoParameters

    @property
    def body(self) -> type[RequestFields] | None:
        """What a JSON body may say."""
        return self._declared("body")

    @property
    def form(self) -> type[RequestFields] | None:
        """What the fields of an HTML form may say."""
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
        """Begin a group without operations; its name is the first part of their routes' names.

        Args:
            described: whether the document describes them.
        """
        self._name = name
        self._described = described
        self._operations: dict[str, Operation] = {}

    def operation(
        self, method: str, path: str, *, response: type | str | tuple[type, ...], **options: Any
    ) -> Callable[[View], View]:
        """Declare the decorated view as an operation; see `Operation` for the options."""

        def declare(view: View) -> View:
            self.add(
                Operation(
                    group=self._name,
                    described=self._described,
                    method=method,
                    path=path,
                    view=view,
                    response=response,
                    **options,
                )
            )
            return view

        return declare

    def add(self, operation: Operation) -> None:
        """Add an operation that is declared already."""
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
    """An ID at the end of a path: a path that ends as a look-up does is a look-up, whatever the method."""

    regex = rf"(?![\s\S]*{_LOOK_UP}$)[\s\S]+?"


def is_look_up(id: str) -> bool:
    """Whether a path that ends in an ID is the look-up of a list, so that no operation finds an article by it."""
    return re.search(rf"{_LOOK_UP}\Z", id) is not None


def register_operations(app: Flask, operations: Iterable[Operation]) -> None:
    """Add the routes of operations to an application, whose document describes those of them that are `described`."""
    app.extensions["operations"] = tuple(operations)
    app.url_map.converters.update(id=IdConverter, own_id=OwnIdConverter)
    app.url_map.merge_slashes = False
    for operation in app.extensions["operations"]:
        app.add_url_rule(rule_of(operation), operation.endpoint, _flask_view(operation), methods=[operation.method])


def rule_of(operation: Operation) -> str:
    """The URL rule of an operation's path, in Flask's spelling."""
    if operation.path.endswith("{id}"):
        return operation.path.replace("{id}", "<own_id:id>")
    return operation.path.replace("{id}", "<id:id>")


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
