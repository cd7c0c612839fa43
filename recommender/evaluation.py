"""How well suggestions match what editors curated: figures, certainty, and where they come from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

import ir_measures
import numpy as np
from ir_measures import RR, P, Qrel, R, ScoredDoc, nDCG
from numpy.typing import NDArray
from scipy import stats

from recommender import baselines
from recommender.article import Article
from recommender.corpus import Corpus
from recommender.errors import EvaluationError
from recommender.language import language_of
from recommender.recommender import Recommender
from recommender.truth import Lists, Split, at_most

DEPTH = 10
OURS = "this program"
MAIN = "nDCG@10"
MEASURES = {MAIN: nDCG @ DEPTH, "recall@10": R @ DEPTH, "precision@5": P @ 5, "MRR": RR @ DEPTH}
_WORST = 50
_MOST = 10
_SEED = 0
_RESAMPLES = 2_000

PerQuery = Mapping[str, NDArray[np.float64]]
"""The value of each measure for each query, float64 (queries,), the queries in the order of their IDs."""


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


@dataclass(frozen=True, slots=True)
class Run:
    """Rankings of some queries: for each, the IDs that were suggested, best first."""

    name: str
    rankings: Mapping[str, Sequence[str]]

    def scored(self) -> list[ScoredDoc]:
        """As TREC has it. Places are turned into scores, since trec_eval would settle ties in its own way."""
        return [
            ScoredDoc(query, target, float(len(ranking) - place))
            for query, ranking in self.rankings.items()
            for place, target in enumerate(ranking)
        ]


def qrels(lists: Lists) -> list[Qrel]:
    """Curated lists as TREC's relevance judgements: every link is of relevance 1."""
    return [Qrel(query, target, 1) for query in sorted(lists) for target in sorted(lists[query])]


def trec_qrels(lists: Lists) -> str:
    """The judgements as a TREC file: query, 0, target, relevance. Blanks in an ID are written as `%20`."""
    return "".join(f"{_trec(q.query_id)} 0 {_trec(q.doc_id)} {q.relevance}\n" for q in qrels(lists))


def trec_run(run: Run) -> str:
    """The rankings as a TREC file: query, Q0, target, rank, score, name."""
    return "".join(
        f"{_trec(query)} Q0 {_trec(target)} {rank} {len(ranking) - rank + 1} {run.name.replace(' ', '-')}\n"
        for query, ranking in sorted(run.rankings.items())
        for rank, target in enumerate(ranking, start=1)
    )


def _trec(id: str) -> str:
    return re.sub(r"\s", lambda blank: quote(blank.group()), id)


def measure(run: Run, lists: Lists) -> PerQuery:
    """Every measure for every list, by trec_eval through ir-measures; a query without an answer counts as 0."""
    position = {query: place for place, query in enumerate(sorted(lists))}
    values = {name: np.zeros(len(position)) for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    wanted = Run(run.name, {query: run.rankings.get(query, ()) for query in position})
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels(lists), wanted.scored()):
        values[names[str(metric.measure)]][position[metric.query_id]] = metric.value
    return values


