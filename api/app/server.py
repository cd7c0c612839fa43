"""The production server, and the whole `recommender` command: the library's commands and `serve`."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from granian.constants import Interfaces
from granian.server.mp import MPServer

from api.app.affinity import Affinity
from api.app.factory import create_app
from api.state import PREFIX, Config
from recommender import RecommenderError
from recommender.artefacts import LocalModels
from recommender.cli import corpus_argument, main, models_option
from recommender.errors import StoreError
from recommender.export import AnswerStore
from recommender.training import ensure_trained

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["main"]

_COUNTS = "PROMETHEUS_MULTIPROC_DIR"
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # mallopt(3)
_WAITING = 128  # requests that a worker holds back rather than refuses
_STOP_SECONDS = 5
_ORPHAN_SECONDS = 0.1  # a worker looks so often whether its server is still there
_PORT_SECONDS = 1.0  # how long the workers of a server that was killed may hold its port


def worker_app() -> WSGIApplication:
    """The application of one worker; it ends with the server."""
    threading.Thread(target=_end_with, args=(os.getppid(),), name="end with the server", daemon=True).start()
    return Affinity(create_app())


def _end_with(server: int) -> None:
    """End this process when the server that started it is no more: it would hold the port, and follow no command."""
    while os.getppid() == server:
        time.sleep(_ORPHAN_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ORPHAN_SECONDS * 5)  # for what is in flight
    os._exit(1)


def build_server(target: str, *, workers: int, threads: int, host: str, port: int, uds: Path | None = None) -> MPServer:
    """A server of the WSGI application that `target` makes, on a port or, if one is named, on a unix socket."""
    return MPServer(
        target,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        uds=uds,
        uds_permissions=0o660,
        workers=workers,
        websockets=False,
        blocking_threads=threads,
        backpressure=_WAITING,
        # A worker that ends is replaced at once.
        respawn_failed_workers=True,
        respawn_interval=0,
        # A stop that comes while a worker is still loading its model is lost on it: then it is ended after this.
        workers_kill_timeout=_STOP_SECONDS,
    )


@main.command("serve")
@corpus_argument(required=False)
@models_option
@click.option(
    "--store",
    metavar="redis://HOST:PORT/DB",
    envvar=f"{PREFIX}STORE",
    help="Answer from where `load` put answers, without a model.",
)
@click.option("--host", default="127.0.0.1", show_default=True, envvar=f"{PREFIX}HOST")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar=f"{PREFIX}PORT")
@click.option(
    "--uds", type=click.Path(path_type=Path), envvar=f"{PREFIX}UDS", help="Unix socket to listen on, instead of a port."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    envvar=f"{PREFIX}WORKERS",
    help="Processes that answer.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    envvar=f"{PREFIX}THREADS",
    help="Requests that a process works on at a time: one computes, others wait for what their clients send.",
)
@click.option(
    "--trusted-proxies",
    type=click.IntRange(0, 10),
    envvar=f"{PREFIX}TRUSTED_PROXIES",
    help="Proxies in front whose X-Forwarded-For is believed.  [default: 0]",
)
def serve(
    *,
    corpus_path: Path | None,
    models: LocalModels,
    store: str | None,
    host: str,
    port: int,
    uds: Path | None,
    workers: int,
    threads: int,
    trusted_proxies: int | None,
) -> None:
    """Serve the model in use, or the answers in a store; with CORPUS, train first where none fits."""
    if store and corpus_path:
        raise click.UsageError("a store answers without a corpus; leave out CORPUS, or --store and RECOMMENDER_STORE")
    # Workers are processes of their own: the environment is what they have in common with this one.
    if trusted_proxies is not None:
        os.environ[f"{PREFIX}TRUSTED_PROXIES"] = str(trusted_proxies)
    if store:
        os.environ[f"{PREFIX}STORE"] = store
    Config.of(os.environ)  # what is wrong is said now, and not by each worker
    answering = _answering_from(store) if store else _answering_with(LocalModels(models.path.resolve()), corpus_path)
    if uds is None:
        _require_free(host, port)
    else:
        _require_free_socket(uds)
    with answering as what, _shared_folder("counts") as counts:
        os.environ[_COUNTS] = str(counts)
        _keep_memory_together()
        click.echo(f"serving {what} on {f'unix:{uds}' if uds else f'http://{host}:{port}'}", err=True)
        build_server("api.app:worker_app", workers=workers, threads=threads, host=host, port=port, uds=uds).serve()


@contextmanager
def _answering_with(models: LocalModels, corpus_path: Path | None) -> Iterator[str]:
    """Have workers answer with the model in use, which is trained first if there is a corpus that it does not fit."""
    version = models.current() if corpus_path is None else ensure_trained(corpus_path, models)
    models.ensure_verified(version)
    models.record_served(version)
    os.environ[f"{PREFIX}MODELS"] = str(models)
    yield version


@contextmanager
def _answering_from(url: str) -> Iterator[str]:
    """Have workers answer from a store, if need be from when it is there."""
    store = AnswerStore(url)
    try:
        what = f"{store.info().version} from {store.name}"
    except StoreError as error:
        click.echo(f"recommender: {error}; until it answers, look-ups are refused", err=True)
        what = store.name
    store.close()
    yield what


def _keep_memory_together() -> None:
    """Have this process and its workers give back what they free.

    Each live article replaces arrays of a few hundred kilobytes, a little longer each time, in whichever thread took it
    in. By itself glibc would leave the holes of the old ones in eight arenas a core; others have no such settings. As
    Python runs one thread at a time, one arena keeps none waiting.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 15)


@contextmanager
def _shared_folder(what: str) -> Iterator[Path]:
    """A folder of what the workers have in common, which goes with the server."""
    folder = tempfile.mkdtemp(prefix=f"recommender-{what}-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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


def _require_free_socket(place: Path) -> None:
    """The same for a unix socket; one that a killed server has left, where no one listens any more, is removed."""
    if not place.is_socket():
        if place.exists():
            raise RecommenderError(f"{place}: is no socket; name another place with --uds")
        return
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(place)) == 0:
            raise RecommenderError(f"{place}: another server listens there; name another place with --uds")
    place.unlink()
