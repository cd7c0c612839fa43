"""`python -m benchmarks.costs [ARTICLES ...]`: what training in slices and exporting cost, by the number of articles.

Every size is a process of its own, as a site would type it, with two workers. From the smaller sizes two constants are
fitted for each cost, one an article and one a run; the largest tells how well they foretell.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from benchmarks import archive

SIZES = (100_000, 300_000, 1_000_000, 3_000_000)
FORETOLD = (1_000_000, 10_000_000, 50_000_000, 500_000_000)
_RECOMMENDER = str(Path(sys.executable).with_name("recommender"))
_GIB = 2.0**30
_BETWEEN = 0.2  # seconds between two looks at the processes


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took.

    Attributes:
        core_seconds, of_driver: of all its processes, and of the one that gave the command alone.
        driver, worker: the most memory of their own, in bytes; what is mapped from files is not theirs.
        disk: bytes of what it left.
        spare_disk: bytes that it needed on the way, beside these.
    """

    seconds: float
    core_seconds: float
    of_driver: float
    driver: int
    worker: int
    disk: int
    spare_disk: int


def measure(command: list[str], folder: Path) -> Cost:
    """Run a command that writes into a folder."""
    begun = time.monotonic()
    cpu: dict[int, float] = {}
    driver = worker = most = 0
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        leader = psutil.Process(process.pid)
        looked = 0.0
        while process.poll() is None:
            for one in _family(leader):
                try:
                    with one.oneshot():
                        memory, times = one.memory_info(), one.cpu_times()
                except psutil.Error:
                    continue
                cpu[one.pid] = times.user + times.system
                own = memory.rss - memory.shared
                driver, worker = (max(driver, own), worker) if one == leader else (driver, max(worker, own))
            if time.monotonic() - looked > 2:
                most, looked = max(most, _size(folder)), time.monotonic()
            time.sleep(_BETWEEN)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    disk = _size(folder)
    return Cost(
        time.monotonic() - begun, sum(cpu.values()), cpu[process.pid], driver, worker, disk, max(most - disk, 0)
    )


def _family(leader: psutil.Process) -> list[psutil.Process]:
    try:
        return [leader, *leader.children(recursive=True)]
    except psutil.Error:
        return []


def _size(folder: Path) -> int:
    """What the files of a folder take on the disk."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except OSError:  # it is gone
            continue
    return total


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.costs", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="ARTICLES")
    parser.add_argument("--slice-size", type=int, default=65_536, help="articles a slice  [65536]")
    parser.add_argument("--a-day", type=int, default=archive.ARTICLES_A_DAY, help="articles that appear a day  [550]")
    parser.add_argument("--words", type=int, default=0, help="words of a text that each has, without an excerpt  [0]")
    options = parser.parse_args()
    archive.ARTICLES_A_DAY = options.a_day
    costs: dict[str, dict[int, Cost]] = {"train": {}, "export": {}}
    with TemporaryDirectory(prefix="costs-") as name:
        root = Path(name)
        settings = root / "settings.yaml"
        settings.write_text("learn: false\nhalf_life_days: 7\n")
        for size in sorted(options.sizes):
            folder = root / str(size)
            corpus = folder / ("posts" if options.words else "archive.jsonl")
            models, out = folder / "models", folder / "out"
            for made in (folder, models, out):
                made.mkdir()
            if options.words:
                archive.write_posts(corpus, size, words=options.words)
            else:
                archive.write_lines(corpus, size)
            both = [str(corpus), "--models", str(models), "--workers", "2"]
            train = ["train", *both, "--settings", str(settings), "--slice-size", str(options.slice_size)]
            for kind, written, command in (
                ("train", models, train),
                ("export", out, ["export", *both, "--out", f"{out}/"]),
            ):
                cost = costs[kind][size] = measure([_RECOMMENDER, *command], written)
                print(f"{kind:7}{size:>12,}  {_row(cost)}", file=sys.stderr, flush=True)
            shutil.rmtree(folder)
    for kind, of_kind in costs.items():
        _foretell(kind, of_kind)
    print(json.dumps({kind: {n: asdict(cost) for n, cost in of_kind.items()} for kind, of_kind in costs.items()}))
    return 0


def _row(cost: Cost) -> str:
    return (
        f"{cost.seconds:8.0f} s  {cost.core_seconds / 3600:9.3f} core-hours, {cost.of_driver / 3600:8.3f} here  "
        f"driver {cost.driver / _GIB:6.2f} GiB  worker {cost.worker / _GIB:6.2f} GiB  "
        f"disk {cost.disk / _GIB:9.2f} GiB and {cost.spare_disk / _GIB:8.2f} more"
    )


def _foretell(kind: str, costs: dict[int, Cost]) -> None:
    """Print what all sizes but the largest say of that one, and of larger ones: a line for each cost.

    Memory does not grow on a line: it is the most that was seen, and sixteen bytes an article, for a moment, where the
    popularity of a percentile is looked for.
    """
    sizes = sorted(costs)
    if len(sizes) < 3:
        return
    names = list(asdict(costs[sizes[0]]))
    values = np.array([list(asdict(costs[size]).values()) for size in sizes], float)
    lines = np.polynomial.polynomial.polyfit(np.array(sizes[:-1], float), values[:-1], 1)
    for memory in (names.index("driver"), names.index("worker")):
        lines[:, memory] = values[:-1, memory].max(), 16.0 * (names[memory] == "driver" and kind == "train")
    foretold = lines[0] + lines[1] * sizes[-1]
    shares = [
        f"{name} {found / told:.2f}" for name, found, told in zip(names, values[-1], foretold, strict=True) if told
    ]
    print(f"{kind}: measured at {sizes[-1]:,}, as a share of what is foretold from fewer: {', '.join(shares)}")
    for size in FORETOLD:
        print(f"{kind:7}{size:>12,}  {_row(Cost(*(lines[0] + lines[1] * size)))}")


if __name__ == "__main__":
    sys.exit(main())
