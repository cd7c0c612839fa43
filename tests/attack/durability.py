"""What is on the disk when processes are killed, the disk is full, a folder is closed, or two do the same at once."""

from __future__ import annotations

import http.client
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from samples import SEEDS
from servers import RECOMMENDER, Supervised, free_port
from waiting import until

from attack.stage import BEARER, QUIET, TOKEN, Answer, Client, Stage, command, path_of
from attack.tally import Tally
from recommender.artefacts import LocalModels

_SETTINGS = "settings.yaml"
_NO_OVERRIDE = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def attack_writes(tally: Tally, stage: Stage) -> None:
    """Post, replace and withdraw while workers and servers are killed; then ask for what was acknowledged last."""
    models = shutil.copytree(stage.models, stage.root / "written")
    port = free_port()
    serve = [RECOMMENDER, "serve", "--port", str(port), "--models", str(models), "--workers", "2"]
    server = Supervised(serve, RECOMMENDER_TOKEN=TOKEN, **QUIET)
    try:
        until(lambda: _answers(port), seconds=180)
        last: dict[str, tuple[int, str | None]] = {}
        acknowledged = _write(tally, server, port, last)
        until(lambda: _answers(port), seconds=180)
        time.sleep(3)
        client = Client(port)
        lost = {id for id, (_, title) in last.items() if not _is_served(client, id, title)}
        for id, title in acknowledged:
            kept = id not in last or id not in lost
            tally.check(kept, f"{id}: acknowledged {title!r} and then {last.get(id)}, and it is lost")
    finally:
        server.stop()


def _write(
    tally: Tally, server: Supervised, port: int, last: dict[str, tuple[int, str | None]]
) -> list[tuple[str, str | None]]:
    """Write until enough is acknowledged, and kill in the middle of every fortieth or so.

    Args:
        last: gets the last of each ID, unless it is not known which that is.
    """
    acknowledged: list[tuple[str, str | None]] = []
    kills = 0
    for number in range(100_000):
        if len(acknowledged) >= 548 or time.monotonic() > tally.latest:
            break
        id = f"live-{tally.chance.randrange(60)}"
        title = f"Harbour comet {number}" if tally.chance.random() < 0.7 else None
        try:
            client = Client(port)
            if title is None:
                answer = client.ask(path_of(id, rest=""), method="DELETE", headers=BEARER)
            else:
                answer = client.post("/articles", {"id": id, "title": title}, **BEARER)
        except (OSError, http.client.HTTPException):
            last.pop(id, None)  # it may have been kept or not
            time.sleep(0.02)
            continue
        if answer.status in (200, 201):
            acknowledged.append((id, title))
            last[id] = (number, title)
            if len(acknowledged) % 40 == 20:
                threading.Timer(tally.chance.uniform(0, 0.05), _kill, (server, kills)).start()
                kills += 1
        elif answer.status != 404:
            tally.check(False, f"{'DELETE' if title is None else 'POST'} {id} -> {answer.said()}")
    return acknowledged


def _kill(server: Supervised, number: int) -> None:
    """Kill one of the workers, and every fifth time the server."""
    with suppress(OSError, IndexError):
        if number % 5 == 4:
            server.process.kill()
        else:
            os.kill(server.workers()[number % 2], signal.SIGKILL)


def _answers(port: int) -> bool:
    try:
        return Client(port).ask("/readyz").status == 200
    except (OSError, http.client.HTTPException):
        return False


def _is_served(client: Client, id: str, title: str | None) -> bool:
    answer = client.ask(path_of(id, rest=""))
    return answer.status == 404 if title is None else answer.status == 200 and answer.json["article"]["title"] == title


def attack_races(tally: Tally, stage: Stage) -> None:
    """Post at the same IDs and addresses, and withdraw, through all workers at once: then all say the same of each.

    So does a server that reads it all from the disk.
    """
    models = shutil.copytree(stage.models, stage.root / "raced")
    chances = [random.Random(tally.chance.random()) for _ in range(6)]
    with stage.served(models, workers=3) as client:
        with ThreadPoolExecutor(len(chances)) as pool:
            for answers in pool.map(lambda chance: _post_and_withdraw(Client(client.port), chance), chances):
                for answer in answers:
                    tally.check(answer.status in (200, 201, 404), f"a post or a withdrawal -> {answer.said()}")
        time.sleep(3)  # in which each worker has read what the others have taken
        said = [_live_answers(Client(client.port)) for _ in range(12)]
    with stage.served(models) as client:
        said += [_live_answers(Client(client.port)) for _ in range(3)]
    for one in said:
        tally.check(one == said[0], f"one worker says {one}, and another {said[0]}")


def _post_and_withdraw(client: Client, chance: random.Random) -> list[Answer]:
    answers = []
    for number in range(60):
        id = f"raced-{chance.randrange(6)}"
        if chance.random() < 0.3:
            answers.append(client.ask(path_of(id, rest=""), method="DELETE", headers=BEARER))
            continue
        article = {"id": id, "title": f"Zebra {number} {chance.random()}"}
        if chance.random() < 0.6:
            article["url"] = f"https://raced.example/{chance.randrange(3)}"
        answers.append(client.post("/articles", article, **BEARER))
    return answers


def _live_answers(client: Client) -> list[object]:
    """What a worker says of every ID, every address, and the titles."""
    paths = [path_of(f"raced-{number}", rest="") for number in range(6)]
    paths += [f"/related?fields=id&url=https://raced.example/{number}" for number in range(3)]
    return [client.ask(path).json for path in [*paths, "/articles?q=Zebra&limit=20"]]


