"""A server that really runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from samples import ROOT

RECOMMENDER = str(Path(sys.executable).with_name("recommender"))


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], port: int, *, path: str = "/healthz", **environment: str) -> Iterator[str]:
    """Run a server until the block ends, from when it answers; yields its address."""
    address = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryFile("w+") as output,  # a pipe that no one reads would fill, and the server wait for it
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            for _ in range(600):
                try:
                    with urllib.request.urlopen(address + path, timeout=5):
                        break
                except (urllib.error.URLError, ConnectionError):
                    if process.poll() is not None:
                        output.seek(0)
                        raise AssertionError(f"the server ended: {output.read()}") from None
                    time.sleep(0.1)
            else:
                raise AssertionError("the server did not answer within a minute")
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


class Supervised:
    """A server that a supervisor starts again whenever it ends, as systemd would."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self._command = command
        self._environment = environment
        self._stopping = threading.Event()
        self._start()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _start(self) -> None:
        environment = {**os.environ, **self._environment}
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self.process.wait()
            if not self._stopping.is_set():
                self._start()

    def workers(self) -> list[int]:
        """The processes that answer."""
        pid = self.process.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [int(child) for child in children]
        except OSError:
            return []

    def stop(self) -> None:
        """End it for good."""
        self._stopping.set()
        self.process.terminate()
        self._thread.join()
