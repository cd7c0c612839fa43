"""A server that really runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
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
