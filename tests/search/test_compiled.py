"""Machine code that was compiled from other sources is not used: it could be wrong, or name what is gone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numba
import pytest

USE = """
import numpy as np
from recommender.search import Scoring
print(Scoring(1.0).factor(np.zeros((600, 1)), np.ones((1, 600)))[0, 0])
"""


@pytest.mark.long
def test_code_of_an_older_version_is_compiled_anew(tmp_path: Path) -> None:
    def use() -> bytes:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        return subprocess.run([sys.executable, "-c", USE], env=environment, check=True, capture_output=True).stdout

    assert use() == b"0.5\n"
    [index, *_] = indexes = sorted(tmp_path.rglob("*.nbi"))
    for file in indexes:
        file.write_bytes(pickle.dumps(numba.__version__) + b"crecommender.search.no_longer_there\nArrays\n.")
    with pytest.raises(subprocess.CalledProcessError):
        use()
    (index.parent / "sources").write_text("of another version")
    assert use() == b"0.5\n"
