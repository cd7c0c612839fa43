from __future__ import annotations

import math

import ir_measures
import numpy as np
import pytest
import pytrec_eval

from recommender.evaluation import MAIN, Run, measure, qrels, trec_qrels, trec_run

LISTS = {"q1": frozenset({"a", "b", "c"}), "q2": frozenset({"d"}), "q3": frozenset({"e"})}
RUN = Run("ours", {"q1": ["x", "a", "y", "b"], "q2": ["d"]})


def test_measures_are_those_of_the_textbook() -> None:
    measured = measure(RUN, LISTS)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert measured[MAIN].tolist() == pytest.approx([(1 / math.log2(3) + 1 / math.log2(5)) / ideal, 1.0, 0.0])
    assert measured["recall@10"].tolist() == pytest.approx([2 / 3, 1.0, 0.0])
    assert measured["precision@5"].tolist() == pytest.approx([2 / 5, 1 / 5, 0.0])
    assert measured["MRR"].tolist() == pytest.approx([1 / 2, 1.0, 0.0])


def test_measures_agree_with_trec_eval() -> None:
    chance = np.random.default_rng(0)
    ids = [f"d{number}" for number in range(40)]
    lists = {
        f"q{number}": frozenset(chance.choice(ids, size=chance.integers(1, 12), replace=False)) for number in range(50)
    }
    run = Run("random", {query: list(chance.choice(ids, size=10, replace=False)) for query in lists})
    measured = measure(run, lists)
    judgements = {query: dict.fromkeys(targets, 1) for query, targets in lists.items()}
    trec = pytrec_eval.RelevanceEvaluator(judgements, {"ndcg_cut.10", "recall.10", "P.5", "recip_rank"}).evaluate(
        {query: {target: float(-rank) for rank, target in enumerate(found)} for query, found in run.rankings.items()}
    )
    names = {MAIN: "ndcg_cut_10", "recall@10": "recall_10", "precision@5": "P_5", "MRR": "recip_rank"}
    for name, of_trec in names.items():
        assert measured[name].tolist() == pytest.approx([trec[query][of_trec] for query in sorted(lists)])


def test_trec_files_are_read_back_the_same() -> None:
    assert list(ir_measures.read_trec_qrels(trec_qrels(LISTS))) == qrels(LISTS)
    values = ir_measures.calc_aggregate(
        [ir_measures.nDCG @ 10],
        ir_measures.read_trec_qrels(trec_qrels(LISTS)),
        ir_measures.read_trec_run(trec_run(RUN)),
    )
    assert values[ir_measures.nDCG @ 10] == pytest.approx(measure(RUN, LISTS)[MAIN].mean())


def test_trec_files_keep_ids_with_blanks_in_one_column() -> None:
    assert trec_qrels({"a b": frozenset({"c\td"})}) == "a%20b 0 c%09d 1\n"
    assert trec_run(Run("this program", {"a b": ["c", "d"]})) == (
        "a%20b Q0 c 1 2 this-program\na%20b Q0 d 2 1 this-program\n"
    )
