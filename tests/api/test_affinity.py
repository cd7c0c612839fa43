"""Threads that answer share one core, the one that others use least."""

from __future__ import annotations

import os
import threading
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest
from samples import SEED_ID
from servers import RECOMMENDER, free_port, running
from waiting import until

from api.app import Affinity, chosen
from recommender.artefacts import Manifest

several_cores = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs Linux and two cores",
)


@pytest.mark.parametrize(
    ("core", "idle", "own", "expected"),
    [
        pytest.param(None, {0: 0.2, 1: 0.9, 2: 0.5}, 0.0, 1, id="at first the one with most to spare"),
        pytest.param(None, {3: 0.9, 2: 0.9}, 0.0, 2, id="of equals the first"),
        pytest.param(0, {0: 0.0, 1: 1.0}, 1.0, 0, id="what this process uses itself is no reason to go"),
        pytest.param(0, {0: 0.0, 1: 1.0}, 1.2, 0, id="nor what it uses of others"),
        pytest.param(0, {0: 0.0, 1: 1.0}, 0.5, 1, id="another takes half of it"),
        pytest.param(0, {0: 0.0, 1: 0.2}, 0.5, 0, id="but no core has much more to spare"),
        pytest.param(0, {0: 0.7, 1: 1.0}, 0.1, 0, id="others take a little"),
        pytest.param(1, {0: 0.9, 1: 0.0, 2: 1.0}, 0.0, 2, id="to the one with most to spare"),
        pytest.param(4, {0: 0.0, 1: 0.1}, 0.0, 1, id="it may no more be used"),
        pytest.param(0, {}, 0.0, None, id="nothing is known"),
    ],
)
def test_a_core_is_kept_until_others_take_much_of_it_and_another_has_more_to_spare(
    core: int | None, idle: dict[int, float], own: float, expected: int | None
) -> None:
    assert chosen(core, idle, own) == expected


@several_cores
def test_threads_that_answer_share_a_core_and_what_is_answered_stays() -> None:
    def app(environ: object, start_response: object) -> Iterable[bytes]:
        return [b"an answer"]

    everywhere = os.sched_getaffinity(0)
    together = Affinity(app)
    of_threads: dict[str, set[int]] = {}
    stopped = threading.Event()

    def answer(name: str) -> None:
        while not stopped.wait(0.01):
            assert [*together({}, lambda *_: lambda _: None)] == [b"an answer"]
            of_threads[name] = os.sched_getaffinity(0)

    threads = [threading.Thread(target=answer, args=(name,)) for name in ("one", "another")]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(of_threads) == 2 and of_threads["one"] == of_threads["another"] != everywhere)
    finally:
        stopped.set()
    for thread in threads:
        thread.join()
    assert len(of_threads["one"]) == 1
    assert of_threads["one"] < everywhere
    assert os.sched_getaffinity(0) == everywhere  # this thread has answered nothing


@several_cores
def test_a_server_s_threads_that_answer_share_a_core_and_its_others_do_not(published: tuple[Path, Manifest]) -> None:
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(published[0])]
    with running(command, port) as address:
        [server] = [child for child in psutil.Process().children() if str(port) in child.cmdline()]

        def cores() -> list[int]:
            with urllib.request.urlopen(f"{address}/articles/{SEED_ID}/related", timeout=30) as response:
                response.read()
            threads = [thread.id for child in server.children() for thread in child.threads()]
            return [len(os.sched_getaffinity(thread)) for thread in threads]

        until(lambda: min(cores()) == 1)
        assert max(cores()) == len(os.sched_getaffinity(0))
