"""Look-ups from a store: no model is loaded, and what needs one is refused, by name."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Generic, TypeVar, cast

import msgspec
from flask import Flask, Response, abort, current_app, request

from api.http import (
    JSON,
    LIST,
    OPERATIONS,
    FragmentQuery,
    LookUpByUrlQuery,
    LookUpQuery,
    NoParameters,
    Operation,
    Reader,
    RequestSchema,
    StoreFragmentQuery,
    StoreLookUpByUrlQuery,
    StoreLookUpQuery,
    StoreReadySchema,
    WrongRequestError,
    deliver,
    openapi_document,
    problem,
    register_converters,
    uncached,
)
from api.routes.fragment import boxed, script
from api.routes.operations import healthz, metrics
from api.state import Described, Tagged
from recommender.articles import Entry
from recommender.errors import StoreError
from recommender.export import AnswerStore, StoredAnswer, VersionInfo, truncate_answer

T = TypeVar("T", bound=StoreLookUpQuery)

_AWAY = HTTPStatus.SERVICE_UNAVAILABLE
_RETRY = "1"  # seconds
_QUERIES: dict[str, type[StoreLookUpQuery]] = {
    "related": StoreLookUpQuery,
    "related_by_url": StoreLookUpByUrlQuery,
    "fragment": StoreFragmentQuery,
}
_SAME = ("healthz", "metrics", "document", "widget")

log = logging.getLogger(__name__)


def _here(operation: Operation) -> Operation | None:
    """An operation as it is here, if it is."""
    problems = (*operation.problems, int(_AWAY))
    if operation.name in _QUERIES:
        return operation._replace(query=_QUERIES[operation.name], problems=problems)
    if operation.name == "readyz":
        return operation._replace(summary="Which answers are given", answer=StoreReadySchema, problems=problems)
    return operation if operation.name in _SAME else None


STORED = tuple(here for operation in OPERATIONS if (here := _here(operation)))
"""What can be asked for here."""


class Answers:
    """The store, as an application asks it.

    Attributes:
        failure: why it does not answer; empty while it does.
    """

    def __init__(self, url: str) -> None:
        self._store = AnswerStore(url)
        self.failure = ""

    def plain(self, id: str, limit: int | None) -> tuple[Tagged, bytes]:
        """A plain look-up: see `Answering`."""
        return self._limited(self._store.answer(id), limit)

    def at(self, url: str, limit: int | None) -> tuple[Tagged, bytes]:
        """The same by address."""
        return self._limited(self._store.answer_at(url), limit)

    def about(self) -> VersionInfo:
        """What answers; see `AnswerStore.info`."""
        return self._store.info()

    def described(self) -> Described | None:
        """What is told of it, `None` where it is away."""
        try:
            about = self.about()
        except StoreError:
            return None
        return Described(about.version, None, about.articles)

    def _limited(self, found: StoredAnswer, limit: int | None) -> tuple[Tagged, bytes]:
        about, body = found
        if self.failure:
            log.warning("the store answers again")
            self.failure = ""
        if limit is None or limit == about.limit:
            return about, body
        if limit > about.limit:
            allowed = f"a whole number from 1 to {about.limit}"
            detail = f"the parameter 'limit' is '{limit}'; it must be {allowed}: so many entries were exported"
            raise WrongRequestError(detail, parameter="limit", allowed=allowed)
        return about, truncate_answer(body, limit)


class _Asked(Generic[T]):
    """Reads a query; an option that only a model knows is named as such."""

    def __init__(self, type: type[T], of_model: type[RequestSchema]) -> None:
        self._reader = Reader(type)
        self._here = ", ".join(field.encode_name for field in msgspec.structs.fields(type))
        own = {field.encode_name for field in msgspec.structs.fields(type)}
        self._elsewhere = {field.encode_name for field in msgspec.structs.fields(of_model)} - own

    def __call__(self) -> T:
        for name in request.args:
            if name in self._elsewhere:
                detail = f"the parameter {name!r} needs a model, and a store answers here; there is {self._here}"
                raise WrongRequestError(detail, parameter=name, allowed=self._here)
        return self._reader.of_query(request)


_look_up = _Asked(StoreLookUpQuery, LookUpQuery)
_look_up_by_url = _Asked(StoreLookUpByUrlQuery, LookUpByUrlQuery)
_box = _Asked(StoreFragmentQuery, FragmentQuery)
_no_parameters = Reader(NoParameters)


def register_store_routes(app: Flask, answers: Answers) -> None:
    """Have an application answer from a store, under the routes and names that one with a model has."""
    register_converters(app)
    for name, path, view in (
        ("articles.related", "/articles/<id:id>/related", related),
        ("articles.related_by_url", "/related", related_by_url),
        ("box.fragment", "/articles/<id:id>/related.html", fragment),
        ("box.widget", "/widget.js", widget),
        ("operations.healthz", "/healthz", healthz),
        ("operations.readyz", "/readyz", readyz),
        ("operations.metrics", "/metrics", metrics),
        ("operations.document", "/openapi.json", document),
    ):
        app.add_url_rule(path, name, view)
    here = {(operation.path, operation.method) for operation in STORED}
    for operation in OPERATIONS:
        if (operation.path, operation.method) not in here:
            path = operation.path.replace("{id}", "<own_id:id>")
            app.add_url_rule(path, f"elsewhere.{operation.name}", elsewhere, methods=[operation.method.upper()])

    @app.errorhandler(StoreError)
    def away(error: StoreError) -> Response:
        if answers.failure != str(error):
            answers.failure = str(error)
            log.error("%s", error)
        return _away("the store of answers does not answer at the moment")


def related(id: str) -> Response:
    """The related articles of one, by its ID."""
    asked = _look_up()
    return _delivered(*_answers().plain(id, asked.limit or None))


def related_by_url() -> Response:
    """The related articles of the one at `url`."""
    asked = _look_up_by_url()
    return _delivered(*_answers().at(asked.url, asked.limit or None))


def fragment(id: str) -> Response:
    """The list of an article as HTML to be put into its page; nothing where there is nothing."""
    asked = _box()
    about, body = _answers().plain(id, asked.limit or None)
    entries: list[Entry] = msgspec.json.decode(body)["related"]
    return boxed(about, entries, asked.heading or None)


def widget() -> Response:
    """The script, which is there also where the answers are not."""
    _no_parameters.of_query(request)
    try:
        return script(_answers().about())
    except StoreError:
        return script(_Unknown())


def readyz() -> Response:
    """Which answers are given."""
    try:
        about = _answers().about()
    except StoreError as error:
        return _away(str(error))
    ready = StoreReadySchema("ready", about.version, about.articles, about.limit, about.loaded)
    return uncached(msgspec.json.encode(ready))


def document() -> Response:
    """The OpenAPI document of what is here."""
    return uncached(msgspec.json.encode(openapi_document(STORED)))


def elsewhere(**_: str) -> Response:
    """What a server with a model does."""
    detail = "this needs a model, and a store answers here; ask a server that is started without --store"
    abort(HTTPStatus.NOT_IMPLEMENTED, detail)


def _answers() -> Answers:
    return cast("Answers", current_app.extensions["answers"])


def _delivered(about: Tagged, body: bytes) -> Response:
    request.environ[LIST] = body
    return deliver(about, body, JSON)


def _away(detail: str) -> Response:
    response = problem(_AWAY, detail)
    response.headers["Retry-After"] = _RETRY
    return response


class _Unknown:
    """What can't be known: no cache keeps what is made of it."""

    tag: str | None = None
