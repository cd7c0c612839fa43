"""A model made in slices is the model that is made at once, whatever the slices and whoever makes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from samples import article, corpus_of
from test_ready import archive

from recommender import Corpus, Manifest, Recommender, Settings, artefact
from recommender.engine import Engine
from recommender.rules import in_rank_order
from recommender.sharding import build

ARCHIVE = archive(count=1500)
SETTINGS = Settings(hub_exponent=0.3)
IN_TURN = Engine(workers=1)


def published(
    corpus: Corpus, models: Path, settings: Settings, *, rows: int, engine: Engine = IN_TURN, **more: Any
) -> Manifest:
    """Make a model in slices of so many rows, and publish it."""

    def fill(folder: Path) -> Manifest:
        with engine.started():
            terms = build(
                folder,
                in_rank_order(corpus.articles),
                count=len(corpus.articles),
                links=corpus.links,
                settings=settings,
                engine=engine,
                rows=rows,
                **more,
            )
        return artefact.seal(
            folder,
            settings=settings,
            given={},
            precision=None,
            learnt="",
            corpus="",
            counts={"articles": len(corpus.articles), "files": 0, "links": 0, "terms": terms},
        )

    return artefact.publish_folder(models, fill)


def files_but_the_blocks(manifest: Manifest) -> dict[str, str]:
    """The digest of every file that does not hang on how many rows a block has."""
    of_blocks = {f"index.{part}.npy" for part in ("block", "directory", "postings")}
    return {name: digest for name, digest in manifest.files.items() if name not in of_blocks}


@pytest.mark.parametrize("rows", [256, 512, 1536])
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
    whole = artefact.publish(Recommender(settings=settings).fit(ARCHIVE), ARCHIVE, tmp_path / "whole")
    sliced = published(ARCHIVE, tmp_path / "sliced", settings, rows=rows)
    assert files_but_the_blocks(sliced) == files_but_the_blocks(whole)
    artefact.verify(tmp_path / "sliced")
    one, other = artefact.load(tmp_path / "whole"), artefact.load(tmp_path / "sliced")
    assert list(other.answers(limit=60)) == list(one.answers(limit=60))  # which is searched for: ready lists have fifty


def test_what_links_have_taught_about_terms_holds_in_slices(tmp_path: Path) -> None:
    factors = {"title": {" fe": 2.0, "fer": 0.5}, "excerpt": {"moon": 1.5, "nowhere": 3.0}}
    whole = Recommender(settings=SETTINGS).fit(ARCHIVE, term_factors=factors)
    manifest = artefact.publish(whole, ARCHIVE, tmp_path / "whole")
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
    whole = artefact.publish(Recommender(settings=SETTINGS).fit(corpus), corpus, tmp_path / "whole")
    sliced = published(corpus, tmp_path / "sliced", SETTINGS, rows=256)
    assert files_but_the_blocks(sliced) == files_but_the_blocks(whole)
