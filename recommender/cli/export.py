"""The commands `export` and `load`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from recommender.artefacts import Models
from recommender.cli.app import Command
from recommender.cli.options import (
    corpus_argument,
    corpus_options,
    engine_options,
    fields_option,
    limit_option,
    look_up_options,
    models_or_url_option,
)
from recommender.errors import without_secrets
from recommender.export import TASK_SIZE, Exporter, ExportFormat, load_into_redis, redact_url, require_pyarrow
from recommender.parallel import Engine
from recommender.ranking import Options
from recommender.sources import FileChoice
from recommender.training import ensure_trained


@click.command(
    "export",
    cls=Command,
    examples=[
        "recommender export ~/site --out lists.jsonl --limit 5",
        "recommender export ~/site --out lists/ --format parquet --fields id,title,url",
    ],
)
@corpus_argument()
@corpus_options
@models_or_url_option
@click.option(
    "--out",
    required=True,
    metavar="FILE|FOLDER/|URL",
    help="Output file, or folder with a file per task in subfolders per month; - is standard output.",
)
@limit_option
@look_up_options
@fields_option
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(ExportFormat)),
    default="jsonl",
    show_default=True,
    help="Format; parquet always writes a folder.",
)
@engine_options
@click.option("--task-size", type=click.IntRange(1), default=TASK_SIZE, show_default=True, help="Articles per task.")
def export_command(
    *,
    corpus_path: Path,
    choice: FileChoice,
    models: Models,
    out: str,
    limit: int | None,
    options: Options,
    fields: tuple[str, ...],
    form: ExportFormat,
    engine: Engine,
    task_size: int,
) -> None:
    """Write all lists into a file or a folder.

    A line is the HTTP response body of an article. A model is trained first if none fits. The same command
    continues an interrupted run. The workers of a cluster need this program installed, and must see the models and
    the output under the same paths.
    """
    if form == "parquet":
        require_pyarrow()
    with engine.started():
        version = ensure_trained(corpus_path, models, choice=choice, engine=engine)
        exporter = Exporter(
            models,
            version,
            limit=limit,
            fields=fields,
            options=options,
            engine=engine,
            task_size=task_size,
            progress=True,
        )
        if out == "-":
            count = exporter.to_stream(sys.stdout.buffer)
        elif form == "parquet" or out.endswith("/") or "://" in out or Path(out).is_dir():
            count = exporter.to_folder(out, form=form)
        else:
            count = exporter.to_file(Path(out))
    click.echo(f"{count:,} articles exported{'' if out == '-' else f' to {without_secrets(out)}'}", err=True)


@click.command(
    "load",
    cls=Command,
    examples=[
        "recommender load lists.jsonl --to redis://localhost:6379/0",
        "recommender load lists/ --to redis://localhost:6379/0 --keep 3",
    ],
)
@click.argument("exported", metavar="OUT")
@click.option("--to", "url", metavar="redis://HOST:PORT/DB", required=True, help="Redis database to load into.")
@click.option(
    "--keep", type=click.IntRange(0, 100), default=1, show_default=True, help="Number of earlier versions to keep."
)
def load_command(exported: str, url: str, keep: int) -> None:
    """Load exported lists into Redis.

    OUT is a file or folder written by `export`; `serve --store` answers from Redis. The new answers come into use
    once all are loaded; until then, and after an error, the previous ones stay in use.
    """
    loaded = load_into_redis(exported, url, keep=keep, progress=True)
    click.echo(
        f"{loaded.articles:,} answers, and {loaded.names:,} other names and addresses, loaded to {redact_url(url)}",
        err=True,
    )
    click.echo(loaded.version)
