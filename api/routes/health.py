"""Health checks and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec
from flask import Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST

from api.http import HealthResponse, LiveArticleCounts, OperationGroup, ReadyResponse, RefusedModel, uncached
from api.middleware import Metrics
from api.state import FixedModel, ModelWatcher
from recommender.errors import without_folder

operations = OperationGroup("operations")


@operations.operation("GET", "/healthz", response=HealthResponse, rate_limited=False)
def healthz() -> Response:
    """Whether the process is alive."""
    return uncached(msgspec.json.encode(HealthResponse("ok")))


@operations.operation("GET", "/readyz", response=ReadyResponse, rate_limited=False)
def readyz() -> Response:
    """The model that answers, the one that is refused and why, and the number of live articles."""
    model: ModelWatcher | FixedModel = current_app.extensions["model"]
    snapshot, refused = model.snapshot, model.refused
    folder: Path = current_app.extensions["models"]
    ready = ReadyResponse(
        "ready",
        snapshot.version,
        snapshot.created,
        len(snapshot.recommender),
        None if refused is None else RefusedModel(refused.version, without_folder(refused.reason, folder)),
        LiveArticleCounts(
            snapshot.live, snapshot.withdrawn, [without_folder(problem, folder) for problem in model.problems]
        ),
    )
    return uncached(msgspec.json.encode(ready))


@operations.operation("GET", "/metrics", response="text/plain", rate_limited=False)
def metrics() -> Response:
    """Metrics of all workers, for Prometheus."""
    return uncached(cast("Metrics", current_app.extensions["metrics"]).exposition(), CONTENT_TYPE_LATEST)
