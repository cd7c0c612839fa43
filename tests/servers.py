"""A server that really runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
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
def running(command: Sequence[str], port: int, **environment: str) -> Iterator[str]:
    """Run a server until the block ends, from when it answers; yields its address."""
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            for _ in range(600):
                try:
                    with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                        break
                except (urllib.error.URLError, ConnectionError):
                    if process.poll() is not None:
                        raise AssertionError(f"the server ended: {process.stdout and process.stdout.read()}") from None
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
