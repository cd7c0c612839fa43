"""A run that is killed leaves every file whole, and nothing that it wrote passes for an editor's work.

`make kill-test` kills it 300 times over 2,000 files; without KILLS it is done a dozen times over fewer.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from enriching import Runs, runs

from recommender import Corpus
from recommender.sources import WRITTEN_LISTS_FILE, read_written_lists

KILLS = int(os.environ.get("KILLS", "12"))
FILES = 2000 if KILLS > 50 else 600  # more than are remembered at once
WORDS = ["".join(pair) for pair in zip(*[iter("lomaruvidesokapintegahyrocubefalnotizadu" * 9)] * 5, strict=False)]


def write_articles(folder: Path) -> None:
    """Small articles of made-up words; some have curated lists, some CRLF line breaks, `secured`, a body."""
    chance = random.Random(4)
    titles = [f"{' '.join(chance.sample(WORDS, 4))} {number}" for number in range(FILES)]
    for number, title in enumerate(titles):
        lines = ["---", f'title: "{title}"', f"excerpt: {' '.join(chance.sample(WORDS, 12))}"]
        lines += [f"publishedDateTime: 2024-{number % 12 + 1:02}-{number % 28 + 1:02}T12:00:00Z", ""]
        if number % 7 == 0:
            lines += ["related:", *(f'  - title: "{other}"' for other in chance.sample(titles, 3)), ""]
        lines += ['secured: "x"', "---"] if number % 3 else ["---"]
        lines += ["", "body", ""] if number % 2 else []
        path = folder / str(number % 5) / f"{number:04}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(("\r\n" if number % 4 == 0 else "\n").join(lines) + "\n", newline="")


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file of the articles."""
    return {path: path.read_bytes() for path in sorted(folder.glob("*/*.md"))}


def restore(old: dict[Path, bytes], lock_file: Path) -> None:
    """The folder as it was, but for what a killed run left beside the articles."""
    lock_file.unlink(missing_ok=True)
    for path, data in old.items():
        if path.read_bytes() != data:
            path.write_bytes(data)


def kill(started: Runs, due: Callable[[], bool]) -> bool:
    """Kill a run as soon as it is due; whether it was still running."""
    process = started.start()
    latest = time.monotonic() + 30
    while not due() and time.monotonic() < latest:
        time.sleep(0.0001)
    os.kill(process, signal.SIGKILL)  # it is waited for only now, so the ID is still its own
    return started.status() == -signal.SIGKILL


def moments(
    chance: random.Random, *, duration: float, places: Sequence[Path], lock_file: Path, lock_size: int
) -> Iterator[Callable[[], bool]]:
    """Moments of a run without end: by the clock, when a certain file has been written, when the lock has grown."""
    while True:
        yield _passed(chance.uniform(0, duration))
        yield _replaced(chance.choice(places))
        yield _replaced(chance.choice(places))
        yield _grown(lock_file, chance.randrange(1, lock_size))


def _passed(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _replaced(path: Path) -> Callable[[], bool]:
    before = path.stat().st_ino
    return lambda: path.stat().st_ino != before


def _grown(path: Path, size: int) -> Callable[[], bool]:
    return lambda: path.exists() and path.stat().st_size >= size


@pytest.fixture
def site() -> Iterator[Path]:
    """A folder in memory, where there is such a thing: what survives a kill is not a matter of the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.mark.long
def test_a_run_that_is_killed_at_any_moment_harms_nothing(site: Path) -> None:
    chance = random.Random(9)
    write_articles(site)
    lock_file = site / WRITTEN_LISTS_FILE
    old, before = contents(site), Corpus.from_path(site)
    counts: Counter[str] = Counter()
    with runs(site) as started:
        started.start()
        assert started.status() == 0
        restore(old, lock_file)
        begin = time.monotonic()
        started.start()
        assert started.status() == 0
        duration = time.monotonic() - begin
        new, whole_lock = contents(site), lock_file.read_bytes()
        written = [path for path in old if new[path] != old[path]]
        assert len(written) > 0.9 * len(old)
        dues = moments(chance, duration=duration, places=written, lock_file=lock_file, lock_size=len(whole_lock))

        for number in range(KILLS):
            restore(old, lock_file)
            running = kill(started, next(dues))
            left = contents(site)
            counts["torn"] += sum(left[path] not in (old[path], new[path]) for path in old)
            counts["lost"] += sum(max(len(old[path]) - len(left[path]), 0) for path in old)
            some = sum(left[path] == new[path] != old[path] for path in old)
            counts["killed on the way"] += running
            counts["some files written"] += running and 0 < some < len(written)
            counts["lock ahead of files"] += running and lock_file.exists() and some == 0
            counts["left beside"] += running and any(site.rglob(".unfinished-*"))
            read_written_lists(lock_file)
            after = Corpus.from_path(site)
            assert after.links == before.links
            assert after.fingerprint == before.fingerprint
            if number % 6 == 5:
                started.start(read_again=True)
                assert started.status() == 0
                assert contents(site) == new
                assert lock_file.read_bytes() == whole_lock
                assert not list(site.rglob(".unfinished-*"))
                counts["finished afterwards"] += 1
    print(f"{KILLS} kills of a run of {duration:.2f} s over {FILES} files: {dict(counts)}")
    assert counts["torn"] == counts["lost"] == 0
    assert counts["killed on the way"] > 0.7 * KILLS
    assert counts["some files written"] > 0.3 * KILLS
