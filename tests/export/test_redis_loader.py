"""Answers go into Redis whole or not at all, whatever is killed when."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result
from samples import article, corpus_of
from servers import RECOMMENDER, free_port, running
from stores import RedisServer, dataset, redis_running
from waiting import until

from recommender import Recommender
from recommender.artefacts import LocalModels, Manifest
from recommender.cli import main
from recommender.errors import ExportError, StoreError
from recommender.export import AnswerStore, Exporter, ExportFormat, load_into_redis

ONE = Recommender().fit(corpus_of(*(article(f"a{number}", f"Comet number {number}") for number in range(5))))
TWO = Recommender().fit(corpus_of(*(article(f"a{number}", f"Comet over {number}") for number in range(6))))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_running(tmp_path) as server:
        yield server


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return dataset(tmp_path / "one", ONE)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return dataset(tmp_path / "two", TWO, version="two")


def run(*arguments: object) -> Result:
    """The command with these arguments, as a shell would run it."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def large(folder: Path, *, articles: int) -> Path:
    """An export of 6 kB an article."""
    (folder / "month=2024-01").mkdir(parents=True)
    entries = json.dumps([{"title": "Comet " * 100}] * 10, separators=(",", ":"))
    with (folder / "month=2024-01" / "part-000000.jsonl").open("w") as part:
        part.writelines(f'{{"id":"l{number}","related":{entries}}}\n' for number in range(articles))
    (folder / "_run.json").write_text(json.dumps({"version": "large", "limit": 10, "articles": articles}))
    (folder / "_SUCCESS").touch()
    return folder


LAST = "month=2024-01/part-000001.jsonl"

WAITING = f"""
import signal, sys, time, pathlib, fsspec
from fsspec.implementations.local import LocalFileSystem
from recommender.cli import main
from recommender.export import load_into_redis

class WaitingFileSystem(LocalFileSystem):
    def _open(self, path, *arguments, **options):
        while path.endswith("{LAST}") and not pathlib.Path(path).stat().st_size:
            time.sleep(0.01)
        return super()._open(path, *arguments, **options)

fsspec.register_implementation("file", WaitingFileSystem, clobber=True)
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that a shell runs in the background inherit none
export, url, ttl = sys.argv[1:]
load_into_redis(export, url, ttl=int(ttl)) if ttl else main(["load", export, "--to", url])
"""
"""A load that waits until the last partition of its export has content."""


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """An export whose last partition is empty; `end` adds the last article."""
    folder = large(tmp_path / "endless", articles=500)
    (folder / "_run.json").write_text('{"version": "large", "limit": 10, "articles": 501}')
    (folder / LAST).touch()
    return folder


def end(export: Path) -> None:
    """Add the last article, so that the load goes on."""
    (export / LAST).write_text('{"id":"last","related":[]}\n')


def versions(server: RedisServer, *, expiring: bool = False) -> set[str]:
    """The versions that have answers which never expire, or which do."""
    with server.client() as client:
        keys = [key for key in server.all_keys() if ":answers:" in key]
        return {key.split(":")[1] for key in keys if (int(str(client.ttl(key))) > 0) is expiring}


def test_load_says_what_it_loaded(redis: RedisServer, one: Path) -> None:
    result = run("load", one, "--to", redis.url.replace("//", "//default:@"))
    assert (result.exit_code, result.stdout) == (0, "one\n")
    assert result.stderr.endswith(f"5 answers, and 5 other names and addresses, loaded to {redis.url}\n")


def test_an_answer_is_kept_as_its_bytes(redis: RedisServer, one: Path) -> None:
    load_into_redis(str(one), redis.url)
    with redis.client() as client:
        # The two hexadecimal digits are the CRC-32 of the field, modulo 256.
        assert client.hget(f"related:{redis.current()}:answers:0f", "a3") == ONE.answer("a3").decode()
        assert client.hget(f"related:{redis.current()}:urls:e8", "site.example/a3") == "a3"


def test_a_file_without_its_names_is_refused_and_the_old_version_stays(
    redis: RedisServer, one: Path, published: tuple[Path, Manifest], tmp_path: Path
) -> None:
    load_into_redis(str(one), redis.url)
    lists = tmp_path / "lists.jsonl"
    models, manifest = published
    Exporter(LocalModels(models), manifest.version).to_file(lists)
    names = tmp_path / "lists.jsonl.names"
    whole = names.read_bytes()
    lists.write_bytes(lists.read_bytes().replace(b'"related":[', b'"related": [', 1))
    with pytest.raises(ExportError, match=r"lists\.jsonl:1: is not an answer written by `recommender export`"):
        load_into_redis(str(lists), redis.url)
    Exporter(LocalModels(models), manifest.version, limit=1).to_file(lists)
    names.write_bytes(whole)
    with pytest.raises(ExportError, match=r"is not the export that .*lists\.jsonl\.names belongs to; export once more"):
        load_into_redis(str(lists), redis.url)
    names.unlink()
    with pytest.raises(ExportError, match=r"lists\.jsonl\.names: does not exist; `recommender export"):
        load_into_redis(str(lists), redis.url)
    assert AnswerStore(redis.url).info().version == "one"


