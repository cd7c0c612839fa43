"""Temporary and staging folders that are removed even if their process is killed."""

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
    """Create a private local folder, which is removed when the block ends.

    Leftovers of killed processes under the same prefix are removed first.

    Raises:
        OSError: the folder can't be created.
    """
    with staging_folder(Path(tempfile.gettempdir()), prefix, mode=0o700) as folder:
        yield folder


@contextmanager
def staging_folder(parent: Path, prefix: str, *, mode: int = 0o777) -> Iterator[Path]:
    """Create a folder to be filled and then renamed; if it is still there when the block ends, it is removed.

    Leftovers of killed processes under the same prefix are removed first. Folders of running processes are locked and
    stay; on a file system without locks, all stay.

    Args:
        mode: of the enclosing folder, subject to the umask.

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
            # A process that starts at this moment may take it for a leftover.
            try:
                stack.enter_context(locked_folder(outer))
            except (BlockingIOError, FileNotFoundError):
                continue
            except OSError:
                break
            if outer.exists():
                break
        filled = outer / "filled"  # separate from the lock file, which Windows needs
        filled.mkdir()
        yield filled
