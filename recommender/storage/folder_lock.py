"""An exclusive lock on a folder between processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    from filelock import FileLock, Timeout
else:
    import fcntl


@contextmanager
def locked_folder(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold an exclusive lock on a folder; it is released when the block or the process ends.

    The lock is advisory: it excludes only processes that call this function. On Windows, which can't lock a folder, it
    is on a file `.folder-lock` in it.

    Args:
        wait: until another process releases the lock, instead of failing.

    Raises:
        BlockingIOError: another process holds the lock.
        OSError: the folder can't be opened.
    """
    if sys.platform == "win32":
        try:
            with FileLock(folder / ".folder-lock", timeout=-1 if wait else 0):
                yield
        except Timeout as error:
            raise BlockingIOError(f"{folder} is locked by another process") from error
    else:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(descriptor)
