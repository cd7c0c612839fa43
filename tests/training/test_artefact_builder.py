"""An artefact has the same files whatever the slices that it is built in, and whoever builds them."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import clusters
import numpy as np
import psutil
import pytest
from click.testing import CliRunner
from samples import archive, article, corpus_of, stories
from servers import RECOMMENDER
from waiting import until

from recommender import Corpus, Recommender, Settings
from recommender.artefacts import LocalModels, Manifest
from recommender.cli import main
from recommender.errors import CorpusError
from recommender.parallel import Engine
from recommender.storage import DiskFolder
from recommender.training import publish, train
from recommender.training.slice_tasks import write_string_index
from recommender.training.slices import Slice

SETTINGS = Settings(hub_exponent=0.3)
IN_THIS_PROCESS = Engine(workers=1)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Articles of three slices of 256."""
    return archive(count=700)


def digests(manifest: Manifest) -> dict[str, str]:
    """The digest of every file that does not depend on how many rows a block of the index has."""
    of_blocks = {f"index.{part}.npy" for part in ("block_size", "posting_offsets", "postings")}
    return {name: digest for name, digest in manifest.files.items() if name not in of_blocks}


@pytest.mark.parametrize(
    "change",
    [
        {},
        pytest.param({"half_life_days": None}, marks=pytest.mark.long),
        {"half_life_days": 0.5, "newer_stretch": 3.0, "evergreen": 0.2, "window_days": 3},
        {"other_provider": 0.5, "min_similarity": 0.2, "evergreen": 0.1},
        pytest.param({"hub_exponent": 0.0}, marks=pytest.mark.long),
        pytest.param({"title_weight": 1.0}, marks=pytest.mark.long),
        pytest.param({"title_weight": 0.0}, marks=pytest.mark.long),
    ],
    ids=str,
)
def test_the_files_are_the_same_in_one_slice_and_in_several(
    tmp_path: Path, corpus: Corpus, change: dict[str, Any]
) -> None:
    settings = replace(SETTINGS, **change)
    one = publish(corpus, tmp_path / "one", settings=settings)
    several = publish(corpus, tmp_path / "several", settings=settings, engine=IN_THIS_PROCESS, slice_rows=256)
    assert digests(several) == digests(one)
    LocalModels(tmp_path / "several").verify()
    fitted, loaded = Recommender(settings=settings).fit(corpus), Recommender.load(tmp_path / "several")
    assert list(loaded.answers(limit=60)) == list(fitted.answers(limit=60))  # more than precomputed lists hold


@pytest.mark.parametrize("text_weight", [0.0, 0.8])
def test_the_files_hold_the_arrays_of_a_recommender_that_is_fitted_in_memory(
    tmp_path: Path, corpus: Corpus, text_weight: float
) -> None:
    corpus = corpus_of(*(replace(one, text=f"{one.excerpt} {one.title}") for one in corpus.articles))
    settings = replace(SETTINGS, text_weight=text_weight)
    factors = {"title": {" fe": 2.0, "fer": 0.5}, "excerpt": {"moon": 1.5, "nowhere": 3.0}}
    publish(corpus, tmp_path, settings=settings, term_factors=factors)
    fitted = Recommender(settings=settings).fit(corpus, term_factors=factors).precompute_lists().to_model()
    loaded = Recommender.load(tmp_path).to_model()
    for name, array in fitted.index.arrays._asdict().items():
        assert np.array_equal(array, getattr(loaded.index.arrays, name), equal_nan=name == "days"), name
    if text_weight:
        assert fitted.index.query_data is not None
        assert loaded.index.query_data is not None
        assert np.array_equal(fitted.index.query_data, loaded.index.query_data)
        assert not np.array_equal(fitted.index.query_data, fitted.index.arrays.data)
    else:
        assert fitted.index.query_data is loaded.index.query_data is None
    assert fitted.top_lists is not None
    assert loaded.top_lists is not None
    assert np.array_equal(fitted.top_lists.rows, loaded.top_lists.rows)
    assert np.array_equal(fitted.top_lists.scores, loaded.top_lists.scores)


