"""The production server, and the whole `recommender` command: the library's commands and `serve`."""

from __future__ import annotations

import errno
import os
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from api import create_app
from recommender import ArtefactError, RecommenderError, artefact
from recommender.cli import corpus_argument, fitting_version, main, models_option
from recommender.verdict import Verdicts

__all__ = ["main"]

_VERDICTS = "RECOMMENDER_VERDICTS"
_THREADS = 4  # a worker: answers are computed, and the interpreter lock lets one compute at a time
_WAITING = 128  # requests that a worker holds back rather than refuses
_STOP_SECONDS = 5
_ORPHAN_SECONDS = 0.1  # a worker looks so often whether its server is still there
_PORT_SECONDS = 1.0  # how long the workers of a server that was killed may hold its port


def worker_app() -> Flask:
    """The application of one worker; it shares the server's verdicts on models, and ends with the server."""
    threading.Thread(target=_end_with, args=(os.getppid(),), name="end with the server", daemon=True).start()
    return create_app(VERDICTS=Path(os.environ[_VERDICTS]))


def _end_with(server: int) -> None:
    """End this process when the server that started it is no more: it would hold the port, and follow no command."""
    while os.getppid() == server:
        time.sleep(_ORPHAN_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ORPHAN_SECONDS * 5)  # for what is in flight
    os._exit(1)


@main.command("serve")
@corpus_argument(required=False)
@models_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that answer.")
def serve(corpus_path: Path | None, models_folder: Path, host: str, port: int, workers: int) -> None:
    """Serve the model in use; with CORPUS, train first where none fits."""
    version = fitting_version(corpus_path, models_folder) if corpus_path else artefact.current(models_folder)
    _require_free(host, port)
    models = models_folder.resolve()
    with tempfile.TemporaryDirectory(prefix="related-articles-") as folder:
        verdicts = Verdicts(Path(folder), models)
        if corpus_path:
            verdicts.accept(version)
        elif not (verdict := verdicts.judge(version)).good:
            raise ArtefactError(verdict.reason)
        verdicts.serve(version)
        # Workers are processes of their own: the environment is what they have in common with this one.
        os.environ["RECOMMENDER_MODELS"] = str(models)
        os.environ[_VERDICTS] = folder
        click.echo(f"serving {version} on http://{host}:{port}", err=True)
        _run(host, port, workers)


def _run(host: str, port: int, workers: int) -> None:
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
        respawn_failed_workers=True,
        # A stop that comes while a worker is still loading its model is lost on it: then it is ended after this.
        workers_kill_timeout=_STOP_SECONDS,
    ).serve()


def _require_free(host: str, port: int) -> None:
    """Say now, in a sentence, that the server could not listen; else it would share the port, or end in a trace."""
    latest = time.monotonic() + _PORT_SECONDS
    while True:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > latest:
                why = error.strerror or str(error)
                raise RecommenderError(
                    f"can't listen on {host} port {port}: {why}; name another with --port"
                ) from error
        time.sleep(0.05)
