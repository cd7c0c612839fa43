"""Evaluation against curated links: measures with intervals, baselines, groups of queries and missed links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.corpus import Corpus
from recommender.errors import EvaluationError
from recommender.evaluation import baselines
from recommender.evaluation.trec import DEPTH, MAIN, PerQuery, Run, measure, run_of
from recommender.ranking import Recommender
from recommender.text import language_of
from recommender.tuning import CuratedLists, Split, permutation_p_value, without_long_lists

OURS = "this program"
NO_DATES = "no dates"
UNORDERED_KINDS = ("provider", "topic", "language")
"""Kinds of groups without an order of their own: the largest groups lead."""
_MISSES_SHOWN = 50
_GROUPS_SHOWN = 10  # of a kind without an order
_MOST_SUGGESTED = 10
_SEED = 0
_RESAMPLES = 2_000

_GroupKey: TypeAlias = tuple[int, str]
"""What a kind's groups are ordered by, then a group's name."""


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
            (values,),
            np.mean,
            method="percentile",
            n_resamples=_RESAMPLES,
            batch=200,
            rng=np.random.default_rng(_SEED),
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
class Group:
    """Queries of one kind, such as those of one provider, with the mean main measure of two systems.

    Attributes:
        queries: their number.
        ours, plain: of this program and of plain TF-IDF.
    """

    kind: str
    name: str
    queries: int
    ours: float
    plain: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A curated link that is not among the suggestions, and the reason.

    Attributes:
        rank: among all candidates, from 1; `None` if it shares no term with the query or a rule removed it.
        removed_by: the rule that removed it, if one did.
    """

    id: str
    title: str
    target: str
    target_title: str
    rank: int | None
    score: float
    removed_by: str | None


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
        systems: this program first, then the baselines; lists of at most `max_links`.
        all_lists: this program and plain TF-IDF on lists of any length.
        lost: links that only the earlier model finds, as pairs of IDs; `None` without an earlier model.
        gained: number of links that only this model finds.
    """

    corpus: str
    since: str | None
    queries: int
    links: int
    candidates: int
    max_links: int
    learnt: str
    settings: Mapping[str, Any]
    systems: Sequence[System]
    all_lists: Sequence[System]
    all_queries: int
    comparisons: Sequence[Comparison]
    groups: Sequence[Group]
    misses: Sequence[Miss]
    missed_links: int
    spread: Spread
    lost: Sequence[tuple[str, str]] | None = None
    gained: int = 0

    @property
    def ndcg(self) -> float:
        """Mean nDCG@10 of this program."""
        return self.systems[0].figures[MAIN].mean

    def to_mapping(self) -> dict[str, Any]:
        """The results as plain values that JSON can hold."""
        return asdict(self)


def evaluate(
    recommender: Recommender,
    corpus: Corpus,
    split: Split,
    *,
    max_links: int = 10,
    learnt: str = "",
    name: str = "",
    earlier_model: Recommender | None = None,
    more_baselines: Mapping[str, baselines.Baseline] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Evaluate a recommender and the baselines on the later part of a split.

    Args:
        learnt: what training learnt from the earlier lists, quoted in the report.
        name: of the corpus.
        earlier_model: compared with this one link by link.
        more_baselines: beside those of `baselines.ALL`, by name.

    Raises:
        EvaluationError: there is no list to evaluate on.
    """
    if not corpus.links:
        raise EvaluationError(
            f"{name}: no article has curated links, so there is nothing to evaluate on; "
            "add `related` lists to a few dozen articles"
        )
    lists = without_long_lists(split.later, max_links)
    if not lists:
        raise EvaluationError(
            f"{name}: the later part holds no curated list of at most {max_links} links"
            + (f" (since {split.since_text})" if split.since_text else "")
            + "; add `related` lists to some articles, or choose an earlier --since or a larger --max-links"
        )
    progress(OURS)
    runs = {OURS: run_of(recommender, split.later)}
    compared = {**baselines.ALL, **(more_baselines or {})}
    for baseline, rank in compared.items():
        progress(baseline)
        runs[baseline] = _baseline_run(baseline, rank, list(recommender), split.later)
    measured = {system: measure(run, lists) for system, run in runs.items()}
    progress("groups and misses")
    misses = _misses(recommender, lists, runs[OURS])
    return Evaluation(
        corpus=name,
        since=split.since_text,
        queries=len(lists),
        links=sum(len(targets) for targets in lists.values()),
        candidates=len(recommender),
        max_links=max_links,
        learnt=learnt,
        settings=recommender.settings.to_mapping(),
        systems=[_system(system, values, runs[system], lists) for system, values in measured.items()],
        all_lists=[
            _system(system, measure(runs[system], split.later), runs[system], split.later)
            for system in (OURS, baselines.PLAIN)
        ],
        all_queries=len(split.later),
        comparisons=[_compare(system, measured) for system in compared],
        groups=_groups(corpus, lists, measured),
        misses=misses[:_MISSES_SHOWN],
        missed_links=len(misses),
        spread=_spread(recommender),
        lost=None if earlier_model is None else _found_only_by(run_of(earlier_model, lists), runs[OURS], lists),
        gained=0 if earlier_model is None else len(_found_only_by(runs[OURS], run_of(earlier_model, lists), lists)),
    )