def test_other_answers_of_the_same_model_have_another_tag(redis: RedisServer, one: Path, tmp_path: Path) -> None:
    tags = []
    for export in (one, dataset(tmp_path / "fewer", ONE, limit=2), one):
        load_into_redis(str(export), redis.url)
        tags.append(AnswerStore(redis.url).info().tag)
    assert tags[0] == tags[2] == "one"
    assert tags[1].startswith("one+")


def test_the_digests_of_a_thousand_model_versions_are_remembered(redis: RedisServer, one: Path, tmp_path: Path) -> None:
    with redis.client() as client:
        client.hset("related:tags", mapping={f"2025-{number:04}": "some digest" for number in range(1000)})
        load_into_redis(str(one), redis.url)
        assert client.hlen("related:tags") == 1000
        assert client.hmget("related:tags", "2025-0000", "2025-0001")[0] is None
        assert AnswerStore(redis.url).info().tag == "one"
        # Other answers of this version may have been loaded, and forgotten since.
        load_into_redis(str(dataset(tmp_path / "old", ONE, version="2024-0001")), redis.url)
        assert AnswerStore(redis.url).info().tag.startswith("2024-0001+")
        assert not client.hexists("related:tags", "2024-0001")


def test_answers_with_live_articles_have_another_tag_than_the_model(redis: RedisServer, tmp_path: Path) -> None:
    load_into_redis(str(dataset(tmp_path / "live", ONE, live="1f")), redis.url)
    assert AnswerStore(redis.url).info().tag.startswith("one+")


def test_every_export_gives_the_answers_of_the_model_by_every_name_and_address(
    redis: RedisServer, published: tuple[Path, Manifest], tmp_path: Path
) -> None:
    models, manifest = published
    recommender = Recommender.load(models)
    exporter = Exporter(LocalModels(models), manifest.version, task_size=40)
    for form in get_args(ExportFormat):
        exporter.to_folder(f"{tmp_path}/{form}", form=form)
    exporter.to_file(tmp_path / "lists.jsonl")
    for out in (*get_args(ExportFormat), "lists.jsonl"):
        loaded = load_into_redis(f"{tmp_path}/{out}", redis.url)
        identifiers = [one for one in recommender.identifiers() if one.public]
        assert loaded.articles == len(identifiers) == len([article for article in recommender if not article.hidden])
        assert loaded.names == sum(len(one.names) + len(one.urls) for one in identifiers) > len(recommender)
        with closing(AnswerStore(redis.url)) as store:
            assert store.info().tag == manifest.version
            for id, names, urls, *_ in identifiers:
                answer = recommender.answer(id)
                assert {store.answer(name).body for name in (id, *names)} == {answer}
                assert {store.answer_at(url).body for url in urls} <= {answer}


def test_the_version_before_is_kept_and_no_other(redis: RedisServer, one: Path, two: Path) -> None:
    used = []
    for export in (one, two, one, two):
        load_into_redis(str(export), redis.url)
        used.append(redis.current())
        assert versions(redis) == set(used[-2:])
    with redis.client() as client:
        client.set("related:current", used[-2])  # as one goes back by hand
    assert AnswerStore(redis.url).answer("a1").body == ONE.answer("a1")
    load_into_redis(str(two), redis.url, keep=0)
    assert versions(redis) == {redis.current()}


def test_versions_that_are_not_kept_expire(redis: RedisServer, one: Path, two: Path) -> None:
    for export in (one, two):
        load_into_redis(str(export), redis.url, keep=0, ttl=1)
    until(lambda: versions(redis) | versions(redis, expiring=True) == {redis.current()})
    expected = {"related:current", "related:served", "related:tags", f"related:{redis.current()}:info"}
    until(lambda: {key for key in redis.all_keys() if key.count(":") < 3} == expected)
    assert AnswerStore(redis.url).answer("a5").body == TWO.answer("a5")


def test_what_else_is_in_the_database_stays(redis: RedisServer, one: Path) -> None:
    with redis.client() as client:
        client.set("related:of-others:answer:x", "1")
        client.set("session", "1")
        for _ in range(3):
            load_into_redis(str(one), redis.url, keep=0)
        assert client.mget("related:of-others:answer:x", "session") == ["1", "1"]


