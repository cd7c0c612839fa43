"""How well suggestions match what editors curated: figures, certainty, and where they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

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
_WORST = 50
_MOST = 10
_SEED = 0
_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over queries and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Figure:
        """The mean of one value a query; percentile bootstrap over queries."""
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
    """How one way of suggesting did: its figures, and the share of queries that it answered at all."""

    name: str
    figures: Mapping[str, Figure]
    coverage: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How this program compares with a baseline in the main measure, on the same queries.

    Attributes:
        ratio: of the means.
        difference: this program's mean less the baseline's.
        p_value: paired randomisation test (signs flipped at random), two-sided.
    """

    baseline: str
    ratio: float
    difference: Figure
    p_value: float


@dataclass(frozen=True, slots=True)
class Group:
    """The queries that have something in common: how many, and how this program and plain TF-IDF did on them."""

    kind: str
    name: str
    queries: int
    ours: float
    plain: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A curated link that is not among the suggestions, and why.

    Attributes:
        rank: its place among all candidates, from 1; `None` where it shares no term or a rule removed it.
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
    """How the suggestions for all articles spread over the corpus."""

    never_suggested: float
    most_suggested: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that an evaluation found.

    Attributes:
        systems: this program first, then the baselines; lists of at most `max_links`.
        all_lists: this program and plain TF-IDF on lists of any length.
        lost: links that the earlier model found and this one does not, as pairs of IDs; `None` where none was named.
        gained: how many it is the other way round.
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
        """The main figure."""
        return self.systems[0].figures[MAIN].mean

    def to_mapping(self) -> dict[str, Any]:
        """All of it as plain values, such as JSON takes."""
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
    others: Mapping[str, baselines.Baseline] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Judge a recommender by the later part of a split, side by side with the baselines.

    Args:
        earlier_model: whose finds are compared link by link with this one's.
        others: further baselines, by name.

    Raises:
        EvaluationError: there is no list to judge by.
    """
    if not corpus.links:
        raise EvaluationError(
            f"{name}: no article has curated links, so there is nothing to judge by; "
            "add `related` lists to a few dozen articles"
        )
    lists = without_long_lists(split.later, max_links)
    if not lists:
        raise EvaluationError(
            f"{name}: no curated list of at most {max_links} links lies in the later part"
            + (f" (since {split.since_text})" if split.since_text else "")
            + "; add `related` lists to some articles, or name an earlier --since or a greater --max-links"
        )
    progress(OURS)
    runs = {OURS: run_of(recommender, split.later)}
    compared = {**baselines.ALL, **(others or {})}
    for baseline, rank in compared.items():
        progress(baseline)
        runs[baseline] = _baseline_run(baseline, rank, list(recommender), split.later)
    measured = {system: measure(run, lists) for system, run in runs.items()}
    progress("where it wins and loses")
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
        misses=misses[:_WORST],
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
    return System(name, {measure: Figure.of(value) for measure, value in values.items()}, answered)


def _compare(baseline: str, measured: Mapping[str, PerQuery]) -> Comparison:
    ours, theirs = measured[OURS][MAIN], measured[baseline][MAIN]
    difference = ours - theirs
    ratio = float(ours.mean() / theirs.mean()) if theirs.any() else float("inf")
    return Comparison(baseline, ratio, Figure.of(difference), permutation_p_value(difference))


def _groups(corpus: Corpus, lists: CuratedLists, measured: Mapping[str, PerQuery]) -> list[Group]:
    articles = {article.id: article for article in corpus.articles}
    queries = sorted(lists)
    kinds: dict[str, Callable[[str], Iterable[str]]] = {
        "links in the list": lambda query: [_length(len(lists[query]))],
        "days to its links": lambda query: [_distance(articles[query], [articles[target] for target in lists[query]])],
        "provider": lambda query: [str(articles[query].entry.get("provider", {}).get("domain", "none"))],
        "topic": lambda query: corpus.topics.get(query, ("none",)),
        "language": lambda query: [language_of(f"{articles[query].title} {articles[query].excerpt}")],
    }
    found = []
    for kind, names_of in kinds.items():
        members: dict[str, list[int]] = {}
        for position, id in enumerate(queries):
            for name in names_of(id):
                members.setdefault(name, []).append(position)
        largest = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST]
        ordered = largest if kind in ("provider", "topic", "language") else sorted(members.items())
        found += [
            Group(
                kind,
                name.partition("|")[2] or name,
                len(positions),
                float(measured[OURS][MAIN][positions].mean()),
                float(measured[baselines.PLAIN][MAIN][positions].mean()),
            )
            for name, positions in ordered
        ]
    return found


def _length(links: int) -> str:
    """A group's name behind a key that orders it."""
    for order, (greatest, name) in enumerate(((1, "1"), (2, "2"), (4, "3 to 4"), (7, "5 to 7"), (10, "8 to 10"))):
        if links <= greatest:
            return f"{order}|{name}"
    return "9|more"


def _distance(article: Article, targets: Sequence[Article]) -> str:
    apart = [
        abs(article.published_at - target.published_at)
        for target in targets
        if article.published_at is not None and target.published_at is not None
    ]
    if not apart:
        return "9|no dates"
    median = float(np.median(apart))
    for order, (greatest, name) in enumerate(((1, "within 1"), (3, "1 to 3"), (7, "3 to 7"), (30, "7 to 30"))):
        if median <= greatest:
            return f"{order}|{name}"
    return "8|over 30"


def _misses(recommender: Recommender, lists: CuratedLists, run: Run) -> list[Miss]:
    """Missed links, the farthest first: those that no search would have found lead."""
    misses = []
    for query in sorted(lists):
        missed = sorted(lists[query] - set(run.rankings.get(query, ())))
        for target, placement in zip(missed, recommender.placements(query, missed), strict=True):
            misses.append(
                Miss(
                    query,
                    recommender.article(query).title,
                    target,
                    recommender.article(target).title,
                    placement.rank,
                    placement.score,
                    placement.removed_by,
                )
            )
    return sorted(misses, key=lambda miss: (-(miss.rank or len(recommender)), miss.id, miss.target))


def _spread(recommender: Recommender) -> Spread:
    counts = Counter(
        suggestion.article.id for _, suggestions in recommender.related_all(limit=DEPTH) for suggestion in suggestions
    )
    visible = [article.id for article in recommender if not article.hidden]
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
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
