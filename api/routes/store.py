"""The operations of a server that answers from a store, without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

import msgspec
from flask import Response, current_app, request

from api.docs import operations as documentation
from api.http import (
    LIST,
    Example,
    Operation,
    OperationGroup,
    RequestFields,
    StoreFragmentQuery,
    StoreLookUpByUrlQuery,
    StoreLookUpQuery,
    StoreReadyResponse,
    View,
    WrongRequestError,
    deliver,
    unavailable,
    uncached,
)
from api.routes.articles import operations as articles
from api.routes.fragment import deliver_widget, render_fragment
from api.routes.fragment import operations as fragments
from api.routes.health import operations as operating
from api.routes.store_answers import StoreAnswers
from recommender.articles import Entry
from recommender.errors import StoreError

operations = OperationGroup("store")


def _answered_from_store(declared: Operation, **changes: Any) -> Callable[[View], View]:
    """Declare the decorated view as the one that answers an operation from a store; `changes` override its options."""

    def declare(view: View) -> View:
        operation = replace(declared, view=view, problems=(*declared.problems, 503), **changes)
        known, of_model = _names(operation.query), _names(declared.query)
        query = {name: value for name, value in operation.example.query.items() if name in known}
        guard = partial(_refuse_model_options, ", ".join(known), frozenset(of_model) - frozenset(known))
        operations.add(replace(operation, guard=guard, example=replace(operation.example, query=query)))
        return view

    return declare


def _names(query: type[RequestFields]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(query)]


def _refuse_model_options(known: str, of_model: frozenset[str]) -> None:
    for name in request.args:
        if name in of_model:
            detail = f"the parameter {name!r} needs a model, and this server answers from a store; there is {known}"
            raise WrongRequestError(detail, parameter=name, allowed=known)


@_answered_from_store(articles["related"])
def related(id: str, query: StoreLookUpQuery) -> Response:
    """The related articles of the article with an ID."""
    return _delivered(*_answers().plain(id, query.limit or None))


@_answered_from_store(
    articles["related_by_url"], example=Example(query={"url": "https://site.example/an-article", "limit": "3"})
)
def related_by_url(query: StoreLookUpByUrlQuery) -> Response:
    """The related articles of the article at an address."""
    return _delivered(*_answers().at(query.url, query.limit or None))


@_answered_from_store(fragments["fragment"])
def fragment(id: str, query: StoreFragmentQuery) -> Response:
    """The same list as HTML to insert into a page, for sites without scripts; empty if the list is."""
    tag, body = _answers().plain(id, query.limit or None)
    entries: list[Entry] = msgspec.json.decode(body)["related"]
    return render_fragment(tag, entries, query.heading or None)


@_answered_from_store(fragments["widget"])
def widget() -> Response:
    """The script that puts a list into a page; available even while the store is not."""
    try:
        return deliver_widget(_answers().info().tag)
    except StoreError:
        return deliver_widget(None)


@_answered_from_store(operating["readyz"], response=StoreReadyResponse)
def readyz() -> Response:
    """The version of the answers in the store."""
    try:
        info = _answers().info()
    except StoreError as error:
        return unavailable(str(error))
    ready = StoreReadyResponse("ready", info.version, info.articles, info.limit, info.loaded)
    return uncached(msgspec.json.encode(ready))


for _operation in (operating["healthz"], operating["metrics"], documentation["document"]):
    operations.add(_operation)


def _answers() -> StoreAnswers:
    return cast("StoreAnswers", current_app.extensions["answers"])


def _delivered(tag: str | None, body: bytes) -> Response:
    request.environ[LIST] = body
    return deliver(tag, body)
