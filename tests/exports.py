"""Exports, and what is looked for in them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psutil
from click.testing import CliRunner
from samples import corpus_of, stories
from servers import RECOMMENDER
from waiting import until

from recommender import Recommender
from recommender.artefacts import LocalModels
from recommender.cli import main
from recommender.journal import LiveChanges
from recommender.live import LiveOverlay


class Site:
    """A `.jsonl` file of articles, and the models that it is exported with."""

    def __init__(self, folder: Path, *, articles: int) -> None:
        corpus = corpus_of(*stories(articles // 5, days_between=2).articles[: articles - 1])
        folder.mkdir(parents=True, exist_ok=True)
        self.corpus = folder / "archive.jsonl"
        lines = [{"id": article.id, **article.entry} for article in corpus.articles]
        lines[3] |= {"relatedPin": [lines[40]["id"]], "quality": "high"}
        lines.append({"id": "undated", "title": lines[0]["title"], "quality": 3})
        self.corpus.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.models = folder / "models"
        done = CliRunner().invoke(main, ["train", str(self.corpus), "--models", str(self.models)])
        assert done.exit_code == 0, done.output
        self.version = LocalModels(self.models).current()

    def answers(self) -> bytes:
        """What look-ups give for each article, a line each, in rank order."""
        recommender = LiveOverlay(Recommender.load(self.models)).with_changes(LiveChanges.load(self.models)).recommender
        return b"".join(recommender.answer(article.id) + b"\n" for article in recommender)

    def command(self, out: object, *options: object) -> list[str]:
        """An export as a shell has it."""
        return [RECOMMENDER, *map(str, ("export", self.corpus, "--models", self.models, "--out", out, *options))]

    def train(self, models: Path, *options: object) -> list[str]:
        """A training, of the same articles into another folder, as a shell has it."""
        return [RECOMMENDER, *map(str, ("train", self.corpus, "--models", models, *options))]

    def export(self, out: object, *options: object) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        command = self.command(out, *options)
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def parts(folder: Path) -> dict[str, Path]:
    """The parts of a dataset that are there, by name, in their order."""
    return {file.name: file for file in sorted(folder.glob("month=*/part-*"), key=lambda file: file.name)}


def joined(folder: Path) -> bytes:
    """What all parts of a dataset hold."""
    return b"".join(file.read_bytes() for file in parts(folder).values())


def marks(folder: Path) -> dict[str, tuple[int, int]]:
    """By what each part is told from one that was written anew."""
    return {name: (file.stat().st_ino, file.stat().st_mtime_ns) for name, file in parts(folder).items()}


def whole(folder: Path) -> bool:
    """Whether a dataset is whole, and nothing else lies in it."""
    left = [file.name for file in folder.rglob("*") if file.name.startswith(".")]
    return (folder / "_SUCCESS").exists() and not left


def broken_off(command: list[str], folder: Path, *, after: int) -> None:
    """Start a command, and kill it when there are so many parts; returns when its workers, too, have come to rest."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: len(list(folder.rglob("part-*"))) >= after or process.poll() is not None, seconds=60)
        workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        assert workers, "it was over too soon"
        process.kill()
    # They end what they were given, and then wait for long.
    until(lambda: all(worker.cpu_percent(0.3) < 5 for worker in workers if worker.is_running()))
    for worker in workers:
        worker.kill()
    psutil.wait_procs(workers, timeout=30)
