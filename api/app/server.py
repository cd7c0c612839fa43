"""The production server, its handling of signals, and the `serve` command."""

from __future__ import annotations

import errno
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from ipaddress import ip_address
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server.mp import MPServer, WorkerProcess

from api.app.factory import create_app
from api.state import PREFIX, Config
from recommender import RecommenderError
from recommender.artefacts import LocalModels
from recommender.cli import Command, corpus_argument, corpus_options, models_option
from recommender.errors import StoreError
from recommender.export import AnswerStore
from recommender.sources import FileChoice
from recommender.storage import temporary_folder
from recommender.training import ensure_trained

if TYPE_CHECKING:
    from api.app.gateway import Gateway

_CONNECTIONS = 16_384  # maximum per worker; further ones are accepted when others end
_BACKLOG = 4096  # connections waiting to be accepted
_OTHER_FILES = 256  # other open files of a worker
_HEADERS = HTTP1Settings(header_read_timeout=30_000, max_buffer_size=64 << 10)  # the timeout also ends idle connections
_STOP_SECONDS = 5
_SWITCH_SECONDS = 0.002  # how long a computing thread delays look-ups; 0.0005 would cost an eighth of throughput
_PARENT_CHECK_SECONDS = 0.1
_PORT_SECONDS = 2.0  # how long the workers of a killed server may hold its port
_LOADING_SECONDS = 60.0  # time limit for a new worker to start before the old one is stopped anyway
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # workers keep metrics there, to be summed, and mark that they have started


def worker_app() -> Gateway:
    """The application of one worker; the worker stops if its server is killed."""
    if server := parent_process():
        threading.Thread(target=_stop_with_server, args=(server.pid,), name="stop with server", daemon=True).start()
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app(WAIT_FOR_MODEL=True)  # the server has checked that there is one; a failing worker would end it
    gateway: Gateway = app.extensions["gateway"]
    gateway.on_start = _start_mark(os.getpid()).touch
    return gateway


def _start_mark(worker_pid: int) -> Path:
    """The file that marks that a worker has started."""
    return Path(os.environ[_SHARED_FOLDER], f"started-{worker_pid}")


def _stop_with_server(server_pid: int) -> None:
    """Stop this worker when its server has been killed; otherwise it would hold the port, with no supervisor.

    Args:
        server_pid: taken before this worker was forked, since the server may have been killed by now.
    """
    while os.getppid() == server_pid:
        time.sleep(_PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PARENT_CHECK_SECONDS * 5)  # let requests in flight finish
    os._exit(1)


class _Server(MPServer):
    """A server that alone answers Ctrl-C, and stops a worker after its successor has started."""

    def _spawn_worker(self, idx: int, *arguments: Any, **options: Any) -> WorkerProcess:
        worker: Any = super()._spawn_worker(idx, *arguments, **options)
        succeeds, begin = idx in self.respawned_wrks, worker.start

        def start() -> None:
            # A terminal sends SIGINT to workers as well, which would print stack traces while they are loading.
            blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                begin()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            if succeeds:
                latest = time.monotonic() + _LOADING_SECONDS
                mark = _start_mark(worker.inner.pid)
                while worker.is_alive() and not (mark.exists() or self.interrupt_signal or time.monotonic() > latest):
                    time.sleep(_PARENT_CHECK_SECONDS)

        worker.start = start
        return cast("WorkerProcess", worker)


def build_server(target: str, *, workers: int, host: str, port: int, uds: Path | None = None) -> MPServer:
    """A server of the WSGI application that `target` returns, on a port or, if given, on a Unix socket.

    On SIGTERM (and SIGINT):

    1. The server, which supervises the workers, closes its listening socket and sends SIGTERM to each worker.
    2. Each worker stops accepting connections, finishes the requests in flight and writes the rest of its access log.
       Requests that still wait after 3 seconds are refused with 503.
    3. A worker that has not finished after 5 seconds, or is still loading its model, is killed.
    4. The server ends with status 0.

    SIGHUP replaces the workers one by one, each after its successor has started; SIGUSR1, SIGUSR2 and SIGQUIT are
    ignored.

    If a worker is killed, the server starts another at once; if that one ends within 5.5 seconds, the server gives up
    and ends with status 1. If the server is killed, its workers stop within a second. Changes acknowledged with a 2xx
    are on the disk in any case.
    """
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # inherited by workers
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    return _Server(
        target,
        factory=True,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        address=host,
        port=port,
        uds=uds,
        uds_permissions=0o660,
        workers=workers,
        http=HTTPModes.http1,  # with HTTP/2, idle connections would never end, and headers could be 16 MB
        websockets=False,
        backlog=_BACKLOG,
        backpressure=max(_connections(), 1),
        http1_settings=_HEADERS,
        respawn_failed_workers=True,
        respawn_interval=0,
        workers_kill_timeout=_STOP_SECONDS,
    )


