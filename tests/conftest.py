"""What several tests share: the seeds, what is learnt from them, and that on disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from examples import examples
from hypothesis import settings
from samples import SEEDS

from recommender import Corpus, Recommender, Settings
from recommender.artefacts import Manifest
from recommender.training import publish

# How long a machine that others load takes for an example says nothing of the code.
settings.register_profile("ours", deadline=None, max_examples=examples(100))
settings.load_profile("ours")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests of servers, browsers and clusters wait a third of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def seeds() -> Corpus:
    """The corpus of seeds/."""
    return Corpus.from_path(SEEDS)


@pytest.fixture(scope="session")
def seeds_recommender(seeds: Corpus) -> Recommender:
    """A recommender that has learnt seeds/ with the default settings."""
    return Recommender(settings=Settings()).fit(seeds)


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory, seeds: Corpus) -> tuple[Path, Manifest]:
    """A models folder with the seeds' model published in it, which no test writes to."""
    models = tmp_path_factory.mktemp("published") / "models"
    return models, publish(seeds, models)


@pytest.fixture
def published(tmp_path: Path, published_once: tuple[Path, Manifest]) -> tuple[Path, Manifest]:
    """A models folder with the seeds' model in it, of the test's own."""
    models, manifest = published_once
    return shutil.copytree(models, tmp_path / "models"), manifest
