"""Folders that are filled out of sight, and cleared away whatever becomes of the process that fills them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from recommender.storage.folder_lock import locked_folder


@contextmanager
def staging_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Create a folder to be filled and then renamed; what is still in it when the block ends is removed.

    Folders under the same prefix that killed processes have left are removed first. Those of running processes are
    locked, and stay. Where the file system has no locks, all stay.

    Raises:
        OSError: the folder can't be created.
    """
    for path in parent.glob(f"{prefix}*"):
        with suppress(OSError), locked_folder(path):
            shutil.rmtree(path)
    with ExitStack() as stack:
        while True:
            outer = parent / f"{prefix}{secrets.token_hex(8)}"
            outer.mkdir()
            stack.callback(shutil.rmtree, outer, ignore_errors=True)
            # A process that begins at this moment may take it for a killed one's.
            try:
                stack.enter_context(locked_folder(outer))
            except (BlockingIOError, FileNotFoundError):
                continue
            except OSError:
                break
            if outer.exists():
                break
        filled = outer / "filled"  # apart from the file of the lock, which Windows needs
        filled.mkdir()
        yield filled
