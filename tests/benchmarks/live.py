"""What look-ups cost while articles are live."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import cycle

from benchmarks import archive
from benchmarks.figures import LIMIT, Bench, Figure, alternate, at_most, spread
from recommender.journal import LiveChanges, PostedArticle
from recommender.live import LiveOverlay

_LIVE = 1000


def live_articles(bench: Bench) -> Iterator[Figure]:
    """Look-ups while a thousand articles are live, the newest of all, and the lists that one of them enters."""
    base = bench.of_small
    overlay = LiveOverlay(base).with_changes(_posted(base.published_days[0]))
    trained = [base[row].id for row in spread(len(base), 1000)]
    live = [overlay.live_ids()[row] for row in spread(_LIVE, 60)]
    answer = partial(overlay.recommender.answer, limit=LIMIT)
    seconds = alternate(_calls(answer, trained), _calls(answer, live), runs=20)
    [listed] = alternate(_calls(overlay.listed_by, live), runs=9)
    over = f"{_LIVE:,} live over {bench.small:,}"
    yield at_most(f"one look-up, {over}, of a trained article, microseconds", seconds[0] * 1e6, 1000)
    yield at_most(f"one look-up, {over}, of a live article, microseconds", seconds[1] * 1e6, 1000)
    yield at_most(f"the lists that a live article enters, {over}, milliseconds", listed * 1e3, 50)


def _posted(newest: float) -> LiveChanges:
    """An archive of other stories, posted, which ends on some day since 1970."""
    articles = [article for article, _ in archive.articles(_LIVE, seed=1)]
    days = [article.published_at or 0.0 for article in articles]
    records = []
    for number, (article, day) in enumerate(zip(articles, days, strict=True)):
        date = datetime.fromtimestamp((day + newest - max(days)) * 86_400, UTC).isoformat()
        new = {"id": f"live-{number}", "sourceUrl": f"https://live.example/{number}", "publishedDateTime": date}
        records.append(PostedArticle.parse(json.dumps({**article.entry, **new}), "json").to_record())
    return LiveChanges.from_records(records)


def _calls(call: Callable[[str], object], ids: Sequence[str]) -> Callable[[], object]:
    remaining = cycle(ids)
    return lambda: call(next(remaining))
