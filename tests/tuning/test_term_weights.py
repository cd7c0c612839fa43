from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from samples import EPOCH, article, corpus_of, stories
from scipy.optimize import approx_fprime

from recommender import Corpus, Recommender, Settings
from recommender.articles import in_rank_order
from recommender.evaluation import MAIN, measure, run_of
from recommender.tuning import Split, TermWeightObjective, TuningContext, learn_term_factors

WORDS = Settings(title_terms="words", excerpt_terms="words")


def places() -> Corpus:
    """Articles of one place are linked; what they are about is as rare a word, and says nothing."""
    chance = random.Random(0)
    made, links = [], {}
    for number in range(200):
        date = EPOCH + timedelta(hours=number)
        title = f"place{number % 20} subject{chance.randrange(20)}"
        made.append(article(f"a{number:03}", title, "", f"{date:%Y-%m-%dT%H:%M:%SZ}"))
        links[f"a{number:03}"] = [
            f"a{other:03}" for other in range(number % 20, 200, 20) if 0 < abs(other - number) <= 60
        ]
    return corpus_of(*made, links=links)


def test_words_that_tell_weigh_more_and_words_that_mislead_less() -> None:
    corpus = places()
    split = Split.of(corpus)
    context = TuningContext(in_rank_order(corpus.articles), split.earlier, WORDS)
    factors, gain = learn_term_factors(context, WORDS)
    assert gain > 0.02
    of_places = [factor for term, factor in factors["title"].items() if term.startswith("place")]
    of_subjects = [factor for term, factor in factors["title"].items() if term.startswith("subject")]
    assert np.mean(of_places) > 1.05 > 0.95 > np.mean(of_subjects)

    before, after = (
        measure(run_of(Recommender(settings=WORDS).fit(corpus, term_factors=taught), split.later), split.later)[MAIN]
        for taught in (None, factors)
    )
    assert after.mean() > before.mean() + 0.05


def test_nothing_is_taught_where_it_does_not_help_other_lists() -> None:
    corpus = stories(40)
    chance = random.Random(0)
    ids = [article.id for article in corpus.articles]
    at_random = {id: frozenset(chance.sample([other for other in ids if other != id], 3)) for id in ids}
    context = TuningContext(in_rank_order(corpus.articles), at_random, WORDS)
    assert learn_term_factors(context, WORDS) == ({}, 0.0)


def test_the_gradient_is_that_of_the_loss() -> None:
    corpus = places()
    context = TuningContext(in_rank_order(corpus.articles), Split.of(corpus).earlier, WORDS)
    objective = TermWeightObjective(context, WORDS)
    deltas = np.random.default_rng(0).normal(0, 0.3, context.title.shape[1] + context.excerpt.shape[1])
    _, gradient = objective.loss_and_gradient(deltas)

    def loss(at: NDArray[np.float64]) -> float:
        return objective.loss_and_gradient(at)[0]

    assert gradient == pytest.approx(approx_fprime(deltas, loss, 1e-7), abs=1e-5)
