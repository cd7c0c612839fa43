"""Any process of a server, or of a training beside it, may be killed at any moment, under load.

`make kill-server-test` kills 100 times; without KILLS it is done half a dozen times.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from samples import SEEDS
from servers import RECOMMENDER, Supervised, free_port
from waiting import SLACK, until

from recommender import Recommender
from recommender.artefacts import LocalModels
from recommender.journal import Journal

KILLS = int(os.environ.get("KILLS", "6"))
TOKEN = "a token of the tests"
WORKERS = 2


class Load:
    """Look-ups and postings, one after the other, until it is stopped; what is refused is tried again."""

    def __init__(self, address: str, ids: Sequence[str]) -> None:
        self._address = address
        self._ids = ids
        self._stopping = threading.Event()
        self.acknowledged: list[str] = []
        self.answered = 0
        self.longest_gap = 0.0  # seconds between two answers
        self.wrong: list[str] = []
        self._threads = [threading.Thread(target=self._look_up), threading.Thread(target=self._post)]
        for thread in self._threads:
            thread.start()

    def _look_up(self) -> None:
        chance = random.Random(1)
        latest = time.monotonic()
        while not self._stopping.is_set():
            id = chance.choice(self._ids)
            try:
                with urllib.request.urlopen(f"{self._address}/articles/{id}/related", timeout=5) as response:
                    if json.load(response)["id"] != id:
                        self.wrong.append(id)
                    self.answered += 1
                now = time.monotonic()
                self.longest_gap, latest = max(self.longest_gap, now - latest), now
            except urllib.error.HTTPError as error:
                self.wrong.append(f"{id}: {error.code}")
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(0.01)

    def _post(self) -> None:
        number = 0
        while not self._stopping.wait(0.1):
            number += 1
            body = json.dumps({"id": f"live-{number}", "title": f"Comet number {number} over the harbour"}).encode()
            headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{self._address}/articles", body, headers)
            try:
                with urllib.request.urlopen(request, timeout=5) as response:
                    self.acknowledged.append(json.load(response)["id"])
            except urllib.error.HTTPError as error:
                self.wrong.append(f"posting: {error.code}")
            except (OSError, ValueError, http.client.HTTPException):
                pass  # not acknowledged: nothing is promised

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()


def answers(address: str, id: str) -> bool:
    """Whether an article is answered."""
    try:
        with urllib.request.urlopen(f"{address}/articles/{id}/related", timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, http.client.HTTPException):
        return False


@contextmanager
def served(models: Path) -> Iterator[tuple[Supervised, str]]:
    """A supervised server on a models folder."""
    port = free_port()
    command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(models), "--workers", str(WORKERS)]
    server = Supervised(command, RECOMMENDER_TOKEN=TOKEN)
    try:
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.stop()


@pytest.mark.long
def test_whatever_is_killed_the_server_is_back_and_nothing_is_lost(tmp_path: Path) -> None:
    site, models = tmp_path / "site", tmp_path / "models"
    shutil.copytree(SEEDS / "newsroom", site)
    train = [RECOMMENDER, "train", "--force", str(site), "--models", str(models)]
    subprocess.run(train, check=True, capture_output=True)
    ids = [article.id for article in Recommender.load(models) if not article.hidden]
    chance = random.Random(KILLS)
    times: dict[str, list[float]] = {"worker": [], "master": [], "trainer": []}
    with served(models) as (server, address):
        until(lambda: answers(address, ids[0]) and len(server.workers()) == WORKERS)
        load = Load(address, ids)
        for number in range(KILLS):
            victim = list(times)[number % 3]
            if victim == "trainer":
                trainer = subprocess.Popen(train, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(chance.uniform(0.5, 4))
                trainer.kill()
                trainer.wait()
            elif victim == "worker":
                os.kill(chance.choice(server.workers()), signal.SIGKILL)
            else:
                server.process.kill()
            began = time.monotonic()
            time.sleep(0.2)  # for what was killed to be missed
            until(lambda: len(server.workers()) == WORKERS and answers(address, ids[0]))
            times[victim].append(time.monotonic() - began)
            LocalModels(models).verify()  # what is in use is whole
            time.sleep(chance.uniform(0, 0.5))
        load.stop()
        print(f"{KILLS} kills, {load.answered} answers, no longer than {load.longest_gap:.2f} s without one")
        print({victim: f"{max(of_one):.2f} s" for victim, of_one in times.items()})
        assert load.wrong == []
        assert load.answered > KILLS
        assert load.acknowledged
        time.sleep(2)
        for id in load.acknowledged:
            assert answers(address, id), f"{id} was acknowledged, and is lost"
    with Journal(models) as journal:
        assert journal.read().damage == ()
    assert load.longest_gap < 5 * SLACK  # a server starts anew, beside its load, on whatever cores there are
