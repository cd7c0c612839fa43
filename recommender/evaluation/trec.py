"""Rankings and judgements as TREC has them, and trec_eval's measures of them, through ir-measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import ir_measures
import numpy as np
from ir_measures import RR, P, Qrel, R, ScoredDoc, nDCG
from numpy.typing import NDArray

from recommender.ranking import Recommender
from recommender.tuning import CuratedLists

DEPTH = 10
MAIN = "nDCG@10"
MEASURES = {MAIN: nDCG @ DEPTH, "recall@10": R @ DEPTH, "precision@5": P @ 5, "MRR": RR @ DEPTH}

PerQuery = Mapping[str, NDArray[np.float64]]
"""The value of each measure for each query, float64 (queries,), the queries in the order of their IDs."""


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


def qrels(lists: CuratedLists) -> list[Qrel]:
    """Curated lists as TREC's relevance judgements: every link is of relevance 1."""
    return [Qrel(query, target, 1) for query in sorted(lists) for target in sorted(lists[query])]


def trec_qrels(lists: CuratedLists) -> str:
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


def measure(run: Run, lists: CuratedLists) -> PerQuery:
    """Every measure for every list, by trec_eval through ir-measures; a query without an answer counts as 0."""
    position = {query: place for place, query in enumerate(sorted(lists))}
    values = {name: np.zeros(len(position)) for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    wanted = Run(run.name, {query: run.rankings.get(query, ()) for query in position})
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels(lists), wanted.scored()):
        values[names[str(metric.measure)]][position[metric.query_id]] = metric.value
    return values


def run_of(recommender: Recommender, queries: Iterable[str], *, name: str = "this-program") -> Run:
    """What a recommender suggests for some articles; those that it does not know get nothing."""
    known = [id for id in sorted(queries) if recommender.has_article(id)]
    lists = recommender.related_many(known, limit=DEPTH, min_score=0.0, use_pins_and_bans=False)
    return Run(
        name,
        {
            query: [suggestion.article.id for suggestion in suggestions]
            for query, suggestions in zip(known, lists, strict=True)
        },
    )
