"""Clusters of Dask, Ray and Spark, each as a function that submits a task and returns a future.

Each cluster is used through its own documented interface. It is joined at its address, or started on this machine and
stopped at the end.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from recommender.parallel.outcome import Outcome, attempt

Submit: TypeAlias = Callable[[Callable[..., Any], tuple[Any, ...]], "Future[Outcome]"]
"""Runs `attempt(function, arguments)` on a worker."""

MAX_SUBMITTED = 256
"""Unfinished tasks that a cluster is given at a time, by default."""

_TIMEOUT = 10  # seconds for a cluster to answer


@contextmanager
def dask_cluster(address: str | None, workers: int | None) -> Iterator[Submit]:
    """A Dask cluster at `tcp://HOST:PORT`, or a `LocalCluster` of processes with one thread each."""
    from distributed import Client, LocalCluster

    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # `Engine` reports errors
    with ExitStack() as stack:
        cluster: Any = address
        if address is None:
            options = {"n_workers": workers or os.cpu_count(), "threads_per_worker": 1, "dashboard_address": ":0"}
            # A worker may miss its scheduler while both are stopped, and would report it.
            cluster = stack.enter_context(LocalCluster(**options, silence_logs=logging.CRITICAL))
        client = stack.enter_context(Client(cluster, timeout=_TIMEOUT))
        executor = client.get_executor(pure=False)
        yield lambda function, arguments: executor.submit(attempt, function, arguments)


@contextmanager
def ray_cluster(address: str | None, workers: int | None) -> Iterator[Submit]:
    """A Ray cluster at `ray://HOST:PORT`, or a Ray node on this machine.

    Ray's client sends no token by default; for a cluster that requires one, set `RAY_AUTH_MODE=token`.
    """
    import ray

    if address is None:
        ray.init(address="local", num_cpus=workers, include_dashboard=False, logging_level=logging.ERROR)
    else:
        ray.init(address=address, logging_level=logging.ERROR)
    try:
        remote = ray.remote(attempt)
        yield lambda function, arguments: remote.remote(function, arguments).future()
    finally:
        ray.shutdown()


@contextmanager
def spark_cluster(address: str | None, workers: int | None) -> Iterator[Submit]:
    """A Spark cluster at `spark://HOST:PORT`, or Spark in local mode; each task is a job of one partition."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers need the driver's version of Python
    builder = SparkSession.builder.master(address or f"local[{workers or '*'}]").appName("recommender")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    context = session.sparkContext
    context.setLogLevel("OFF")  # `Engine` reports errors

    def run(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Outcome:
        [outcome] = context.parallelize([arguments], 1).map(lambda given: attempt(function, given)).collect()
        return Outcome(*outcome)

    try:
        with ThreadPoolExecutor(MAX_SUBMITTED) as threads:  # each waits for one job
            yield lambda function, arguments: threads.submit(run, function, arguments)
    finally:
        session.stop()


def require_listener(address: str) -> None:
    """Raise `OSError` if nothing listens at an address with a port: some libraries would retry for minutes."""
    parts = urlsplit(address)
    if parts.hostname and parts.port and "," not in parts.netloc:
        socket.create_connection((parts.hostname, parts.port), timeout=_TIMEOUT).close()


CLUSTERS: dict[str, Callable[[str | None, int | None], AbstractContextManager[Submit]]] = {
    "dask": dask_cluster,
    "ray": ray_cluster,
    "spark": spark_cluster,
}
