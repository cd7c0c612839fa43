from __future__ import annotations

from datetime import timedelta

import pytest
from samples import EPOCH, article, corpus_of, stories

from recommender import Corpus, Recommender, Settings
from recommender.errors import SettingsError
from recommender.tuning import Split, TuningResult, min_score_for, with_min_score


def pairs() -> Corpus:
    """Pairs of articles that share two words and are linked, among which others share one by chance."""
    made, links = [], {}
    for pair in range(60):
        for side, other in (("a", "b"), ("b", "a")):
            date = EPOCH + timedelta(days=pair)
            made.append(article(f"{pair}{side}", f"Comet{pair} bay{pair} the", "", f"{date:%Y-%m-%d}"))
            links[f"{pair}{side}"] = [f"{pair}{other}"]
    return corpus_of(*made, links=links)


def test_a_minimum_score_keeps_what_is_right_and_drops_the_rest() -> None:
    corpus = pairs()
    settings = Settings(title_terms="words")
    recommender = Recommender(settings=settings).fit(corpus)
    result = with_min_score(TuningResult(settings), recommender, Split.of(corpus).earlier, 0.9)
    floor = result.settings.min_score
    assert floor > 0
    for id, targets in corpus.links.items():
        assert [suggestion.article.id for suggestion in recommender.related(id, min_score=floor)] == list(targets)
    assert result.summary().endswith(f"left out below a score of {floor:.3f}: fewer than 90% are correct")


def test_a_precision_that_no_score_reaches_is_refused() -> None:
    corpus = stories(40)
    recommender = Recommender().fit(corpus)
    unrelated = {article.id: frozenset({"s000-0"}) for article in corpus.articles[50:100]}
    with pytest.raises(SettingsError, match=r"no score reaches a precision of 0\.9; the highest is 0\.00"):
        min_score_for(0.9, recommender, unrelated)


def test_a_precision_needs_enough_lists() -> None:
    recommender = Recommender().fit(corpus_of(article("a", "Comet")))
    with pytest.raises(SettingsError, match="at least 20 curated lists, and there are 0"):
        min_score_for(0.5, recommender, {})
