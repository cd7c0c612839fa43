"""Lists written into files: into variants and mutants, by runs that are killed, and beside an editor."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from enriching import runs
from readings import check_reading
from round_trips import check_round_trip
from samples import SEEDS
from splices import Trial, check_file

from attack.stage import Stage
from attack.tally import Tally
from recommender.corpus import ArticleFile, Corpus
from recommender.frontmatter import split_front_matter
from recommender.sources import WRITTEN_LISTS_FILE
from recommender.storage import FileChangedError
from recommender.writing import Edit, YamlStyle, write_edit

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
    """Append lines to files while they are replaced on and on: each line that was written is there in the end.

    What is written to a file that was replaced since it was opened can't be kept, and is counted apart: an editor sees
    that by what the path leads to after the write.
    """
    folder = shutil.copytree(SEEDS / "newsroom", stage.root / "edited")
    stopping = threading.Event()
    replaced = [0, 0]  # times that a file was replaced, and was left alone since it had changed
    replacing = threading.Thread(target=_replace_on_and_on, args=(folder, stopping, replaced))
    replacing.start()
    files, written, raced = sorted(folder.rglob("*.md")), list[tuple[Path, str]](), 0
    while len(written) < 18_413 or replaced[0] < 1000:
        path, line = tally.chance.choice(files), f"line {len(written)} of an editor\n"
        if _append(path, line):
            written.append((path, line))
        else:
            raced += 1
        if len(written) % 16 == 0:
            time.sleep(0.002)  # so that some files stay as they were read
    stopping.set()
    replacing.join()
    kept = {path: set(path.read_text().splitlines(keepends=True)) for path in files}
    for path, line in written:
        tally.check(line in kept[path], f"{path.name} has lost {line!r}")
    tally.note = f"{replaced[0]:,} times replaced, {replaced[1]:,} times left alone; {raced} more lines came too late"


def _append(path: Path, line: str) -> bool:
    """Append a line to a file; returns whether the file was still in its place then."""
    with path.open("ab", buffering=0) as stream:
        stream.write(line.encode())
        opened = os.fstat(stream.fileno())
        try:
            return os.stat(path).st_ino == opened.st_ino
        except FileNotFoundError:
            return False


def _replace_on_and_on(folder: Path, stopping: threading.Event, replaced: list[int]) -> None:
    """Write a line into the front matter of one file after the other, as `enrich` does, and take it out again."""
    edits = [_edit_of(file, (folder / file.path).read_bytes()) for file in Corpus.from_path(folder).article_files]
    while not stopping.is_set():
        for number, edit in enumerate(edits):
            try:
                write_edit(folder, edit)
            except FileChangedError:
                replaced[1] += 1
            else:
                replaced[0] += 1
                edits[number] = replace(edit, before=edit.after, after=edit.before)


def _edit_of(file: ArticleFile, data: bytes) -> Edit:
    front_matter = split_front_matter(data, path=file.path)
    assert front_matter is not None
    return Edit(file, front_matter.text, f"{front_matter.text}replaced: true\n", None)
