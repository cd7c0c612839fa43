"""Training and export on Spark and Ray, which only `make test-engines` installs, since they are large."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import clusters
import psutil
import pytest
import tasks
from exports import Site, joined, parts, whole
from waiting import until

from recommender.artefacts import LocalModels
from recommender.errors import EngineError
from recommender.export import Exporter
from recommender.parallel import Engine, EngineName


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """150 articles of three months, one without a date, and a model of them."""
    return Site(tmp_path_factory.mktemp("site"), articles=150)


@pytest.fixture(scope="module", params=["ray", "spark"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EngineName, str]]:
    """The name and address of a cluster of two cores: one node of Ray, or a master and two workers of Spark."""
    cluster = clusters.ray() if request.param == "ray" else clusters.spark(tmp_path_factory.mktemp("spark"))
    with cluster as running:
        yield request.param, running.address


def test_a_dataset_holds_what_look_ups_give_however_it_is_cut(
    site: Site, engine: tuple[EngineName, str], tmp_path: Path
) -> None:
    answers = site.answers()
    with Engine(*engine).started():  # takes ten seconds on Spark
        for task_size, workers in ((7, None), (20, 1), (1000, 2)):
            out = tmp_path / f"{task_size}-{workers}"
            Exporter(
                LocalModels(site.models), site.version, engine=Engine(*engine, workers=workers), task_size=task_size
            ).to_folder(str(out))
            assert joined(out) == answers
            assert whole(out)


def test_the_model_that_is_trained_is_the_same(engine: tuple[EngineName, str], tmp_path: Path) -> None:
    site, found = Site(tmp_path, articles=300), []
    for there in (("local", None), engine):
        command = site.train(tmp_path / there[0], "--slice-size", 256, "--engine", there[0])
        subprocess.run([*command, *(["--cluster", there[1]] if there[1] else [])], check=True, timeout=300)
        found.append(LocalModels(tmp_path / there[0]).manifest().files)
    assert found[0] == found[1]


@pytest.mark.long
@pytest.mark.parametrize("name", ["ray", "spark"])
def test_a_cluster_without_an_address_is_started_on_this_machine(name: EngineName) -> None:
    engine = Engine(name, workers=2)
    with engine.started():
        arguments = [(number,) for number in (1, 4, 9)]
        assert engine.run(math.isqrt, arguments, total=3, description="testing", unit=" tasks") == [1, 2, 3]


def test_a_task_that_fails_is_named_and_keeps_no_other_from_its_end(engine: tuple[EngineName, str]) -> None:
    of_two = Engine(*engine, workers=2)
    with of_two.started():
        arguments = [(number,) for number in (2, 3, 4)]
        with pytest.raises(EngineError, match=r"^3 is odd$"):
            of_two.run(tasks.halved, arguments, total=3, description="testing", unit=" tasks")
        found = of_two.run(tasks.where, [()] * 8, total=8, description="testing", unit=" tasks")
    assert len({worker for worker, _ in found}) == 2
    assert {threads for _, threads in found} == {1}
    assert os.getpid() not in {worker for worker, _ in found}


@pytest.mark.long
def test_a_worker_that_is_killed_breaks_off_no_export(
    site: Site, engine: tuple[EngineName, str], tmp_path: Path
) -> None:
    command = site.command(f"{tmp_path}/", "--task-size", 3, "--engine", engine[0], "--cluster", engine[1])
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: len(parts(tmp_path)) > 10 or process.poll() is not None, seconds=120)
        assert process.poll() is None, process.communicate()[1]
        _worker_of(site.models, process.pid).kill()
        _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said  # both engines run the worker's task again
    assert joined(tmp_path) == site.answers()


def _worker_of(models: Path, driver: int) -> psutil.Process:
    """A process that runs tasks of an export: it maps the model, and is neither the driver nor this process."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            paths = [] if process.pid in (driver, os.getpid()) else [file.path for file in process.memory_maps()]
            if any(path.startswith(str(models)) for path in paths):
                return process
    raise AssertionError("no worker has the model mapped")