def evaluate(
    recommender: Recommender,
    corpus: Corpus,
    split: Split,
    *,
    max_links: int = 10,
    learnt: str = "",
    name: str = "",
    earlier_model: Recommender | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Judge a recommender by the later part of a split, side by side with the baselines.

    Raises:
        EvaluationError: there is no list to judge by.
    """
    if not corpus.links:
        raise EvaluationError(
            f"{name}: no article has curated links, so there is nothing to judge by; "
            "add `related` lists to a few dozen articles"
        )
    lists = at_most(split.later, max_links)
    if not lists:
        raise EvaluationError(
            f"{name}: no curated list of at most {max_links} links lies in the later part"
            + (f" (since {split.since_text})" if split.since_text else "")
            + "; add `related` lists to some articles, or name an earlier --since or a greater --max-links"
        )
    progress(OURS)
    runs = {OURS: run_of(recommender, split.later)}
    for baseline, rank in baselines.ALL.items():
        progress(baseline)
        runs[baseline] = _baseline_run(baseline, rank, recommender.articles_, split.later)
    measured = {system: measure(run, lists) for system, run in runs.items()}
    progress("where it wins and loses")
    misses = _misses(recommender, lists, runs[OURS])
    return Evaluation(
        corpus=name,
        since=split.since_text,
        queries=len(lists),
        links=sum(len(targets) for targets in lists.values()),
        candidates=len(recommender.articles_),
        max_links=max_links,
        learnt=learnt,
        settings=recommender.settings.to_mapping(),
        systems=[_system(system, values, runs[system], lists) for system, values in measured.items()],
        all_lists=[
            _system(system, measure(runs[system], split.later), runs[system], split.later)
            for system in (OURS, "plain TF-IDF")
        ],
        all_queries=len(split.later),
        comparisons=[_compare(system, measured) for system in baselines.ALL],
        groups=_groups(corpus, lists, measured),
        misses=misses[:_WORST],
        missed_links=len(misses),
        spread=_spread(recommender),
        lost=None if earlier_model is None else _found_only_by(run_of(earlier_model, lists), runs[OURS], lists),
        gained=0 if earlier_model is None else len(_found_only_by(runs[OURS], run_of(earlier_model, lists), lists)),
    )


def run_of(recommender: Recommender, queries: Iterable[str]) -> Run:
    """What a recommender suggests for some articles; those that it does not know get nothing."""
    known = [id for id in sorted(queries) if recommender.knows(id)]
    lists = recommender.related_to_each(known, limit=DEPTH, min_score=0.0)
    return Run(
        OURS,
        {
            query: [suggestion.article.id for suggestion in suggestions]
            for query, suggestions in zip(known, lists, strict=True)
        },
    )


def _baseline_run(name: str, rank: baselines.Baseline, articles: Sequence[Article], queries: Iterable[str]) -> Run:
    row_of = {article.id: row for row, article in enumerate(articles)}
    ids = sorted(queries)
    ranked = rank(articles, np.array([row_of[id] for id in ids], np.int64), DEPTH)
    return Run(
        name,
        {id: [articles[row].id for row in rows if row >= 0] for id, rows in zip(ids, ranked.tolist(), strict=True)},
    )


def _system(name: str, values: PerQuery, run: Run, lists: Lists) -> System:
    answered = sum(bool(run.rankings.get(query)) for query in lists) / len(lists)
    return System(name, {measure: Figure.of(value) for measure, value in values.items()}, answered)


def _compare(baseline: str, measured: Mapping[str, PerQuery]) -> Comparison:
    ours, theirs = measured[OURS][MAIN], measured[baseline][MAIN]
    difference = ours - theirs
    ratio = float(ours.mean() / theirs.mean()) if theirs.any() else float("inf")
    if len(difference) < 2 or not difference.any():
        return Comparison(baseline, ratio, Figure.of(difference), 1.0)
    test = stats.permutation_test(
        (difference,),
        np.mean,
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        batch=200,
        vectorized=True,
        rng=np.random.default_rng(_SEED),
    )
    return Comparison(baseline, ratio, Figure.of(difference), float(test.pvalue))


def _groups(corpus: Corpus, lists: Lists, measured: Mapping[str, PerQuery]) -> list[Group]:
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
                float(measured["plain TF-IDF"][MAIN][positions].mean()),
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


def _misses(recommender: Recommender, lists: Lists, run: Run) -> list[Miss]:
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
    return sorted(misses, key=lambda miss: (-(miss.rank or len(recommender.articles_)), miss.id, miss.target))


def _spread(recommender: Recommender) -> Spread:
    counts = Counter(
        suggestion.article.id for _, suggestions in recommender.all_related(limit=DEPTH) for suggestion in suggestions
    )
    visible = [article.id for article in recommender.articles_ if not article.hidden]
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
    return Spread(
        sum(id not in counts for id in visible) / max(len(visible), 1),
        [(id, recommender.article(id).title, count) for id, count in most],
    )


def _found_only_by(one: Run, other: Run, lists: Lists) -> list[tuple[str, str]]:
    return [
        (query, target)
        for query in sorted(lists)
        for target in sorted(lists[query])
        if target in one.rankings.get(query, ()) and target not in other.rankings.get(query, ())
    ]
