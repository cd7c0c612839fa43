"""A model made in slices is the model that is made at once, whatever the slices and whoever makes them."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import clusters
import psutil
import pytest
from click.testing import CliRunner
from samples import archive, article, corpus_of, stories
from servers import RECOMMENDER
from waiting import until

from api.app import main
from recommender import Corpus, Recommender, Settings
from recommender.artefacts import LocalModels, Manifest
from recommender.articles import in_rank_order
from recommender.parallel import Engine
from recommender.storage import Folder
from recommender.training import build, publish, train

ARCHIVE = archive(count=1500)
SETTINGS = Settings(hub_exponent=0.3)
IN_TURN = Engine(workers=1)


def published(
    corpus: Corpus, models: Path, settings: Settings, *, rows: int, engine: Engine = IN_TURN, **more: Any
) -> Manifest:
    """Make a model in slices of so many rows, and publish it."""

    def fill(folder: Folder) -> Manifest:
        with engine.started():
            terms, digests = build(
                folder,
                in_rank_order(corpus.articles),
                count=len(corpus.articles),
                links=corpus.links,
                settings=settings,
                engine=engine,
                rows=rows,
                **more,
            )
        return Manifest.of(corpus, digests, terms=terms, settings=settings)

    return LocalModels(models).publish(fill)


def files_but_the_blocks(manifest: Manifest) -> dict[str, str]:
    """The digest of every file that does not hang on how many rows a block has."""
    of_blocks = {f"index.{part}.npy" for part in ("block_size", "posting_offsets", "postings")}
    return {name: digest for name, digest in manifest.files.items() if name not in of_blocks}


@pytest.mark.parametrize("rows", [256, 1024])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"half_life_days": None},
        {"half_life_days": 0.5, "newer_stretch": 3.0, "older_weight": 0.7},
        {"hub_exponent": 0.0},
        {"title_weight": 1.0},
        {"title_weight": 0.0},
    ],
    ids=str,
)
def test_slices_change_no_file(tmp_path: Path, rows: int, change: dict[str, Any]) -> None:
    settings = replace(SETTINGS, **change)
    whole = publish(Recommender(settings=settings).fit(ARCHIVE), ARCHIVE, tmp_path / "whole")
    sliced = published(ARCHIVE, tmp_path / "sliced", settings, rows=rows)
    assert files_but_the_blocks(sliced) == files_but_the_blocks(whole)
    LocalModels(tmp_path / "sliced").verify()
    one, other = Recommender.load(tmp_path / "whole"), Recommender.load(tmp_path / "sliced")
    assert list(other.answers(limit=60)) == list(
        one.answers(limit=60)
    )  # which is searched for: precomputed lists have fifty


def test_what_links_have_taught_about_terms_holds_in_slices(tmp_path: Path) -> None:
    factors = {"title": {" fe": 2.0, "fer": 0.5}, "excerpt": {"moon": 1.5, "nowhere": 3.0}}
    whole = Recommender(settings=SETTINGS).fit(ARCHIVE, term_factors=factors)
    manifest = publish(whole, ARCHIVE, tmp_path / "whole")
    sliced = published(ARCHIVE, tmp_path / "sliced", SETTINGS, rows=256, term_factors=factors)
    assert files_but_the_blocks(sliced) == files_but_the_blocks(manifest)


def test_processes_make_what_one_makes(tmp_path: Path) -> None:
    alone = published(ARCHIVE, tmp_path / "alone", SETTINGS, rows=512)
    together = published(ARCHIVE, tmp_path / "together", SETTINGS, rows=512, engine=Engine(workers=2))
    assert together.files == alone.files


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
def test_poor_corpora_can_be_made_in_slices_too(tmp_path: Path, corpus: Corpus) -> None:
    whole = publish(Recommender(settings=SETTINGS).fit(corpus), corpus, tmp_path / "whole")
    sliced = published(corpus, tmp_path / "sliced", SETTINGS, rows=256)
    assert files_but_the_blocks(sliced) == files_but_the_blocks(whole)


def test_what_is_learnt_and_how_precise_it_is_to_be_holds_in_slices_too(tmp_path: Path) -> None:
    corpus = stories(60)
    whole = train(corpus, LocalModels(tmp_path / "whole"), {"limit": 7}, precision=0.3)
    sliced = train(corpus, LocalModels(tmp_path / "sliced"), {"limit": 7}, precision=0.3, slice_rows=256)
    assert whole.settings.min_score > 0
    assert sliced.settings == whole.settings
    assert files_but_the_blocks(sliced) == files_but_the_blocks(whole)
    assert (sliced.learnt, sliced.given, sliced.precision, sliced.corpus, sliced.counts) == (
        whole.learnt,
        whole.given,
        whole.precision,
        whole.corpus,
        whole.counts,
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
        on_dask = trained(lines, tmp_path / "dask", "--engine", "dask", "--address", cluster.address)
    assert on_dask == trained(lines, tmp_path / "local")


@pytest.mark.long
def test_a_training_whose_workers_die_leaves_the_models_as_they_were(lines: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    trained(lines, models)
    before = sorted(models.iterdir())
    command = [RECOMMENDER, "train", str(lines), "--models", str(models), "--slice-size", "256", "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as driver:
        until(lambda: any(models.glob(".publishing-*/work/*")), seconds=60)
        until(lambda: bool(_workers_of(driver.pid)), seconds=60)
        for worker in _workers_of(driver.pid):
            worker.kill()
        _, said = driver.communicate(timeout=120)
    assert driver.returncode == 2
    assert "the engine local broke off" in said.splitlines()[-1]
    assert sorted(models.iterdir()) == before


def _workers_of(driver: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        family = psutil.Process(driver).children(recursive=True)
        return [one for one in family if "loky.backend.popen_loky_posix" in " ".join(one.cmdline())]
    return []
