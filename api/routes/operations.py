"""Operating the service: health, metrics, the OpenAPI document and its page."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec
from flask import Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST

from api.http import (
    HealthResponse,
    LiveArticleCounts,
    OperationGroup,
    ReadyResponse,
    RefusedModel,
    in_words,
    openapi_document,
    uncached,
)
from api.middleware import Metrics
from api.pages import render_page
from api.state import FixedModel, ModelWatcher, current_snapshot
from recommender.errors import without_folder

operations = OperationGroup("operations")


@operations.operation("GET", "/healthz", response=HealthResponse, rate_limited=False)
def healthz() -> Response:
    """Whether the process is alive."""
    return uncached(msgspec.json.encode(HealthResponse("ok")))


@operations.operation("GET", "/readyz", response=ReadyResponse, rate_limited=False)
def readyz() -> Response:
    """Which model answers, which one is refused and why, and how many articles are live."""
    live: ModelWatcher | FixedModel = current_app.extensions["model"]
    snapshot, refused = live.snapshot, live.refused
    folder: Path = current_app.extensions["models"]
    ready = ReadyResponse(
        "ready",
        snapshot.version,
        snapshot.created,
        len(snapshot.recommender),
        None if refused is None else RefusedModel(refused.version, without_folder(refused.reason, folder)),
        LiveArticleCounts(
            snapshot.live, snapshot.withdrawn, [without_folder(problem, folder) for problem in live.problems]
        ),
    )
    return uncached(msgspec.json.encode(ready))


@operations.operation("GET", "/metrics", response="text/plain", rate_limited=False)
def metrics() -> Response:
    """Metrics of all workers, for Prometheus."""
    return uncached(cast("Metrics", current_app.extensions["metrics"]).exposition(), CONTENT_TYPE_LATEST)


@operations.operation("GET", "/openapi.json", response="application/json")
def document() -> Response:
    """The OpenAPI document that describes the operations."""
    return uncached(msgspec.json.encode(openapi_document(current_app.extensions["operations"])))


@operations.operation("GET", "/docs", response="text/html")
def docs() -> Response:
    """The documentation of the operations, as a page."""
    document = openapi_document(current_app.extensions["operations"])
    return render_page(current_snapshot(current_app), "docs.html", document=document, in_words=in_words)
