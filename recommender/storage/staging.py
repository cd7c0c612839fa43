"""Folders that are filled out of sight, and cleared away whatever becomes of the process that fills them."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from recommender.storage.folder_lock import locked_folder


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Create a folder on this machine for this user alone, which is removed when the block ends.

    Those under the same prefix that killed processes have left are removed first.

    Raises:
        OSError: the folder can't be created.
    """
    with staging_folder(Path(tempfile.gettempdir()), prefix, mode=0o700) as folder:
        yield folder


@contextmanager
def staging_folder(parent: Path, prefix: str, *, mode: int = 0o777) -> Iterator[Path]:
    """Create a folder to be filled and then renamed; what is still in it when the block ends is removed.

    Folders under the same prefix that killed processes have left are removed first. Those of running processes are
    locked, and stay. Where the file system has no locks, all stay.

    Args:
        mode: of the folder around it, as far as the umask leaves it.

    Raises:
        OSError: the folder can't be created.
    """
    for path in parent.glob(f"{prefix}*"):
        with suppress(OSError), locked_folder(path):
            shutil.rmtree(path)
    with ExitStack() as stack:
        while True:
            outer = parent / f"{prefix}{secrets.token_hex(8)}"
            outer.mkdir(mode)
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
