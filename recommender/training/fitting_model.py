"""The model that fits a corpus: found, or trained and published, with what came of it said on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from recommender.artefacts import (
    Manifest,
    Models,
    counts_of,
    manifest_of,
    on_disk,
    publish_files,
    read_manifest,
    read_model,
    verify,
    versions,
)
from recommender.corpus import Corpus, Postings, fingerprint, settle
from recommender.errors import ArtefactError
from recommender.parallel import Engine, leave_alone
from recommender.ranking import Overlay, Recommender
from recommender.sources import CACHE_FOLDER
from recommender.storage import Folder
from recommender.training import tuning
from recommender.training.model_builder import build
from recommender.training.publishing import write_files
from recommender.training.slices import ROWS
from recommender.training.split import Split


def read(corpus_path: Path, models: Models) -> Corpus:
    """Read a corpus with what was posted to the servers of a models folder, and without what was withdrawn there.

    At a URL there are no servers, nor is anything kept of what was read.
    """
    postings, cache = Postings(), None
    if isinstance(models, Path):
        postings, cache = Postings.in_folder(models), models / CACHE_FOLDER
    else:
        models.versions()  # what can't be reached is said before the long work
    for sentence in postings.damage:
        click.echo(f"recommender: {sentence}", err=True)
    corpus = Corpus.from_path(corpus_path, cache=cache, postings=postings, progress=True)
    leave_alone()
    return corpus


def load(models_folder: Path, version: str) -> Recommender:
    """A version that has been verified, with what was posted and withdrawn since it was trained."""
    base = Recommender.load(models_folder, version, verified=True)
    return Overlay(base).after(Postings.in_folder(models_folder)).recommender


def train_model(
    corpus: Corpus,
    models: Models,
    given: Mapping[str, Any],
    *,
    precision: float | None = None,
    engine: Engine | None = None,
    slice_rows: int = ROWS,
) -> Manifest:
    """Learn and publish, and say on stderr what came of it.

    Args:
        engine: one that is started; by default this machine.
        slice_rows: articles of a slice; a corpus that has more is learnt in slices, so that no process holds it.
    """
    engine = engine or Engine()
    report(corpus)
    whole = engine.name == "local" and len(corpus.articles) <= slice_rows
    fill = _at_once(corpus, given, precision) if whole else _in_slices(corpus, given, precision, engine, slice_rows)
    manifest = publish_files(models, fill)
    if isinstance(models, Path):
        settle(models, corpus.held)
    click.echo(manifest.learnt, err=True)
    click.echo(f"published {models}/{manifest.version}", err=True)
    return manifest


def _at_once(corpus: Corpus, given: Mapping[str, Any], precision: float | None) -> Callable[[Folder], Manifest]:
    with stages("training") as progress:
        recommender, learned = tuning.train(corpus, given=given, precision=precision, progress=progress)

    def fill(folder: Folder) -> Manifest:
        with stages("publishing") as progress:
            progress(f"{len(corpus.articles):,} articles")
            return write_files(recommender, corpus, folder, given=given, precision=precision, learnt=learned.sentence())

    return fill


def _in_slices(
    corpus: Corpus, given: Mapping[str, Any], precision: float | None, engine: Engine, slice_rows: int
) -> Callable[[Folder], Manifest]:
    split = Split.of(corpus)
    with stages("training") as progress:
        learned = tuning.learn(corpus, split, given=given, progress=progress)

    def fill(folder: Folder) -> Manifest:
        terms, digests = build(
            folder,
            corpus.in_rank_order(),
            count=len(corpus.articles),
            links=corpus.links,
            settings=learned.settings,
            term_factors=learned.term_factors,
            engine=engine,
            rows=slice_rows,
            progress=True,
        )
        precise = learned
        if precision is not None:
            with on_disk(folder, digests) as made:
                recommender = Recommender.from_model(read_model(made, learned.settings))
                precise = tuning.as_precise(learned, recommender, split, precision)
        return manifest_of(
            digests,
            settings=precise.settings,
            given=given,
            precision=precision,
            learnt=precise.sentence(),
            corpus=corpus.fingerprint,
            counts=counts_of(corpus, terms),
        )

    return fill


@contextmanager
def stages(name: str) -> Iterator[Callable[[str], None]]:
    """Show, on a terminal, which stage of a long work is under way and since when."""
    with tqdm(desc=name, bar_format="{desc}: {postfix} [{elapsed}]", disable=None) as bar:

        def enter(stage: str) -> None:
            bar.set_postfix_str(stage)
            bar.refresh()

        yield enter


def fitting_version(corpus_path: Path, models: Models, *, engine: Engine | None = None) -> str:
    """The version of the current model, whole and trained on this very corpus, or of a newly trained one."""
    manifest = _current(models)
    cache = models / CACHE_FOLDER if isinstance(models, Path) else None
    if manifest is not None and manifest.corpus == fingerprint(corpus_path, cache=cache):
        return manifest.version
    return _train_again(read(corpus_path, models), models, manifest, engine)


def version_for(corpus: Corpus, models: Path) -> str:
    """The same for a corpus that has been read."""
    manifest = _current(models)
    if manifest is not None and manifest.corpus == corpus.fingerprint:
        return manifest.version
    return _train_again(corpus, models, manifest)


def _current(models: Models) -> Manifest | None:
    """The manifest of the current model, if there is one and it is whole; if it isn't, why is said.

    Whether one at a URL is whole is found out by those who fetch it.
    """
    try:
        return verify(models) if isinstance(models, Path) else read_manifest(models)
    except ArtefactError as error:
        if versions(models):
            click.echo(f"recommender: {error}", err=True)
        return None


def _train_again(corpus: Corpus, models: Models, manifest: Manifest | None, engine: Engine | None = None) -> str:
    """Train as the current model was trained, and return the new version."""
    if manifest is None:
        return train_model(corpus, models, {}, engine=engine).version
    return train_model(corpus, models, manifest.given, precision=manifest.precision, engine=engine).version


def report(corpus: Corpus) -> None:
    """Say on stderr what a corpus holds, and all that in it could not be read."""
    linked_only = len(corpus.articles) - corpus.files
    links = sum(len(targets) for targets in corpus.links.values())
    undated = sum(article.published_at is None for article in corpus.articles)
    written = sum(file.list_state == "written" for file in corpus.article_files)
    click.echo(
        f"{corpus.files:,} articles and {linked_only:,} known only from links; "
        f"{links:,} curated links in {len(corpus.links):,} lists"
        + (f"; {written:,} lists of this program's don't count" if written else "")
        + (f"; {undated:,} without a date, for which time counts for nothing" if undated else ""),
        err=True,
    )
    for problem in corpus.problems:
        click.echo(f"  {problem}", err=True)