def attack_disk(tally: Tally, stage: Stage) -> None:
    """Fill the disk, close the folder, kill trainings, and train twice at once: what was in use stays whole.

    Nothing is learnt, so that most of a training is what it writes.
    """
    site = stage.root / "small"
    shutil.copytree(SEEDS / "newsroom", site)
    (stage.root / "disk").mkdir()
    models = LocalModels(stage.root / "disk" / "models")
    (stage.root / "disk" / _SETTINGS).write_text("learn: false\n")
    command(*_training(site, models), check=True)
    _post_on_a_full_disk(tally, stage, models)
    _train_on_a_full_disk(tally, site, models)
    _write_into_closed_folders(tally, stage, site, models)
    _kill_trainings(tally, site, models)
    _train_twice(tally, site, models)


def _post_on_a_full_disk(tally: Tally, stage: Stage, models: LocalModels) -> None:
    with stage.served(models.path) as client:
        [server] = [one for one in psutil.Process().children() if str(client.port) in one.cmdline()]
        for number in range(20):
            for worker in server.children():
                resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            refused = client.post("/articles", {"id": f"full-{number}", "title": "Harbour comet"}, **BEARER)
            there = client.ask(path_of(f"full-{number}"))
            tally.check(
                refused.status == 507 and there.status == 404,
                f"posting on a full disk -> {refused.said()}, {there.said()}",
            )
            for worker in server.children():
                resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            kept = client.post("/articles", {"id": f"room-{number}", "title": "Harbour comet"}, **BEARER)
            tally.check(kept.status == 201, f"posting when there is room again -> {kept.said()}")


def _train_on_a_full_disk(tally: Tally, site: Path, models: LocalModels) -> None:
    """With a limit of the size of files, which fails as a full disk does: `File too large` for `No space left`."""
    for _ in range(15):
        size = tally.chance.choice((0, 100, 3_000, 20_000, 60_000, 150_000))
        with _whole(tally, models, f"training with files of at most {size} bytes") as told:
            done = command(*_training(site, models), preexec_fn=_limit(size))
            told(done, done.returncode in (0, 2))


def _limit(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextmanager
def _whole(
    tally: Tally, models: LocalModels, what: str
) -> Iterator[Callable[[subprocess.CompletedProcess[str], bool], None]]:
    """Check that a command ends as it should, with a sentence, and that the version in use is whole after it."""
    said: list[str] = []

    def told(done: subprocess.CompletedProcess[str], fine: bool) -> None:
        if not fine or "Traceback" in done.stderr:
            said.append(f"rc {done.returncode}: {done.stderr[-300:]}")

    yield told
    try:
        models.verify()
    except Exception as error:  # noqa: BLE001 - whatever it is, the model is not whole
        said.append(f"the model in use is not whole: {error}")
    tally.check(not said, f"{what}: {'; '.join(said)}")


def _write_into_closed_folders(tally: Tally, stage: Stage, site: Path, models: LocalModels) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*.md")}
    closed = stage.root / "closed"
    closed.mkdir()
    folders = (models.path, site, closed)
    alike = _NO_OVERRIDE if os.geteuid() == 0 and shutil.which("setpriv") else []
    for folder in folders:
        folder.chmod(0o555)
    try:
        for words in (
            _training(site, models),
            ("enrich", site, "--models", models.path),
            ("export", site, "--models", models.path, "--out", closed / "lists.jsonl"),
            ("export", site, "--models", models.path, "--out", f"{closed}/"),
            ("models", "--models", models.path, "use", models.current()),
        ):
            for _ in range(3):
                with _whole(tally, models, f"{words[0]} where nothing can be written") as told:
                    line = [*alike, RECOMMENDER, *map(str, words)]
                    done = subprocess.run(
                        line, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False
                    )
                    told(done, done.returncode in (1, 2))
        tally.check({path: path.read_bytes() for path in site.rglob("*.md")} == before, "a closed site was written to")
    finally:
        for folder in folders:
            folder.chmod(0o755)


def _kill_trainings(tally: Tally, site: Path, models: LocalModels) -> None:
    begun = time.monotonic()
    command(*_training(site, models), check=True)
    duration = time.monotonic() - begun
    for number in range(40):
        with _whole(tally, models, "a training that is killed"):
            process = _begin_training(site, models)
            time.sleep(tally.chance.uniform(0.3, 1) * duration)
            process.kill()
            process.wait()
        if number % 10 == 9:
            with _whole(tally, models, "the training after killed ones") as told:
                done = command(*_training(site, models))
                told(done, done.returncode == 0 and not list(models.path.glob(".publishing-*")))


def _training(site: Path, models: LocalModels) -> tuple[object, ...]:
    return ("train", "--force", site, "--models", models.path, "--settings", models.path.with_name(_SETTINGS))


def _begin_training(site: Path, models: LocalModels) -> subprocess.Popen[str]:
    line = [RECOMMENDER, *map(str, _training(site, models))]
    return subprocess.Popen(
        line, env={**os.environ, **QUIET}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _train_twice(tally: Tally, site: Path, models: LocalModels) -> None:
    for _ in range(10):
        with _whole(tally, models, "two trainings at once") as told:
            both = [_begin_training(site, models) for _ in range(2)]
            for process in both:
                _, errors = process.communicate(timeout=600)
                told(subprocess.CompletedProcess([], process.returncode, "", errors), process.returncode in (0, 2))
                tally.check(process.returncode == 0, f"one of two trainings: {process.returncode} {errors[-200:]}")
    json.dumps(models.versions())
