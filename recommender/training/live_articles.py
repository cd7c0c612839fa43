"""A corpus together with the live articles of a models folder."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.artefacts import Models
from recommender.corpus import Corpus
from recommender.journal import LiveChanges
from recommender.parallel import freeze_gc
from recommender.sources import PARSE_CACHE_FILE, FileChoice


def read_corpus(corpus_path: Path, models: Models, *, choice: FileChoice | None = None) -> Corpus:
    """Read a corpus together with the articles posted to the servers of a models folder, without withdrawn ones.

    Models at a URL have no live articles and no parse cache. Damaged journal lines are reported on stderr.

    Raises:
        CorpusError, ArtefactError: the corpus, or the models at the URL, can't be read.
    """
    live_changes, cache = LiveChanges(), None
    if models.path is not None:
        live_changes, cache = LiveChanges.load(models.path), models.path / PARSE_CACHE_FILE
    else:
        models.versions()  # fail early if the URL is unreachable
    for sentence in live_changes.damage:
        click.echo(f"recommender: {sentence}", err=True)
    corpus = Corpus.from_path(corpus_path, cache=cache, live_changes=live_changes, choice=choice, progress=True)
    freeze_gc()
    return corpus
