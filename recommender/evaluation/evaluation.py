"""Evaluation against curated links or links in texts: measures with intervals, baselines and missed links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.articles import in_rank_order, published_days
from recommender.corpus import Corpus
from recommender.errors import EvaluationError
from recommender.evaluation import baselines
from recommender.evaluation.groups import Group, groups_of, ids_by_group
from recommender.evaluation.linkable import Linkable
from recommender.evaluation.trec import DEPTH, MAIN, PerQuery, Run, measure, run_of
from recommender.overview import JudgedArticles
from recommender.ranking import Recommender
from recommender.search import Scoring
from recommender.tuning import (
    MAX_LINKS,
    MAX_LISTS,
    MIN_LISTS,
    CuratedLists,
    Evidence,
    Split,
    permutation_p_value,
    without_long_lists,
)

OURS = "this program"
_MISSES_SHOWN = 50
_SUGGESTED_SHOWN = 3  # suggestions shown for each miss
_MOST_SUGGESTED = 10
_SEED = 0
_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def from_values(cls, values: NDArray[np.float64]) -> Estimate:
        """The mean of one value per query, with a percentile bootstrap over queries."""
        if len(values) < 2 or np.ptp(values) == 0:
            mean = float(values.mean())
            return cls(mean, mean, mean)
        from scipy import stats

        interval = stats.bootstrap(
            (values,), np.mean, method="percentile", n_resamples=_RESAMPLES, batch=200, rng=np.random.default_rng(_SEED)
        ).confidence_interval
        return cls(float(values.mean()), float(interval.low), float(interval.high))


@dataclass(frozen=True, slots=True)
class System:
    """The results of this program or a baseline: its measures, and the share of queries with any suggestion."""

    name: str
    figures: Mapping[str, Estimate]
    coverage: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How this program compares with a baseline by the main measure, on the same queries.

    Attributes:
        ratio: this program's mean divided by the baseline's.
        difference: this program's mean minus the baseline's.
        p_value: of a two-sided paired randomisation test.
    """

    baseline: str
    ratio: float
    difference: Estimate
    p_value: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A link that is not among the suggestions, and the reason.

    Attributes:
        rank: among all candidates, from 1; `None` if it shares no term with the query or a rule removed it.
        removed_by: the rule that removed it, if one did.
        suggested: IDs and titles of what was suggested instead, best first.
    """

    id: str
    title: str
    target: str
    target_title: str
    rank: int | None
    score: float
    removed_by: str | None
    suggested: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """How the suggestions for all articles are distributed over the corpus.

    Attributes:
        never_suggested: share of the visible articles that are in no list.
        most_suggested: ID, title and number of lists of the articles suggested most often.
    """

    never_suggested: float
    most_suggested: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results of an evaluation.

    Attributes:
        truth: the kind of links.
        candidates: number of candidates per list; for links in texts, the mean.
        words_left_out: number of links whose words were removed from all texts.
        words_from: which words of an article the baselines compare.
        served: how the model that is served differs from the evaluated one.
        systems: this program first, then the baselines; on lists of at most `max_links`.
        all_lists: this program and plain TF-IDF on lists of any length.
        misses: the worst misses, without articles that are never suggested: the server shows the report, so it must
            not name drafts.
        judged: every list of any length, with all figures.
        lost, gained: links that only the earlier model finds, and that only this one finds, as pairs of IDs, without
            those of articles that are never suggested; `lost` is `None` without an earlier model.
    """

    corpus: str
    truth: Evidence
    since: str | None
    queries: int
    links: int
    candidates: int
    max_links: int
    learnt: str
    served: str
    words_left_out: int
    words_from: str
    settings: Mapping[str, Any]
    systems: Sequence[System]
    all_lists: Sequence[System]
    all_queries: int
    comparisons: Sequence[Comparison]
    groups: Sequence[Group]
    misses: Sequence[Miss]
    missed_links: int
    spread: Spread
    judged: JudgedArticles
    lost: Sequence[tuple[str, str]] | None = None
    gained: Sequence[tuple[str, str]] = ()

    @property
    def ndcg(self) -> float:
        """Mean nDCG@10 of this program."""
        return self.systems[0].figures[MAIN].mean