@pytest.mark.parametrize("change", [{"title_weight": 1e-95}, {"text_weight": 1e-95}], ids=str)
def test_a_field_whose_share_is_too_small_to_compute_with_counts_nothing(
    tmp_path: Path, corpus: Corpus, change: dict[str, Any]
) -> None:
    corpus, settings = corpus_of(*corpus.articles[:60]), replace(SETTINGS, **change)
    publish(corpus, tmp_path, settings=settings)
    LocalModels(tmp_path).verify()
    loaded, without = (
        Recommender.load(tmp_path),
        Settings.from_mapping({**settings.to_mapping(), **dict.fromkeys(change, 0)}),
    )
    assert list(loaded.answers()) == list(Recommender(settings=without).fit(corpus).answers())


def test_the_depth_of_lists_follows_from_their_limit(tmp_path: Path, corpus: Corpus) -> None:
    publish(corpus, tmp_path, settings=replace(SETTINGS, limit=20))
    lists = Recommender.load(tmp_path).to_model().top_lists
    assert lists is not None
    assert lists.rows.shape == lists.scores.shape == (len(corpus.articles), 40)


def test_keys_are_sorted_alike_in_memory_and_in_a_file(tmp_path: Path) -> None:
    urls = ("a.example/oak", "a.example/elm")
    alike = [replace(article(id, "Comet"), urls=urls, names=(id, f"posts/{id}")) for id in ("elm", "\u00f6l", "ash")]
    model, again = tmp_path / publish(corpus_of(*alike, article("z", "Zyzzyva")), tmp_path).version, tmp_path / "again"
    again.mkdir()
    for file in model.glob("articles.*"):
        shutil.copyfile(file, again / file.name)
    for kind in ("names", "urls"):
        write_string_index(Slice(DiskFolder(again), Settings(), 0, 4), kind, in_memory=1)
        for name in (f"{kind}.txt", f"{kind}.ends.npy", f"{kind}.rows.npy"):
            assert (again / name).read_bytes() == (model / name).read_bytes()


def test_term_factors_hold_in_several_slices(tmp_path: Path, corpus: Corpus) -> None:
    factors = {"title": {" fe": 2.0, "fer": 0.5}, "excerpt": {"moon": 1.5, "nowhere": 3.0}}
    one = publish(corpus, tmp_path / "one", settings=SETTINGS, term_factors=factors)
    several = publish(
        corpus,
        tmp_path / "several",
        settings=SETTINGS,
        term_factors=factors,
        engine=IN_THIS_PROCESS,
        slice_rows=256,
    )
    assert digests(several) == digests(one)


def test_several_processes_build_the_same_files(tmp_path: Path, corpus: Corpus) -> None:
    one = publish(corpus, tmp_path / "one", settings=SETTINGS, engine=IN_THIS_PROCESS, slice_rows=512)
    two = publish(corpus, tmp_path / "two", settings=SETTINGS, engine=Engine(workers=2), slice_rows=512)
    assert two.files == one.files


@pytest.mark.long
def test_several_processes_count_many_texts_and_build_the_same_files(tmp_path: Path) -> None:
    texts = (f"tide {number % 97} reef" for number in range(5001))
    corpus = corpus_of(*(replace(article(f"a{n}", "Ferry"), text=text) for n, text in enumerate(texts)))
    settings = replace(SETTINGS, text_weight=0.5)
    one = publish(corpus, tmp_path / "one", settings=settings, engine=IN_THIS_PROCESS)
    three = publish(corpus, tmp_path / "three", settings=settings, engine=Engine(workers=3))
    assert three.files == one.files


