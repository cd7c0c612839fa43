"""Registration of all operations of an application, over a model or over a store."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, abort, request

from api.docs import operations as documentation
from api.docs import viewer_operations
from api.http import Operation, register_operations, rule_of, unavailable
from api.pages import comparison_operations, corpus_operations, editing_operations, explorer_operations, render_refusal
from api.routes.articles import operations as articles
from api.routes.fragment import operations as fragments
from api.routes.health import operations as operating
from api.routes.live_articles import operations as live_articles
from api.routes.store import operations as store
from api.routes.store_answers import StoreAnswers
from recommender.errors import StoreError

MODEL_OPERATIONS: tuple[Operation, ...] = (
    *articles,
    *fragments,
    *live_articles,
    *explorer_operations,
    *corpus_operations,
    *comparison_operations,
    *editing_operations,
    *operating,
    *documentation,
    *viewer_operations,
)
STORE_OPERATIONS: tuple[Operation, ...] = tuple(store)

_REFUSAL = "this needs a model, and this server answers from a store; ask a server started without --store"


def register_model_routes(app: Flask) -> None:
    """Add the routes of an application that answers from a model."""
    register_operations(app, MODEL_OPERATIONS)


def register_store_routes(app: Flask, answers: StoreAnswers) -> None:
    """Add the routes of an application that answers from a store; those that need a model refuse every request."""
    register_operations(app, STORE_OPERATIONS)
    answered = {(operation.path, operation.method) for operation in STORE_OPERATIONS}
    for operation in MODEL_OPERATIONS:
        if (operation.path, operation.method) not in answered:
            endpoint = f"elsewhere.{operation.id}"
            refuse = _refuse if operation.described else _refuse_page
            app.add_url_rule(rule_of(operation), endpoint, refuse, methods=[operation.method])

    @app.errorhandler(StoreError)
    def store_unavailable(error: StoreError) -> Response:
        answers.report(error)
        return unavailable("the store of answers does not answer at the moment")


def _refuse(**_: str) -> Response:
    abort(HTTPStatus.NOT_IMPLEMENTED, _REFUSAL)


def _refuse_page() -> Response:
    """The refusal of a page, as a page if a browser asks."""
    if request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) == "text/html":
        return render_refusal(HTTPStatus.NOT_IMPLEMENTED)
    return _refuse()
