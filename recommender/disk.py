"""Files that are there whole or not at all, also after a crash or a power cut."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def synced(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file for writing; its bytes are on the disk when the block ends."""
    with path.open("xb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write beside `path`, and put the whole in its place when the block ends; an error leaves `path` as it was.

    A link stays, and what it leads to is replaced; a file keeps its mode. What is no regular file, such as /dev/null or
    a pipe, can't be replaced and is written to.
    """
    target = path.resolve()
    mode = target.stat().st_mode if target.exists() else stat.S_IFREG | 0o644
    if not stat.S_ISREG(mode):
        with target.open("wb") as stream:
            yield stream
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    beside = Path(name)
    try:
        with open(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(stat.S_IMODE(mode))
        beside.rename(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's own entries (what was created or renamed in it) on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
