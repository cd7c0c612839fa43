"""What a terminal shows of a training."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

_STAGE = """
import numpy as np
from scipy.sparse import csr_array
from recommender.search import similarities
from recommender.training import show_stages

with show_stages("training") as show:
    show("IDF")
    similarities(csr_array(np.eye(2, dtype=np.float32)), np.array([0]), np.array([[1]]))
"""


def shown(cache: Path) -> str:
    """What a terminal shows of a stage that needs a kernel."""
    terminal, its_end = pty.openpty()
    termios.tcsetwinsize(its_end, (24, 100))
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
        subprocess.run([sys.executable, "-c", _STAGE], env=environment, stderr=its_end, check=True)
        os.close(its_end)
        return screen.read(1 << 16).decode()


def test_a_terminal_is_told_that_a_kernel_is_compiled_and_that_once_is_enough(tmp_path: Path) -> None:
    first, second = shown(tmp_path), shown(tmp_path)
    assert "IDF: compiling, once per machine" in first
    assert "IDF [" in second
    assert "compiling" not in second
