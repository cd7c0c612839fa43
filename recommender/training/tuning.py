"""Learns settings from the curated links: what is best differs by corpus, and every corpus says itself what it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.corpus import Corpus
from recommender.errors import SettingsError
from recommender.ranking import Recommender
from recommender.settings import Settings
from recommender.text import is_unspaced
from recommender.training.candidates import DEPTH, Pool
from recommender.training.significance import is_beyond_noise
from recommender.training.split import Lists, Split, at_most
from recommender.training.term_weights import TermFactors, learn_term_factors
from recommender.training.tuning_context import Workbench

LEAST_LISTS = 20
"""Fewer teach nothing: on two real corpora, ten lists lost .014 nDCG@10 or won nothing, and twenty did no harm."""
LEAST_LISTS_FOR_TEXT = 100
"""N-gram sizes and term weights have more to go wrong, and need more."""
MOST_ARTICLES = 100_000
"""Learning looks at no more of an archive: it holds them in memory, and more would teach it little."""
_MOST_LINKS = 10  # longer lists are whole topics chained together
_FOLDS = 4

_TOLERANCE = 0.5  # standard errors: half of one is enough, as a wrong choice among near equals costs little
_LEAST_DEVIATION = 0.1  # of differences in nDCG@10 between two values of a setting

Change: TypeAlias = Mapping[str, Any]

# In the order in which they are tried; every default is among them.
GRID: Mapping[str, tuple[Any, ...]] = {
    "half_life_days": (1, 2, 3.5, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365, None),
    "newer_stretch": (0.25, 0.5, 1, 1.5, 2, 3),
    "older_weight": (0.6, 0.7, 0.8, 0.9, 1),
    "title_weight": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "hub_exponent": (0, 0.2, 0.4, 0.6),
}
_OF_TIME = ("half_life_days", "newer_stretch", "older_weight")
# Other analyses of the text: each means to vectorise the corpus anew, so they are few.
ANALYSES: tuple[Change, ...] = ({"title_ngrams": (4, 4)},)
UNSPACED_ANALYSES: tuple[Change, ...] = ({"unspaced_ngrams": (2, 2)}, {"unspaced_ngrams": (1, 2)})


@dataclass(frozen=True, slots=True)
class Learned:
    """What links have taught.

    Attributes:
        settings: what to train with: the defaults, where nothing better is sure.
        lists, links: what was learnt from.
        since: lists from this moment on were left for the evaluation.
        changed: the settings that left their default, with their new value.
        gain: expected nDCG@10 over the defaults, from time-blocked cross-validation.
        precision: what the least score was set by, if one was wanted.
        term_factors: by field and term, what its weight is multiplied by.
    """

    settings: Settings
    lists: int = 0
    links: int = 0
    since: str | None = None
    changed: Change = field(default_factory=dict)
    gain: float = 0.0
    precision: float | None = None
    term_factors: TermFactors = field(default_factory=dict)

    @property
    def terms(self) -> int:
        """How many terms weigh other than their IDF says."""
        return sum(len(factors) for factors in self.term_factors.values())

    def sentence(self) -> str:
        """What was learnt, from how much, with what gain, in words."""
        if self.precision is None:
            return self._learnt()
        floor = f"below a score of {self.settings.min_score:.3f} fewer than {self.precision:.0%} are right: left out"
        return f"{self._learnt()}; {floor}"

    def _learnt(self) -> str:
        if not self.settings.learn:
            return "nothing learnt: the settings say so"
        if self.lists < LEAST_LISTS:
            return (
                f"nothing learnt: {self.lists} curated lists, and at least {LEAST_LISTS} are needed to tell "
                "a gain from chance; the defaults are used"
            )
        source = f"from {self.links:,} links in {self.lists:,} lists" + (f" before {self.since}" if self.since else "")
        learnt = [f"{name} {'none' if value is None else value}" for name, value in self.changed.items()]
        if self.terms:
            learnt.append(f"the weights of {self.terms:,} terms")
        if not learnt:
            return f"the defaults are kept: {source}, nothing is better beyond chance"
        return f"learnt {source}: {', '.join(learnt)}; expected gain over the defaults {self.gain:+.3f} nDCG@10"


def train(
    corpus: Corpus,
    *,
    given: Change | None = None,
    split: Split | None = None,
    precision: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Recommender, Learned]:
    """Learn settings from the earlier part of a split (the default one), then fit the whole corpus with them.

    Args:
        given: settings that the user has fixed; they are not learnt.
        precision: set the least score so that suggestions above it are right at least so often, 0 to 1.

    Raises:
        SettingsError: something given is no setting, or out of its range.
    """
    split = split or Split.of(corpus)
    learned = learn(corpus, split, given=given, progress=progress)
    progress("fitting")
    recommender = Recommender(settings=learned.settings).fit(corpus, term_factors=learned.term_factors)
    learned = as_precise(learned, recommender, split, precision)
    recommender.settings = learned.settings
    return recommender, learned


def as_precise(learned: Learned, recommender: Recommender, split: Split, precision: float | None) -> Learned:
    """What was learnt, with a least score so that suggestions above it are right as often as is wanted, if it is.

    Raises:
        SettingsError: that can't be told, or can't be had.
    """
    if precision is None:
        return learned
    min_score = least_score(recommender, split.earlier, precision)
    return replace(learned, settings=replace(learned.settings, min_score=min_score), precision=precision)


def least_score(recommender: Recommender, lists: Lists, precision: float) -> float:
    """The score from which on a suggestion is right with a wanted probability, going by curated lists.

    Right is what the editors linked too. The probability is an isotonic regression on the score, over the ten best
    suggestions of every list.

    Raises:
        SettingsError: there are too few lists to tell, or no score is right so often.
    """
    if len(lists) < LEAST_LISTS:
        raise SettingsError(
            f"a precision needs at least {LEAST_LISTS} curated lists to be told from, and there are {len(lists)}"
        )
    owners = sorted(lists)
    suggested = recommender.ranked(owners, limit=DEPTH, min_score=0.0)
    pairs = [
        (suggestion.score, suggestion.article.id in lists[owner])
        for owner, suggestions in zip(owners, suggested, strict=True)
        for suggestion in suggestions
    ]
    scores, right = np.array(pairs, np.float64).reshape(-1, 2).T
    from sklearn.isotonic import IsotonicRegression

    likely = IsotonicRegression(out_of_bounds="clip").fit_transform(scores, right)
    enough = np.sort(scores)[-LEAST_LISTS:].min(initial=1.0)  # from this score on there are too few to tell
    sure = likely[scores <= enough].max(initial=0.0)
    if sure < precision:
        raise SettingsError(f"no score is right as often as {precision:g}; the best are with {sure:.2f}: ask for less")
    return float(scores[likely >= precision].min())


def learn(
    corpus: Corpus,
    split: Split,
    *,
    given: Change | None = None,
    most_articles: int = MOST_ARTICLES,
    progress: Callable[[str], None] = lambda _: None,
) -> Learned:
    """Find the settings that rank the earlier lists best; a default is left only where the gain is beyond noise."""
    fixed = given or {}
    base = Settings.from_mapping(fixed)
    lists = at_most(split.earlier, _MOST_LINKS)
    learns = base.learn and len(lists) >= LEAST_LISTS
    articles, lists = _in_view(corpus, split.since, lists, most_articles) if learns else ([], lists)
    nothing = Learned(base, len(lists), sum(len(targets) for targets in lists.values()), split.since_text)
    if not learns or len(lists) < LEAST_LISTS:
        return nothing
    progress("learning from links")
    bench = Workbench(articles, lists, base)
    free = [name for name in GRID if name not in fixed and (bench.pool.dated or name not in _OF_TIME)]
    tuned, gain = base, _expected_gain(bench, free)
    if gain > 0:
        tuned = _choose(bench, bench.popularity(base), base, free)
        tuned = _choose(bench, bench.popularity(tuned), tuned, free)  # settings bear on each other
    factors: TermFactors = {}
    if len(lists) >= LEAST_LISTS_FOR_TEXT:
        unspaced = np.mean([is_unspaced(article.title) for article in articles]) > 0.1
        for change in ANALYSES + (UNSPACED_ANALYSES if unspaced else ()):
            if not set(change) & set(fixed):
                bench, tuned = _try_analysis(bench, tuned, change)
        progress("learning term weights")
        factors, gain_of_terms = learn_term_factors(bench, tuned)
        gain = max(gain, 0.0) + gain_of_terms
    defaults = base.to_mapping()
    return replace(
        nothing,
        settings=tuned,
        changed={name: value for name, value in tuned.to_mapping().items() if value != defaults[name]},
        gain=max(gain, 0.0),
        term_factors=factors,
    )


def _in_view(corpus: Corpus, since: float | None, lists: Lists, most: int) -> tuple[list[Article], Lists]:
    """The articles that learning looks at, in rank order, and the lists among them.

    Of an archive that is too large it is a stretch of time, back from where lists may no more be learnt from; a
    tenth of it is what came next, which the last of these lists may name.
    """
    articles = corpus.in_rank_order()
    if len(corpus.articles) <= most:
        return list(articles), lists
    newer: deque[Article] = deque(maxlen=most // 10)
    view: list[Article] = []
    for article in articles:
        if since is not None and article.published_at is not None and article.published_at >= since:
            newer.append(article)
        elif len(newer) + len(view) < most:
            view.append(article)
        else:
            break
    view = [*newer, *view]
    ids = {article.id for article in view}
    return view, {id: targets for id, targets in lists.items() if id in ids and targets <= ids}


def _expected_gain(bench: Workbench, free: Sequence[str]) -> float:
    """Mean nDCG@10 won over the defaults on each stretch of time by what the other stretches teach."""
    popularity = bench.popularity(bench.settings)
    everything = np.arange(len(bench.pool))
    gains = np.zeros(len(bench.pool))
    for held_out in np.array_split(everything, _FOLDS):
        tuned = _choose(bench, popularity, bench.settings, free, places=np.setdiff1d(everything, held_out))
        pool = bench.pool.part(held_out)
        gains[held_out] = _ndcg(pool, popularity, tuned) - _ndcg(pool, popularity, bench.settings)
    return float(gains.mean())


def _choose(
    bench: Workbench,
    popularity: NDArray[np.float64],
    start: Settings,
    free: Sequence[str],
    *,
    places: NDArray[np.int64] | None = None,
) -> Settings:
    """Setting by setting, of the values that are as good as the best but for noise, the one nearest to the default."""
    pool = bench.pool if places is None else bench.pool.part(places)
    current = start
    for name in free:
        values = GRID[name]
        tried = [_ndcg(pool, popularity, replace(current, **{name: value})) for value in values]
        best = max(range(len(values)), key=lambda place: tried[place].mean())
        origin = values.index(getattr(bench.settings, name))
        as_good = [place for place, gains in enumerate(tried) if not _is_better(tried[best], gains, pool)]
        nearest = min(as_good, key=lambda place: (abs(place - origin), -tried[place].mean()))
        current = replace(current, **{name: values[nearest]})
    return current


def _try_analysis(bench: Workbench, tuned: Settings, change: Change) -> tuple[Workbench, Settings]:
    """The workbench and settings with another analysis of the text, if it is better; else as they were."""
    other = bench.with_analysis(change)
    popularity = bench.popularity(tuned)
    gains, other_gains = _ndcg(bench.pool, popularity, tuned), _ndcg(other.pool, popularity, tuned)
    if _is_better(other_gains, gains, bench.pool):
        return other, replace(tuned, **change)
    return bench, tuned


def _ndcg(pool: Pool, popularity: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    return pool.ndcg(pool.scores(settings, popularity))


def _is_better(one: NDArray[np.float64], other: NDArray[np.float64], pool: Pool) -> bool:
    return is_beyond_noise(one - other, pool.days, standard_errors=_TOLERANCE, least_deviation=_LEAST_DEVIATION)
