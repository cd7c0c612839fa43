"""Connections that ask nothing, half of something or costly things, and what look-ups beside them take."""

from __future__ import annotations

import math
import resource
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from attack.stage import Client, Stage, path_of
from attack.tally import Tally

_LOOK_UPS = 1000  # of each measurement
_LEAST = 100  # beside connections that end soon
_HELD_SECONDS = 25  # the server ends silent connections after 30
_IDLE, _HALF, _SLOW = 2000, 2000, 200
_EXPLAINING = 8
_SECONDS = 0.05  # in which 99 of 100 look-ups are to be answered
_OTHER_FILES = 200
_ASK = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
_POST = b"POST /related HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n"
_BODY = b'{"title":"a"}'


def attack_connections(tally: Tally, stage: Stage) -> None:
    """Look up alone, beside connections that ask nothing, and beside explanations.

    On a machine that others load, look-ups that take longer alone may take four times as long beside them.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _IDLE + _HALF + _SLOW + _OTHER_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed if hard == resource.RLIM_INFINITY else min(needed, hard), hard))
    paths = [path_of(article.id) for article in stage.articles if not article.kind]
    with stage.served() as client:
        _p99(tally, client, paths)  # the first take longer
        alone = _p99(tally, client, paths)
        begun = time.monotonic()
        with _silent_connections(client.port) as (silent, slow):
            beside_silent = _p99(tally, client, paths, least=_LEAST, latest=begun + _HELD_SECONDS)
            for connection in slow:
                connection.sendall(_BODY[1:])
            late = time.monotonic() > begun + _HELD_SECONDS  # they may have ended by now
            tally.check(late or all(map(_is_open, silent)), "a connection that asks nothing has ended")
            for connection in slow:
                answer = connection.recv(65536)
                fine = answer.startswith(b"HTTP/1.1 200") or (late and answer.startswith(b"HTTP/1.1 408"))
                tally.check(fine, f"a slow body -> {answer[:100]!r}")
        with _explaining_clients(client.port, paths):
            beside_explanations = _p99(tally, client, paths)
    for what, seconds in (("silent connections", beside_silent), ("explanations", beside_explanations)):
        tally.check(seconds <= max(_SECONDS, 4 * alone), f"p99 beside {what} {seconds:.3f} s, alone {alone:.3f} s")
    figures = (alone, beside_silent, beside_explanations)
    tally.note = "p99 alone {:.0f} ms, beside them {:.0f} ms, beside 8 that explain {:.0f} ms".format(
        *(seconds * 1000 for seconds in figures)
    )


def _p99(tally: Tally, client: Client, paths: list[str], *, least: int = _LOOK_UPS, latest: float = math.inf) -> float:
    """The 99th percentile of what look-ups take, in seconds; after a moment there are only as many as there must be."""
    took = list[float]()
    for path in tally.chance.choices(paths, k=_LOOK_UPS):
        if len(took) >= least and time.monotonic() > latest:
            break
        begun = time.perf_counter()
        answer = client.ask(path)
        took.append(time.perf_counter() - begun)
        tally.check(answer.status == 200, f"GET {path} -> {answer.said()}")
    return statistics.quantiles(took, n=100)[-1]


@contextmanager
def _silent_connections(port: int) -> Iterator[tuple[list[socket.socket], list[socket.socket]]]:
    """Connections that were answered and stay, or have sent half a header; and such that have sent half a body."""
    with ExitStack() as held:

        def opened(data: bytes, *, answered: bool = False) -> socket.socket:
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            connection.sendall(data)
            if answered:
                connection.recv(65536)
            return connection

        silent = [opened(_ASK + b"\r\n", answered=True) for _ in range(_IDLE)]
        silent += [opened(_ASK + b"X-Half") for _ in range(_HALF)]
        slow = [opened(_POST + _BODY[:1]) for _ in range(_SLOW)]
        yield silent, slow


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


@contextmanager
def _explaining_clients(port: int, paths: list[str]) -> Iterator[None]:
    stopping = threading.Event()

    def explain(first: int) -> None:
        client = Client(port)
        for path in paths[first:] * 1000:
            if stopping.is_set():
                return
            client.ask(f"{path}?explain=true&limit=100")

    threads = [threading.Thread(target=explain, args=(number,)) for number in range(_EXPLAINING)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
