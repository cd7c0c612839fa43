"""Machine code that was compiled from other sources is not used: it could be wrong, or name what is gone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numba
import pytest
from joblib import cpu_count

USE = """
import numpy as np
from recommender.search import Scoring
print(Scoring(1.0).time_factor(np.zeros((600, 1)), np.ones((1, 600)))[0, 0])
"""

SEARCH = """
import numpy as np
from scipy.sparse import csr_array
from recommender.search import Index, Scoring
ones = csr_array(np.ones((600, 1), np.float32))
index = Index.build(ones, np.zeros(600))
found = index.nearest(ones[[0]], query_days=np.zeros(1), scoring=Scoring(1.0), limit=2)
from recommender.search.kernels import search
print(found.rows[0], found.scores[0], sum(search.stats.cache_hits.values()))
"""


AHEAD = """
import sys
from psutil import Process
from recommender.search import compile_ahead
compile_ahead(int(sys.argv[1]))
print(len(Process().children()), "numba" in sys.modules)
"""


@pytest.mark.long
@pytest.mark.parametrize(("articles", "compiled", "processes"), [(600, False, 1), (600, True, 0), (100, False, 0)])
def test_search_is_compiled_ahead_for_many_articles_once_per_machine(
    articles: int, compiled: bool, processes: int, tmp_path: Path
) -> None:
    if compiled:
        (tmp_path / "kernels").mkdir()
        (tmp_path / "kernels" / "query.search-1.py311.nbi").touch()
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "LOKY_MAX_CPU_COUNT": "2"}
    command = [sys.executable, "-c", AHEAD, str(articles)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    assert done.stdout == b"%d False\n" % (processes if cpu_count() > 1 else 0)


@pytest.mark.long
def test_while_other_kernels_compile_another_process_compiles_search(tmp_path: Path) -> None:
    def answer(processors: int) -> bytes:
        environment = {"NUMBA_CACHE_DIR": str(tmp_path / str(processors)), "LOKY_MAX_CPU_COUNT": str(processors)}
        command = [sys.executable, "-c", SEARCH]
        return subprocess.run(command, env=os.environ | environment, check=True, capture_output=True).stdout

    assert answer(2) == b"[0 1] [1. 1.] %d\n" % (cpu_count() > 1)
    assert answer(1) == b"[0 1] [1. 1.] 0\n"


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