def evaluate(
    recommender: Recommender,
    corpus: Corpus,
    split: Split,
    *,
    max_links: int = 10,
    learnt: str = "",
    words_left_out: int = 0,
    name: str = "",
    earlier_model: Recommender | None = None,
    more_baselines: Mapping[str, baselines.Baseline] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Evaluate a recommender and the baselines on the later part of a split.

    Args:
        learnt: what training learnt from the earlier lists, quoted in the report.
        words_left_out: number of links whose words were removed from the corpus's texts.
        name: of the corpus.
        earlier_model: for comparing the links found.
        more_baselines: besides those of `baselines.ALL`, by name.

    Raises:
        EvaluationError: there is no list to evaluate on.
    """
    lists = _judged(split, max_links, name)
    articles = in_rank_order(corpus.articles)
    linkable = Linkable(articles, split.evidence)
    archive = baselines.Archive(articles, Scoring.from_settings(recommender.settings, published_days(articles)))
    progress(OURS)
    runs = {OURS: run_of(recommender, split.later, linkable=linkable)}
    compared = {**baselines.ALL, **(more_baselines or {})}
    none_is_dated = np.isnan(archive.days).all()
    if linkable.is_restricted or none_is_dated:
        del compared["nearest in time"]  # among older articles, it equals "newest"
    if none_is_dated:
        del compared["newest"], compared["TF-IDF with time"]
    if not any(article.topics for article in articles):
        del compared["same topic"]
    for system, baseline in compared.items():
        progress(system)
        runs[system] = _baseline_run(system, baseline(archive), linkable, split.later)
    of_any_length = {system: measure(run, split.later) for system, run in runs.items()}
    judged_rows = [row for row, id in enumerate(sorted(split.later)) if id in lists]
    measured = {
        system: {name: values[judged_rows] for name, values in figures.items()}
        for system, figures in of_any_length.items()
    }
    progress("groups and misses")
    readers = recommender.for_readers()

    def may_be_named(id: str) -> bool:
        return readers.has_article(id) and not readers.article(id).hidden

    misses = _misses(recommender, lists, runs[OURS], linkable)
    shown = [miss for miss in misses if may_be_named(miss.id) and may_be_named(miss.target)][:_MISSES_SHOWN]
    instead = {miss.id: list(filter(may_be_named, runs[OURS].rankings.get(miss.id, ()))) for miss in shown}
    suggested = {
        id: [(other, recommender.article(other).title) for other in others[:_SUGGESTED_SHOWN]]
        for id, others in instead.items()
    }
    public_lists = {id: targets for id, targets in lists.items() if may_be_named(id)}
    groups = groups_of(
        corpus, lists, ours=measured[OURS][MAIN], plain=measured[baselines.PLAIN][MAIN], may_be_named=may_be_named
    )
    before = None if earlier_model is None else run_of(earlier_model, lists, linkable=linkable)
    return Evaluation(
        corpus=name,
        truth=split.evidence,
        since=split.since_text,
        queries=len(lists),
        links=sum(len(targets) for targets in lists.values()),
        candidates=linkable.mean_count(lists) if linkable.is_restricted else linkable.visible_count,
        max_links=max_links,
        learnt=learnt,
        served=_how_served_differs(corpus, split, learns=recommender.settings.learn),
        words_left_out=words_left_out,
        words_from=archive.words_from,
        settings=recommender.settings.to_mapping(),
        systems=[_system(system, values, runs[system], lists) for system, values in measured.items()],
        all_lists=[
            _system(system, of_any_length[system], runs[system], split.later) for system in (OURS, baselines.PLAIN)
        ],
        all_queries=len(split.later),
        comparisons=[_compare(system, measured) for system in compared],
        groups=groups,
        misses=[replace(miss, suggested=suggested[miss.id]) for miss in shown],
        missed_links=len(misses),
        spread=_spread(recommender),
        judged=JudgedArticles.of(sorted(split.later), of_any_length, ids_by_group(groups, runs, lists, split.later)),
        lost=None if before is None else _found_only_by(before, runs[OURS], public_lists),
        gained=() if before is None else _found_only_by(runs[OURS], before, public_lists),
    )


def _judged(split: Split, max_links: int, name: str) -> CuratedLists:
    """The lists to evaluate on.

    Raises:
        EvaluationError: there is none.
    """
    curated = split.evidence == "curated"
    if not split.earlier and not split.later:
        raise EvaluationError(
            f"{name}: no article has curated links, so there is nothing to evaluate on; "
            "add `related` lists to a few dozen articles"
            if curated
            else f"{name}: no text links to an article that was there when it was published, so there is nothing to "
            "evaluate on"
        )
    if lists := without_long_lists(split.later, max_links):
        return lists
    kind, cure = ("curated list", "add `related` lists to some articles, or ") if curated else ("text", "")
    raise EvaluationError(
        f"{name}: the later part holds no {kind} of at most {max_links} links"
        + (f" (since {split.since_text})" if split.since_text else "")
        + f"; {cure}choose an earlier --since or a larger --max-links"
    )


def _how_served_differs(corpus: Corpus, split: Split, *, learns: bool) -> str:
    """A sentence on how the model that `train` builds differs from the evaluated one."""
    served = Split.without_later(corpus)
    lists = len(without_long_lists(served.earlier))
    noun = "curated list" if served.evidence == "curated" else "dated text"
    which = "all" if lists <= MAX_LISTS else f"the newest {MAX_LISTS:,} of"
    source = f"{lists:,} {noun}{'s' * (lists != 1)} with at most {MAX_LINKS} links"
    if not learns:
        learning = "learns nothing from links either"
    elif lists < MIN_LISTS:
        learning = f"learns nothing from links: {source} {'is' if lists == 1 else 'are'} too few"
    else:
        later = ", the later ones among them" if served.evidence == split.evidence else ""
        learning = f"differs: it learns from {which} {source}{later}"
    words = "; it reads the words of links, too" if split.evidence == "in-text" else ""
    return f"the model that is served {learning}{words}"


def _baseline_run(name: str, scorer: baselines.Scorer, linkable: Linkable, queries: Iterable[str]) -> Run:
    ids = sorted(queries)
    rows = np.array([linkable.row(id) for id in ids], np.int64)
    ranked = baselines.rank(scorer, rows, DEPTH, linkable).tolist()
    named = ([linkable.articles[row].id for row in ranking if row >= 0] for ranking in ranked)
    return Run(name, dict(zip(ids, named, strict=True)))


def _system(name: str, values: PerQuery, run: Run, lists: CuratedLists) -> System:
    answered = sum(bool(run.rankings.get(query)) for query in lists) / len(lists)
    return System(name, {measure: Estimate.from_values(value) for measure, value in values.items()}, answered)


def _compare(baseline: str, measured: Mapping[str, PerQuery]) -> Comparison:
    ours, theirs = measured[OURS][MAIN], measured[baseline][MAIN]
    difference = ours - theirs
    ratio = float(ours.mean() / theirs.mean()) if theirs.any() else float("inf")
    return Comparison(baseline, ratio, Estimate.from_values(difference), permutation_p_value(difference))


def _misses(recommender: Recommender, lists: CuratedLists, run: Run, linkable: Linkable) -> list[Miss]:
    """Missed links: those without a rank, then the lowest-ranked first."""
    misses = []
    for query in sorted(lists):
        missed = sorted(lists[query] - set(run.rankings.get(query, ())))
        placements = recommender.placements(query, missed)
        ranks = [placement.rank for placement in placements]
        if missed and linkable.is_restricted:
            ranks = _ranks(recommender, query, missed, linkable)
        title = recommender.article(query).title
        for target, placed, rank in zip(missed, placements, ranks, strict=True):
            other = recommender.article(target).title
            misses.append(Miss(query, title, target, other, rank, placed.score, placed.removed_by))
    return sorted(misses, key=lambda miss: (-(miss.rank or len(recommender)), miss.id, miss.target))


def _ranks(recommender: Recommender, query: str, others: Sequence[str], linkable: Linkable) -> list[int | None]:
    """The ranks of some articles among those that the query's article could link to."""
    [found] = recommender.related_many([query], limit=len(recommender), min_score=0.0, use_pins_and_bans=False)
    ranked = linkable.filter(query, (suggestion.article.id for suggestion in found))
    rank_of = {id: rank for rank, id in enumerate(ranked, start=1)}
    return [rank_of.get(other) for other in others]


def _spread(recommender: Recommender) -> Spread:
    counts = Counter(
        suggestion.article.id for _, suggestions in recommender.related_all(limit=DEPTH) for suggestion in suggestions
    )
    visible = [article.id for article in recommender if not article.hidden]
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_SUGGESTED]
    return Spread(
        sum(id not in counts for id in visible) / max(len(visible), 1),
        [(id, recommender.article(id).title, count) for id, count in most],
    )


def _found_only_by(one: Run, other: Run, lists: CuratedLists) -> list[tuple[str, str]]:
    return [
        (query, target)
        for query in sorted(lists)
        for target in sorted(lists[query])
        if target in one.rankings.get(query, ()) and target not in other.rankings.get(query, ())
    ]
