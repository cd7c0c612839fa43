"""The application factory."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api.app.gateway import Gateway
from api.state import Config, FixedModel, ModelWatcher, RequestCounter, current_snapshot
from recommender import Recommender
from recommender.errors import ArtefactError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

    from api.routes import StoreAnswers
    from api.state import AnswerOne, DescribeModel, ModelDescription

__all__ = ["create_app"]

_LONGEST_FETCHED = 500  # characters of a path, so that a batch of look-ups is sent to the store in an instant


def create_app(recommender: Recommender | None = None, **config: Any) -> Flask:
    """Build the application.

    Args:
        recommender: answers requests; by default, the store at STORE or else the model in use in the folder MODELS,
            whose changes are followed. Caches may keep a given recommender's answers if VERSION names it.
        config: settings of `Config` by their names in capitals, which override the environment, and Flask's own. With
            WAIT_FOR_MODEL, requests get 503 until a model can be loaded.

    Raises:
        ArtefactError: no recommender is given, and no artefact can be loaded; not with WAIT_FOR_MODEL.
        SettingsError: a setting has an invalid value.
    """
    # prometheus-client reads the environment on import; in a worker, `serve` has set it by now.
    from api.app.error_handlers import register_error_handlers
    from api.http import LARGEST_BODY, ROUTE, Deliverer
    from api.middleware import FastPath, Metrics, OuterMiddleware, RateLimit, is_plain

    own = Config.of(os.environ, config)
    app = Flask("api", template_folder="pages/templates", static_folder="pages/static")
    app.config.from_mapping({"MAX_CONTENT_LENGTH": LARGEST_BODY, **config})
    deliverer = app.extensions["deliverer"] = Deliverer(own)
    if recommender is None and own.store is not None:
        answer_one, describe = _over_store(app, own.store)
    else:
        required = not config.get("WAIT_FOR_MODEL", False)
        answer_one, describe = _over_model(app, own, recommender, config.get("VERSION"), required=required)
    metrics = app.extensions["metrics"] = Metrics(describe)
    register_error_handlers(app)

    @app.before_request
    def name_route() -> None:
        request.environ[ROUTE] = request.endpoint

    @app.after_request
    def answer_options(response: Response) -> Response:
        if request.method == "OPTIONS" and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.NO_CONTENT  # Flask itself answers with an empty page
            del response.headers["Content-Type"]
        return response

    unlimited = {operation.path for operation in app.extensions["operations"] if not operation.rate_limited}

    def is_fetched(environ: WSGIEnvironment) -> bool:
        is_short = len(environ["PATH_INFO"]) <= _LONGEST_FETCHED
        return answers is not None and not answers.failure and is_short and is_plain(environ)

    def is_ready(id: str, limit: int | None) -> bool:
        return answers is None and current_snapshot(app).recommender.is_ready(id, limit=limit)

    answers: StoreAnswers | None = app.extensions.get("answers")
    wsgi_app: WSGIApplication = app.wsgi_app
    fast_path = FastPath(wsgi_app, answer_one, deliverer, is_ready, answers.plain_many if answers else None)
    if own.edit is None:  # otherwise every request must be checked first
        wsgi_app = fast_path
    if own.rate_limit:
        counter = RequestCounter(own.rate_limit, own.rate_limit_storage)
        wsgi_app = RateLimit(wsgi_app, counter, unlimited=unlimited)
    wsgi_app = OuterMiddleware(wsgi_app, own, metrics)
    if own.trusted_proxies:
        wsgi_app = ProxyFix(wsgi_app, x_for=own.trusted_proxies, x_proto=own.trusted_proxies)
    app.wsgi_app = wsgi_app  # type: ignore[method-assign]
    app.extensions["gateway"] = Gateway(
        wsgi_app,
        threads=own.threads,
        at_once=None if own.edit is not None or own.shares_rate_limit else fast_path.is_ready,
        is_fetched=None if own.shares_rate_limit else is_fetched,
        fetch=fast_path.fetch,
        unlimited=unlimited,
    )
    return app


def _over_store(app: Flask, url: str) -> tuple[AnswerOne, DescribeModel]:
    from api.routes import StoreAnswers, register_store_routes

    answers = app.extensions["answers"] = StoreAnswers(url)
    register_store_routes(app, answers)
    return answers.plain, answers.described


def _over_model(
    app: Flask, own: Config, recommender: Recommender | None, version: str | None, *, required: bool
) -> tuple[AnswerOne, DescribeModel]:
    from api.middleware import reload_failures
    from api.pages import allow_editing, register_filters
    from api.routes import register_model_routes

    published_only = own.published == "only"
    if recommender is None:
        app.extensions["model"] = ModelWatcher(
            own.models,
            posting=bool(own.token),
            published_only=published_only,
            on_refusal=reload_failures.inc,
            required=required,
        )
    else:
        app.extensions["model"] = FixedModel(recommender, version, published_only=published_only)
    app.extensions.update(models=own.models, fields=own.fields, token=own.token)
    if own.edit is not None:
        allow_editing(app, own.edit, own.models)
    register_filters(app)
    register_model_routes(app)

    def answer(id: str, limit: int | None) -> tuple[str | None, bytes]:
        snapshot = current_snapshot(app)
        return snapshot.tag, snapshot.recommender.answer(id, limit=limit, fields=own.fields)

    def described() -> ModelDescription | None:
        try:
            return current_snapshot(app).described()
        except ArtefactError:
            return None

    return answer, described
