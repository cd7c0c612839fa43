"""Trains a model on a corpus and publishes it, or finds that the published one is up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from recommender.artefacts import LocalModels, Manifest, ModelFiles, Models, TrainedModel, on_disk
from recommender.corpus import Corpus, choose_defaults, fingerprint
from recommender.errors import ArtefactError
from recommender.inspection import Inspection, inspect
from recommender.journal import JournalPosition, settle
from recommender.parallel import Engine
from recommender.ranking import Recommender
from recommender.search import compile_ahead
from recommender.settings import Settings
from recommender.sources import PARSE_CACHE_FILE, FileChoice
from recommender.storage import Folder
from recommender.training.artefact_builder import build_artefact
from recommender.training.file_choice import kept_choice
from recommender.training.inputs import digest_inputs
from recommender.training.live_articles import read_corpus
from recommender.training.progress import report_corpus, show_stages
from recommender.training.slices import ROWS
from recommender.tuning import CuratedLists, Split, TermFactors, TuningResult, lists_of, tune, with_min_score


def train(
    corpus: Corpus,
    models: Models,
    given: Mapping[str, Any],
    *,
    precision: float | None = None,
    engine: Engine | None = None,
    slice_rows: int = ROWS,
    force: bool = False,
) -> Manifest:
    """Tune, build and publish a model, and report on stderr; if nothing has changed, keep the current model.

    Args:
        given: settings set by the user; they are not tuned.
        precision: if given, the minimum score is set so that at least this share of suggestions is correct, 0 to 1.
        engine: a started one; by default this machine.
        slice_rows: articles per slice; a larger corpus is built in several, so that no process holds it all.
        force: train even if nothing has changed.

    Raises:
        SettingsError: `given` is invalid, or the precision can't be reached.
        ArtefactError, EngineError, StorageError: a task failed, or the model can't be written.
    """
    inputs = digest_inputs(corpus, given, precision)
    if not force and (current := _version_trained_on(inputs, models)) is not None:
        if current.inspection is not None:
            report_corpus(Inspection.from_mapping(current.inspection))
        _settle(models, corpus)
        click.echo(f"nothing has changed since {models}/{current.version}; --force trains anyway", err=True)
        return current
    compile_ahead(len(corpus.articles))
    chosen = choose_defaults(corpus, given)
    inspected = inspect(corpus, chosen, chosen=chosen, given=given)
    report_corpus(inspected)
    split = Split.without_later(corpus)
    with show_stages("training") as show:
        tuned = tune(corpus, split, given=given, defaults=chosen, progress=show)
    chosen = chosen if tuned.rhythm is None else tuned.rhythm.applied_to(chosen)

    manifest = _publish(
        corpus,
        models,
        tuned,
        given=given,
        precision=precision,
        lists=lists_of(corpus, "curated"),
        engine=engine or Engine(),
        slice_rows=slice_rows,
        progress=True,
        inspection=lambda settings: inspected.abridged().with_settings(settings, chosen=chosen, given=given),
        inputs=inputs,
    )
    _settle(models, corpus)
    click.echo(manifest.learnt, err=True)
    click.echo(f"published {models}/{manifest.version}", err=True)
    return manifest


def publish(
    corpus: Corpus,
    models: Models | Path,
    *,
    settings: Settings | None = None,
    term_factors: TermFactors | None = None,
    engine: Engine | None = None,
    slice_rows: int = ROWS,
    progress: bool = False,
) -> Manifest:
    """Build a model without tuning, publish it atomically, and make it the current version.

    Args:
        settings: by default those of `Settings`.
        term_factors: factors of term weights, by field and term.
        engine, slice_rows: see `train`.

    Raises:
        CorpusError: the corpus has no articles.
        ArtefactError, EngineError, StorageError: a task failed, or the model can't be written.
    """
    return _publish(
        corpus,
        LocalModels(models) if isinstance(models, Path) else models,
        TuningResult(settings or Settings(), term_factors=term_factors or {}),
        engine=engine or Engine(),
        slice_rows=slice_rows,
        progress=progress,
    )


def _publish(
    corpus: Corpus,
    models: Models,
    tuned: TuningResult,
    *,
    engine: Engine,
    slice_rows: int,
    progress: bool,
    given: Mapping[str, Any] | None = None,
    precision: float | None = None,
    lists: CuratedLists | None = None,
    inspection: Callable[[Settings], Inspection] | None = None,
    inputs: str = "",
) -> Manifest:
    def fill(folder: Folder) -> Manifest:
        terms, digests = build_artefact(
            folder,
            corpus,
            settings=tuned.settings,
            term_factors=tuned.term_factors,
            engine=engine,
            slice_rows=slice_rows,
            progress=progress,
        )
        result = tuned
        if precision is not None:
            with on_disk(folder, digests) as local:
                recommender = Recommender.from_model(TrainedModel.read(ModelFiles(local), tuned.settings))
                result = with_min_score(tuned, recommender, lists or {}, precision)
        return Manifest.of(
            corpus,
            digests,
            terms=terms,
            settings=result.settings,
            given=given or {},
            precision=precision,
            learnt=result.summary(),
            inspection=None if inspection is None else inspection(result.settings).to_mapping(),
            inputs=inputs,
        )

    return models.publish(fill)


def ensure_trained(
    corpus: Corpus | Path, models: Models, *, choice: FileChoice | None = None, engine: Engine | None = None
) -> str:
    """The current version if it is intact and was trained on exactly this corpus; otherwise a newly trained one.

    A new model is trained with the settings and precision given to the current one.

    Args:
        corpus: a corpus from `read_corpus`, or its path, which is read only if training is needed.
        choice: which files at that path are read; options left out are those of the current model's training.

    Raises:
        CorpusError, SettingsError, ArtefactError, EngineError: training failed.
    """
    current = _current_manifest(models)
    choice = kept_choice(models, choice)
    if current is not None and current.corpus == _fingerprint(corpus, models, choice):
        return current.version
    corpus = read_corpus(corpus, models, choice=choice) if isinstance(corpus, Path) else corpus
    given, precision = ({}, None) if current is None else (current.given, current.precision)
    return train(corpus, models, given, precision=precision, engine=engine, force=True).version


def _version_trained_on(inputs: str, models: Models) -> Manifest | None:
    """The current version, if it is intact and was trained on exactly these inputs."""
    with suppress(ArtefactError):
        if inputs and models.manifest().inputs == inputs:
            return models.ensure_verified()
    return None


def _settle(models: Models, corpus: Corpus) -> None:
    """Record in the journal which live articles the corpus now contains, according to each version's manifest."""
    if models.path is None:
        return
    positions: dict[str, JournalPosition | None] = {}
    for version in models.versions():
        with suppress(ArtefactError):
            positions[version] = models.manifest(version).journal
    settle(models.path, corpus.live, positions)


def _fingerprint(corpus: Corpus | Path, models: Models, choice: FileChoice) -> str:
    if isinstance(corpus, Corpus):
        return corpus.fingerprint
    cache = models.path / PARSE_CACHE_FILE if models.path is not None else None
    return fingerprint(corpus, cache=cache, choice=choice)


def _current_manifest(models: Models) -> Manifest | None:
    """The manifest of the current version; `None` if there is none or it is damaged (reported on stderr).

    A version at a URL is verified when it is downloaded.
    """
    try:
        return models.ensure_verified()
    except ArtefactError as error:
        if models.versions():
            click.echo(f"recommender: {error}", err=True)
        return None
