"""Enriches a folder whenever it is told to, each time in a new process that has read everything before: see `runs`.

A line on standard input starts a run: `as read` goes by what the folder held at first, `read again` reads it anew; the
run's process ID is answered. `wait` is answered when it has ended, with its status; its ID is its own until then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recommender import Corpus, Recommender
from recommender.storage import locked_folder
from recommender.writing import Enrichment


class Runs:
    """Starts runs over one folder."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, *, read_again: bool = False) -> int:
        """The process ID of a new run."""
        return self._ask("read again" if read_again else "as read")

    def status(self) -> int:
        """What the run ended with, once it has; below 0 the signal that ended it."""
        return self._ask("wait")

    def _ask(self, question: str) -> int:
        print(question, file=self._process.stdin, flush=True)
        if self._process.stdout is None or not (line := self._process.stdout.readline()):
            raise EOFError("the process that starts runs has ended")
        return int(line)


@contextmanager
def runs(folder: Path) -> Iterator[Runs]:
    """Runs over a folder, one after another; it is read and learnt first."""
    limits = dict.fromkeys(("LOKY_MAX_CPU_COUNT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    with subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **limits},
    ) as process:
        yield Runs(process)
        if process.stdin is not None:
            process.stdin.close()


def main(folder: Path) -> None:
    """Serve standard input."""
    corpus = Corpus.from_path(folder)
    recommender = Recommender().fit(corpus)
    process = 0
    while line := sys.stdin.readline():
        if line.strip() == "wait":
            print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
            continue
        process = os.fork()
        if not process:
            status = 1
            try:
                with locked_folder(folder):
                    current = Corpus.from_path(folder) if line.strip() == "read again" else corpus
                    outcomes = list(Enrichment(folder, current, recommender, mode="append").run())
                status = int(any(outcome.action == "failed" for outcome in outcomes))
            finally:
                os._exit(status)
        print(process, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
