"""Lists written into files: into variants and mutants, by runs that are killed, and beside an editor."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from enriching import runs
from readings import check_reading
from round_trips import check_round_trip
from samples import SEEDS
from servers import RECOMMENDER
from splices import Trial, check_file

from attack.stage import QUIET, Stage, command
from attack.tally import Tally
from recommender.sources import WRITTEN_LISTS_FILE
from recommender.writing import YamlStyle

_STYLES = (
    YamlStyle(),
    YamlStyle(list_indent=0),
    YamlStyle(quote="'"),
    YamlStyle(quoted=frozenset({"sourceUrl"}), quote="'"),
)
_ENTRY: dict[str, Any] = {
    "title": 'Ferry "Agnes": no #1 \\ 🚢',
    "excerpt": "a\u2028b\x85c\x07\n'd'",
    "publishedDateTime": "2024-03-01T12:00:00Z",
    "sourceUrl": "https://quay.example/a?b=c#d",
    "provider": {"name": "no", "domain": "quay.example"},
    "quality": 59,
}
_LISTS: tuple[list[dict[str, Any]], ...] = ([{"title": "Pier"}], [_ENTRY], [_ENTRY, {"title": "no", "type": "1e3"}])
_SPLICES = (
    b"related:",
    b"\r\n",
    b"---\n",
    b"# c",
    b"\xef\xbb\xbf",
    b"&a ",
    b"*a",
    b"|\n  ",
    b"'",
    b'"',
    b"[",
    b"]",
    b"\t",
    b"- ",
    b"\xff",
)


def attack_variants(tally: Tally, stage: Stage) -> None:
    """Put lists into files that say the same in many ways, and take them out again: no other byte changes."""
    _check_files(tally, stage.root / "variants", _variants())


def attack_mutants(tally: Tally, stage: Stage) -> None:
    """The same with mutated files, as a fuzzer makes them; what they give is read the same by other readers."""
    examples = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "fuzz" / "corpus").iterdir())]
    _check_files(tally, stage.root / "mutants", (_mutant(examples, tally.chance) for _ in range(6300)))


def _check_files(tally: Tally, folder: Path, files: Iterator[bytes]) -> None:
    folder.mkdir()
    for number, data in enumerate(files):
        trial = Trial(folder, _STYLES[number % len(_STYLES)], ("PyYAML", "PyYAML, texts"))
        lists = _LISTS[number % 3], _LISTS[number // 3 % 3]

        def check(data: bytes = data, trial: Trial = trial, lists: Any = lists, number: int = number) -> None:
            check_reading(data)
            if b"+++" not in data:  # of YAML alone; the round trip is of both
                check_file(trial, data, *lists)
            check_round_trip(folder, data, lists[0] if number % 2 else ["a", "b: c"])

        tally.attempt(f"a file of {data!r}", check)


def _variants() -> Iterator[bytes]:
    """All combinations of where the list stands, how it is written, line breaks, and what surrounds it."""
    related: tuple[str, ...] = (
        "",
        "related:\n",
        "related: []\n",
        "related: # note\n",
        "related:\n  - title: Old\n",
        "related: [{title: Old}]\n",
    )
    related += (
        "related: null\n",
        "related: ~ # note\n",
        "related:\n- title: Old\n  excerpt: >\n    folded\n",
        "related: false\n",
    )
    heads = ("title: Harbour\n", "title: Harbour\n\n# a comment\n", 'secured: "x"\ntitle: |\n  Harbour\n')
    tails = ("", "tags: [a, b]\n", "\n\n# end\n")
    for head, list_, tail in itertools.product(heads, related, tails):
        for break_, bom, body in itertools.product(("\n", "\r\n"), ("", "\ufeff"), ("", "body\n---\nrelated: no\n")):
            text = f"{bom}---\n{head}{list_}{tail}---\n{body}"
            yield text.replace("\n", break_).encode()


def _mutant(examples: list[bytes], chance: random.Random) -> bytes:
    data = bytearray(chance.choice(examples))
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, kind = chance.randrange(len(data) + 1), chance.randrange(5)
        if kind == 0:
            data[at:at] = chance.choice(_SPLICES)
        elif kind == 1:
            del data[at : at + chance.choice((1, 2, 10, 40))]
        elif kind == 2 and data:
            data[min(at, len(data) - 1)] = chance.randrange(256)
        elif kind == 3:
            other = chance.choice(examples)
            start = chance.randrange(len(other))
            data[at:at] = other[start : start + chance.choice((5, 30, 100))]
        else:
            lines = bytes(data).splitlines(keepends=True)
            chance.shuffle(lines)
            data = bytearray(b"".join(lines)) if chance.random() < 0.3 else data
    return bytes(data[:1500])


def attack_killed_runs(tally: Tally, stage: Stage) -> None:
    """Kill runs at any moment: each file is as it was or as it becomes, and a later run completes the work."""
    folder = shutil.copytree(SEEDS / "newsroom", stage.root / "killed")
    old = _contents(folder)
    with runs(folder) as started:
        started.start()
        begun = time.monotonic()
        started.status()
        duration = time.monotonic() - begun
        new, lock = _contents(folder), (folder / WRITTEN_LISTS_FILE).read_bytes()
        for number in range(26):
            _restore(folder, old)
            process = started.start()
            time.sleep(tally.chance.uniform(0, duration))
            os.kill(process, signal.SIGKILL)  # it is waited for only now, so the ID is still its own
            started.status()
            left = _contents(folder)
            torn = [str(path) for path in old if left.get(path) not in (old[path], new[path])]
            if number % 3 == 2:
                started.start(read_again=True)
                torn += [f"the next run ended with {status}" for status in (started.status(),) if status]
                torn += [f"{path} after the next run" for path in old if _contents(folder)[path] != new[path]]
                torn += ["the lock"] * ((folder / WRITTEN_LISTS_FILE).read_bytes() != lock)
            tally.check(not torn, f"kill {number}: {torn}")


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*.md"))}


def _restore(folder: Path, old: dict[Path, bytes]) -> None:
    (folder / WRITTEN_LISTS_FILE).unlink(missing_ok=True)
    for path, data in old.items():
        if path.read_bytes() != data:
            path.write_bytes(data)


def attack_edited_files(tally: Tally, stage: Stage) -> None:
    """Append lines to files while runs replace them: each line that was written is there in the end.

    What is written to a file that was replaced since it was opened can't be kept, and is counted apart: an editor sees
    that by what the path leads to after the write.
    """
    memory = Path("/dev/shm")
    root = memory / stage.root.name if os.access(memory, os.W_OK) else stage.root / "edited"
    try:
        folder = shutil.copytree(SEEDS / "newsroom", root)
        command("train", folder, "--models", stage.root / "edited-models", check=True)
        _edit(tally, folder, stage.root / "edited-models")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _edit(tally: Tally, folder: Path, models: Path) -> None:
    files = sorted(folder.rglob("*.md"))
    stopping = threading.Event()
    enriching = threading.Thread(target=_enrich_on_and_on, args=(folder, models, stopping))
    enriching.start()
    written: list[tuple[Path, str]] = []
    raced = 0
    while len(written) < 18_413:
        path, line = tally.chance.choice(files), f"line {len(written)} of an editor\n"
        with path.open("ab", buffering=0) as stream:
            stream.write(line.encode())
            opened = os.fstat(stream.fileno())
            try:
                replaced = os.stat(path).st_ino != opened.st_ino
            except FileNotFoundError:
                replaced = True
        if replaced:
            raced += 1
        else:
            written.append((path, line))
        if len(written) % 16 == 0:
            time.sleep(0.002)  # for a run to find a file that stays as it read it
    stopping.set()
    enriching.join()
    kept = {path: set(path.read_text().splitlines(keepends=True)) for path in files}
    for path, line in written:
        tally.check(line in kept[path], f"{path.name} has lost {line!r}")
    tally.note = f"{raced} more into files that had been replaced"


def _enrich_on_and_on(folder: Path, models: Path, stopping: threading.Event) -> None:
    limit = 1
    while not stopping.is_set():
        limit = limit % 9 + 1  # each run has something to write
        line = [RECOMMENDER, "enrich", str(folder), "--models", str(models), "--limit", str(limit)]
        subprocess.run(line, env={**os.environ, **QUIET}, capture_output=True, check=False)
