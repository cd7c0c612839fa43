"""What watches and describes the service: health, metrics, the OpenAPI document and the page made of it."""

from __future__ import annotations

from typing import cast

import msgspec
from flask import Blueprint, Response, current_app, request
from markupsafe import Markup
from prometheus_client import CONTENT_TYPE_LATEST

from api.http import (
    AliveSchema,
    LiveArticlesSchema,
    NoParameters,
    Reader,
    ReadySchema,
    RefusedModelSchema,
    in_words,
    openapi_document,
    uncached,
)
from api.middleware import Metrics
from api.pages import render_page
from api.state import Fixed, Live, current

blueprint = Blueprint("operations", __name__)
_no_parameters = Reader(NoParameters)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the process is alive."""
    return uncached(msgspec.json.encode(AliveSchema("ok")))


@blueprint.get("/readyz")
def readyz() -> Response:
    """Which model answers, verified, which one is refused and why, and what is laid over it."""
    live: Live | Fixed = current_app.extensions["live"]
    serving, refused = live.snapshot, live.refused
    ready = ReadySchema(
        "ready",
        serving.version,
        serving.created,
        len(serving.recommender),
        None if refused is None else RefusedModelSchema(refused.version, refused.reason),
        LiveArticlesSchema(serving.live, serving.withdrawn, list(live.problems)),
    )
    return uncached(msgspec.json.encode(ready))


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts of all workers, for Prometheus."""
    return uncached(cast("Metrics", current_app.extensions["metrics"]).exposition(), CONTENT_TYPE_LATEST)


@blueprint.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    return uncached(msgspec.json.encode(openapi_document()))


@blueprint.get("/docs")
def docs() -> Response:
    """The same, to read."""
    _no_parameters.of_query(request)
    return render_page(current(current_app), "docs.html", document=openapi_document(), in_words=in_words)


@blueprint.app_template_filter("code")
def in_code(text: str) -> Markup:
    """A text in which what stands between backticks is code."""
    code = Markup("<code>{}</code>")
    parts = text.split("`")
    return Markup("").join(code.format(part) if place % 2 else part for place, part in enumerate(parts))