def _connections() -> int:
    """Raise the limit on open files to its maximum; returns the number of connections that a worker may hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    if soft not in (-1, resource.RLIM_INFINITY) and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(_CONNECTIONS, max(soft - _OTHER_FILES, soft // 4)) if soft > 0 else _CONNECTIONS


@click.command(
    "serve",
    cls=Command,
    examples=[
        "recommender serve ~/site",
        "recommender serve --models /srv/models --workers 4 --uds /run/related.sock",
    ],
)
@corpus_argument(required=False)
@corpus_options
@models_option
@click.option(
    "--store",
    metavar="redis://HOST:PORT/DB",
    envvar=f"{PREFIX}STORE",
    help="Serve answers that `load` has put into Redis, without a model.",
)
@click.option("--host", default="127.0.0.1", show_default=True, envvar=f"{PREFIX}HOST", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    envvar=f"{PREFIX}PORT",
    help="Port to listen on.",
)
@click.option(
    "--uds",
    type=click.Path(path_type=Path),
    envvar=f"{PREFIX}UDS",
    help="Unix socket to listen on, instead of host and port.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    envvar=f"{PREFIX}WORKERS",
    help="Server processes.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    envvar=f"{PREFIX}THREADS",
    help="Threads per process: one computes while others wait for slow clients.",
)
@click.option(
    "--edit",
    is_flag=True,
    help="Let the explorer write into the files of CORPUS; serves only this machine, with one worker.",
)
@click.option(
    "--trusted-proxies",
    type=click.IntRange(0, 10),
    envvar=f"{PREFIX}TRUSTED_PROXIES",
    help="Number of proxies in front whose X-Forwarded-For is trusted.  [default: 0]",
)
def serve_command(
    *,
    corpus_path: Path | None,
    choice: FileChoice,
    models: LocalModels,
    store: str | None,
    host: str,
    port: int,
    uds: Path | None,
    workers: int,
    threads: int,
    edit: bool,
    trusted_proxies: int | None,
) -> None:
    """Serve lists over HTTP.

    Lists come from the model in use, or from Redis. With CORPUS, a model is trained first if none fits.
    """
    if choice != FileChoice() and corpus_path is None:
        raise click.UsageError("--site, --include, --exclude, --address and --base-url say how CORPUS is read; name it")
    if store and corpus_path:
        raise click.UsageError("a store answers without a corpus; leave out CORPUS, or --store and RECOMMENDER_STORE")
    # Workers are separate processes and read their configuration from the environment.
    os.environ[f"{PREFIX}THREADS"] = str(threads)
    if trusted_proxies is not None:
        os.environ[f"{PREFIX}TRUSTED_PROXIES"] = str(trusted_proxies)
    if store:
        os.environ[f"{PREFIX}STORE"] = store
    if edit:
        if corpus_path is None:
            raise click.UsageError("--edit writes into the files of CORPUS; name it")
        os.environ[f"{PREFIX}EDIT"] = str(corpus_path.resolve())
    config = Config.of(os.environ)  # so that an error is reported once, not by each worker
    if config.edit is not None:
        _require_own_machine(host, uds=uds, workers=workers, config=config)
    if uds is None:
        _require_free(host, port)
    else:
        _require_free_socket(uds)
    served = _name_of_store(store) if store else _verified_version(models, corpus_path, choice)
    with temporary_folder("recommender-metrics-") as folder:
        os.environ[_SHARED_FOLDER] = str(folder)
        click.echo(f"serving {served} on {f'unix:{uds}' if uds else f'http://{host}:{port}'}", err=True)
        build_server("api.app:worker_app", workers=workers, host=host, port=port, uds=uds).serve()


def _require_own_machine(host: str, *, uds: Path | None, workers: int, config: Config) -> None:
    """Raise an error if other machines could edit files, or if several processes would."""
    if uds is not None or config.trusted_proxies or config.store:
        raise click.UsageError("--edit is for this machine alone: leave out --uds, --trusted-proxies and --store")
    if workers != 1:
        raise click.UsageError("--edit needs --workers 1: each form is known to one process")
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        addresses = set()
    if not addresses or not all(ip_address(address).is_loopback for address in addresses):
        raise click.UsageError(f"--edit is for this machine alone: --host {host} is reached by others; leave it out")


def _verified_version(models: LocalModels, corpus_path: Path | None, choice: FileChoice) -> str:
    """The version in use for workers to answer from, verified; one is trained first if none fits a corpus."""
    models = LocalModels(models.path.resolve())
    version = models.current() if corpus_path is None else ensure_trained(corpus_path, models, choice=choice)
    models.ensure_verified(version)
    models.record_served(version)
    os.environ[f"{PREFIX}MODELS"] = str(models)
    return version


def _name_of_store(url: str) -> str:
    """The name of a store, which need not be reachable yet, and the version of its answers if it is."""
    store = AnswerStore(url)
    try:
        served = f"{store.info().version} from {store.name}"
    except StoreError as error:
        click.echo(f"recommender: {error}; until it answers, look-ups are refused", err=True)
        served = store.name
    store.close()
    return served


def _require_free(host: str, port: int) -> None:
    """Raise an error if the port is in use; the server itself would share it, or end with a stack trace."""
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


def _require_free_socket(path: Path) -> None:
    """The same for a Unix socket; one left behind by a killed server is removed."""
    if path.is_socket():
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                raise RecommenderError(f"{path}: another server listens there; name another path with --uds")
        path.unlink()
    elif path.exists():
        raise RecommenderError(f"{path}: is not a socket; name another path with --uds")
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(path))
        path.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        raise RecommenderError(f"can't listen on {path}: {why}; name another path with --uds") from error