def test_an_export_that_has_not_ended_is_refused(redis: RedisServer, one: Path) -> None:
    (one / "_SUCCESS").unlink()
    result = run("load", one, "--to", redis.url)
    assert (result.exit_code, redis.all_keys()) == (2, [])
    assert result.stderr == (
        f"recommender: {one}: has no _SUCCESS, so the export is incomplete; "
        f"run `recommender export CORPUS --out {one}` to its end\n"
    )


def test_an_export_that_is_not_there_is_said(redis: RedisServer, tmp_path: Path) -> None:
    result = run("load", tmp_path / "none", "--to", redis.url)
    assert result.exit_code == 2
    assert "does not exist; `recommender export CORPUS --out" in result.stderr


@pytest.mark.parametrize(
    "line", [b"{}", b'{"id": "a", "related": []}', b'{"related":[],"id":"a"}', b"\xff", b"", b"[]"]
)
def test_a_line_that_is_no_answer_is_named_and_nothing_is_left(redis: RedisServer, one: Path, line: bytes) -> None:
    load_into_redis(str(one), redis.url)
    before = redis.all_keys()
    [part] = one.glob("month=*/part-000000.jsonl")
    part.write_bytes(part.read_bytes() + line + b"\n")
    with pytest.raises(ExportError, match=r"part-000000\.jsonl:6: is not an answer written by `recommender export`"):
        load_into_redis(str(one), redis.url)
    assert redis.all_keys() == before


def test_an_export_with_a_part_too_few_is_refused(redis: RedisServer, two: Path) -> None:
    part = next(two.glob("month=*/part-*.jsonl"))
    part.write_bytes(b"".join(part.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(ExportError, match="holds 5 answers of 6; export once more"):
        load_into_redis(str(two), redis.url)
    assert redis.all_keys() == []


def test_no_redis_is_said(one: Path) -> None:
    port = free_port()
    result = run("load", one, "--to", f"redis://:secret@127.0.0.1:{port}/0")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"recommender: redis://127.0.0.1:{port}/0: can't be reached or doesn't answer (")
    assert result.stderr.endswith("the previous answers stay in use: run again\n")
    assert "secret" not in result.stderr


def test_an_address_that_is_none_is_said(one: Path) -> None:
    result = run("load", one, "--to", "localhost")
    assert (result.exit_code, result.stderr) == (
        2,
        "recommender: localhost: is not a store; it must be redis://HOST:PORT/DB\n",
    )


def test_a_redis_without_memory_left_keeps_the_old_version(redis: RedisServer, one: Path, tmp_path: Path) -> None:
    load_into_redis(str(one), redis.url)
    before = redis.all_keys()
    export = large(tmp_path / "large", articles=3000)
    with redis.client() as client:
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 4_000_000)
        result = run("load", export, "--to", redis.url)
        assert result.exit_code == 2
        assert "has no memory left (maxmemory), and the previous answers stay in use" in result.stderr
        until(lambda: redis.all_keys() == before)
        client.config_set("maxmemory", 0)
    assert AnswerStore(redis.url).answer("a1").body == ONE.answer("a1")
    load_into_redis(str(export), redis.url)
    assert AnswerStore(redis.url).info().articles == 3000


def test_a_redis_that_may_forget_is_refused(redis: RedisServer, one: Path) -> None:
    with redis.client() as client:
        client.config_set("maxmemory", 100_000_000)
        client.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(StoreError, match="may evict answers when its memory is full"):
        load_into_redis(str(one), redis.url)


