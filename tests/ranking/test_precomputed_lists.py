"""Look-ups from precomputed lists: whatever is asked for, they give what a search gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import archive

from recommender import Recommender, Settings
from recommender.catalogue import HIDDEN
from recommender.ranking import Options
from recommender.search import Scoring, TopLists

CORPUS = archive()
IDS = [found.id for found in CORPUS.articles]


@pytest.fixture(scope="session")
def searching() -> Recommender:
    """A recommender without precomputed lists."""
    return Recommender(settings=Settings(hub_exponent=0.3)).fit(CORPUS)


@pytest.fixture(scope="session")
def precomputed(searching: Recommender) -> Recommender:
    """The same with lists that are too short for some look-ups."""
    model = searching.to_model()
    lists = TopLists.build(
        model.index,
        scoring=Scoring.from_settings(searching.settings, searching.to_model().index.days),
        allowed=np.asarray(model.catalogue.flags & HIDDEN == 0),
        length=12,
    )
    return Recommender.from_model(replace(model, top_lists=lists))


@settings(deadline=None, max_examples=examples(300))
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
            "fill": st.sampled_from(["newest", "section"]),
        },
    ),
)
def test_a_look_up_from_precomputed_lists_gives_what_a_search_gives(
    searching: Recommender, precomputed: Recommender, id: str, limit: int, options: Options
) -> None:
    searched = searching.related(id, limit=limit, **options)
    assert precomputed.related(id, limit=limit, **options) == searched
    assert precomputed.answer(id, limit=limit, **options) == searching.answer(id, limit=limit, **options)


def test_batches_from_precomputed_lists_give_what_searches_give(
    searching: Recommender, precomputed: Recommender
) -> None:
    for limit in (5, 12, 30):
        assert list(precomputed.related_all(limit=limit)) == list(searching.related_all(limit=limit))
        assert list(precomputed.answers(limit=limit)) == [
            precomputed.answer(found.id, limit=limit) for found in precomputed
        ]
        assert list(precomputed.related_many(IDS, limit=limit, use_pins_and_bans=False)) == list(
            searching.related_many(IDS, limit=limit, use_pins_and_bans=False)
        )


@settings(deadline=None, max_examples=examples(100))
@given(st.sampled_from(IDS), st.integers(1, 30), st.integers(1, 3), st.floats(0, 30))
def test_filters_leave_out_what_they_name_and_fill_the_list(
    searching: Recommender, id: str, limit: int, cap: int, age: float
) -> None:
    everything = searching.related(id, limit=len(IDS))
    by_id = {found.id: found for found in CORPUS.articles}
    own = by_id[id].published_at
    expected = []
    counts: dict[str, int] = {}
    for suggestion in everything:
        other = suggestion.article
        if suggestion.article.id in by_id[id].pinned:
            expected.append(suggestion)
            continue
        if own is not None and (other.published_at is None or other.published_at < own - age):
            continue
        provider = other.entry["provider"]["name"]
        counts[provider] = counts.get(provider, 0) + 1
        if counts[provider] <= cap:
            expected.append(suggestion)
    assert searching.related(id, limit=limit, max_age_days=age, provider_cap=cap) == expected[:limit]


def test_precomputed_lists_hold_no_hidden_article(precomputed: Recommender) -> None:
    hidden = {found.id for found in CORPUS.articles if found.hidden}
    suggested = {one.article.id for _, related in precomputed.related_all(limit=12) for one in related}
    assert suggested
    assert suggested.isdisjoint(hidden)
