"""What reading and training on posts with bodies costs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks import archive
from benchmarks.figures import Bench, Figure, alternate, at_most, run

_WORDS = 600


def posts(bench: Bench) -> Iterator[Figure]:
    """The command on posts with bodies, against as many articles with excerpts, and on the same posts again."""
    files, models = bench.folder / "posts", bench.folder / "of-posts"
    archive.write_posts(files, bench.small, words=_WORDS)

    def of_posts() -> None:
        shutil.rmtree(models, ignore_errors=True)
        run(bench.train(files, models))

    def of_excerpts() -> None:
        shutil.rmtree(bench.folder / "of-excerpts", ignore_errors=True)
        run(bench.train(bench.files, bench.folder / "of-excerpts"))

    ours, excerpts, again = alternate(
        of_posts, of_excerpts, lambda: run(bench.train(files, models)), runs=3 if bench.small < 50_000 else 1
    )
    name = f"train {bench.small:,} posts of {_WORDS} words cold"
    yield Figure(f"{name}, seconds", ours)
    yield at_most(f"{name}, against as many excerpts", ours / excerpts, 2.5)
    yield Figure("the same posts again, against cold", again / ours)
