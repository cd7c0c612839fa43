"""Few articles are searched in numpy with the bits of the kernels, and without compiling anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from commands import run
from samples import SEEDS
from scipy.sparse import csr_array

from recommender.artefacts import LocalModels
from recommender.search import Index, Scoring, hubness_of_rows

KERNELS = "recommender.search.kernels"
_TRAIN = """
import sys
from recommender.cli import main
main(["train", sys.argv[1], "--models", sys.argv[2]], standalone_mode=False)
assert "numba" not in sys.modules
"""


@contextmanager
def kernels(*, loaded: bool) -> Iterator[None]:
    module = import_module(KERNELS)
    try:
        if not loaded:
            del sys.modules[KERNELS]
        yield
    finally:
        sys.modules[KERNELS] = module


def _answers(seed: int, count: int, scoring: Scoring) -> list[bytes]:
    chance = np.random.default_rng(seed)
    vectors = chance.random((count, 60), np.float32) * (chance.random((count, 60)) < 0.3)
    vectors[count // 2] = vectors[0]  # equal scores
    days = np.sort(np.round(chance.random(count) * 40, 1))[::-1].copy()
    days[count - count // 7 :] = np.nan
    matrix = csr_array(vectors.astype(np.float32))
    providers = chance.integers(-1, 3, count).astype(np.int32)
    index = Index.build(matrix, days, chance.random(count), providers=providers)
    found = index.nearest(
        matrix,
        query_days=days,
        query_providers=providers,
        excluded=np.arange(count, dtype=np.int32)[:, None],
        allowed=chance.random(count) < 0.9,
        since=np.where(chance.random(count) < 0.3, 20.0, np.nan),
        min_score=0.05,
        scoring=scoring,
        limit=20,
    )
    hubness = hubness_of_rows(index, 0, count, scoring=Scoring(scoring.half_life_days))
    factors = scoring.time_factor(days, days[::-1])
    return [np.ascontiguousarray(a).tobytes() for a in (*index.arrays, found.rows, found.scores, hubness, factors)]


@pytest.mark.parametrize("count", [1, 7, 150, 512])
@pytest.mark.parametrize(
    "scoring",
    [
        Scoring(None, other_provider=0.8),
        Scoring(3.3, newer_stretch=1.7, evergreen=0.1, window_days=17.0, undated=0.4, min_similarity=0.2),
        Scoring(0.01, other_provider=0.5),
    ],
)
def test_numpy_gives_the_bits_of_the_kernels(count: int, scoring: Scoring) -> None:
    with kernels(loaded=False):
        by_numpy = _answers(count, count, scoring)
    with kernels(loaded=True):
        by_kernels = _answers(count, count, scoring)
    assert by_numpy == by_kernels


def test_training_on_few_articles_compiles_nothing_and_gives_the_same_files(tmp_path: Path) -> None:
    by_numpy, by_kernels = tmp_path / "numpy", tmp_path / "kernels"
    subprocess.run([sys.executable, "-c", _TRAIN, str(SEEDS), str(by_numpy)], capture_output=True, check=True)
    with kernels(loaded=True):
        assert run("train", SEEDS, "--models", by_kernels).exit_code == 0
    assert LocalModels(by_numpy).manifest().files == LocalModels(by_kernels).manifest().files
