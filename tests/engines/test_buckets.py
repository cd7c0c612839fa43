"""Models in an object store, made and used by processes that have nothing else in common."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import buckets
import clusters
import pytest
from exports import Site
from servers import RECOMMENDER
from waiting import until

from recommender.artefacts import LocalModels, RemoteModels


@pytest.fixture(scope="module")
def bucket() -> Iterator[buckets.Bucket]:
    """An empty bucket."""
    with buckets.bucket() as made:
        yield made


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where workers that are started from now on keep their copies."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "related-articles"


def ran(*command: object) -> subprocess.CompletedProcess[str]:
    """A command that has come to its end, as a shell has it."""
    return subprocess.run([RECOMMENDER, *map(str, command)], capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", ["local", "dask"])
def test_training_and_export_over_a_bucket_are_those_over_a_disk(
    name: str, bucket: buckets.Bucket, cache: Path, tmp_path: Path
) -> None:
    site, models, out = Site(tmp_path / "site", articles=600), f"{bucket.url}/{name}", f"{bucket.url}/lists-{name}"
    here = site.train(tmp_path / "here", "--slice-size", 256)
    assert subprocess.run(here, check=False, timeout=300).returncode == 0
    with _cluster(name) as engine:
        trained = ran("train", site.corpus, "--models", models, "--slice-size", 256, *engine)
        assert trained.returncode == 0, trained.stderr
        exported = ran("export", site.corpus, "--models", models, "--out", out, "--task-size", 50, *engine)
        assert exported.returncode == 0, exported.stderr
    assert "published" not in exported.stderr
    assert RemoteModels(models).manifest().files == LocalModels(tmp_path / "here").manifest().files
    files = bucket.files()
    found = sorted(files.glob(f"{out}/month=*/part-*"), key=lambda path: str(path).rpartition("/")[2])
    assert b"".join(map(files.cat_file, found)) == site.answers()
    assert files.exists(f"{out}/_SUCCESS")
    [copies] = cache.iterdir()
    assert LocalModels(copies).versions() == RemoteModels(models).versions()
    pulled = ran("models", "pull", models, "--models", tmp_path / "pulled")
    assert pulled.returncode == 0, pulled.stderr
    assert LocalModels(tmp_path / "pulled").verify() == RemoteModels(models).manifest()


def test_a_training_that_is_killed_leaves_the_models_in_a_bucket_as_they_were(
    bucket: buckets.Bucket, tmp_path: Path
) -> None:
    site, models = Site(tmp_path, articles=600), RemoteModels(f"{bucket.url}/killed")
    command = ["train", "--force", site.corpus, "--models", models, "--slice-size", 256, "--workers", 2]
    assert ran(*command).returncode == 0
    before = models.manifest()
    with subprocess.Popen([RECOMMENDER, *map(str, command)], stderr=subprocess.DEVNULL) as driver:
        until(lambda: bucket.has(f"{models}/", but=before.version), seconds=60)
        driver.kill()
    assert models.versions() == [models.current()] == [before.version]
    [left] = models.unfinished()
    assert f"{models}/{left}: is unfinished" in ran("models", "--models", models).stderr
    assert models.pull(LocalModels(tmp_path / "pulled")) == before


def test_a_bucket_that_is_away_is_told(tmp_path: Path) -> None:
    site = Site(tmp_path, articles=60)
    with buckets.bucket() as away:
        away.stop()
        for command in (
            ("train", site.corpus, "--models", f"{away.url}/models"),
            ("models", "pull", f"{away.url}/models"),
        ):
            done = ran(*command)
            assert done.returncode == 2
            assert done.stderr.splitlines()[-1].startswith(f"recommender: {away.url}/models")
            assert "Could not connect to the endpoint" in done.stderr
            assert "Traceback" not in done.stderr


def test_a_bucket_that_goes_away_ends_a_training_with_a_sentence(tmp_path: Path) -> None:
    site = Site(tmp_path, articles=600)
    with buckets.bucket() as going:
        models = RemoteModels(f"{going.url}/models")
        command = ["train", site.corpus, "--models", models, "--slice-size", 256, "--workers", 2]
        with subprocess.Popen([RECOMMENDER, *map(str, command)], stderr=subprocess.PIPE, text=True) as driver:
            until(lambda: going.has(f"{models}/"), seconds=60)
            going.stop()
            _, said = driver.communicate(timeout=120)
    assert driver.returncode == 2
    assert said.splitlines()[-1].startswith(f"recommender: {models}/")
    assert "Could not connect to the endpoint" in said.splitlines()[-1]
    assert "Traceback" not in said


@contextmanager
def _cluster(name: str) -> Iterator[list[str]]:
    """Two workers, and the options that name them."""
    if name == "local":
        yield ["--workers", "2"]
        return
    with clusters.dask() as cluster:
        yield ["--engine", name, "--cluster", cluster.address]
