"""Runs and relevance judgements (qrels) in TREC's formats, and trec_eval's measures through ir-measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import ir_measures
import numpy as np
from ir_measures import RR, P, Qrel, R, ScoredDoc, nDCG
from numpy.typing import NDArray

from recommender.evaluation.linkable import Linkable
from recommender.ranking import Recommender
from recommender.tuning import CuratedLists

DEPTH = 10
MAIN = "nDCG@10"
_DEEPER = 4
MEASURES = {MAIN: nDCG @ DEPTH, "recall@10": R @ DEPTH, "precision@5": P @ 5, "MRR": RR @ DEPTH}

PerQuery = Mapping[str, NDArray[np.float64]]
"""The value of each measure for each query, float64 (queries,), the queries in the order of their IDs."""


@dataclass(frozen=True, slots=True)
class Run:
    """The ranking of each query: IDs of the suggested articles, best first."""

    name: str
    rankings: Mapping[str, Sequence[str]]

    def scored(self) -> list[ScoredDoc]:
        """The run as scored documents; scores are reversed ranks, since trec_eval breaks ties in its own way."""
        return [
            ScoredDoc(query, target, float(len(ranking) - position))
            for query, ranking in self.rankings.items()
            for position, target in enumerate(ranking)
        ]


def qrels(lists: CuratedLists) -> list[Qrel]:
    """Curated lists as relevance judgements: every link has relevance 1."""
    return [Qrel(query, target, 1) for query in sorted(lists) for target in sorted(lists[query])]


def trec_qrels(lists: CuratedLists) -> str:
    """The judgements as a TREC file: query, 0, target, relevance. Whitespace in an ID is percent-encoded."""
    return "".join(f"{_as_token(q.query_id)} 0 {_as_token(q.doc_id)} {q.relevance}\n" for q in qrels(lists))


def trec_run(run: Run) -> str:
    """The run as a TREC file: query, Q0, target, rank, score, name."""
    return "".join(
        f"{_as_token(query)} Q0 {_as_token(target)} {rank} {len(ranking) - rank + 1} {run.name.replace(' ', '-')}\n"
        for query, ranking in sorted(run.rankings.items())
        for rank, target in enumerate(ranking, start=1)
    )


def _as_token(id: str) -> str:
    return re.sub(r"\s", lambda match: quote(match.group()), id)


def measure(run: Run, lists: CuratedLists) -> PerQuery:
    """Every measure of every query; a query without suggestions counts as 0."""
    row_of = {query: row for row, query in enumerate(sorted(lists))}
    values = {name: np.zeros(len(row_of)) for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    judged = Run(run.name, {query: run.rankings.get(query, ()) for query in row_of})
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels(lists), judged.scored()):
        values[names[str(metric.measure)]][row_of[metric.query_id]] = metric.value
    return values


def run_of(recommender: Recommender, queries: Iterable[str], *, linkable: Linkable | None = None) -> Run:
    """A recommender's suggestions for some articles; those that it does not know are left out.

    Args:
        linkable: leaves out articles that a list could not link to; lower-ranked suggestions move up.
    """
    unfinished = [id for id in sorted(queries) if recommender.has_article(id)]
    rankings, depth = {}, DEPTH
    while unfinished:
        lists = recommender.related_many(unfinished, limit=depth, min_score=0.0, use_pins_and_bans=False)
        for query, suggestions in zip(list(unfinished), lists, strict=True):
            ids = [suggestion.article.id for suggestion in suggestions]
            kept = ids if linkable is None else linkable.filter(query, ids)
            if len(kept) >= DEPTH or len(ids) < depth:
                rankings[query] = kept[:DEPTH]
                unfinished.remove(query)
        depth *= _DEEPER
    return Run("this-program", rankings)
