"""An object store as S3 has them, that really runs: on loopback, in the memory of a process of its own."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError

import fsspec
from clusters import BIN
from servers import free_port
from waiting import until


class Bucket:
    """An empty bucket.

    Attributes:
        url: of the bucket.
        environment: what those who use it need in theirs.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.url = "s3://bucket"
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "2",
        }
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(self._port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers, seconds=60)
        self.files().makedirs("bucket")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/moto-api/", timeout=5):
                return True
        except URLError:
            return False

    def files(self) -> fsspec.AbstractFileSystem:
        """What lies in it, as others that have joined it see it."""
        keys = {"key": "key", "secret": "secret", "endpoint_url": self.environment["AWS_ENDPOINT_URL"]}
        return fsspec.filesystem("s3", **keys, use_listings_cache=False)

    def has(self, place: str, *, but: str = "of no version") -> bool:
        """Whether anything lies at a URL, beside one version and what names it; one question, soon answered."""
        return any(but not in path and not path.endswith("/current") for path in self.files().find(place))

    def stop(self) -> None:
        """End it, and all that it holds."""
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """A bucket; while it is there, this process and those that it starts find it."""
    made = Bucket(free_port())
    before = dict(os.environ)
    os.environ.update(made.environment)
    try:
        yield made
    finally:
        made.stop()
        os.environ.clear()
        os.environ.update(before)
