"""The model that fits a corpus: found, or trained and published, with what came of it said on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from recommender import artefact, readings, tuning
from recommender.collector import leave_alone
from recommender.corpus import Corpus, fingerprint
from recommender.engine import Engine
from recommender.errors import ArtefactError
from recommender.folder import Folder
from recommender.manifest import Manifest, manifest_of
from recommender.overlay import Overlay
from recommender.postings import Postings, settle
from recommender.recommender import Recommender
from recommender.sharding import build
from recommender.slices import ROWS
from recommender.truth import Split


def read(corpus_path: Path, models_folder: Path) -> Corpus:
    """Read a corpus with what was posted to the servers of a models folder, and without what was withdrawn there."""
    postings = Postings.in_folder(models_folder)
    for sentence in postings.damage:
        click.echo(f"recommender: {sentence}", err=True)
    corpus = Corpus.from_path(corpus_path, cache=models_folder / readings.FOLDER, postings=postings, progress=True)
    leave_alone()
    return corpus


def load(models_folder: Path, version: str) -> Recommender:
    """A version that has been verified, with what was posted and withdrawn since it was trained."""
    base = artefact.load(models_folder, version, verified=True)
    return Overlay(base).after(Postings.in_folder(models_folder)).recommender


def train(
    corpus: Corpus,
    models_folder: Path,
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
    if engine.name == "local" and len(corpus.articles) <= slice_rows:
        with stages("training") as progress:
            recommender, learned = tuning.train(corpus, given=given, precision=precision, progress=progress)
            progress("publishing")
            manifest = artefact.publish(
                recommender, corpus, models_folder, given=given, precision=precision, learnt=learned.sentence()
            )
    else:
        manifest = _train_in_slices(
            corpus, models_folder, given, precision=precision, engine=engine, slice_rows=slice_rows
        )
    settle(models_folder, corpus.held)
    click.echo(manifest.learnt, err=True)
    click.echo(f"published {models_folder / manifest.version}", err=True)
    return manifest


def _train_in_slices(
    corpus: Corpus,
    models: Path,
    given: Mapping[str, Any],
    *,
    precision: float | None,
    engine: Engine,
    slice_rows: int,
) -> Manifest:
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
        made = artefact.read_folder(folder, learned.settings)
        precise = tuning.as_precise(learned, made, split, precision)
        return manifest_of(
            digests,
            settings=precise.settings,
            given=given,
            precision=precision,
            learnt=precise.sentence(),
            corpus=corpus.fingerprint,
            counts=artefact.counts_of(corpus, terms),
        )

    return artefact.publish_folder(models, fill)


@contextmanager
def stages(name: str) -> Iterator[Callable[[str], None]]:
    """Show, on a terminal, which stage of a long work is under way and since when."""
    with tqdm(desc=name, bar_format="{desc}: {postfix} [{elapsed}]", disable=None) as bar:

        def enter(stage: str) -> None:
            bar.set_postfix_str(stage)
            bar.refresh()

        yield enter


def fitting_version(corpus_path: Path, models_folder: Path, *, engine: Engine | None = None) -> str:
    """The version of the current model, whole and trained on this very corpus, or of a newly trained one."""
    manifest = _current(models_folder)
    if manifest is not None and manifest.corpus == fingerprint(corpus_path, cache=models_folder / readings.FOLDER):
        return manifest.version
    return _train_again(read(corpus_path, models_folder), models_folder, manifest, engine)


def version_for(corpus: Corpus, models_folder: Path) -> str:
    """The same for a corpus that has been read."""
    manifest = _current(models_folder)
    if manifest is not None and manifest.corpus == corpus.fingerprint:
        return manifest.version
    return _train_again(corpus, models_folder, manifest)


def _current(models_folder: Path) -> Manifest | None:
    """The manifest of the current model, if there is one and it is whole; if it isn't, why is said."""
    try:
        return artefact.verify(models_folder)
    except ArtefactError as error:
        if artefact.versions(models_folder):
            click.echo(f"recommender: {error}", err=True)
        return None


def _train_again(corpus: Corpus, models_folder: Path, manifest: Manifest | None, engine: Engine | None = None) -> str:
    """Train as the current model was trained, and return the new version."""
    if manifest is None:
        return train(corpus, models_folder, {}, engine=engine).version
    return train(corpus, models_folder, manifest.given, precision=manifest.precision, engine=engine).version


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
