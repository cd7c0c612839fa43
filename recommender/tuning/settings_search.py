"""Searches the settings and term weights that rank a corpus's lists best."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.corpus import Corpus, choose_defaults
from recommender.settings import Settings
from recommender.text import is_unspaced
from recommender.tuning.candidate_lists import CandidateLists
from recommender.tuning.rhythm import estimate_rhythm
from recommender.tuning.significance import is_significant
from recommender.tuning.split import MAX_LISTS, MIN_LISTS, CuratedLists, Evidence, Split, without_long_lists
from recommender.tuning.term_weights import TermFactors, learn_term_factors
from recommender.tuning.thresholds import calibrate_min_similarity
from recommender.tuning.tuning_context import TuningContext
from recommender.tuning.tuning_result import TuningResult

_MIN_LISTS_FOR_TEXT = 100  # n-gram lengths and term weights overfit more easily and need more lists
_MAX_ARTICLES = 100_000  # to tune on; they are held in memory, and more would teach little
_REACHED_SHARE = 0.99  # of the newest lists; the few that link much older articles would make tuning take much longer
_MAX_FOR_EVERGREEN = 100_000

_STANDARD_ERRORS = 0.5  # half of one is enough, since a wrong choice between near equals costs little
_MIN_DEVIATION = 0.1  # of differences in nDCG@10 between two values of a setting
_JUDGED_SHARE = 0.25  # of the lists, the newest, validate what the others taught

Change: TypeAlias = Mapping[str, Any]

_HALF_LIVES = (1, 2, 3.5, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365, None)
# Settings that are searched jointly because they depend on each other; groups are searched in this order.
GRID: tuple[Mapping[str, tuple[Any, ...]], ...] = (
    {"half_life_days": _HALF_LIVES, "evergreen": (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)},
    {"half_life_days": _HALF_LIVES, "window_days": (None, 30, 14, 10, 7, 5, 3)},
    {"newer_stretch": (0.25, 0.5, 1, 1.5)},
    {"title_weight": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)},
    {"hub_exponent": (0.0, 0.2, 0.4, 0.6)},
)
_TIME_SETTINGS = ("half_life_days", "evergreen", "window_days", "newer_stretch")
_ROUNDS = 2  # groups depend on each other too
# `None` is averaged as a very long time, and a mean that is too long to matter becomes `None`.
_NONE_AS = {"half_life_days": 20_000.0, "window_days": 365.0}
_LONGEST = {"half_life_days": 2_000.0, "window_days": 45.0}
_LEAST_FOR_THREADS = 100_000  # pairs; ranking fewer takes less time than starting a thread
_DIGITS = 3  # significant digits of a mean
# Other text analyses; only a few, since each requires vectorising the corpus again.
_ANALYSES: tuple[Change, ...] = ({"title_across_words": True}, {"title_ngrams": (4, 4)})
_IDF_POWERS = (0.25, 0.5, 0.75, 1.0)
_UNSPACED_ANALYSES: tuple[Change, ...] = ({"unspaced_ngrams": (2, 2)}, {"unspaced_ngrams": (1, 2)})


def tune(
    corpus: Corpus,
    split: Split,
    *,
    given: Change | None = None,
    defaults: Settings | None = None,
    max_articles: int = _MAX_ARTICLES,
    max_lists: int = MAX_LISTS,
    max_for_evergreen: int = _MAX_FOR_EVERGREEN,
    progress: Callable[[str], None] = lambda _: None,
) -> TuningResult:
    """Find the settings and term factors that rank the earlier lists best.

    Links in texts teach time decay and hub weights only. They can't teach the text analysis or term weights, because
    the words of a link are often the title of the article that it leads to.

    The defaults are kept if settings learnt from the older of these lists lose on the newest quarter.

    Args:
        given: settings set by the user; they are not changed.
        defaults: those of `choose_defaults` for this corpus and these given settings, if already known.
        max_articles: articles to tune on; of a larger corpus, those of a period before the split.
        max_lists: lists to tune on, the newest; of more, with the articles as old as those that they link.
        max_for_evergreen: size of a corpus up to which an evergreen share may be learnt; with such a share, time alone
            rules out no candidate, so the cost of a search grows with the archive.
        progress: called with a description of each step as it begins.

    Raises:
        SettingsError: `given` has an unknown setting or a value out of range.
    """
    given = given or {}
    chosen = choose_defaults(corpus, given) if defaults is None else defaults
    rhythm, time_is_open = None, chosen.half_life_days is None and not {"half_life_days", "evergreen"} & set(given)
    if chosen.learn and time_is_open and len(corpus.articles) <= max_for_evergreen:
        progress("looking for the site's rhythm")
        rhythm = estimate_rhythm(list(corpus.in_rank_order()), chosen)
    base = chosen if rhythm is None else rhythm.applied_to(chosen)
    lists = without_long_lists(split.earlier)
    learns = base.learn and len(lists) >= MIN_LISTS
    articles, lists = _tuning_set(corpus, split.since, lists, max_articles, max_lists) if learns else ([], lists)
    links = sum(len(targets) for targets in lists.values())
    tuned, gain = base, 0.0
    factors: TermFactors = {}
    if learns and len(lists) >= MIN_LISTS:
        progress("learning from links")
        context = TuningContext(articles, lists, base, older_only=split.evidence == "in-text")
        free = _free_settings(context, split.evidence, given)
        if len(corpus.articles) > max_for_evergreen:
            free -= {"evergreen"}
        tuned, gain, factors = _learn(context, free, given, split.evidence, progress)
    changed = _changed(chosen, tuned)
    if base.learn and "min_similarity" not in given:
        progress("comparing random articles")
        least = calibrate_min_similarity(list(corpus.in_rank_order()), tuned, factors)
        tuned = replace(tuned, min_similarity=least)
    return TuningResult(
        tuned,
        len(lists),
        links,
        split.since_text,
        changed=changed,
        gain=gain,
        evidence=split.evidence,
        term_factors=factors,
        rhythm=rhythm,
    )


def _free_settings(context: TuningContext, evidence: Evidence, given: Change) -> set[str]:
    """The grid's settings that can be learnt from the lists of a context."""
    free = set().union(*GRID) - set(given) - (set() if context.candidates.dated else set(_TIME_SETTINGS))
    return free if evidence == "curated" else free & {*_TIME_SETTINGS, "hub_exponent"} - {"newer_stretch"}


