"""What people wait for: one list on the command line, and what the first training on a machine takes more."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import archive
from benchmarks.figures import Bench, Figure, at_most

_RUNS = 5
_RECOMMENDER = str(Path(sys.executable).with_name("recommender"))
_FEW, _MORE = 100, 1000  # articles: compared in numpy, and by kernels that are compiled once


def waiting(bench: Bench) -> Iterator[Figure]:
    """`related ID`, and `train` where nothing is compiled yet, against the same where all is; medians of five."""
    id = bench.of_small[0].id
    command = ["related", id, "--models", str(bench.folder / "small")]
    seconds = statistics.median(_seconds(command) for _ in range(_RUNS))
    yield at_most(f"related ID, {bench.small:,} articles, seconds", seconds, 0.35)
    for size, bound in ((_FEW, 0.2), (_MORE, 3)):
        files = bench.folder / f"first-{size}"
        archive.write_files(files, size)
        more = []
        for _ in range(_RUNS):
            with TemporaryDirectory() as folder:
                first, second = (  # each reads all files: only compiling makes the difference
                    _seconds(["train", str(files), "--models", f"{folder}/{run}"], cache=f"{folder}/compiled")
                    for run in range(2)
                )
                more.append(first - second)
        yield at_most(f"first train on a machine, {size:,} articles, seconds more", statistics.median(more), bound)


def _seconds(command: list[str], *, cache: str | None = None) -> float:
    """What a command takes; the cache is numba's, by default that of this machine."""
    environment = os.environ | ({} if cache is None else {"NUMBA_CACHE_DIR": cache})
    begun = time.perf_counter()
    subprocess.run([_RECOMMENDER, *command], capture_output=True, check=True, env=environment)
    return time.perf_counter() - begun
