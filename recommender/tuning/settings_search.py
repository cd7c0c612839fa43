"""Searches settings and term weights that rank the curated lists best: what is best differs from corpus to corpus."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.corpus import Corpus
from recommender.settings import Settings
from recommender.text import is_unspaced
from recommender.tuning.candidates import Candidates
from recommender.tuning.corpus_defaults import choose_defaults
from recommender.tuning.significance import is_significant
from recommender.tuning.split import CuratedLists, Split, without_long_lists
from recommender.tuning.term_weights import TermFactors, learn_term_factors
from recommender.tuning.tuning_context import TuningContext
from recommender.tuning.tuning_result import MIN_LISTS, TuningResult

_MIN_LISTS_FOR_TEXT = 100  # n-gram lengths and term weights overfit more easily, and need more lists
_MAX_ARTICLES = 100_000  # that are tuned on: they are held in memory, and more would teach little
_MAX_LINKS = 10  # of a list: longer ones tend to chain a whole topic together
_FOLDS = 4

_STANDARD_ERRORS = 0.5  # half of one is enough, as a wrong choice among near equals costs little
_MIN_DEVIATION = 0.1  # of differences in nDCG@10 between two values of a setting

Change: TypeAlias = Mapping[str, Any]

# In the order in which they are tried; every default is among them.
GRID: Mapping[str, tuple[Any, ...]] = {
    "half_life_days": (1, 2, 3.5, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365, None),
    "newer_stretch": (0.25, 0.5, 1, 1.5, 2, 3),
    "older_weight": (0.6, 0.7, 0.8, 0.9, 1),
    "title_weight": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "hub_exponent": (0, 0.2, 0.4, 0.6),
}
_TIME_SETTINGS = ("half_life_days", "newer_stretch", "older_weight")
# Other text analyses. They are few, since each means to vectorise the corpus again.
_ANALYSES: tuple[Change, ...] = ({"title_ngrams": (4, 4)},)
_UNSPACED_ANALYSES: tuple[Change, ...] = ({"unspaced_ngrams": (2, 2)}, {"unspaced_ngrams": (1, 2)})


def tune(
    corpus: Corpus,
    split: Split,
    *,
    given: Change | None = None,
    max_articles: int = _MAX_ARTICLES,
    progress: Callable[[str], None] = lambda _: None,
) -> TuningResult:
    """Find the settings and term factors that rank the earlier lists best.

    A setting leaves its default only where the gain is significant.

    Args:
        given: settings that the user has set; they are not changed.
        max_articles: that are tuned on; of a larger corpus, a period before the split.
        progress: is told what begins.

    Raises:
        SettingsError: `given` holds an unknown setting, or a value that is out of range.
    """
    given = given or {}
    base = choose_defaults(corpus, given)
    lists = without_long_lists(split.earlier, _MAX_LINKS)
    learns = base.learn and len(lists) >= MIN_LISTS
    articles, lists = _tuning_set(corpus, split.since, lists, max_articles) if learns else ([], lists)
    unchanged = TuningResult(base, len(lists), sum(len(targets) for targets in lists.values()), split.since_text)
    if not learns or len(lists) < MIN_LISTS:
        return unchanged
    progress("learning from links")
    context = TuningContext(articles, lists, base)
    free = [name for name in GRID if name not in given and (context.candidates.dated or name not in _TIME_SETTINGS)]
    tuned, gain = base, _expected_gain(context, free)
    if gain > 0:
        tuned = _coordinate_search(context, context.popularity(base), base, free)
        tuned = _coordinate_search(context, context.popularity(tuned), tuned, free)  # settings depend on each other
    factors: TermFactors = {}
    if len(lists) >= _MIN_LISTS_FOR_TEXT and not base.text_weight:
        unspaced = np.mean([is_unspaced(article.title) for article in articles]) > 0.1
        for change in _ANALYSES + (_UNSPACED_ANALYSES if unspaced else ()):
            if not set(change) & set(given):
                context, tuned = _try_analysis(context, tuned, change)
        progress("learning term weights")
        factors, gain_by_terms = learn_term_factors(context, tuned)
        gain = max(gain, 0.0) + gain_by_terms
    defaults = base.to_mapping()
    return replace(
        unchanged,
        settings=tuned,
        changed={name: value for name, value in tuned.to_mapping().items() if value != defaults[name]},
        gain=max(gain, 0.0),
        term_factors=factors,
    )


def _tuning_set(
    corpus: Corpus, since: float | None, lists: CuratedLists, max_articles: int
) -> tuple[list[Article], CuratedLists]:
    """The articles that are tuned on, in rank order, and the lists among them.

    Of a larger corpus it is the period up to the split; a tenth of the articles are those published next, which the
    last of the lists may link.
    """
    articles = corpus.in_rank_order()
    if len(corpus.articles) <= max_articles:
        return list(articles), lists
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
    ids = {article.id for article in chosen}
    return chosen, {id: targets for id, targets in lists.items() if id in ids and targets <= ids}


def _expected_gain(context: TuningContext, free: Sequence[str]) -> float:
    """The mean gain in nDCG@10 over the defaults, by cross-validation over blocks of time."""
    popularity = context.popularity(context.settings)
    lists = np.arange(len(context.candidates))
    gains = np.zeros(len(lists))
    for fold in np.array_split(lists, _FOLDS):
        tuned = _coordinate_search(context, popularity, context.settings, free, lists=np.setdiff1d(lists, fold))
        held_out = context.candidates.subset(fold)
        gains[fold] = _ndcg(held_out, popularity, tuned) - _ndcg(held_out, popularity, context.settings)
    return float(gains.mean())


def _coordinate_search(
    context: TuningContext,
    popularity: NDArray[np.float64],
    start: Settings,
    free: Sequence[str],
    *,
    lists: NDArray[np.int64] | None = None,
) -> Settings:
    """One setting after the other, the value nearest to the default that is not significantly worse than the best."""
    candidates = context.candidates if lists is None else context.candidates.subset(lists)
    current = start
    for name in free:
        values = GRID[name]
        if getattr(context.settings, name) not in values:
            values = (getattr(context.settings, name), *values)
        ndcgs = [_ndcg(candidates, popularity, replace(current, **{name: value})) for value in values]
        best = max(range(len(values)), key=lambda i: ndcgs[i].mean())
        default = values.index(getattr(context.settings, name))
        as_good = [i for i, ndcg in enumerate(ndcgs) if not _is_better(ndcgs[best], ndcg, candidates)]
        nearest = min(as_good, key=lambda i: (abs(i - default), -ndcgs[i].mean()))
        current = replace(current, **{name: values[nearest]})
    return current


def _try_analysis(context: TuningContext, tuned: Settings, change: Change) -> tuple[TuningContext, Settings]:
    """The context and settings with another text analysis if that is significantly better, else as they were."""
    other = context.with_analysis(change)
    popularity = context.popularity(tuned)
    ndcg, other_ndcg = _ndcg(context.candidates, popularity, tuned), _ndcg(other.candidates, popularity, tuned)
    if _is_better(other_ndcg, ndcg, context.candidates):
        return other, replace(tuned, **change)
    return context, tuned


def _ndcg(candidates: Candidates, popularity: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    return candidates.ndcg(candidates.scores(settings, popularity))


def _is_better(ndcg: NDArray[np.float64], other: NDArray[np.float64], candidates: Candidates) -> bool:
    return is_significant(ndcg - other, candidates.days, standard_errors=_STANDARD_ERRORS, min_deviation=_MIN_DEVIATION)
