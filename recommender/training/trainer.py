"""Trains a model on a corpus and publishes it, or finds the published one that is up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from recommender.artefacts import Manifest, ModelFiles, Models, TrainedModel, on_disk
from recommender.corpus import Corpus, fingerprint, remove_incorporated
from recommender.errors import ArtefactError
from recommender.parallel import Engine
from recommender.ranking import Recommender
from recommender.sources import PARSE_CACHE_FILE
from recommender.storage import Folder
from recommender.training.artefact_builder import build
from recommender.training.live_articles import read_corpus
from recommender.training.progress import report_corpus, show_stages
from recommender.training.publishing import write_files
from recommender.training.slices import ROWS
from recommender.tuning import Split, tune, with_min_score


def train(
    corpus: Corpus,
    models: Models,
    given: Mapping[str, Any],
    *,
    precision: float | None = None,
    engine: Engine | None = None,
    slice_rows: int = ROWS,
) -> Manifest:
    """Tune, build and publish a model, and report on stderr.

    Args:
        given: settings that the user has set; they are not tuned.
        precision: if given, the minimum score is set so that at least this share of suggestions is right, 0 to 1.
        engine: one that is started; by default this machine.
        slice_rows: articles of a slice; no process holds the text of more.

    Raises:
        SettingsError: `given` is invalid, or the precision can't be reached.
        ArtefactError, EngineError: the model can't be written, or a task failed.
    """
    engine = engine or Engine()
    report_corpus(corpus)
    whole = engine.name == "local" and len(corpus.articles) <= slice_rows
    fill = _at_once(corpus, given, precision) if whole else _in_slices(corpus, given, precision, engine, slice_rows)
    manifest = models.publish(fill)
    if models.path is not None:
        remove_incorporated(models.path, corpus.incorporated)
    click.echo(manifest.learnt, err=True)
    click.echo(f"published {models}/{manifest.version}", err=True)
    return manifest


def _at_once(corpus: Corpus, given: Mapping[str, Any], precision: float | None) -> Callable[[Folder], Manifest]:
    split = Split.of(corpus)
    with show_stages("training") as progress:
        tuned = tune(corpus, split, given=given, progress=progress)
        recommender = Recommender(settings=tuned.settings).fit(corpus, term_factors=tuned.term_factors)
        if precision is not None:
            tuned = with_min_score(tuned, recommender, split.earlier, precision)
            recommender.settings = tuned.settings

    def fill(folder: Folder) -> Manifest:
        with show_stages("publishing") as progress:
            progress(f"{len(corpus.articles):,} articles")
            return write_files(recommender, corpus, folder, given=given, precision=precision, learnt=tuned.summary())

    return fill


def _in_slices(
    corpus: Corpus, given: Mapping[str, Any], precision: float | None, engine: Engine, slice_rows: int
) -> Callable[[Folder], Manifest]:
    split = Split.of(corpus)
    with show_stages("training") as progress:
        tuned = tune(corpus, split, given=given, progress=progress)

    def fill(folder: Folder) -> Manifest:
        terms, digests = build(
            folder,
            corpus.in_rank_order(),
            count=len(corpus.articles),
            links=corpus.links,
            settings=tuned.settings,
            term_factors=tuned.term_factors,
            engine=engine,
            rows=slice_rows,
            progress=True,
        )
        result = tuned
        if precision is not None:
            with on_disk(folder, digests) as made:
                recommender = Recommender.from_model(TrainedModel.read(ModelFiles(made), tuned.settings))
                result = with_min_score(tuned, recommender, split.earlier, precision)
        return Manifest.of(
            corpus,
            digests,
            terms=terms,
            settings=result.settings,
            given=given,
            precision=precision,
            learnt=result.summary(),
        )

    return fill


def ensure_trained(corpus: Corpus | Path, models: Models, *, engine: Engine | None = None) -> str:
    """The current version if it is intact and was trained on this very corpus, else that of a newly trained model.

    A new model is trained with the settings and precision that the current one was given.

    Args:
        corpus: one that was read by `read_corpus`, or its path, which is read only if training is needed.

    Raises:
        CorpusError, SettingsError, ArtefactError, EngineError: it can't be trained.
    """
    current = _current_manifest(models)
    if current is not None and current.corpus == _fingerprint(corpus, models):
        return current.version
    corpus = read_corpus(corpus, models) if isinstance(corpus, Path) else corpus
    given, precision = ({}, None) if current is None else (current.given, current.precision)
    return train(corpus, models, given, precision=precision, engine=engine).version


def _fingerprint(corpus: Corpus | Path, models: Models) -> str:
    if isinstance(corpus, Corpus):
        return corpus.fingerprint
    return fingerprint(corpus, cache=models.path / PARSE_CACHE_FILE if models.path is not None else None)


def _current_manifest(models: Models) -> Manifest | None:
    """The manifest of the current version, `None` if there is none or it is damaged, which is reported on stderr.

    A version at a URL is verified by those who download it.
    """
    try:
        return models.ensure_verified()
    except ArtefactError as error:
        if models.versions():
            click.echo(f"recommender: {error}", err=True)
        return None
