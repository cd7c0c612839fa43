"""`python -m benchmarks.engines [ARTICLES]`: what Dask with two workers takes for an export, beside `--engine local`.

Both are warm: Dask's workers have the model open, joblib's are kept between calls. They take turns.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import clusters

from benchmarks import archive
from recommender.artefacts import LocalModels
from recommender.export import Exporter
from recommender.parallel import Engine
from recommender.settings import Settings
from recommender.training import publish

RUNS = 5
BOUND = 1.15


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with TemporaryDirectory(prefix="benchmarks-") as name, clusters.dask() as cluster:
        folder = Path(name)
        corpus = archive.corpus(count)
        manifest = publish(corpus, folder / "models", settings=Settings(learn=False))
        print(f"{count:,} articles published", file=sys.stderr)
        engines = [Engine(workers=2), Engine("dask", cluster.address, 2), Engine("dask", cluster.address)]
        seconds: list[list[float]] = [[] for _ in engines]
        for run in range(1 + RUNS):
            for engine, of_engine in zip(engines, seconds, strict=True):
                out = folder / "out"
                with engine.started():
                    begun = time.perf_counter()
                    Exporter(LocalModels(folder / "models"), manifest.version, engine=engine).to_folder(str(out))
                    if run:  # the first is for warmth
                        of_engine.append(time.perf_counter() - begun)
                shutil.rmtree(out)
        local, bounded, free = map(statistics.median, seconds)
        print(f"local, 2 workers {local:.2f} s; Dask, 2 workers {free:.2f} s, with --workers 2 {bounded:.2f} s")
        print(f"× {free / local:.3f}, bound {BOUND}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
