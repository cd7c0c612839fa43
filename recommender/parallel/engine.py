"""Many tasks on one machine or a cluster, through joblib: its own processes, or those of Dask, Ray or Spark.

A task is a plain function of a module with small arguments and a small result; what it reads and writes lies where
every worker sees it. The engines differ in how they are joined, and in nothing else.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

from joblib import Parallel, cpu_count, delayed, parallel_config, register_parallel_backend
from joblib.externals.loky import process_executor
from tqdm import tqdm

from recommender.errors import EngineError, RecommenderError, without_secrets

EngineName: TypeAlias = Literal["local", "dask", "ray", "spark"]
Result = TypeVar("Result")

_PATIENCE = 10  # seconds that a cluster may take to answer
_SPARK_JOBS = 256  # at a time, where nothing else is asked for: those that no core is free for wait in Spark
_NAMED = 3  # tasks that failed and are named


@dataclass(frozen=True, slots=True)
class Engine:
    """Where tasks run.

    Attributes:
        address: of the cluster, as its own tools write it; the local engine has none.
        workers: tasks at a time; by default one a core, of this machine or of the cluster.
    """

    name: EngineName = "local"
    address: str | None = None
    workers: int | None = None

    @contextmanager
    def started(self) -> Iterator[None]:
        """Join the cluster, and leave it when the block ends; to the local engine this is nothing.

        Raises:
            EngineError: what joins it is not installed, or nothing answers at the address.
        """
        if (self.address is None) != (self.name == "local"):
            given = "has no address" if self.name == "local" else "needs the address of its cluster"
            raise EngineError(f"the engine {self.name} {given}: {_USAGE}")
        with ExitStack() as left_in_the_end:
            if self.address is not None:
                try:
                    _knock(self.address)
                    _JOIN[self.name](self.address, left_in_the_end)
                except ImportError as error:
                    raise EngineError(
                        f"the engine {self.name} lacks {error.name}: pip install 'related-articles[{self.name}]'"
                    ) from error
                except (OSError, ValueError, RuntimeError) as error:
                    raise EngineError(
                        f"{self.address}: no {self.name.title()} cluster answers there ({_brief(error)}); "
                        f"start one, or mend the address: {_USAGE}"
                    ) from error
            yield

    def run(
        self,
        function: Callable[..., Result],
        arguments: Iterable[tuple[Any, ...]],
        *,
        total: int,
        description: str,
        unit: str,
        progress: bool = False,
    ) -> list[Result]:
        """Call a function with each of `total` arguments, within `started`; the results come in their order, at last.

        A task that fails keeps no other from its end. Within a task, joblib's own calls stay in its thread. A single
        task of the local engine runs in this process; so do all where one at a time is wanted of it or of Ray.

        Raises:
            EngineError: tasks failed, of which some are named, or the engine did; what others have done stays done.
        """
        local = self.name == "local"
        workers = min(self.workers or cpu_count(), total) if local else (self.workers or -1)
        with tqdm(total=total, desc=description, unit=unit, disable=None if progress else True) as bar:
            try:
                with parallel_config(backend="loky" if local else self.name):
                    parallel = _Parallel(
                        workers or 1,
                        batch_size=1,
                        pre_dispatch="2 * n_jobs" if local else self.workers or "2 * n_jobs",  # all that Dask minds
                    )
                parallel.bar = bar
                ends: list[_End] = parallel(delayed(_ended)(function, given) for given in arguments)
            except RecommenderError:
                raise
            except Exception as error:
                where = f" at {self.address}" if self.address else ""
                raise EngineError(
                    f"the engine {self.name}{where} broke off, look after its workers: "
                    f"{type(error).__name__}: {_brief(error)}"
                ) from error
        failures = list(dict.fromkeys(end.failure for end in ends if end.failure is not None))
        if failures:
            more = f"; and {len(failures) - _NAMED:,} more failed" if len(failures) > _NAMED else ""
            raise EngineError("; ".join(failures[:_NAMED]) + more)
        return [end.result for end in ends]


class _End(NamedTuple):
    """How a task ended: with a result, or with a sentence."""

    result: Any
    failure: str | None


def _ended(function: Callable[..., Any], given: tuple[Any, ...]) -> _End:
    """Run one task, on a worker; what it raises is told in words, since not every error survives the way back."""
    # A process that has mapped a model or keeps one for its next task would be taken for one that leaks, and replaced.
    process_executor._USE_PSUTIL = False
    # The cluster's own backend would be asked to share out what the task itself calls joblib for.
    with parallel_config(backend="sequential"):
        try:
            return _End(function(*given), None)
        except RecommenderError as error:
            return _End(None, str(error))
        except OSError as error:
            return _End(None, f"{error.filename or function.__name__}: {error.strerror or error}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the other tasks are worth having
            return _End(None, without_secrets(f"{function.__name__}{given}: {type(error).__name__}: {error}"))


class _Parallel(Parallel):  # type: ignore[misc]
    """joblib's, with a bar: the backends of Ray and Spark give no result before the last, but do tell of each."""

    bar: tqdm[Any]

    def print_progress(self) -> None:
        self.bar.update(self.n_completed_tasks - self.bar.n)


