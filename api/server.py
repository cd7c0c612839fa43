"""The production server, and the whole `recommender` command: the library's commands and `serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from api import create_app
from recommender import artefact
from recommender.cli import corpus_argument, fitting_version, main, models_option

__all__ = ["main"]

_VERSION = "RECOMMENDER_VERSION"


def worker_app() -> Flask:
    """The application of one worker, on the version that the server has verified."""
    return create_app(VERSION=os.environ[_VERSION], VERIFIED=True)


@main.command("serve")
@corpus_argument(required=False)
@models_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that answer.")
def serve(corpus_path: Path | None, models_folder: Path, host: str, port: int, workers: int) -> None:
    """Serve the model in use; with CORPUS, train first where none fits."""
    if corpus_path is None:
        version = artefact.verify(models_folder).version
    else:
        version = fitting_version(corpus_path, models_folder)
    # Workers are processes of their own: the environment is what they have in common with this one.
    os.environ["RECOMMENDER_MODELS"] = str(models_folder.resolve())
    os.environ[_VERSION] = version
    click.echo(f"serving {version} on http://{host}:{port}", err=True)
    Granian(
        "api.server:worker_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
    ).serve()
