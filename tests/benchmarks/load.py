"""`python -m benchmarks.load [--articles N] [--seconds S] [--models DIR]`: look-ups against an empty Flask view.

Look-ups are answered from the model and from Redis. All three are served by `build_server` with the same options: one
worker and the same number of threads. In each of five rounds wrk asks each of them once, over 16 connections of the
loopback interface. Ratios are taken of each round, and their medians printed: look-ups from the model have at least
0.85 of the empty view's throughput and at most 1.5 times its p99, look-ups from Redis at least 0.7 of the throughput of
those from the model. The empty view needs a thread for each request, look-ups from Redis one for each batch, and those
from the model none.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flask import Flask
from servers import free_port, running
from stores import dataset, redis_running

from api.app import Gateway, build_server
from benchmarks import archive
from recommender import Recommender, Settings
from recommender.export import load_into_redis
from recommender.training import publish

_CONNECTIONS, _ROUNDS = 16, 5
_SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
math.randomseed(1)
request = function() return wrk.format("GET", paths[math.random(#paths)]) end
done = function(summary, latency, _)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("FIGURES %%f %%f %%f %%d\\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99), failed))
end
"""


class Load(NamedTuple):
    """What one run of wrk saw: requests a second, percentiles in microseconds, requests that failed."""

    rate: float
    p50: float
    p99: float
    failed: float


def hello() -> Gateway:
    """An application with one empty view."""
    app = Flask("hello")

    @app.get("/")
    def index() -> str:
        return "hello"

    return Gateway(app.wsgi_app, threads=2)


def main() -> int:
    """Measure, print, and say by the exit status whether the bounds are met."""
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--models", type=Path, help="a folder with a trained model, instead of a made-up archive")
    parser.add_argument("--threads", type=int, default=2, help="of the one worker")
    parser.add_argument("--hello", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hello:
        build_server("benchmarks.load:hello", workers=1, host="127.0.0.1", port=options.hello).serve()
        return 0
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; `apt-get install wrk` does it")
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        return _compare(
            options.models or _trained(options.articles, Path(name)),
            Path(name),
            seconds=options.seconds,
            threads=options.threads,
        )


def _trained(articles: int, folder: Path) -> Path:
    corpus = archive.corpus(articles)
    publish(corpus, folder / "models", settings=Settings(learn=False), progress=True)
    return folder / "models"


def _compare(models: Path, folder: Path, *, seconds: int, threads: int) -> int:
    recommender = Recommender.load(models)
    ids = [article.id for article in recommender]
    look_ups = [f"/articles/{quote(id, safe='')}/related?limit=5" for id in ids]
    command = str(Path(sys.executable).with_name("recommender"))
    serve = [command, "serve", "--models", str(models), "--threads", str(threads), "--port"]
    bare = [sys.executable, "-m", "benchmarks.load", "--threads", str(threads), "--hello"]
    with ExitStack() as stack:

        def started(command: Sequence[str], path: str = "/healthz", **environment: str) -> str:
            port = free_port()
            return stack.enter_context(running([*command, str(port)], port, path=path, **environment))

        asked = {
            "hello": (started(bare, "/", PYTHONPATH=str(Path(__file__).parent.parent)), ["/"]),
            "look-up": (started(serve), look_ups),
        }
        store = _filled(stack, recommender, folder)
        asked["store"] = (started(serve, RECOMMENDER_STORE=store), look_ups)
        runs: dict[str, list[Load]] = {name: [] for name in asked}
        for _ in range(_ROUNDS):
            # In turn, so that what else the machine does falls on all.
            for name, (address, paths) in asked.items():
                runs[name].append(_wrk(address, paths, folder, seconds))
    medians = {name: Load(*map(statistics.median, zip(*found, strict=True))) for name, found in runs.items()}
    for name, load in medians.items():
        rates = " ".join(f"{run.rate:,.0f}" for run in runs[name])
        lost = sum(run.failed for run in runs[name])
        print(
            f"{name:8} {load.rate:9,.0f}/s  p50 {load.p50:7,.0f} us  p99 {load.p99:7,.0f} us  "
            f"failed {lost:.0f}   ({rates})"
        )
    rounds = list(zip(runs["look-up"], runs["hello"], strict=True))  # noise falls on both of a round
    throughput = statistics.median(look_up.rate / hello.rate for look_up, hello in rounds)
    slowest = statistics.median(look_up.p99 / hello.p99 for look_up, hello in rounds)
    failed = sum(run.failed for found in runs.values() for run in found)
    stored, stored_of_empty = (
        statistics.median(store.rate / other.rate for store, other in zip(runs["store"], runs[name], strict=True))
        for name in ("look-up", "hello")
    )
    print(f"throughput {throughput:.2f} (at least 0.85), p99 {slowest:.2f} (at most 1.5), failed {failed:.0f} (0)")
    print(
        f"from Redis against from the model {stored:.2f} (at least 0.7), against the empty view {stored_of_empty:.2f}"
    )
    figures = {"throughput": throughput, "p99": slowest, "failed": failed, "store": stored}
    print(json.dumps(figures | {name: load._asdict() for name, load in medians.items()}))
    return 0 if throughput >= 0.85 and slowest <= 1.5 and not failed and stored >= 0.7 else 1


def _filled(stack: ExitStack, recommender: Recommender, folder: Path) -> str:
    """The address of a Redis that holds the answers, with the time and memory that they took said."""
    (folder / "redis").mkdir()
    server = stack.enter_context(redis_running(folder / "redis"))
    export = str(dataset(folder / "out", recommender))
    with server.client() as client:
        empty, began = client.info("memory")["used_memory"], time.monotonic()
        loaded = load_into_redis(export, server.url)
        seconds, size = time.monotonic() - began, client.info("memory")["used_memory"] - empty
    print(
        f"loaded {loaded.articles:,} answers in {seconds:.1f} s, {loaded.articles / seconds:,.0f} a second; "
        f"{size / loaded.articles:,.0f} bytes of memory each"
    )
    return server.url


def _wrk(address: str, paths: Sequence[str], folder: Path, seconds: int) -> Load:
    listing, script = folder / "paths.txt", folder / "load.lua"
    listing.write_text("\n".join(paths))
    script.write_text(_SCRIPT % listing)
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "-s", str(script), address]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    found = re.search("^FIGURES (.*)$", output, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk gave no figures:\n{output}")
    return Load(*map(float, found[1].split()))


if __name__ == "__main__":
    sys.exit(main())