def _learn(
    context: TuningContext, free: Collection[str], given: Change, evidence: Evidence, progress: Callable[[str], None]
) -> tuple[Settings, float, TermFactors]:
    """The settings and term factors that rank the lists best, and their gain over the context's own settings."""
    tuned, gain = context.settings, _forward_gain(context, free)
    if gain > 0:
        tuned = _average_search(context, free, context.candidates)
    if len(context.candidates) < _MIN_LISTS_FOR_TEXT or evidence == "in-text" or tuned.text_weight:
        return tuned, gain, {}
    context, tuned = _tune_analysis(context, tuned, given)
    progress("learning term weights")
    factors, gain_by_terms = learn_term_factors(context, tuned)
    return tuned, max(gain, 0.0) + gain_by_terms, factors


def _changed(before: Settings, after: Settings) -> dict[str, Any]:
    old = before.to_mapping()
    return {name: value for name, value in after.to_mapping().items() if value != old[name]}


def _tuning_set(
    corpus: Corpus, since: float | None, lists: CuratedLists, max_articles: int, max_lists: int
) -> tuple[list[Article], CuratedLists]:
    """The articles to tune on, in rank order, and the lists among them.

    Of a larger corpus, these are the articles up to the split and, as a tenth of them, those published right after it,
    which the last lists may link. Of more lists, these are the newest, and of the articles those down to the oldest
    that nearly all of these lists link.
    """
    articles = corpus.in_rank_order()
    if len(corpus.articles) <= max_articles:
        chosen = list(articles)
    else:
        newer: deque[Article] = deque(maxlen=max_articles // 10)
        earlier: list[Article] = []
        for article in articles:
            if since is not None and article.published_at is not None and article.published_at >= since:
                newer.append(article)
            elif len(newer) + len(earlier) < max_articles:
                earlier.append(article)
            else:
                break
        chosen = [*newer, *earlier]
    row_of = {article.id: row for row, article in enumerate(chosen)}
    last_row = {id: max(map(row_of.__getitem__, (id, *lists[id]))) for id in lists if {id, *lists[id]} <= row_of.keys()}
    kept = sorted(last_row, key=row_of.__getitem__)[:max_lists]
    if len(kept) < len(last_row):
        reached = int(np.quantile([last_row[id] for id in kept], _REACHED_SHARE, method="lower"))
        chosen, kept = chosen[: reached + 1], [id for id in kept if last_row[id] <= reached]
    return chosen, {id: lists[id] for id in kept}


def _forward_gain(context: TuningContext, free: Collection[str]) -> float:
    """The mean gain in nDCG@10 over the defaults on the newest lists, for settings learnt from the older ones."""
    count = len(context.candidates)
    first_judged = count - max(1, round(_JUDGED_SHARE * count))
    tuned = _average_search(context, free, context.candidates.subset(np.arange(first_judged)))
    judged = context.candidates.subset(np.arange(first_judged, count))
    before, after = (_ndcg(judged, context.popularity(each), each) for each in (context.settings, tuned))
    return float((after - before).mean())


def _average_search(context: TuningContext, free: Collection[str], candidates: CandidateLists) -> Settings:
    """Settings averaged over the grid, weighted by how close each value is to the best.

    The best cell of a noisy grid owes as much to chance as to merit; its neighbourhood does not. A value whose nDCG is
    d below the best, with a standard error of se, has weight exp(-(d / se)^2).
    """
    current = context.settings
    for _ in range(_ROUNDS):
        popularity = context.popularity(current)
        for group in GRID:
            names = [name for name in group if name in free]
            cells = list(product(*(_values(context, name, group[name]) for name in names)))
            if not names:
                continue
            changes = [dict(zip(names, cell, strict=True)) for cell in cells]
            tasks = (delayed(_ndcg)(candidates, popularity, replace(current, **change)) for change in changes)
            workers = cpu_count() if candidates.rows.size >= _LEAST_FOR_THREADS else 1
            weights = _posterior(np.array(Parallel(n_jobs=workers, prefer="threads")(tasks)))
            means: Change = {name: _mean(name, [change[name] for change in changes], weights) for name in names}
            current = replace(current, **means)
    return current


def _values(context: TuningContext, name: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values to try, including the default."""
    default = getattr(context.settings, name)
    return values if default in values else (default, *values)


def _posterior(ndcgs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weight of each cell of a grid, float64 (cells,), from its nDCG on each list, float64 (cells, lists)."""
    best = ndcgs[np.argmax(ndcgs.mean(axis=1))]
    differences = best - ndcgs
    errors = np.sqrt((differences.var(axis=1) + _MIN_DEVIATION**2) / ndcgs.shape[1])
    weights = np.exp(-((differences.mean(axis=1) / errors) ** 2))
    return np.asarray(weights / weights.sum())


def _mean(name: str, values: Sequence[Any], weights: NDArray[np.float64]) -> float | None:
    """The weighted mean of a setting's values; of times, the geometric mean."""
    if name not in _NONE_AS:
        return float(f"{np.dot(weights, values):.{_DIGITS}g}")
    logarithms = np.log([_NONE_AS[name] if value is None else value for value in values])
    mean = float(f"{np.exp(np.dot(weights, logarithms)):.{_DIGITS}g}")
    return None if mean > _LONGEST[name] else mean


def _tune_analysis(context: TuningContext, tuned: Settings, given: Change) -> tuple[TuningContext, Settings]:
    """The context and settings with the text analysis that ranks the lists best."""
    unspaced = np.mean([is_unspaced(title) for title in context.titles]) > 0.1
    for change in _ANALYSES + (_UNSPACED_ANALYSES if unspaced else ()):
        if not set(change) & set(given):
            context, tuned = _try_analysis(context, tuned, change)
    return (context, tuned) if "idf_power" in given else _average_idf_power(context, tuned)


def _try_analysis(context: TuningContext, tuned: Settings, change: Change) -> tuple[TuningContext, Settings]:
    """The context and settings with another text analysis if that is significantly better, else unchanged."""
    other = context.with_analysis(change)
    popularity = context.popularity(tuned)
    ndcg, other_ndcg = _ndcg(context.candidates, popularity, tuned), _ndcg(other.candidates, popularity, tuned)
    if _is_better(other_ndcg, ndcg, context.candidates):
        return other, replace(tuned, **change)
    return context, tuned


def _average_idf_power(context: TuningContext, tuned: Settings) -> tuple[TuningContext, Settings]:
    """The context and settings with the IDF power averaged over its grid; unchanged if it makes no difference."""

    def ndcg_with(power: float) -> NDArray[np.float64]:
        other = context if power == context.settings.idf_power else context.with_analysis({"idf_power": power})
        return _ndcg(other.candidates, other.popularity(tuned), tuned)

    ndcgs = Parallel(n_jobs=cpu_count(), prefer="threads")(delayed(ndcg_with)(power) for power in _IDF_POWERS)
    if np.ptp([of_power.mean() for of_power in ndcgs]) == 0:
        return context, tuned
    change: Change = {"idf_power": _mean("idf_power", _IDF_POWERS, _posterior(np.array(ndcgs)))}
    return context.with_analysis(change), replace(tuned, **change)


def _ndcg(candidates: CandidateLists, popularity: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    return candidates.ndcg(candidates.scores(settings, popularity))


def _is_better(ndcg: NDArray[np.float64], other: NDArray[np.float64], candidates: CandidateLists) -> bool:
    return is_significant(ndcg - other, candidates.days, standard_errors=_STANDARD_ERRORS, min_deviation=_MIN_DEVIATION)