def _knock(address: str) -> None:
    """Raise `OSError` where nothing listens at an address that names a port: some tools would try for minutes."""
    parts = urlsplit(address)
    if parts.hostname and parts.port and "," not in parts.netloc:
        socket.create_connection((parts.hostname, parts.port), timeout=_PATIENCE).close()


def _join_dask(address: str, stack: ExitStack) -> None:
    from distributed import Client
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):  # type: ignore[misc]
        def effective_n_jobs(self, n_jobs: int) -> int:
            return max(2, int(super().effective_n_jobs(n_jobs)))  # of one, joblib would make a loop in this process

        def submit(self, func: Any, callback: Any = None) -> Any:
            """As joblib's, which would wait for ever for a task that Dask gave up because its workers died."""
            future = super().submit(func, callback)
            future.add_done_callback(lambda done: callback(done.exception()) if done.exception() else None)
            return future

    # What they have to tell ends in our own sentence.
    for talker in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(talker).setLevel(logging.CRITICAL)
    stack.enter_context(Client(address, timeout=_PATIENCE))
    register_parallel_backend("dask", Backend)


def _join_ray(address: str, stack: ExitStack) -> None:
    import ray
    from ray.util.joblib import register_ray

    ray.init(address=address, logging_level=logging.ERROR)
    stack.callback(ray.shutdown)
    register_ray()


def _join_spark(address: str, stack: ExitStack) -> None:
    from joblibspark.backend import SparkDistributedBackend
    from pyspark.sql import SparkSession

    class Backend(SparkDistributedBackend):  # type: ignore[misc]
        def effective_n_jobs(self, n_jobs: int) -> int:
            return max(2, n_jobs) if n_jobs > 0 else _SPARK_JOBS  # Spark counts only the cores that have come so far

        def submit(self, func: Any, callback: Any = None) -> Any:
            return self.apply_async(func, callback)

        def retrieve_result(self, out: Any, timeout: float | None = None) -> Any:
            """As joblib-spark's, which takes the error of a job that Spark gave up for its result."""
            result = super().retrieve_result(out, timeout)
            if isinstance(error := getattr(result, "exc", None), BaseException):
                raise error
            return result

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # a worker of another Python ends without a word
    warnings.filterwarnings("ignore", category=UserWarning, module="joblibspark|pyspark")  # said in any case
    builder = SparkSession.builder.master(address).appName("recommender")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    stack.callback(session.stop)
    session.sparkContext.setLogLevel("OFF")  # as with Dask
    register_parallel_backend("spark", Backend)


def _brief(error: BaseException) -> str:
    """An error on one line: clusters tell at length."""
    return " ".join(str(error).split())[:400] or type(error).__name__


_JOIN: dict[str, Callable[[str, ExitStack], None]] = {"dask": _join_dask, "ray": _join_ray, "spark": _join_spark}
_USAGE = "--engine dask --address tcp://HOST:8786, ray with ray://HOST:10001, or spark with spark://HOST:7077"
