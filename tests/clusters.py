"""Real clusters on this machine, all processes on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from samples import ROOT
from servers import free_port
from waiting import until

BIN = Path(sys.executable).parent


class Cluster:
    """The processes of a cluster, the leader first.

    Attributes:
        address: for `--cluster`.
    """

    def __init__(self, address: str, commands: Sequence[Sequence[str]], **environment: str) -> None:
        self.address = address
        self._output = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - all write at its end, wherever `output` reads
        self._environment = {
            **os.environ,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "tests"),
            **environment,
        }
        self._commands = commands
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the leader and, once it listens, the workers; also again after they were killed."""
        host, _, port = self.address.rpartition("/")[2].partition(":")
        leader, *workers = self._commands
        self.processes = []
        self._spawn(leader)
        until(lambda: _listens(host, int(port)) or self._ended(), seconds=60)
        for worker in workers:
            self._spawn(worker)

    def _spawn(self, command: Sequence[str]) -> None:
        # A group of its own: what it starts ends with it.
        self.processes.append(
            subprocess.Popen(
                command, env=self._environment, stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True
            )
        )

    def _ended(self) -> bool:
        assert all(process.poll() is None for process in self.processes), self.output()
        return False

    def output(self) -> str:
        """What its processes have written to stdout and stderr."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def kill(self, number: int) -> None:
        """Kill a process and its children."""
        process = self.processes[number]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def stop(self) -> None:
        """Kill all its processes."""
        for number in range(len(self.processes)):
            with suppress(ProcessLookupError):
                self.kill(number)
        self._output.close()


@contextmanager
def dask(*, workers: int = 2, nannies: bool = False) -> Iterator[Cluster]:
    """A scheduler and workers of one thread each; without nannies, one that is killed stays away."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = [str(BIN / "dask"), "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [str(BIN / "dask"), "worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"]
    if not nannies:
        worker.append("--no-nanny")
    with _running(Cluster(address, [scheduler, *[worker] * workers])) as cluster:
        until(lambda: cluster.output().count("Registered to:") == workers, seconds=60)
        yield cluster


@contextmanager
def spark(folder: Path, *, workers: int = 2) -> Iterator[Cluster]:
    """A standalone master and workers of one core each, which keep what they need in a folder."""
    import pyspark  # noqa: PLC0415 - an extra

    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    run = [str(Path(pyspark.__file__).parent / "bin" / "spark-class"), "org.apache.spark.deploy"]
    master = [run[0], f"{run[1]}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
    worker = [run[0], f"{run[1]}.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g"]
    options = [["--webui-port", "0", "--work-dir", str(folder / str(number))] for number in range(workers)]
    commands = [master, *([*worker, *option, address] for option in options)]
    with _running(Cluster(address, commands, SPARK_LOCAL_IP="127.0.0.1")) as cluster:
        until(lambda: cluster.output().count("Registering worker") == workers, seconds=120)
        yield cluster


@contextmanager
def ray() -> Iterator[Cluster]:
    """A node of two cores, and the server that clients join it by."""
    port = free_port()
    command = [
        *(str(BIN / "ray"), "start", "--head", "--block", "--num-cpus", "2", "--include-dashboard=false"),
        *("--port", str(free_port()), "--ray-client-server-port", str(port), "--min-worker-port", "0"),
        *("--max-worker-port", "0", "--node-ip-address", "127.0.0.1", "--object-store-memory", "100000000"),
        "--disable-usage-stats",
    ]
    with _running(Cluster(f"ray://127.0.0.1:{port}", [command])) as cluster:
        until(lambda: "Ray runtime started" in cluster.output(), seconds=120)
        # It says so before it can take clients; one that comes too early waits long for a server that has failed.
        until(lambda: _joins_ray(cluster.address), seconds=120)
        yield cluster
        cluster.processes[0].terminate()  # what it started is in groups of its own, and ended by it alone
        cluster.processes[0].wait(timeout=60)


@contextmanager
def _running(cluster: Cluster) -> Iterator[Cluster]:
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _joins_ray(address: str) -> bool:
    client = [sys.executable, "-c", f"import ray; ray.init({address!r})"]
    try:
        return subprocess.run(client, capture_output=True, timeout=20, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
