"""Two recommenders' lists side by side, of a corpus small enough to say what each holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from samples import article, corpus_of

from recommender import Article, Recommender, Settings
from recommender.comparison import ListComparison, Tally, draw_trials, rank_biased_overlap

WORDS = {
    "title_terms": "words",
    "excerpt_terms": "words",
    "half_life_days": None,
    "hub_exponent": 0.0,
    "copies": "any",
    "limit": 2,
}
OLD = article("old", "comet bay", date="2024-01-01")
BAY = article("bay", "comet bay night", date="2024-03-03")
NIGHT = article("night", "comet night", date="2024-03-02")
DRAFT = article("draft", "comet bay night", date="2024-03-04")


def fitted(*articles: Article, links: dict[str, list[str]] | None = None, **changed: object) -> Recommender:
    made = corpus_of(*articles, links=links or {})
    settings = Settings.from_mapping({**WORDS, **changed})
    return Recommender(settings=settings).fit(made).precompute_lists().for_readers()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2, 3], [1, 2, 3], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([], [], 1.0),
        ([], [1], 0.0),
        ([1, 2], [2, 1], (0 + 0.9 * 1) / 1.9),
        ([0, 2], [0, 3], (1 + 0.9 / 2) / 1.9),
        ([2, 0, 1], [2], (1 + 0.9 / 2 + 0.81 / 3) / 2.71),
    ],
)
def test_rank_biased_overlap_is_as_its_formula_says(before: list[int], after: list[int], expected: float) -> None:
    padded = [np.array([[*one, *[-1] * (3 - len(one))]], np.int64) for one in (before, after)]
    assert rank_biased_overlap(*padded) == pytest.approx([expected])
    assert rank_biased_overlap(*reversed(padded)) == pytest.approx([expected])


def test_articles_are_the_same_by_their_ids_and_changed_lists_lead() -> None:
    new = article("new", "comet bay", date="2024-03-05")
    before, after = fitted(OLD, BAY, NIGHT), fitted(BAY, NIGHT, new, OLD, links={"bay": ["old", "new"]})
    found = ListComparison.of(before, after, shown=after)
    assert (found.articles, len(found)) == (3, 3)  # the new one has no earlier list
    lists = {found.article(at).id: [[one.id for one in side] for side in found.lists(at)] for at in range(len(found))}
    assert lists == {
        "bay": [["night", "old"], ["night", "new"]],
        "night": [["bay", "old"], ["bay", "new"]],
        "old": [["bay", "night"], ["new", "bay"]],
    }
    assert [found.article(at).id for at in found.changed] == ["old", "bay", "night"]
    assert found.overlaps[found.changed] == pytest.approx([0.45 / 1.9, 1.45 / 1.9, 1.45 / 1.9])
    assert found.agreement is not None
    assert found.agreement.after.mean == 0  # the link to the new one does not count


def test_what_readers_may_not_see_now_is_in_no_list() -> None:
    before = fitted(OLD, BAY, NIGHT, DRAFT)  # it was public then
    shown = fitted(OLD, BAY, NIGHT, replace(DRAFT, hidden=True))
    found = ListComparison.of(before, shown, shown=shown)
    assert [found.article(at).id for at in range(len(found))] == ["bay", "night", "old"]
    named = {one.id for at in range(len(found)) for side in found.lists(at) for one in side}
    assert named == {"bay", "night", "old"}


def test_settings_are_compared_on_a_sample_and_with_the_curated_links() -> None:
    twin = article("old", "comet bay night", date="2024-01-01")
    served = fitted(twin, BAY, NIGHT, links={"bay": ["night"], "night": ["bay"]}, limit=1)
    tried = served.with_settings(half_life_days=1.0)
    found = ListComparison.of(served, tried, shown=served)
    changed = {found.article(at).id: [[one.id for one in side] for side in found.lists(at)] for at in found.changed}
    assert changed == {"bay": [["old"], ["night"]], "old": [["bay"], ["night"]]}  # of both, night is the nearer in time
    assert (agreement := found.agreement) is not None
    assert (agreement.lists, agreement.is_sample, agreement.p_value) == (2, False, 1)
    assert (agreement.before.mean, agreement.after.mean, agreement.difference.mean) == (0.5, 1, 0.5)


def test_a_seed_decides_a_trial_and_the_tally_undoes_the_swaps() -> None:
    articles = [article(f"a{number}", f"comet w{number}", date=f"2024-03-{number + 1:02}") for number in range(20)]
    served = fitted(*articles, limit=1)
    found = ListComparison.of(served, served.with_settings(half_life_days=0.5), shown=served)
    trials = draw_trials(found, seed=7)
    assert trials == draw_trials(found, seed=7) != draw_trials(found, seed=8)
    assert {trial.position for trial in trials} == set(found.changed.tolist())
    assert {trial.is_swapped for trial in trials} == {True, False}
    later = "".join("1" if trial.is_swapped else "2" for trial in trials)
    assert Tally.of(trials, later) == Tally(0, len(trials), 0)
    assert Tally.of(trials, "0" + later[1:5]) == Tally(0, 4, 1)


def test_a_sign_test_says_what_may_be_chance() -> None:
    assert Tally(5, 5, 90).p_value == 1
    assert Tally(0, 6, 0).p_value == pytest.approx(2 / 64)
    assert Tally(0, 0, 3).p_value == 1