def _baseline_run(name: str, rank: baselines.Baseline, articles: Sequence[Article], queries: Iterable[str]) -> Run:
    row_of = {article.id: row for row, article in enumerate(articles)}
    ids = sorted(queries)
    ranked = rank(articles, np.array([row_of[id] for id in ids], np.int64), DEPTH)
    return Run(
        name,
        {id: [articles[row].id for row in rows if row >= 0] for id, rows in zip(ids, ranked.tolist(), strict=True)},
    )


def _system(name: str, values: PerQuery, run: Run, lists: CuratedLists) -> System:
    answered = sum(bool(run.rankings.get(query)) for query in lists) / len(lists)
    return System(name, {measure: Estimate.from_values(value) for measure, value in values.items()}, answered)


def _compare(baseline: str, measured: Mapping[str, PerQuery]) -> Comparison:
    ours, theirs = measured[OURS][MAIN], measured[baseline][MAIN]
    difference = ours - theirs
    ratio = float(ours.mean() / theirs.mean()) if theirs.any() else float("inf")
    return Comparison(baseline, ratio, Estimate.from_values(difference), permutation_p_value(difference))


def _groups(corpus: Corpus, lists: CuratedLists, measured: Mapping[str, PerQuery]) -> list[Group]:
    articles = {article.id: article for article in corpus.articles}
    queries = sorted(lists)
    kinds: dict[str, Callable[[str], Iterable[_GroupKey]]] = {
        "links in the list": lambda query: [_links_group(len(lists[query]))],
        "days to its links": lambda query: [
            _days_group(articles[query], [articles[target] for target in lists[query]])
        ],
        "provider": lambda query: [(0, str(articles[query].entry.get("provider", {}).get("domain", "none")))],
        "topic": lambda query: [(0, topic) for topic in corpus.topics.get(query, ("none",))],
        "language": lambda query: [(0, language_of(f"{articles[query].title} {articles[query].excerpt}"))],
    }
    groups = []
    for kind, keys_of in kinds.items():
        rows_of: dict[_GroupKey, list[int]] = {}
        for row, id in enumerate(queries):
            for key in keys_of(id):
                rows_of.setdefault(key, []).append(row)
        ordered = sorted(rows_of.items())
        if kind in UNORDERED_KINDS:
            ordered = sorted(ordered, key=lambda item: -len(item[1]))[:_GROUPS_SHOWN]
        groups += [
            Group(
                kind,
                name,
                len(rows),
                float(measured[OURS][MAIN][rows].mean()),
                float(measured[baselines.PLAIN][MAIN][rows].mean()),
            )
            for (_, name), rows in ordered
        ]
    return groups


def _links_group(links: int) -> _GroupKey:
    for order, (most, name) in enumerate(((1, "1"), (2, "2"), (4, "3 to 4"), (7, "5 to 7"), (10, "8 to 10"))):
        if links <= most:
            return order, name
    return 9, "more"


def _days_group(article: Article, targets: Sequence[Article]) -> _GroupKey:
    days = [
        abs(article.published_at - target.published_at)
        for target in targets
        if article.published_at is not None and target.published_at is not None
    ]
    if not days:
        return 9, NO_DATES
    median = float(np.median(days))
    for order, (most, name) in enumerate(((1, "within 1"), (3, "1 to 3"), (7, "3 to 7"), (30, "7 to 30"))):
        if median <= most:
            return order, name
    return 8, "over 30"


def _misses(recommender: Recommender, lists: CuratedLists, run: Run) -> list[Miss]:
    """Missed links, the lowest-ranked first; those without a rank lead."""
    misses = []
    for query in sorted(lists):
        missed = sorted(lists[query] - set(run.rankings.get(query, ())))
        for target, candidate in zip(missed, recommender.placements(query, missed), strict=True):
            misses.append(
                Miss(
                    query,
                    recommender.article(query).title,
                    target,
                    recommender.article(target).title,
                    candidate.rank,
                    candidate.score,
                    candidate.removed_by,
                )
            )
    return sorted(misses, key=lambda miss: (-(miss.rank or len(recommender)), miss.id, miss.target))


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
