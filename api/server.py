"""The production server, and the whole `recommender` command: the library's commands and `serve`."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from api import create_app
from recommender import RecommenderError, artefact
from recommender.cli import corpus_argument, fitting_version, main, models_option

__all__ = ["main"]

_VERSION = "RECOMMENDER_VERSION"
_THREADS = 4  # a worker: answers are computed, and the interpreter lock lets one compute at a time
_WAITING = 128  # requests that a worker holds back rather than refuses
_STOP_SECONDS = 5


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
    _require_free(host, port)
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
        websockets=False,
        blocking_threads=_THREADS,
        backpressure=_WAITING,
        # A stop that comes while a worker is still loading its model is lost on it: then it is ended after this.
        workers_kill_timeout=_STOP_SECONDS,
    ).serve()


def _require_free(host: str, port: int) -> None:
    """Say now, in a sentence, that the server could not listen; else it would share the port, or end in a trace."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecommenderError(f"can't listen on {host} port {port}: {reason}; name another with --port") from error
