"""Lists into a pipeline: one HTTP answer a line."""

from __future__ import annotations

from typing import IO

from tqdm import tqdm

from recommender.recommender import Recommender


def export(recommender: Recommender, stream: IO[bytes], *, limit: int | None = None, progress: bool = False) -> int:
    """Write every answer, a line each, and return how many there were."""
    count = 0
    for line in tqdm(
        recommender.answers(limit=limit),
        total=len(recommender.articles_),
        desc="exporting",
        unit=" articles",
        disable=None if progress else True,
    ):
        stream.write(line + b"\n")
        count += 1
    return count
