"""Tasks for engines: functions that a worker can import."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from joblib import Parallel, delayed

from recommender import RecommenderError


def halved(number: int) -> int:
    """Half of an even number; odd ones fail."""
    if number % 2:
        raise RecommenderError(f"{number} is odd")
    return number // 2


def broken(number: int) -> int:
    """What fails unforeseen."""
    return 1 // (number - 3)


def where() -> tuple[int, int]:
    """The worker, and how many threads joblib gives a task that asks it for two."""
    time.sleep(0.2)
    threads = Parallel(n_jobs=2, prefer="threads", return_as="generator")(delayed(_thread)() for _ in range(4))
    return os.getpid(), len(set(threads))


def _thread() -> int:
    time.sleep(0.05)
    return threading.get_ident()


def awaited(folder: str, number: int) -> int:
    """The first to do the task that has number 0 writes down which worker that is, and waits for its end."""
    file = Path(folder) / "worker"
    if number == 0 and not file.exists():
        file.write_text(str(os.getpid()))
        time.sleep(60)
    return number


def killed(number: int) -> int:
    """What takes its worker with it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def interrupted(number: int) -> int:
    """What gets the Ctrl-C of the terminal that its worker was started from."""
    os.kill(os.getpid(), signal.SIGINT)
    return number