@pytest.mark.parametrize(
    "corpus",
    [
        corpus_of(article("a", "Ferry")),
        corpus_of(article("a", "?"), article("b", "!")),
        corpus_of(*(article(f"a{number}", "Ferry", date="2024-01-01") for number in range(300))),
        corpus_of(*(article(f"a{number}", "Ferry") for number in range(300))),
    ],
    ids=["one article", "no term", "one day", "no day"],
)
def test_poor_corpora_can_be_published(tmp_path: Path, corpus: Corpus) -> None:
    one = publish(corpus, tmp_path / "one", settings=SETTINGS)
    several = publish(corpus, tmp_path / "several", settings=SETTINGS, engine=IN_THIS_PROCESS, slice_rows=256)
    assert digests(several) == digests(one)
    LocalModels(tmp_path / "several").verify()
    fitted, loaded = Recommender(settings=SETTINGS).fit(corpus), Recommender.load(tmp_path / "several")
    assert list(loaded.answers()) == list(fitted.answers())


def test_a_corpus_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="a corpus without articles can't be learnt from"):
        publish(corpus_of(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_tuning_and_a_precision_hold_in_several_slices(tmp_path: Path) -> None:
    corpus = stories(60)
    one = train(corpus, LocalModels(tmp_path / "one"), {"limit": 7}, precision=0.3)
    several = train(
        corpus, LocalModels(tmp_path / "several"), {"limit": 7}, precision=0.3, slice_rows=256, engine=IN_THIS_PROCESS
    )
    assert one.settings.min_score > 0
    assert several.settings == one.settings
    assert digests(several) == digests(one)
    assert (several.learnt, several.given, several.precision, several.corpus, several.counts) == (
        one.learnt,
        one.given,
        one.precision,
        one.corpus,
        one.counts,
    )


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """700 articles as lines, which are three slices."""
    file = tmp_path_factory.mktemp("archive") / "archive.jsonl"
    file.write_text("".join(json.dumps({"id": one.id, **one.entry}) + "\n" for one in stories(140).articles))
    return file


def trained(lines: Path, models: Path, *options: str) -> dict[str, str]:
    """The digests of what the command makes."""
    done = CliRunner().invoke(main, ["train", str(lines), "--models", str(models), "--slice-size", "256", *options])
    assert done.exit_code == 0, done.output
    return LocalModels(models).manifest().files


@pytest.mark.long
def test_dask_trains_the_same_model(lines: Path, tmp_path: Path) -> None:
    with clusters.dask() as cluster:
        on_dask = trained(lines, tmp_path / "dask", "--engine", "dask", "--cluster", cluster.address)
    assert on_dask == trained(lines, tmp_path / "local")


@pytest.mark.long
def test_a_training_whose_workers_die_leaves_the_models_as_they_were(lines: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    trained(lines, models)
    before = sorted(models.iterdir())
    options = ["--models", str(models), "--slice-size", "256", "--workers", "2", "--force"]
    command = [RECOMMENDER, "train", str(lines), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as driver:
        until(lambda: any(models.glob(".publishing-*/*/work/*")), seconds=60)
        until(lambda: bool(_workers_of(driver.pid)), seconds=60)
        for worker in _workers_of(driver.pid):
            worker.kill()
        _, said = driver.communicate(timeout=120)
    assert driver.returncode == 2
    assert "the engine local failed" in said.splitlines()[-1]
    assert sorted(models.iterdir()) == before


def _workers_of(driver: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        family = psutil.Process(driver).children(recursive=True)
        return [one for one in family if "loky.backend.popen_loky_posix" in " ".join(one.cmdline())]
    return []


def test_terms_and_topics_of_too_many_articles_leave_no_room_in_the_index(tmp_path: Path, corpus: Corpus) -> None:
    articles = (
        replace(one, text=f"everywhere {one.title}", topics=("news", f"topic {row % 700}"))
        for row, one in enumerate(corpus.articles)
    )
    texted, settings = corpus_of(*articles), replace(SETTINGS, text_weight=0.8)
    models = LocalModels(tmp_path / "one")
    one = publish(texted, models, settings=settings)
    assert models.verify(one.version) == one
    several = publish(texted, tmp_path / "several", settings=settings, engine=IN_THIS_PROCESS, slice_rows=256)
    assert digests(several) == digests(one)
    fitted, loaded = Recommender(settings=settings).fit(texted), Recommender.load(tmp_path / "several")
    ids = [article.id for article in texted.articles][::100]
    assert list(loaded.related_many(ids)) == list(fitted.related_many(ids))
