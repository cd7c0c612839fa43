"""The operations that compare two versions of the lists."""

from __future__ import annotations

import secrets

import numpy as np
from flask import Response, current_app

from api.http import CompareQuery, JudgeQuery, OperationGroup
from api.pages.cards import Card
from api.pages.comparison.comparisons import Comparisons, FinishedComparison
from api.pages.comparison.pair import Pair
from api.pages.comparison.versions import Versions
from api.pages.page import models_path, render_page
from api.state import current_snapshot
from recommender.artefacts import LocalModels
from recommender.comparison import Tally, draw_trials

_PAGE = "text/html"
_PAIRS = 20  # of articles whose lists changed most
_SEEDS = 1_000_000
_BANDS = ((1.0, "1, the same list"), (0.8, "0.8 to 1"), (0.5, "0.5 to 0.8"), (0.2, "0.2 to 0.5"), (0.0, "under 0.2"))

operations = OperationGroup("explorer", described=False)


def _versions(query: CompareQuery) -> Versions:
    """The versions to compare; even with the server's token, only what readers may see."""
    return Versions.of(current_snapshot(current_app), LocalModels(models_path()), query)


@operations.operation("GET", "/compare", response=_PAGE)
def compare(query: CompareQuery) -> Response:
    """Two versions side by side: how many lists differ and by how much, and which agree more with curated links."""
    versions = _versions(query)
    if not versions.chosen:
        return render_page(versions.snapshot, "compare.html", versions=versions, lists=None)
    compared = Comparisons.of_app(current_app).get(versions)
    if not isinstance(compared, FinishedComparison):
        return render_page(versions.snapshot, "comparing.html", comparing=compared)
    lists = compared.lists
    changed = lists.changed
    return render_page(
        versions.snapshot,
        "compare.html",
        versions=versions,
        lists=lists,
        changed=len(changed),
        mean=float(lists.overlaps.mean()) if len(lists) else 1.0,
        bands=_bands(lists.overlaps, changed),
        pairs=[Pair.of(lists, position) for position in changed[:_PAIRS].tolist()],
        seed=secrets.randbelow(_SEEDS),
    )


@operations.operation("GET", "/compare/judge", response=_PAGE)
def judge(query: JudgeQuery) -> Response:
    """A blind trial: one article after another with both lists, without saying which is which; then the tally."""
    versions = _versions(query)
    compared = Comparisons.of_app(current_app).get(versions)
    if not isinstance(compared, FinishedComparison):
        return render_page(versions.snapshot, "comparing.html", comparing=compared)
    lists, votes, seed = compared.lists, query.votes, query.seed
    is_stale = query.state not in ("", compared.state)
    trials = draw_trials(lists, seed=seed)
    is_over = len(votes) >= len(trials) or bool(query.end)
    trial = None if is_stale or is_over else trials[len(votes)]
    return render_page(
        versions.snapshot,
        "judge.html",
        versions=versions,
        parameters={**versions.parameters, "seed": seed, "state": compared.state},
        is_stale=is_stale,
        votes=votes[: len(trials)],
        trials=len(trials),
        pair=None if trial is None else Pair.of(lists, trial.position, is_swapped=trial.is_swapped),
        card=None if trial is None else Card.of(lists.article(trial.position).entry),
        tally=Tally.of(trials, votes),
    )


def _bands(overlaps: np.ndarray, changed: np.ndarray) -> list[tuple[str, int]]:
    """The number of lists in each band of overlap."""
    differ = overlaps[changed]
    counts = [len(overlaps) - len(differ)]
    above = np.inf
    for least, _ in _BANDS[1:]:
        counts.append(int(((differ >= least) & (differ < above)).sum()))
        above = least
    return [(text, count) for (_, text), count in zip(_BANDS, counts, strict=True)]
