"""The engine that runs tasks: processes of this machine through joblib, or a cluster of Dask, Ray or Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeAlias, TypeVar

from recommender.errors import EngineError, RecommenderError
from recommender.parallel.clusters import CLUSTERS, MAX_SUBMITTED, Submit, require_listener
from recommender.parallel.interrupts import interrupts_deferred
from recommender.parallel.outcome import Outcome, attempt_numbered

EngineName: TypeAlias = Literal["local", "dask", "ray", "spark"]
Result = TypeVar("Result")
_Task: TypeAlias = tuple[int, tuple[Any, ...]]  # number and arguments

_MAX_NAMED = 3  # failed tasks in an error message
_USAGE = "--engine dask --cluster tcp://HOST:8786, ray with ray://HOST:10001, or spark with spark://HOST:7077"

_joined: dict[EngineName, Submit] = {}  # Ray and Spark allow one cluster per process


@dataclass(frozen=True, slots=True)
class Engine:
    """Where tasks run.

    A task is a plain function of a module with small arguments and a small result; workers read and write files.

    Attributes:
        address: of a running cluster, as its own tools write it; by default a cluster is started on this machine. The
            local engine has none.
        workers: tasks at a time; by default one per core of this machine or of the cluster.
    """

    name: EngineName = "local"
    address: str | None = None
    workers: int | None = None

    @contextmanager
    def started(self) -> Iterator[None]:
        """Join or start the cluster, and leave or stop it when the block ends; the local engine needs no start.

        Raises:
            EngineError: a library is not installed, nothing answers at the address, or the cluster doesn't start.
        """
        if self.name == "local":
            if self.address is not None:
                raise EngineError(f"the engine local has no address: {_USAGE}")
            yield
            return
        with ExitStack() as stack:
            try:
                if self.address is not None:
                    require_listener(self.address)
                _joined[self.name] = stack.enter_context(CLUSTERS[self.name](self.address, self.workers))
            except ImportError as error:
                raise EngineError(
                    f"the engine {self.name} lacks {error.name}: pip install 'related-articles[{self.name}]'"
                ) from error
            except (OSError, ValueError, RuntimeError) as error:
                if self.address is None:
                    raise EngineError(
                        f"no {self.name.title()} cluster could be started here ({_one_line(error)})"
                    ) from error
                raise EngineError(
                    f"{self.address}: no {self.name.title()} cluster answers there ({_one_line(error)}); "
                    f"start one, or correct the address: {_USAGE}"
                ) from error
            stack.callback(_joined.pop, self.name)
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
        """Call a function with each of `total` arguments and return the results in their order; see `started`.

        A failed task doesn't stop the others. joblib calls within a task stay in its thread. The local engine runs a
        single task, or all if it has one worker, in this process.

        Raises:
            EngineError: tasks failed (the message names up to three), or the engine did; files of finished ones stay.
        """
        from tqdm import tqdm

        outcomes: dict[int, Outcome] = {}
        run = self._run_locally if self.name == "local" else self._run_on_cluster
        with tqdm(total=total, desc=description, unit=unit, disable=None if progress else True) as bar:
            try:
                for number, outcome in run(function, enumerate(arguments), total):
                    outcomes[number] = outcome
                    bar.update()
            except RecommenderError:
                raise
            except Exception as error:
                location = f" at {self.address}" if self.address else ""
                raise EngineError(
                    f"the engine {self.name}{location} failed; check its workers: "
                    f"{type(error).__name__}: {_one_line(error)}"
                ) from error
        ordered = [outcomes[number] for number in range(len(outcomes))]
        failures = list(dict.fromkeys(outcome.failure for outcome in ordered if outcome.failure is not None))
        if failures:
            more = f"; and {len(failures) - _MAX_NAMED:,} more failed" if len(failures) > _MAX_NAMED else ""
            raise EngineError("; ".join(failures[:_MAX_NAMED]) + more)
        return [outcome.result for outcome in ordered]

    def _run_locally(
        self, function: Callable[..., Any], tasks: Iterable[_Task], total: int
    ) -> Iterator[tuple[int, Outcome]]:
        from joblib import Parallel, cpu_count, delayed, parallel_config

        workers = min(self.workers or cpu_count(), total) or 1
        with parallel_config(backend="loky"):
            parallel = Parallel(workers, batch_size=1, return_as="generator_unordered")
        with interrupts_deferred(workers):  # joblib starts the processes before it returns
            outcomes = parallel(delayed(attempt_numbered)(number, function, given) for number, given in tasks)
        yield from outcomes

    def _run_on_cluster(
        self, function: Callable[..., Any], tasks: Iterable[_Task], _total: int
    ) -> Iterator[tuple[int, Outcome]]:
        submit, tasks = _joined[self.name], iter(tasks)
        numbers: dict[Future[Outcome], int] = {}
        try:
            while True:
                for number, given in islice(tasks, (self.workers or MAX_SUBMITTED) - len(numbers)):
                    numbers[submit(function, given)] = number
                if not numbers:
                    return
                for future in wait(numbers, return_when=FIRST_COMPLETED).done:
                    yield numbers.pop(future), future.result()
        finally:
            for future in numbers:
                future.cancel()


def _one_line(error: BaseException) -> str:
    """The message of an error on one line of at most 400 characters."""
    return " ".join(str(error).split())[:400] or type(error).__name__
