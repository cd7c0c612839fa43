"""Whether a version may be served: found out once, by one process, for all processes of a server.

Verifying reads a whole artefact, so it is a process of its own that does it: no request waits for it, its memory is
given back, and an artefact that ends a process ends that one. What it finds is kept in a folder that only the server
writes to, and not beside the artefact: whoever hands one over could hand over the record too, and searches trust it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from recommender.artefacts import local
from recommender.errors import ArtefactError
from recommender.storage import atomic_write

_SERVING = "serving"
_FAULTS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of verifying a version; `reason` says why it is refused, and is empty where it is whole."""

    version: str
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether it may be loaded as verified."""
        return not self.reason


class Verdicts:
    """The verdicts on the versions of a models folder, shared through `folder`, which must be the server's own.

    A verdict holds for the files as they were: one that has been written to since is looked at again.
    """

    def __init__(self, folder: Path, models: Path) -> None:
        self.folder = folder
        self.models = models
        self._looking: tuple[Path, subprocess.Popen[bytes]] | None = None

    def known(self, version: str) -> Verdict | None:
        """The verdict on a version, if there is one already."""
        return _read(self._record(version), version)

    def of(self, version: str) -> Verdict | None:
        """The verdict on a version, or `None` while some process still looks at it; returns at once.

        Whoever asks first starts the looking.
        """
        record = self._record(version)
        if (known := _read(record, version)) is not None:
            return known
        if self._looking is not None:
            looked_at, process = self._looking
            if process.poll() is None:
                return None
            self._looking = None
            if looked_at == record and -process.returncode in _FAULTS:
                _write(
                    record, f"{self.models / version}: refused: verifying it ended with signal {-process.returncode}"
                )
            return _read(record, version)
        self._start(version, record)
        return None

    def judge(self, version: str) -> Verdict:
        """The verdict on a version, found out in this process if need be."""
        record = self._record(version)
        known = _read(record, version)
        if known is None:
            _judge(self.models, version, record)
            known = _read(record, version)
        return known or Verdict(version, f"{self.models / version}: refused: it changed while it was being verified")

    def accept(self, version: str) -> None:
        """Take a version for good: the caller has verified it, or made it."""
        _write(self._record(version), "")

    def serving(self) -> str | None:
        """The last version that some process of the server began to serve."""
        try:
            return (self.folder / _SERVING).read_text()
        except OSError:
            return None

    def serve(self, version: str) -> None:
        """Remember a good version: what a process that starts anew can go back to."""
        if self.serving() != version:
            with atomic_write(self.folder / _SERVING) as stream:
                stream.write(version.encode())

    def close(self) -> None:
        """End a looking that is under way."""
        if self._looking is not None:
            process = self._looking[1]
            process.kill()
            process.wait()
            self._looking = None

    def _start(self, version: str, record: Path) -> None:
        lock = os.open(record.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process looks
        else:
            if _read(record, version) is None:  # none has looked before the lock was ours
                arguments = [str(self.models), version, str(record)]
                command = [sys.executable, "-m", "recommender.artefacts.verification", *arguments]
                # The lock is the child's until it ends, however it or this process ends.
                self._looking = record, subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[lock])
        finally:
            os.close(lock)

    def _record(self, version: str) -> Path:
        return self.folder / f"{_state(self.models, version)}.json"


def _state(models: Path, version: str) -> str:
    """A hash that changes when any file of a version is written to or replaced."""
    folder = local.version_folder(models, version)
    found = []
    try:
        for entry in os.scandir(folder):
            status = entry.stat()
            found.append((entry.name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    except OSError as error:
        found = [(str(error), 0, 0, 0, 0)]
    return hashlib.sha256(json.dumps([version, sorted(found)]).encode()).hexdigest()


def _judge(models: Path, version: str, record: Path) -> None:
    """Verify a version and write what was found, unless its files changed meanwhile."""
    try:
        local.verify(models, version)
        reason = ""
    except ArtefactError as error:
        reason = str(error)
    if record.stem == _state(models, version):
        _write(record, reason)


def _write(record: Path, reason: str) -> None:
    with atomic_write(record) as stream:
        stream.write(json.dumps({"reason": reason}).encode())


def _read(record: Path, version: str) -> Verdict | None:
    try:
        return Verdict(version, json.loads(record.read_bytes())["reason"])
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    _judge(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
