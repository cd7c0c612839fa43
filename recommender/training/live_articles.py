"""A corpus, or a published model, together with the live articles of a models folder."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.artefacts import LocalModels, Models
from recommender.corpus import Corpus
from recommender.journal import LiveChanges
from recommender.live import LiveOverlay
from recommender.parallel import freeze_gc
from recommender.ranking import Recommender
from recommender.sources import PARSE_CACHE_FILE, FileChoice


def read_corpus(corpus_path: Path, models: Models, *, choice: FileChoice | None = None) -> Corpus:
    """Read a corpus with the articles posted to the servers of a models folder, without those withdrawn there.

    A models folder at a URL has no servers, and no cache of parsed files. What is damaged is reported on stderr.

    Raises:
        CorpusError, ArtefactError: the corpus, or the models at the URL, can't be read.
    """
    live_changes, cache = LiveChanges(), None
    if models.path is not None:
        live_changes, cache = LiveChanges.load(models.path), models.path / PARSE_CACHE_FILE
    else:
        models.versions()  # an unreachable URL is reported before the long work
    for sentence in live_changes.damage:
        click.echo(f"recommender: {sentence}", err=True)
    corpus = Corpus.from_path(corpus_path, cache=cache, live_changes=live_changes, choice=choice, progress=True)
    freeze_gc()
    return corpus


def load_with_live_articles(models: LocalModels, version: str | None = None) -> Recommender:
    """Load a version, by default the one in use, with the articles posted and withdrawn since it was trained.

    Raises:
        ArtefactError: the version can't be loaded.
    """
    base = Recommender.load(models, version)
    return LiveOverlay(base).with_changes(LiveChanges.load(models.path)).recommender
