"""Evaluation of suggestions against curated links or links in texts: baselines, measures and a report.

Significance tests are in `tuning/significance.py`.
"""

from recommender.evaluation.baselines import encoder
from recommender.evaluation.evaluation import OURS, Comparison, Estimate, Evaluation, Miss, Spread, System, evaluate
from recommender.evaluation.groups import Group, JudgedList, groups_of
from recommender.evaluation.linkable import Linkable
from recommender.evaluation.report import as_html, as_text
from recommender.evaluation.trec import MAIN, Run, measure, qrels, run_of, trec_qrels, trec_run

__all__ = [
    "MAIN",
    "OURS",
    "Comparison",
    "Estimate",
    "Evaluation",
    "Group",
    "JudgedList",
    "Linkable",
    "Miss",
    "Run",
    "Spread",
    "System",
    "as_html",
    "as_text",
    "encoder",
    "evaluate",
    "groups_of",
    "measure",
    "qrels",
    "run_of",
    "trec_qrels",
    "trec_run",
]
