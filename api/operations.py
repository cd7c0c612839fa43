"""What watches and describes the service: health, metrics, the OpenAPI document and the page made of it."""

from __future__ import annotations

from typing import cast

import msgspec
from flask import Blueprint, Response, current_app, request
from markupsafe import Markup
from prometheus_client import CONTENT_TYPE_LATEST

from api import schemas
from api.delivery import JSON
from api.document import openapi
from api.live import Fixed, Live
from api.metrics import Metrics
from api.pages import page
from api.reading import Reader, in_words
from api.serving import current

blueprint = Blueprint("operations", __name__)
_nothing = Reader(schemas.Nothing)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the process is alive."""
    return now(msgspec.json.encode(schemas.Alive("ok")))


@blueprint.get("/readyz")
def readyz() -> Response:
    """Which model answers, verified, which one is refused and why, and what is laid over it."""
    live: Live | Fixed = current_app.extensions["live"]
    serving, refused = live.snapshot, live.refused
    ready = schemas.Ready(
        "ready",
        serving.version,
        serving.created,
        len(serving.recommender),
        None if refused is None else schemas.Refused(refused.version, refused.reason),
        schemas.Live(serving.live, serving.withdrawn, list(live.problems)),
    )
    return now(msgspec.json.encode(ready))


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts of all workers, for Prometheus."""
    return now(cast("Metrics", current_app.extensions["metrics"]).exposition(), CONTENT_TYPE_LATEST)


@blueprint.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    return now(msgspec.json.encode(openapi()))


@blueprint.get("/docs")
def docs() -> Response:
    """The same, to read."""
    _nothing.of_query(request)
    return page(current(current_app), "docs.html", document=openapi(), in_words=in_words)


@blueprint.app_template_filter("code")
def in_code(text: str) -> Markup:
    """A text in which what stands between backticks is code."""
    code = Markup("<code>{}</code>")
    parts = text.split("`")
    return Markup("").join(code.format(part) if place % 2 else part for place, part in enumerate(parts))


def now(body: bytes, mimetype: str = JSON) -> Response:
    """An answer that is true of this moment."""
    _nothing.of_query(request)
    response = Response(body, content_type=mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response
