"""Ctrl-C, which a terminal sends to a command and to all of its workers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from commands import run


@pytest.mark.parametrize(
    "command", [["inspect"], ["enrich", "--dry-run", "--shape", "ids"]], ids=lambda words: words[0]
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_workers_leave_ctrl_c_to_their_command(command: list[str], tmp_path: Path) -> None:
    site, models = tmp_path / "site", tmp_path / "models"
    site.mkdir()
    for number in range(1000):
        (site / f"{number}.md").write_text(f"---\ntitle: Comet {number} of {number // 9}\n---\n")
    if command[0] != "inspect":
        assert run("train", site, "--models", models).exit_code == 0
    arguments: list[str | Path] = [
        sys.executable,
        "-c",
        "from recommender.cli import main; main()",
        *command,
        site,
        "--models",
        models,
    ]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        interrupted = 0
        while running.poll() is None:
            with suppress(psutil.NoSuchProcess):
                for child in psutil.Process(running.pid).children(recursive=True):
                    if any("popen_loky" in word for word in child.cmdline()):
                        child.send_signal(signal.SIGINT)
                        interrupted += 1
            time.sleep(0.02)
        assert running.stderr is not None
        assert running.returncode == 0, running.stderr.read()
        assert interrupted
