from __future__ import annotations

from datetime import timedelta

import pytest
from samples import EPOCH, article, corpus_of, stories

from recommender import Corpus, Settings
from recommender.errors import SettingsError
from recommender.training import GRID, LEAST_LISTS, Split, learn, least_score, tuning


def timeless() -> Corpus:
    """Stories whose articles lie a hundred days apart, beside which others lie nearer."""
    return stories(60, days_between=100)


def test_every_default_is_among_the_values_that_are_tried() -> None:
    for name, values in GRID.items():
        assert getattr(Settings(), name) in values


def test_where_time_says_nothing_a_longer_half_life_is_learnt() -> None:
    learned = learn(timeless(), Split.of(timeless()))
    half_life = learned.settings.half_life_days
    assert half_life is None or half_life >= 60
    assert learned.gain > 0.1
    assert "half_life_days" in learned.changed


def test_where_titles_mislead_their_weight_is_learnt() -> None:
    corpus = stories(60, misleading=True)
    learned = learn(corpus, Split.of(corpus))
    assert learned.settings.title_weight < 0.5
    assert learned.gain > 0


def test_where_the_defaults_do_nothing_is_changed() -> None:
    corpus = stories(60)
    learned = learn(corpus, Split.of(corpus))
    assert learned.changed == {}
    assert learned.settings == Settings()


def test_of_a_large_archive_a_stretch_of_time_is_learnt_from() -> None:
    corpus = stories()
    split = Split.of(corpus)
    assert split.since is not None
    learned = learn(corpus, split, most_articles=120)
    newest_first = sorted(corpus.articles, key=lambda one: (-(one.published_at or 0), one.id))
    newer = [one.id for one in newest_first if (one.published_at or 0) >= split.since]
    view = [*newer[-12:], *(one.id for one in newest_first[len(newer) :][:108])]
    lists = {id: targets for id, targets in split.earlier.items() if {id, *targets} <= set(view)}
    assert LEAST_LISTS <= len(lists) < len(split.earlier)
    assert learned.lists == len(lists)
    assert learned.links == sum(map(len, lists.values()))


def test_learning_is_the_same_every_time() -> None:
    assert learn(timeless(), Split.of(timeless())) == learn(timeless(), Split.of(timeless()))


@pytest.mark.parametrize("lists", [0, 3, LEAST_LISTS - 1])
def test_a_few_lists_teach_nothing(lists: int) -> None:
    corpus = timeless()
    split = Split.of(corpus)
    few = Split(split.since, dict(sorted(split.earlier.items())[:lists]), split.later)
    learned = learn(corpus, few)
    assert learned.settings == Settings()
    assert learned.sentence() == (
        f"nothing learnt: {lists} curated lists, and at least 20 are needed to tell a gain from chance; "
        "the defaults are used"
    )


def test_what_is_given_is_not_learnt() -> None:
    learned = learn(timeless(), Split.of(timeless()), given={"half_life_days": 3})
    assert learned.settings.half_life_days == 3
    assert "half_life_days" not in learned.changed


def test_learning_can_be_switched_off() -> None:
    learned = learn(timeless(), Split.of(timeless()), given={"learn": False})
    assert learned.settings == Settings(learn=False)
    assert learned.sentence() == "nothing learnt: the settings say so"


def test_the_sentence_says_from_what_and_with_what_gain() -> None:
    learned = learn(timeless(), Split.of(timeless()), given={"newer_stretch": 1.5, "older_weight": 1})
    since = Split.of(timeless()).since_text
    assert learned.sentence().startswith(
        f"learnt from {learned.links:,} links in {learned.lists} lists before {since}: "
    )
    assert f"expected gain over the defaults {learned.gain:+.3f} nDCG@10" in learned.sentence()


def test_without_dates_time_is_not_learnt() -> None:
    corpus = stories(60, misleading=True, dated=False)
    learned = learn(corpus, Split.of(corpus))
    assert set(learned.changed) <= {"title_weight", "hub_exponent", "title_ngrams"}
    assert learned.since is None


def test_later_lists_are_not_learnt_from() -> None:
    corpus = timeless()
    split = Split.of(corpus)
    without = Split(split.since, split.earlier, {})
    assert learn(corpus, split) == learn(corpus, without)


def test_training_fits_what_was_learnt() -> None:
    recommender, learned = tuning.train(timeless())
    assert recommender.settings == learned.settings
    assert len(recommender.articles_) == 300


def precise() -> Corpus:
    """Pairs of articles that share two words and are linked, among which others share one by chance."""
    made, links = [], {}
    for pair in range(60):
        for side, other in (("a", "b"), ("b", "a")):
            date = EPOCH + timedelta(days=pair)
            made.append(article(f"{pair}{side}", f"Comet{pair} bay{pair} the", "", f"{date:%Y-%m-%d}"))
            links[f"{pair}{side}"] = [f"{pair}{other}"]
    return corpus_of(*made, links=links)


def test_a_least_score_leaves_what_is_right_and_drops_the_rest() -> None:
    corpus = precise()
    recommender, learned = tuning.train(corpus, precision=0.9, given={"title_terms": "words"})
    assert learned.settings.min_score > 0
    for id, targets in corpus.links.items():
        assert [suggestion.article.id for suggestion in recommender.related(id)] == list(targets)
    assert f"below a score of {learned.settings.min_score:.3f} fewer than 90% are right: left out" in learned.sentence()


def test_a_precision_that_nothing_reaches_is_said() -> None:
    corpus = stories(40)
    recommender, _ = tuning.train(corpus, given={"learn": False})
    unrelated = {article.id: frozenset({"s000-0"}) for article in corpus.articles[50:100]}
    with pytest.raises(SettingsError, match=r"no score is right as often as 0\.9; the best are with 0\.00"):
        least_score(recommender, unrelated, 0.9)


def test_a_precision_needs_lists_to_be_told_from() -> None:
    with pytest.raises(SettingsError, match="at least 20 curated lists to be told from, and there are 0"):
        tuning.train(corpus_of(article("a", "Comet")), precision=0.5)
