from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import clusters
import psutil
import pytest
import tasks
from servers import free_port
from waiting import until

from recommender.errors import EngineError
from recommender.parallel import Engine, EngineName


@pytest.fixture(scope="module")
def dask() -> Iterator[clusters.Cluster]:
    """A scheduler and two workers."""
    with clusters.dask() as cluster:
        yield cluster


@pytest.fixture(params=["local", "dask"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Two workers, here or there."""
    address = request.getfixturevalue("dask").address if request.param == "dask" else None
    engine = Engine(request.param, address, 2)
    with engine.started():
        yield engine


def run(engine: Engine, function: object, *arguments: tuple[object, ...]) -> list[Any]:
    """The results of some tasks."""
    assert callable(function)
    return engine.run(function, arguments, total=len(arguments), description="testing", unit=" tasks")


def test_results_come_in_the_order_of_the_arguments(engine: Engine) -> None:
    assert run(engine, tasks.halved, *((2 * number,) for number in range(50))) == list(range(50))


def test_tasks_are_shared_out_and_each_keeps_to_its_thread(engine: Engine) -> None:
    found = run(engine, tasks.where, *[()] * 8)
    assert len({worker for worker, _ in found}) == 2
    assert {threads for _, threads in found} == {1}
    assert os.getpid() not in {worker for worker, _ in found}


def test_a_task_that_fails_is_named_and_keeps_no_other_from_its_end(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^3 is odd$"):
        run(engine, tasks.halved, (3,), (4,))
    with pytest.raises(EngineError, match=r"^1 is odd; 3 is odd; 5 is odd; and 2 more failed$"):
        run(engine, tasks.halved, *((number,) for number in range(10)))
    with pytest.raises(EngineError, match=r"^broken\(3,\): ZeroDivisionError: integer division or modulo by zero$"):
        run(engine, tasks.broken, (3,), (5,))


def test_no_tasks_at_all_are_done_at_once(engine: Engine) -> None:
    assert run(engine, tasks.halved) == []


def test_one_local_task_needs_no_other_process() -> None:
    assert run(Engine(workers=2), os.getpid, ()) == [os.getpid()]


def test_one_task_of_a_cluster_is_the_clusters(dask: clusters.Cluster) -> None:
    engine = Engine("dask", dask.address)
    with engine.started():
        assert run(engine, os.getpid, ()) != [os.getpid()]


@pytest.mark.long
def test_a_cluster_is_started_and_stopped_on_this_machine_without_an_address() -> None:
    engine = Engine("dask", workers=2)
    with engine.started():
        assert run(engine, tasks.halved, (2,), (4,), (6,)) == [1, 2, 3]
        workers = {worker for worker, _ in run(engine, tasks.where, *[()] * 8)}
        assert len(workers) == 2
        assert os.getpid() not in workers
    until(lambda: not any(map(psutil.pid_exists, workers)))


def test_the_end_of_a_local_worker_is_told() -> None:
    engine = Engine(workers=2)
    with pytest.raises(EngineError, match=r"^the engine local failed; check its workers: TerminatedWorkerError"):
        run(engine, tasks.killed, (1,), (2,))


def test_a_local_worker_leaves_ctrl_c_to_the_process_that_started_it() -> None:
    assert run(Engine(workers=2), tasks.interrupted, (1,), (2,), (3,)) == [1, 2, 3]


@pytest.mark.long
def test_what_a_killed_worker_of_dask_was_at_is_done_by_another(tmp_path: Path) -> None:
    with clusters.dask() as cluster, ThreadPoolExecutor(1) as pool:
        engine = Engine("dask", cluster.address)
        with engine.started():
            results = pool.submit(run, engine, tasks.awaited, *((str(tmp_path), number) for number in range(10)))
            until((tmp_path / "worker").exists)
            until(lambda: (tmp_path / "worker").read_text() != "")
            os.kill(int((tmp_path / "worker").read_text()), signal.SIGKILL)
            assert results.result(timeout=60) == list(range(10))


@pytest.mark.long
def test_what_kills_every_worker_of_dask_is_given_up_with_a_sentence() -> None:
    with clusters.dask(nannies=True) as cluster:
        engine = Engine("dask", cluster.address)
        with engine.started(), pytest.raises(EngineError, match=r"failed; check its workers: KilledWorker: "):
            run(engine, tasks.killed, (1,), (2,))


@pytest.mark.parametrize(
    ("name", "address", "sentence"),
    [
        ("local", "tcp://127.0.0.1:8786", "the engine local has no address: "),
        ("dask", "tcp://127.0.0.1:{closed}", "tcp://127.0.0.1:{closed}: no Dask cluster answers there "),
        ("ray", "ray://127.0.0.1:{closed}", "ray://127.0.0.1:{closed}: no Ray cluster answers there "),
        ("spark", "spark://127.0.0.1:{closed}", "spark://127.0.0.1:{closed}: no Spark cluster answers there "),
        ("dask", "nonsense", "nonsense: no Dask cluster answers there "),
    ],
)
def test_a_cluster_that_can_not_be_joined_is_told_with_the_cure(
    name: EngineName, address: str | None, sentence: str
) -> None:
    closed = str(free_port())
    engine = Engine(name, address and address.format(closed=closed))
    with pytest.raises(EngineError) as told, engine.started():
        pass
    assert str(told.value).startswith(sentence.format(closed=closed))


@pytest.mark.parametrize(("name", "library"), [("dask", "distributed"), ("ray", "ray"), ("spark", "pyspark")])
def test_a_missing_extra_is_named(
    dask: clusters.Cluster, monkeypatch: pytest.MonkeyPatch, name: EngineName, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    engine = Engine(name, dask.address)
    sentence = rf"^the engine {name} lacks {library}.*: pip install 'related-articles\[{name}\]'$"
    with pytest.raises(EngineError, match=sentence), engine.started():
        pass
