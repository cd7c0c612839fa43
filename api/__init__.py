"""The web side: related articles over HTTP."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api.config import Config
from recommender import Recommender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from api.schemas import Only
    from api.serving import Answering, Describing, Tagged

__all__ = ["create_app"]

_LARGEST_BODY = 64 * 1024


def create_app(recommender: Recommender | None = None, **config: Any) -> Flask:
    """Build the application.

    Args:
        recommender: what answers; by default the store at STORE, or else the model in use, whichever that is at the
            moment, in the folder MODELS. Its answers may be kept by caches if VERSION names it.
        config: settings of `Config` by their names in capitals, which come before the environment's, and Flask's own.

    Raises:
        ArtefactError: no recommender was given, and no artefact can be loaded.
        SettingsError: a setting has a value that it may not have.
    """
    # prometheus-client looks at the environment when it is imported; in a worker `serve` has set it by now.
    from api import problems
    from api.delivery import Deliverer
    from api.door import Door
    from api.metrics import ROUTE, Metrics
    from api.shortcut import Shortcut

    own = Config.of(os.environ, config)
    app = Flask(__name__)
    app.config.from_mapping({"MAX_CONTENT_LENGTH": _LARGEST_BODY, **config})
    deliverer = app.extensions["deliverer"] = Deliverer(own)
    if recommender is None and own.store is not None:
        answering, describe = _from_store(app, own.store)
    else:
        answering, describe = _from_model(app, own, recommender, config.get("VERSION"))
    metrics = app.extensions["metrics"] = Metrics(describe)
    problems.register(app)

    @app.before_request
    def name_route() -> None:
        request.environ[ROUTE] = request.endpoint

    @app.after_request
    def say_what_is_allowed(response: Response) -> Response:
        if request.method == "OPTIONS" and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.NO_CONTENT  # Flask's own answer is an empty page
            del response.headers["Content-Type"]
        return response

    wsgi_app: WSGIApplication = Shortcut(app.wsgi_app, answering, deliverer)
    if own.rate_limit:
        from api.limiting import Limiter

        wsgi_app = Limiter(wsgi_app, own.rate_limit, own.rate_limit_storage)
    wsgi_app = Door(wsgi_app, own, metrics)
    if own.trusted_proxies:
        wsgi_app = ProxyFix(wsgi_app, x_for=own.trusted_proxies, x_proto=own.trusted_proxies)
    app.wsgi_app = wsgi_app  # type: ignore[method-assign]
    return app


def _from_store(app: Flask, url: str) -> tuple[Answering, Describing]:
    from api import stored

    answers = app.extensions["answers"] = stored.Answers(url)
    stored.register(app, answers)
    return answers.plain, answers.described


def _from_model(
    app: Flask, own: Config, recommender: Recommender | None, version: str | None
) -> tuple[Answering, Describing]:
    from api import articles, box, explorer, live, operations, views
    from api.serving import current

    if recommender is None:
        app.extensions["live"] = live.Live(own.models, verdicts=own.verdicts, posting=bool(own.token))
    else:
        app.extensions["live"] = live.Fixed(recommender, version)
    published: Only | None = "only" if own.published == "only" else None
    app.extensions.update(models=own.models, published=published, token=own.token)
    for part in (views, box, articles, explorer, operations):
        app.register_blueprint(part.blueprint)

    def answer(id: str, limit: int | None) -> tuple[Tagged, bytes]:
        serving = current(app)
        return serving, serving.recommender.answer(id, limit=limit, published=published)

    return answer, lambda: current(app).described()
