"""The command `inspect`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from recommender.artefacts import LocalModels
from recommender.cli.app import Command
from recommender.cli.options import corpus_argument, corpus_options, models_option, settings_option
from recommender.corpus import Corpus, choose_defaults
from recommender.errors import ArtefactError
from recommender.inspection import as_text, inspect
from recommender.settings import read_overrides
from recommender.sources import PARSE_CACHE_FILE, FileChoice
from recommender.training import kept_choice


@click.command(
    "inspect", cls=Command, examples=["recommender inspect ~/site", "recommender inspect ~/site --include notes --json"]
)
@corpus_argument()
@corpus_options
@models_option
@settings_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def inspect_command(
    *, corpus_path: Path, choice: FileChoice, models: LocalModels, settings_file: Path | None, as_json: bool
) -> None:
    """Show what is read of a corpus, what is left out, and why.

    It also shows the settings in force: those of the model in use, if it was trained on exactly this corpus.
    """
    given = read_overrides(settings_file) if settings_file else {}
    cache = models.path / PARSE_CACHE_FILE
    corpus = Corpus.from_path(
        corpus_path, cache=cache if cache.exists() else None, choice=kept_choice(models, choice), progress=True
    )
    chosen = choose_defaults(corpus, given)
    settings = chosen
    try:
        manifest = models.manifest()
    except ArtefactError:
        pass  # there is no readable model
    else:
        if settings_file is None and manifest.corpus == corpus.fingerprint:
            given, settings = dict(manifest.given), manifest.settings
            chosen = choose_defaults(corpus, given)
    inspection = inspect(corpus, settings, chosen=chosen, given=given)
    click.echo(f"{json.dumps(inspection.to_mapping(), indent=2)}\n" if as_json else as_text(inspection), nl=False)
