"""The command `train`."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.artefacts import Models
from recommender.cli.app import Command
from recommender.cli.options import (
    corpus_argument,
    corpus_options,
    engine_options,
    models_or_url_option,
    settings_option,
)
from recommender.parallel import Engine
from recommender.settings import read_overrides
from recommender.sources import FileChoice
from recommender.training import ROWS, read_corpus, train


@click.command(
    "train",
    cls=Command,
    examples=["recommender train ~/site", "recommender train archive.jsonl --settings settings.yaml --precision 0.5"],
)
@corpus_argument()
@corpus_options
@models_or_url_option
@settings_option
@click.option(
    "--precision",
    type=click.FloatRange(0, 1),
    help="Minimum share of suggestions that should be curated links; leaves out those with lower scores.",
)
@engine_options
@click.option(
    "--slice-size",
    type=click.IntRange(256),
    default=ROWS,
    show_default=True,
    help="Articles per task; a larger corpus is learned in slices, so that no process holds all of it.",
)
@click.option("--force", is_flag=True, help="Train even if nothing has changed since the version in use.")
def train_command(
    *,
    corpus_path: Path,
    choice: FileChoice,
    models: Models,
    settings_file: Path | None,
    precision: float | None,
    engine: Engine,
    slice_size: int,
    force: bool,
) -> None:
    """Train a model on a corpus, and publish it.

    If articles, settings and this program are unchanged since the version in use, it stays in use.

    The workers of a cluster need this program installed, and must see the models folder under the same path.
    """
    given = read_overrides(settings_file) if settings_file else {}
    with engine.started():
        corpus = read_corpus(corpus_path, models, choice=choice)
        manifest = train(corpus, models, given, precision=precision, engine=engine, slice_rows=slice_size, force=force)
    click.echo(manifest.version)
