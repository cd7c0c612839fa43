"""Ready lists: whatever is asked for, a look-up with them gives what a search gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import archive

from recommender import Recommender, Settings
from recommender.ranking import Options
from recommender.search import Decay, Index, TopLists

CORPUS = archive()
SEARCHED = Recommender(settings=Settings(hub_exponent=0.3)).fit(CORPUS)
MODEL = SEARCHED.to_model()
INDEX = MODEL.index
assert isinstance(INDEX, Index)
LISTS = TopLists.build(
    INDEX, decay=Decay.from_settings(SEARCHED.settings), allowed=MODEL.catalogue.flags & 1 == 0, length=12
)
READY = Recommender.from_model(replace(MODEL, top_lists=LISTS))
IDS = [found.id for found in CORPUS.articles]


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(IDS),
    st.integers(1, 20),
    st.fixed_dictionaries(
        {},
        optional={
            "min_score": st.floats(0, 1),
            "published": st.sampled_from(["any", "only"]),
            "exclude": st.lists(st.sampled_from([*IDS, "nobody"]), max_size=6),
            "max_age_days": st.floats(0, 40),
            "provider_cap": st.integers(1, 4),
        },
    ),
)
def test_both_ways_give_the_same_answer(id: str, limit: int, options: Options) -> None:
    searched = SEARCHED.related(id, limit=limit, **options)
    assert READY.related(id, limit=limit, **options) == searched
    assert READY.answer(id, limit=limit, **options) == SEARCHED.answer(id, limit=limit, **options)


def test_batches_give_the_same_too() -> None:
    for limit in (5, 12, 30):
        assert list(READY.related_all(limit=limit)) == list(SEARCHED.related_all(limit=limit))
        assert list(READY.answers(limit=limit)) == [READY.answer(found.id, limit=limit) for found in READY]
        assert list(READY.related_many(IDS, limit=limit, use_pins_and_bans=False)) == list(
            SEARCHED.related_many(IDS, limit=limit, use_pins_and_bans=False)
        )


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(IDS), st.integers(1, 30), st.integers(1, 3), st.floats(0, 30))
def test_filters_leave_what_they_say_and_fill_the_list(id: str, limit: int, cap: int, age: float) -> None:
    everything = SEARCHED.related(id, limit=len(IDS))
    by_id = {found.id: found for found in CORPUS.articles}
    own = by_id[id].published_at
    wished = []
    counts: dict[str, int] = {}
    for suggestion in everything:
        other = suggestion.article
        if suggestion.article.id in by_id[id].pinned:
            wished.append(suggestion)
            continue
        if own is not None and (other.published_at is None or other.published_at < own - age):
            continue
        house = other.entry["provider"]["name"]
        counts[house] = counts.get(house, 0) + 1
        if counts[house] <= cap:
            wished.append(suggestion)
    assert SEARCHED.related(id, limit=limit, max_age_days=age, provider_cap=cap) == wished[:limit]


def test_only_what_may_be_shown_and_is_at_hand_counts() -> None:
    assert LISTS.rows.shape == (len(IDS), 12)
    assert LISTS.best(0, 13) is None
    hidden = {found.id for found in CORPUS.articles if found.hidden}
    assert not any(suggestion.article.id in hidden for _, list_ in READY.related_all(limit=12) for suggestion in list_)


@pytest.mark.parametrize("row", [-2, 120])
def test_lists_of_what_does_not_exist_are_refused(row: int) -> None:
    lists = TopLists(LISTS.rows.copy(), LISTS.scores)
    lists.rows[3, 2] = row
    with pytest.raises(ValueError, match="a list names an article that does not exist"):
        lists.check(len(IDS))
    with pytest.raises(ValueError, match="there is not one list an article"):
        lists.check(len(IDS) + 1)
