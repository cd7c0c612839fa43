"""A server at saturation while models and articles come: `make soak SECONDS=600`; exits with 1 on a fault.

Every five seconds another model is named, every second an article is posted, and some are withdrawn. Every ten seconds,
once all workers have had two to take the last of it in, answers are held against the library for a second.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

import psutil
from samples import stories
from servers import RECOMMENDER, free_port, running

from recommender import Corpus, Recommender
from recommender.artefacts import LocalModels
from recommender.journal import LiveChanges
from recommender.live import LiveOverlay
from recommender.training import publish

TOKEN = "a token of the tests"
WORKERS, CLIENTS = 2, 6
LIMIT = 5


class Soak:
    """The clients of one server, and what they found."""

    def __init__(self, address: str, models: Path, corpus: Corpus) -> None:
        self.address = address
        self.models = models
        self.corpus = corpus
        self.ids = [article.id for article in corpus.articles]
        self.stopping = threading.Event()
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.expected: dict[str, bytes] = {}
        self.sampled = random.Random(2).sample(self.ids, 40)

    def look_up(self, seed: int) -> None:
        """Ask for random lists."""
        chance = random.Random(seed)
        host = self.address.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=10)
        while not self.stopping.is_set():
            id = chance.choice(self.sampled) if chance.random() < 0.1 else chance.choice(self.ids)
            try:
                connection.request("GET", f"/articles/{id}/related?limit={LIMIT}")
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"{id}: {error!r}")
                connection.close()
                continue
            self.counts["look-ups"] += 1
            if response.status != 200:
                self.faults.append(f"{id}: {response.status}")
            elif (expected := self.expected.get(id)) is not None:
                self.counts["sampled"] += 1
                if body != expected:
                    self.faults.append(f"{id}: a wrong answer")

    def write(self, method: str, path: str, value: object = None) -> None:
        """Post or withdraw an article."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                response.read()
            self.counts[method] += 1
        except OSError as error:
            self.faults.append(f"{method} {path}: {error!r}")

    def know(self) -> None:
        """What is to be answered now, going by the library."""
        base = Recommender.load(self.models)
        recommender = LiveOverlay(base).with_changes(LiveChanges.load(self.models)).recommender
        self.expected = {id: recommender.answer(id, limit=LIMIT) for id in self.sampled}


def memory(pid: int) -> int:
    """Bytes that a process does not share with another."""
    return int(psutil.Process(pid).memory_full_info().uss)


def main(seconds: float) -> int:
    """Run it; returns the exit status."""
    corpus = stories(2000)
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        recommender = Recommender().fit(corpus).precompute_lists()
        less = Corpus(articles=corpus.articles[: len(corpus.articles) - 500], links={}, files=0, fingerprint="less")
        versions = [publish(one, models).version for one in (corpus, less, corpus)]
        port = free_port()
        command = [RECOMMENDER, "serve", "--port", str(port), "--models", str(models), "--workers", str(WORKERS)]
        with running(command, port, RECOMMENDER_TOKEN=TOKEN) as address:
            return soak(Soak(address, models, less), recommender, versions, seconds, port)


def soak(run: Soak, recommender: Recommender, versions: list[str], seconds: float, port: int) -> int:
    """The minutes themselves, and the figures."""
    workers = _workers(port)
    clients = [threading.Thread(target=run.look_up, args=(seed,)) for seed in range(CLIENTS)]
    chance = random.Random(1)
    began = time.monotonic()
    after_a_minute: list[int] = []
    reloads = 0
    for client in clients:
        client.start()
    for second in itertools.count():
        elapsed = time.monotonic() - began
        if elapsed > seconds:
            break
        title = recommender[chance.randrange(1000)].title
        at = f"2024-06-{second % 28 + 1:02}T00:00:00Z"
        posting = {"id": f"live-{second}", "title": f"{title} {second}", "excerpt": title, "date": at}
        run.expected = {}  # before anything changes
        run.write("POST", "/articles", posting)
        if second % 10 == 9:
            run.write("DELETE", f"/articles/live-{second - 5}")
        if second % 5 == 4:
            LocalModels(run.models).use(versions[reloads % 3])
            reloads += 1
        if second % 10 == 2:
            time.sleep(2)  # by now all workers are on it
            run.know()
            time.sleep(1)
        # While a worker takes another model it has both: its memory is read before the next one is named.
        if not after_a_minute and elapsed > min(60, seconds / 3) and second % 5 == 3:
            after_a_minute = [memory(pid) for pid in workers]
        time.sleep(max(0, began + second + 1 - time.monotonic()) if second % 10 != 2 else 0)
    run.stopping.set()
    for client in clients:
        client.join()
    time.sleep(4)
    in_the_end = [memory(pid) for pid in workers]
    grown = [end / start - 1 for start, end in zip(after_a_minute, in_the_end, strict=True)]
    same = workers == _workers(port)
    figures = {
        "seconds": round(time.monotonic() - began),
        **run.counts,
        "a second": round(run.counts["look-ups"] / seconds),
        "reloads": reloads,
        "faults": len(run.faults),
        "MB of the workers after a minute": [round(size / 1e6) for size in after_a_minute],
        "MB in the end": [round(size / 1e6) for size in in_the_end],
        "grown by": [f"{share:.1%}" for share in grown],
        "the same workers": same,
    }
    print(json.dumps(figures, indent=2))
    print(*run.faults[:10], sep="\n")
    return 0 if not run.faults and same and max(grown) < 0.05 else 1


def _workers(port: int) -> list[int]:
    """The processes that answer on a port."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(port) in words and "serve" in words and process.ppid() == os.getpid():
            return sorted(child.pid for child in process.children() if child.name() == process.name())
    raise SystemExit("the server is not running")


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
