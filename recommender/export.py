"""Lists into a pipeline: one HTTP answer a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO

from tqdm import tqdm

from recommender.recommender import Recommender
from recommender.rules import Suggestion


def answer(id: str, suggestions: Iterable[Suggestion]) -> bytes:
    """The JSON that a look-up answers with: `{"id": …, "related": [entry, …]}`, UTF-8, on one line, without its end."""
    values = {"id": id, "related": [suggestion.article.entry for suggestion in suggestions]}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def answers(recommender: Recommender, *, limit: int | None = None) -> Iterator[bytes]:
    """The answer for every article, in rank order: newest first."""
    for article, suggestions in recommender.all_related(limit=limit):
        yield answer(article.id, suggestions)


def export(recommender: Recommender, stream: IO[bytes], *, limit: int | None = None, progress: bool = False) -> int:
    """Write every answer, a line each, and return how many there were."""
    count = 0
    for line in tqdm(
        answers(recommender, limit=limit),
        total=len(recommender.articles_),
        desc="exporting",
        unit=" articles",
        disable=None if progress else True,
    ):
        stream.write(line + b"\n")
        count += 1
    return count
