"""The same export on Spark and on Ray, which `make test-engines` installs: slow to come, so no part of `make test`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import clusters
import psutil
import pytest
import tasks
from exports import Site, joined, marks, parts, whole
from waiting import until

from recommender.engine import Engine, Name
from recommender.errors import EngineError


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """150 articles of three months, one without a date, and a model of them."""
    return Site(tmp_path_factory.mktemp("site"), articles=150)


@pytest.fixture(scope="module", params=["ray", "spark"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Name, str]]:
    """The name and address of a cluster of two cores: one node of Ray, or a master and two workers of Spark."""
    cluster = clusters.ray() if request.param == "ray" else clusters.spark(tmp_path_factory.mktemp("spark"))
    with cluster as running:
        yield request.param, running.address


@pytest.mark.parametrize(("task_size", "workers"), [(7, 1), (7, 2), (7, None), (1000, 2), (1, 2)])
def test_a_dataset_holds_what_look_ups_give(
    site: Site, engine: tuple[Name, str], tmp_path: Path, task_size: int, workers: int | None
) -> None:
    options = ["--task-size", task_size, *(["--workers", workers] if workers else [])]
    done = site.export(f"{tmp_path}/", "--engine", engine[0], "--address", engine[1], *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(f"150 articles exported to {tmp_path}/\n")
    assert joined(tmp_path) == site.answers()
    assert whole(tmp_path)


def test_a_task_that_fails_is_named_and_keeps_no_other_from_its_end(engine: tuple[Name, str]) -> None:
    joined = Engine(*engine, workers=2)
    with joined.started():
        arguments = [(number,) for number in (2, 3, 4)]
        with pytest.raises(EngineError, match=r"^3 is odd$"):
            joined.run(tasks.halved, arguments, total=3, description="testing", unit=" tasks")
        found = joined.run(tasks.where, [()] * 8, total=8, description="testing", unit=" tasks")
    assert len({worker for worker, _ in found}) == 2
    assert {threads for _, threads in found} == {1}
    assert os.getpid() not in {worker for worker, _ in found}


def test_a_worker_that_is_killed_ends_no_export_that_can_not_go_on(
    site: Site, engine: tuple[Name, str], tmp_path: Path
) -> None:
    command = site.command(f"{tmp_path}/", "--task-size", 1, "--engine", engine[0], "--address", engine[1])
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: len(parts(tmp_path)) > 10 or process.poll() is not None, seconds=120)
        assert process.poll() is None, process.communicate()[1]
        _worker_of(site.models, process.pid).kill()
        _, said = process.communicate(timeout=300)
    if process.returncode != 0:  # Spark does again what the worker was at; Ray's pool gives up
        assert process.returncode == 2
        assert said.splitlines()[-1].startswith(
            f"recommender: {tmp_path}/: the engine {engine[0]} at {engine[1]} broke off"
        )
        before = marks(tmp_path)
        assert 10 < len(before) < 150
        assert subprocess.run(command, stderr=subprocess.PIPE, timeout=300, check=False).returncode == 0
        after = marks(tmp_path)
        assert {name: after[name] for name in before} == before
    assert joined(tmp_path) == site.answers()


def _worker_of(models: Path, driver: int) -> psutil.Process:
    """A process that does tasks of an export: one that has the model mapped as the driver and this one do."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            paths = [] if process.pid in (driver, os.getpid()) else [file.path for file in process.memory_maps()]
            if any(path.startswith(str(models)) for path in paths):
                return process
    raise AssertionError("no worker has the model mapped")
