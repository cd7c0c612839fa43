"""Metrics for Prometheus, summed over all workers if PROMETHEUS_MULTIPROC_DIR is set, as `serve` does.

Import this module in workers only: prometheus-client reads that variable on import.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.http import LIST, ROUTE
from api.state import DescribeModel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_EMPTY = b'"related":[]}'

_counts = CollectorRegistry()
_requests = Counter("recommender_requests_total", "Requests answered.", ("route", "status"), registry=_counts)
_seconds = Histogram(
    "recommender_request_seconds", "Time until an answer was made.", ("route",), buckets=_BUCKETS, registry=_counts
)
_lists = Counter("recommender_lists_total", "Lists given.", registry=_counts)
_empty_lists = Counter("recommender_empty_lists_total", "Lists given that were empty.", registry=_counts)
reload_failures = Counter("recommender_reload_failures_total", "New models that were refused.", registry=_counts)


class Metrics:
    """Counters of an application, shared by all applications of the process."""

    def __init__(self, describe: DescribeModel) -> None:
        self._model = _Model(describe)
        self._known: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def count(self, environ: WSGIEnvironment, status: str, seconds: float) -> None:
        """Count one request."""
        route, list = environ.get(ROUTE) or "none", environ.get(LIST)
        pair = self._known.get((route, status))
        if pair is None:
            try:
                pair = self._known[route, status] = (_requests.labels(route, status), _seconds.labels(route))
            except OSError:  # answer even if the disk is full
                return
        pair[0].inc()
        pair[1].observe(seconds)
        if list is not None:
            _lists.inc()
            if list.endswith(_EMPTY):
                _empty_lists.inc()

    def exposition(self) -> bytes:
        """All metrics in Prometheus's text format."""
        registry = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(_counts)
        registry.register(self._model)
        return generate_latest(registry)


class _Model(Collector):
    """Gauges of the current model, which is the same in all workers; read at each scrape."""

    def __init__(self, describe: DescribeModel) -> None:
        self._describe = describe

    def collect(self) -> Iterable[Metric]:
        serving = self._describe()
        if serving is None:
            return
        info = GaugeMetricFamily("recommender_model_info", "The model that answers.", labels=("version",))
        info.add_metric([serving.version or ""], 1)
        yield info
        if serving.created is not None:
            age = (datetime.now(UTC) - datetime.fromisoformat(serving.created)).total_seconds()
            yield GaugeMetricFamily("recommender_model_age_seconds", "Since the model was trained.", value=age)
        yield GaugeMetricFamily("recommender_articles", "Articles that the model knows.", value=serving.articles)
