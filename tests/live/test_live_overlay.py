"""Live articles over a trained model, held against a search that scores every article with plain loops."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import EPOCH, article, corpus_of

from recommender import Article, Recommender, Settings
from recommender.catalogue import HIDDEN
from recommender.errors import UnknownArticleError
from recommender.journal import LiveChanges, PostedArticle, WithdrawnArticle
from recommender.live import LiveOverlay
from recommender.ranking import Options
from recommender.search import Scoring, TopLists, hub_weights
from recommender.settings import Published

WORDS = ["".join(random.Random(n).choices("abcdefghijklmnop", k=5)) for n in range(40)]


def posted_text(chance: random.Random, id: str, *, wishes: tuple[str, ...] = ()) -> str:
    """A front-matter file of made-up words; some are drafts, unpublished, undated, or of one moment."""
    moment = EPOCH + timedelta(days=chance.choice([1, 2, 2.5, 9, 30]))
    words = random.Random(chance.randrange(40)).choices(WORDS, k=7)  # some say the same
    text = " ".join(random.Random(" ".join(words)).choices(WORDS, k=12))
    lines = [
        "---",
        f"id: {id}",
        f"title: {' '.join(words[:3])}",
        f"excerpt: {' '.join(words[3:])}",
        f"sourceUrl: https://site.example/{id}",
        f"provider: {chance.choice('NSEW' if id < 'b' else 'NSEWX')}",
    ]
    if chance.random() < 0.8:
        lines.append(f"publishedDateTime: {moment:%Y-%m-%dT%H:%M:%SZ}")
    if chance.random() < 0.1:
        lines.append("draft: true")
    if chance.random() < 0.2:
        lines.append("published: false")
    if wishes:
        lines += [f"relatedPin: [{wishes[0]}]", f"relatedBan: [{wishes[1]}]"]
    return "\n".join([*lines, "---", text, ""])


def written(chance: random.Random, id: str) -> Article:
    """The same as an article of the trained corpus, whose own wishes name other articles there."""
    others = tuple(f"a{chance.randrange(60):02}" for _ in range(2)) if chance.random() < 0.2 else ()
    of_text = PostedArticle.parse(posted_text(chance, id), "markdown").article
    return Article(
        **{name: getattr(of_text, name) for name in ("id", "entry", "published_at", "urls", "names", "text")},
        hidden=of_text.hidden,
        published=of_text.published,
        pinned=others[:1],
        banned=others[1:],
    )


CORPUS = corpus_of(*(written(random.Random(number), f"a{number:02}") for number in range(60)))


def with_lists(base: Recommender) -> Recommender:
    """The same with precomputed lists that are too short for some look-ups."""
    model = base.to_model()
    lists = TopLists.build(
        model.index,
        scoring=Scoring.from_settings(base.settings, model.index.days),
        allowed=model.catalogue.flags & HIDDEN == 0,
        length=12,
    )
    return Recommender.from_model(replace(model, top_lists=lists))


BASE = Recommender(settings=Settings(hub_exponent=0.4, other_provider=0.7)).fit(CORPUS)
TIMELESS = Recommender(settings=Settings(hub_exponent=0.0, half_life_days=None, copies="any")).fit(CORPUS)
TEXTED = Recommender(settings=Settings(title_weight=0.1, text_weight=0.9, hub_exponent=0.4)).fit(CORPUS)
READY = {"time and hubs": with_lists(BASE), "neither": with_lists(TIMELESS), "texts": with_lists(TEXTED)}


def overlay_of(seed: int, live: int, gone: int, *, base: Recommender = READY["time and hubs"]) -> LiveOverlay:
    """A number of live articles, some of which replace trained ones, and some trained ones withdrawn, one by one."""
    chance = random.Random(seed)
    overlay = LiveOverlay(base)
    records = []
    for number in range(live):
        id = f"a{chance.randrange(60):02}" if chance.random() < 0.3 else f"l{number:02}"
        wishes = (f"a{chance.randrange(60):02}", f"l{chance.randrange(live):02}") if chance.random() < 0.3 else ()
        records.append(
            overlay.mark_superseded(PostedArticle.parse(posted_text(chance, id, wishes=wishes), "markdown")).to_record()
        )
    records += [
        WithdrawnArticle.from_article(base.article(f"a{chance.randrange(60):02}")).to_record() for _ in range(gone)
    ]
    chance.shuffle(records)
    for record in records:
        overlay = overlay.with_changes(overlay.changes.with_records((record,)))
    return overlay


def shown_copies(overlay: LiveOverlay, allowed: Callable[[Article], bool]) -> set[str]:
    """The articles that stand for their texts: the first that was trained, else the first that is allowed."""
    live, originals = overlay.live_ids(), dict[tuple[str, str], str]()

    def is_behind(one: Article) -> tuple[float, bool, str]:
        return np.inf if one.published_at is None else one.published_at, one.id in live, one.id

    for one in sorted(CORPUS.articles, key=lambda one: (is_behind(one)[0], one.id)):  # as they were trained
        originals.setdefault((one.title, one.excerpt), one.id)
    found: dict[tuple[str, str], Article] = {}
    for one in sorted(filter(allowed, overlay.recommender), key=is_behind):
        text = one.title, one.excerpt
        if text not in found or (one.id == originals.get(text) and one.id not in live):
            found[text] = one
    return {one.id for one in found.values()}


def brute_force(overlay: LiveOverlay, id: str, limit: int, options: Options) -> list[tuple[str, float]]:
    """A look-up from its definition: every candidate scored in Python, sorted whole."""
    joined = overlay.recommender
    rows = {found.id: row for row, found in enumerate(joined)}
    queries, candidates, base = joined.vectors, joined.candidate_vectors, joined.settings
    scoring = Scoring.from_settings(base, BASE.to_model().index.days)
    own = joined.article(id)

    def score(other: str) -> float:
        one, two = queries[[rows[own.id]]], candidates[[rows[other]]]
        terms = dict(zip(one.indices.tolist(), one.data.tolist(), strict=True))
        similarity = 0.0
        for term, value in zip(two.indices.tolist(), two.data.tolist(), strict=True):
            similarity += terms.get(term, 0.0) * value
        days = [joined.article(name).published_at for name in (own.id, other)]
        known = np.array([np.nan if day is None else day for day in days])
        if similarity < scoring.min_similarity:
            return 0.0
        factor = float(scoring.time_factor(known[:1], known[1:])[0]) * float(joined.weights[rows[other]])
        providers = {joined.article(name).entry["provider"]["name"] for name in (own.id, other)}
        return similarity * (factor * (scoring.other_provider if len(providers) == 2 else 1.0))

    scores = {other: score(other) for other in rows}
    excluded = {joined.article(name).id for name in options.get("exclude", ()) if joined.has_article(name)}
    only, oldest = options.get("published", base.published) == "only", options.get("max_age_days")

    def text(name: str) -> tuple[str, str]:
        one = joined.article(name)
        return one.id if base.copies == "any" else one.title, one.excerpt

    def is_public(other: Article) -> bool:
        return not other.hidden and (other.published or not only)

    shown = set(rows) if base.copies == "any" else shown_copies(overlay, is_public)
    unwanted = {text(name) for name in (*excluded, own.id, *own.banned) if joined.has_article(name)}
    found = []
    for name in own.pinned:
        if name in rows and text(name) not in unwanted and is_public(joined.article(name)):
            found.append(name)
            unwanted.add(text(name))

    def may_follow(other: Article) -> bool:
        young = oldest is None or own.published_at is None
        if oldest is not None and own.published_at is not None:
            young = other.published_at is not None and other.published_at >= own.published_at - oldest
        wanted = other.id in shown and text(other.id) not in unwanted and is_public(other)
        return young and wanted and scores[other.id] > 0 and scores[other.id] >= (options.get("min_score") or 0)

    ranked = sorted(
        filter(may_follow, joined),
        key=lambda one: (-scores[one.id], one.published_at is None, -(one.published_at or 0.0), one.id),
    )
    counts: Counter[str] = Counter()
    for other in ranked:
        counts[other.entry["provider"]["name"]] += 1
        if counts[other.entry["provider"]["name"]] <= (options.get("provider_cap") or 100):
            found.append(other.id)
    return [(name, scores[name]) for name in found[:limit]]


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "min_score": st.floats(0, 0.6),
        "published": st.sampled_from(["any", "only"]),
        "exclude": st.lists(st.sampled_from(["a03", "l01", "l04", "nobody"]), max_size=3),
        "max_age_days": st.floats(0, 40),
        "provider_cap": st.integers(1, 4),
    },
)


@settings(deadline=None, max_examples=examples(40))
@given(
    st.sampled_from(sorted(READY)),
    st.integers(0, 40),
    st.integers(0, 25),
    st.integers(0, 12),
    st.integers(1, 60),
    OPTIONS,
    st.data(),
)
def test_every_answer_is_that_of_an_exact_search_over_all(
    kind: str, seed: int, live: int, gone: int, limit: int, options: Options, data: st.DataObject
) -> None:
    overlay = overlay_of(seed, live, gone, base=READY[kind])
    joined = overlay.recommender
    ids = sorted(found.id for found in joined)
    for id in data.draw(st.lists(st.sampled_from(ids), min_size=3, max_size=3)):
        expected = brute_force(overlay, id, limit, options)
        suggestions = joined.related(id, limit=limit, **options)
        assert [(one.article.id, one.score) for one in suggestions] == expected
        answer = json.loads(joined.answer(id, limit=limit, **options))
        assert answer == {"id": id, "related": [one.article.entry for one in suggestions]}


@settings(deadline=None, max_examples=examples(15))
@given(
    st.sampled_from(sorted(READY)),
    st.integers(0, 1000),
    st.integers(0, 20),
    st.integers(0, 12),
    st.integers(1, 14),
    st.sampled_from(["any", "only"]),
)
def test_the_lists_that_an_article_enters_are_those_that_hold_it(
    kind: str, seed: int, live: int, gone: int, limit: int, published: Published
) -> None:
    trained = READY[kind].to_model()
    asked = replace(trained.settings, limit=limit, published=published)
    overlay = overlay_of(seed, live, gone, base=Recommender.from_model(replace(trained, settings=asked)))
    entered: dict[str, list[tuple[float, str]]] = {found.id: [] for found in overlay.recommender}
    for owner, related in overlay.recommender.related_all():
        for one in related:
            entered[one.article.id].append((-one.score, owner.id))
    for id, owners in entered.items():
        assert overlay.listed_by(id) == [owner for _, owner in sorted(owners)]


@settings(deadline=None, max_examples=examples(20))
@given(st.integers(0, 1000), st.integers(1, 12), st.integers(0, 6))
def test_it_does_not_matter_when_postings_came_nor_whether_lists_are_ready(seed: int, live: int, gone: int) -> None:
    overlay = overlay_of(seed, live, gone)
    at_once = LiveOverlay(BASE).with_changes(overlay.changes)
    assert at_once.tag == overlay.tag
    assert list(at_once.recommender.related_all(limit=7)) == list(overlay.recommender.related_all(limit=7))


def after(overlay: LiveOverlay, *changes: PostedArticle | WithdrawnArticle) -> LiveOverlay:
    """The overlay after some changes."""
    records = tuple(
        (overlay.mark_superseded(one) if isinstance(one, PostedArticle) else one).to_record() for one in changes
    )
    return overlay.with_changes(overlay.changes.with_records(records))


def post(id: str, title: str, *lines: str) -> PostedArticle:
    """A posted article of a few lines."""
    return PostedArticle.parse("\n".join(["---", f"id: {id}", f"title: {title}", *lines, "---", ""]), "markdown")


THREE = corpus_of(
    article("flood", "Wend floods the old town", date="2024-03-19"),
    article("rescue", "Hundreds saved as Wend floods town", date="2024-03-20"),
    article("chess", "Schoolgirl wins chess masters", date="2024-03-19"),
)


def three() -> LiveOverlay:
    """Nothing over a model of three articles."""
    return LiveOverlay(Recommender().fit(THREE).precompute_lists())


def titles(overlay: LiveOverlay, id: str) -> list[str]:
    return [one.article.title for one in overlay.recommender.related(id)]


def test_without_anything_over_it_the_model_itself_answers() -> None:
    overlay = three()
    assert overlay.with_changes(LiveChanges()).recommender is overlay.recommender
    assert overlay.with_changes(LiveChanges()).tag == overlay.tag == ""


def test_a_posted_article_answers_is_suggested_and_tells_whose_lists_it_enters() -> None:
    overlay = after(three(), post("late", "Wend floods fall", "date: 2024-03-21"))
    assert titles(overlay, "late")[:2] == ["Wend floods the old town", "Hundreds saved as Wend floods town"]
    assert "Wend floods fall" in titles(overlay, "flood")
    assert set(overlay.listed_by("late")) >= {"flood", "rescue"}
    assert set(overlay.listed_by("flood")) == {"late", "rescue"}
    with pytest.raises(UnknownArticleError):
        overlay.listed_by("nothing")


def test_posting_again_replaces_and_withdrawing_removes_wherever_it_came_from() -> None:
    overlay = after(three(), post("late", "Wend floods fall"), post("late", "Chess queen given away"))
    assert "Wend floods fall" not in titles(overlay, "flood")
    assert "Chess queen given away" in titles(overlay, "chess")
    overlay = after(overlay, post("rescue", "Chess saves hundreds"))
    assert "Chess saves hundreds" in titles(overlay, "chess")
    assert "Hundreds saved as Wend floods town" not in titles(overlay, "flood")
    overlay = after(overlay, WithdrawnArticle.from_article(overlay.recommender.article("rescue")))
    for id in ("late", "chess", "flood"):
        assert not any("Hundreds" in title or "hundreds" in title for title in titles(overlay, id))
    with pytest.raises(UnknownArticleError):
        overlay.recommender.article("rescue")
    overlay = after(overlay, post("rescue", "Hundreds saved as Wend floods town"))
    assert "Hundreds saved as Wend floods town" in titles(overlay, "flood")


def test_an_article_at_the_address_of_another_stands_for_it_under_both_names() -> None:
    overlay = after(three(), post("new", "Wend floods everything", "sourceUrl: http://www.site.example/flood/"))
    assert overlay.recommender.article("flood").id == "new"
    assert overlay.recommender.article_by_url("https://site.example/flood").id == "new"
    assert "Wend floods the old town" not in titles(overlay, "rescue")


def test_a_model_that_has_taken_an_article_in_or_gone_on_stands() -> None:
    first = post("late", "Wend floods fall", "date: 2024-03-21")
    changes = after(three(), first).changes
    taken_in = LiveOverlay(Recommender().fit(corpus_of(*THREE.articles, first.article)))
    assert len(taken_in.with_changes(changes)) == 0
    gone_on = LiveOverlay(Recommender().fit(corpus_of(*THREE.articles, post("late", "Wend floods end").article)))
    assert gone_on.with_changes(changes).recommender.article("late").title == "Wend floods end"
    again = gone_on.mark_superseded(post("late", "Wend floods fall again"))
    changes = changes.with_records((again.to_record(),))
    for overlay in (gone_on, taken_in, three()):  # it is newer than all that these models have
        assert overlay.with_changes(changes).recommender.article("late").title == "Wend floods fall again"


def test_an_article_enters_lists_whose_nearest_is_public_no_more() -> None:
    nearest = replace(article("nearest", "Wend floods", date="2024-03-19"), visible_until=1.0)
    query = article("query", "Wend floods", date="2024-03-19")
    base = Recommender(settings=Settings(limit=1)).fit(corpus_of(query, nearest)).to_model()
    lists = TopLists.build(base.index, scoring=Scoring(7.0), allowed=np.ones(2, np.bool_), length=2)
    overlay = LiveOverlay(Recommender.from_model(replace(base, top_lists=lists)))
    overlay = after(overlay, post("late", "Wend floods fall", "date: 2024-03-21"))
    assert overlay.listed_by("late") == ["query"]


def test_an_article_that_is_posted_as_it_was_trained_has_the_same_place_in_all_lists() -> None:
    chance = random.Random(3)
    posts = []
    for id in "abcdefghij":
        title, text = (" ".join(chance.choices(WORDS, k=length)) for length in (3, 30))
        posts.append(PostedArticle.parse(f"---\nid: {id}\ntitle: {title}\n---\n{text}\n", "markdown"))
    trained = corpus_of(*(replace(one.article, states=()) for one in posts))  # otherwise the model has them already
    asked = Settings(title_weight=0.1, text_weight=0.9, half_life_days=None, hub_exponent=0.9, limit=2)
    base = Recommender(settings=asked).fit(trained).precompute_lists()
    for before, posted in pairwise(posts):
        overlay = after(LiveOverlay(base), before, posted)
        joined, id = overlay.recommender, posted.id
        assert overlay.live_ids() == [before.id, id]
        weights = [{one.id: weight for one, weight in zip(each, each.weights, strict=True)} for each in (base, joined)]
        assert weights[1] == pytest.approx(weights[0])
        for other in set("abcdefghij") - {id}:
            for pair in ((id, other), (other, id)):
                assert joined.explain(*pair).similarity == base.explain(*pair).similarity
        holders = [owner.id for owner, related in base.related_all() if id in [one.article.id for one in related]]
        assert sorted(overlay.listed_by(id)) == sorted(holders)


def test_an_article_without_a_language_is_in_that_of_the_words_that_it_is_compared_by() -> None:
    flood = article("flood", "Wend floods the old town", "The river rose by two metres.")
    flut = article("flut", "Hochwasser in der alten Stadt", "Der Fluss stieg um zwei Meter.")
    trained = corpus_of(replace(flood, language="en"), replace(flut, language="de"))
    base = Recommender(settings=Settings(language="own")).fit(trained)
    late = post("late", "The old town floods again", "excerpt: The river rose again.")
    joined = after(LiveOverlay(base), late).recommender
    assert joined.article("late").language == "en"
    for one, other in (("late", "flood"), ("flood", "late")):
        assert [found.article.id for found in joined.related(one)] == [other]
        explanation = joined.explain(one, other)
        assert explanation.removed_by is None
        assert sum(word.contribution for word in explanation.words) == pytest.approx(explanation.similarity)
    assert joined.explain("late", "flut").removed_by == "language"


@pytest.mark.parametrize("precomputed", [True, False])
def test_equal_scores_come_in_rank_order_whether_trained_or_live(precomputed: bool) -> None:
    alike = [article(id, "Wend floods fall", date="2024-03-19") for id in "bdf"]
    base = Recommender(settings=Settings(hub_exponent=0.0)).fit(corpus_of(article("query", "Wend floods"), *alike))
    overlay = LiveOverlay(base.precompute_lists() if precomputed else base)
    overlay = after(overlay, *(post(id, "Wend floods fall", "date: 2024-03-19") for id in "gac"))
    for limit in range(1, 7):
        related = overlay.recommender.related("query", limit=limit)
        assert "".join(one.article.id for one in related) == "abcdfg"[:limit]
    assert "".join(one.id for one in overlay.recommender) == "abcdfgquery"


def test_a_live_article_weighs_what_it_would_in_the_model() -> None:
    chance = random.Random(5)
    known = corpus_of(*(written(chance, f"a{number:02}") for number in range(60)))
    base = Recommender(settings=Settings(hub_exponent=0.4)).fit(known)
    assert base.weights.min() < 1
    scoring = Scoring(base.settings.half_life_days)
    assert np.array_equal(
        hub_weights(base.to_model().index.weighted(np.ones(60)), scoring=scoring, exponent=0.4), base.weights
    )
    copies = [
        post(f"copy-of-{found.id}", found.title, f"excerpt: {found.excerpt}", f"sourceUrl: https://{found.urls[0]}")
        for found in base
        if found.published_at is None
    ]
    overlay = after(LiveOverlay(base), *copies)
    joined = overlay.recommender
    for one in copies:  # each stands for an article that it is a copy of, whose neighbours are its own
        weight, original = (
            recommender.weights[[found.id for found in recommender].index(id)]
            for recommender, id in ((joined, one.id), (base, one.id.removeprefix("copy-of-")))
        )
        assert weight == pytest.approx(original)