@contextmanager
def loading(export: Path, server: RedisServer, *, ttl: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that loads an endless export and has answers in Redis; without a time to live, it is the command."""
    seen = versions(server, expiring=True)
    command = [sys.executable, "-c", WAITING, str(export), server.url, str(ttl or "")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: bool(versions(server, expiring=True) - seen))
            yield process
        finally:
            process.kill()


@pytest.mark.long
def test_a_load_that_is_killed_leaves_nothing_and_the_old_version_in_use(
    redis: RedisServer, one: Path, endless: Path
) -> None:
    load_into_redis(str(one), redis.url)
    before = redis.all_keys()
    with loading(endless, redis, ttl=2) as killed:
        assert redis.all_keys() != before
        killed.kill()
        killed.communicate()
    assert AnswerStore(redis.url).answer("a1").body == ONE.answer("a1")
    until(lambda: redis.all_keys() == before)
    assert AnswerStore(redis.url).answer("a1").body == ONE.answer("a1")


@pytest.mark.long
def test_a_load_that_waits_for_its_export_renews_its_keys(redis: RedisServer, endless: Path) -> None:
    with loading(endless, redis, ttl=2) as waiting:
        time.sleep(4)
        end(endless)
        _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 0, said
    assert AnswerStore(redis.url).info().articles == 501
    assert AnswerStore(redis.url).answer("l0").body.startswith(b'{"id":"l0",')
    assert versions(redis, expiring=True) == set()


def test_a_load_whose_redis_is_cut_off_ends_in_a_sentence(redis: RedisServer, one: Path, endless: Path) -> None:
    load_into_redis(str(one), redis.url)
    with redis.client() as client:
        client.save()
    with loading(endless, redis) as cut_off:
        redis.kill()
        end(endless)
        _, said = cut_off.communicate(timeout=30)
    assert cut_off.returncode == 2
    assert said.splitlines()[-1].startswith(f"recommender: {redis.url}: can't be reached or doesn't answer (")
    redis.start()
    assert AnswerStore(redis.url).answer("a1").body == ONE.answer("a1")


def test_a_load_that_is_stopped_cleans_up(redis: RedisServer, endless: Path) -> None:
    with loading(endless, redis) as stopped:
        stopped.send_signal(signal.SIGINT)
        _, said = stopped.communicate(timeout=30)
    assert stopped.returncode == 130, said
    assert redis.all_keys() == []


def test_of_two_loads_at_once_the_later_wins(redis: RedisServer, one: Path, endless: Path) -> None:
    with loading(endless, redis) as earlier:
        load_into_redis(str(one), redis.url)
        before = versions(redis)
        end(endless)
        _, said = earlier.communicate(timeout=30)
    assert earlier.returncode == 2
    assert "a later load has finished first; its answers stay in use" in said
    assert AnswerStore(redis.url).info().version == "one"
    assert (versions(redis), versions(redis, expiring=True)) == (before, set())


def test_a_load_that_stood_still_for_too_long_changes_nothing(redis: RedisServer, one: Path, endless: Path) -> None:
    load_into_redis(str(one), redis.url)
    before = redis.all_keys()
    with loading(endless, redis, ttl=1) as stalled:
        stalled.send_signal(signal.SIGSTOP)
        until(lambda: redis.all_keys() == before)
        stalled.send_signal(signal.SIGCONT)
        end(endless)
        _, said = stalled.communicate(timeout=30)
    assert stalled.returncode == 1
    assert "the load stalled for more than 1 seconds" in said
    assert redis.all_keys() == before


def test_switches_under_load_lose_no_answer(redis: RedisServer, one: Path, two: Path) -> None:
    load_into_redis(str(one), redis.url)
    right = {recommender.answer("a1", limit=2) for recommender in (ONE, TWO)}
    port, wrong, seen = free_port(), list[object](), list[bytes]()
    stopping = threading.Event()
    command = [RECOMMENDER, "serve", "--store", redis.url, "--port", str(port), "--workers", "2"]

    def ask(address: str) -> None:
        while not stopping.is_set():
            try:
                with urllib.request.urlopen(f"{address}/articles/a1/related?limit=2", timeout=5) as response:
                    seen.append(response.read())
            except urllib.error.HTTPError as error:
                wrong.append(error.read())

    with running(command, port, path="/readyz") as address:
        threads = [threading.Thread(target=ask, args=(address,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for export in (two, one) * 5:
            load_into_redis(str(export), redis.url, keep=0)
        stopping.set()
        for thread in threads:
            thread.join()
        assert (wrong, set(seen)) == ([], right)
        load_into_redis(str(two), redis.url)
        for _ in range(8):  # both workers
            with urllib.request.urlopen(f"{address}/articles/a5/related", timeout=5) as response:
                assert response.read() == TWO.answer("a5")


def test_serve_starts_without_its_store_and_finds_it(redis: RedisServer, one: Path) -> None:
    load_into_redis(str(one), redis.url)
    with redis.client() as client:
        client.save()
    redis.kill()
    port = free_port()
    command = [RECOMMENDER, "serve", "--store", redis.url, "--port", str(port), "--models", "nowhere"]
    with running(command, port) as address:
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{address}/articles/a1/related", timeout=5)
        redis.start()

        def answered() -> bool:
            try:
                with urllib.request.urlopen(f"{address}/articles/a1/related", timeout=5) as response:
                    return bool(response.read() == ONE.answer("a1"))
            except urllib.error.HTTPError:
                return False

        until(answered, seconds=5)


def test_serve_takes_a_store_or_a_corpus(one: Path) -> None:
    result = run("serve", one, "--store", "redis://127.0.0.1:1/0")
    assert result.exit_code == 2
    assert "a store answers without a corpus" in result.stderr
