from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from samples import article, corpus_of

from recommender import Article, Corpus, Recommender, Settings, Suggestion
from recommender.errors import CorpusError, SettingsError, UnknownArticleError

FLOOD = article("flood", "Wend floods the old town", "The river rose by two metres.", "2024-03-19T06:00:00Z")
RESCUE = article("rescue", "Hundreds saved as Wend floods town", "Boats took people off roofs.", "2024-03-19T18:00:00Z")
GAUGE = article("gauge", "How the Wend gauge is read", "A river keeper explains.", "2024-04-09T06:00:00Z")
CHESS = article("chess", "Schoolgirl wins chess masters", "Her queen gave it away.", "2024-03-19T06:00:00Z")
UNDATED = article("undated", "What the Wend floods teach", "Lessons for every river.")
FIVE = corpus_of(FLOOD, RESCUE, GAUGE, CHESS, UNDATED)


def ids(suggestions: list[Suggestion]) -> list[str]:
    return [suggestion.article.id for suggestion in suggestions]


def fitted(corpus: Corpus = FIVE, **settings: object) -> Recommender:
    plain = {
        "title_terms": "stems",
        "excerpt_terms": "stems",
        "excerpt_holds_title": False,
        "newer_stretch": 1.0,
        "hub_exponent": 0.0,
    }
    return Recommender(settings=Settings.from_mapping({**plain, **settings})).fit(corpus)


def test_the_most_alike_and_nearest_in_time_come_first() -> None:
    dated = corpus_of(FLOOD, RESCUE, GAUGE, CHESS)
    assert ids(fitted(dated).related("flood")) == ["rescue", "gauge"]
    assert ids(fitted(dated).related("rescue")) == ["flood", "gauge"]


def test_without_a_half_life_only_likeness_counts() -> None:
    near, far = fitted(half_life_days=7), fitted(half_life_days=None)
    gauge_near, gauge_far = near.related("flood")[-1], far.related("flood")[-1]
    assert gauge_near.article is gauge_far.article is GAUGE
    assert gauge_near.score == pytest.approx(gauge_far.score / 8)  # three half-lives apart


def test_an_evergreen_share_is_left_however_far_apart_and_beyond_the_window_nothing_else() -> None:
    near, far = fitted(half_life_days=None), fitted(half_life_days=7, evergreen=0.5)
    gauge, evergreen = near.related("flood")[-1], far.related("flood")[-1]
    assert evergreen.article is gauge.article is GAUGE
    assert evergreen.score == pytest.approx(gauge.score * (0.5 + 0.5 / 8))  # three half-lives apart
    windowed = fitted(half_life_days=7, evergreen=0.5, window_days=20).related("flood")[-1]
    assert windowed.score == pytest.approx(gauge.score * 0.5)


def test_other_settings_can_be_tried_without_training() -> None:
    tried = fitted(half_life_days=7, title_weight=0.5).with_settings(
        half_life_days=60, title_weight=0.9, min_score=0.05
    )
    trained = fitted(half_life_days=60, title_weight=0.9, min_score=0.05)

    def rounded(suggestions: list[Suggestion]) -> list[tuple[str, float]]:
        return [(one.article.id, round(one.score, 6)) for one in suggestions]

    for id in ("flood", "gauge", "undated"):
        assert rounded(tried.related(id)) == rounded(trained.related(id))
        assert tried.explain(id, "rescue").similarity == pytest.approx(trained.explain(id, "rescue").similarity)
        assert tried.placements(id, ["chess"])[0].score == pytest.approx(trained.placements(id, ["chess"])[0].score)
    draft = ("Town floods", "Two metres of river.")
    assert rounded(tried.related_to_text(*draft)) == rounded(trained.related_to_text(*draft)) != []


def test_settings_that_can_not_be_tried_say_so() -> None:
    with pytest.raises(SettingsError, match="half_life_days is -1; it must be above 0"):
        fitted().with_settings(half_life_days=-1)
    with pytest.raises(SettingsError, match=r"title_weight stays 1\.0: it was trained with this weight"):
        fitted(title_weight=1.0).with_settings(half_life_days=7, title_weight=0.5)
    with pytest.raises(SettingsError, match=r"title_weight stays 1e-95"):
        fitted(title_weight=1e-95).with_settings(half_life_days=7, title_weight=0.5)


def test_where_another_stands_is_told_with_what_removed_it() -> None:
    draft = article("draft", "Wend floods the old town again", "The river rose.", "2024-03-20", hidden=True)
    unpublished = article("later", "Wend floods the town", "", "2024-03-21", published=False)
    recommender = fitted(corpus_of(*FIVE.articles, draft, unpublished), published="only")
    placements = recommender.placements("flood", ["rescue", "gauge", "chess", "flood", "draft", "later"])
    assert [(placement.rank, placement.removed_by) for placement in placements] == [
        (1, None),
        (3, None),
        (None, None),
        (None, "itself"),
        (None, "hidden"),
        (None, "unpublished"),
    ]
    assert placements[0].score == recommender.related("flood")[0].score
    assert placements[2].score == 0.0
    assert placements[4].score > placements[0].score


def test_several_are_answered_as_one_by_one() -> None:
    recommender = fitted()
    wanted = ["gauge", "flood", "gauge"]
    assert list(recommender.related_many(wanted, limit=2)) == [recommender.related(id, limit=2) for id in wanted]
    assert recommender.has_article("flood")
    assert not recommender.has_article("floot")


def test_an_article_is_never_suggested_for_itself() -> None:
    recommender = fitted()
    assert all(id not in ids(recommender.related(id)) for id in ("flood", "rescue", "gauge", "chess", "undated"))


def test_an_article_without_any_shared_term_gets_an_empty_list() -> None:
    alone = article("alone", "Zyzzyva", "Qwertz")
    recommender = fitted(corpus_of(FLOOD, RESCUE, alone))
    assert recommender.related("alone") == []
    assert "alone" not in ids(recommender.related("flood"))


def test_equal_scores_are_settled_by_the_newer_then_by_the_id() -> None:
    copies = [
        article("c", "Comet over the bay", date="2024-03-05"),
        article("a", "Comet over the bay", date="2024-03-05"),
        article("b", "Comet over the bay", date="2024-03-15"),
        article("e", "Comet over the bay"),
        article("d", "Comet over the bay"),
    ]
    query = article("query", "Comet over the bay", date="2024-03-10")
    recommender = fitted(corpus_of(*copies, query), half_life_days=None)
    assert ids(recommender.related("query")) == ["b", "a", "c", "d", "e"]


def test_the_order_of_the_corpus_does_not_matter() -> None:
    backwards = corpus_of(*reversed(FIVE.articles))
    assert fitted().related("flood") == fitted(backwards).related("flood")


def test_hidden_articles_are_never_suggested_but_answered() -> None:
    draft = article("draft", "Wend floods the old town again", "The river rose.", "2024-03-20", hidden=True)
    recommender = fitted(corpus_of(FLOOD, RESCUE, draft))
    assert ids(recommender.related("flood")) == ["rescue"]
    assert ids(recommender.related("draft")) == ["flood", "rescue"]


def test_unpublished_articles_are_suggested_unless_only_published_ones_are_asked_for() -> None:
    unpublished = article("later", "Wend floods the old town again", "", "2024-03-20", published=False)
    corpus = corpus_of(FLOOD, RESCUE, unpublished)
    assert ids(fitted(corpus).related("flood")) == ["later", "rescue"]
    assert ids(fitted(corpus).related("flood", published="only")) == ["rescue"]
    assert ids(fitted(corpus, published="only").related("flood")) == ["rescue"]


def test_a_limit_cuts_the_list_and_a_least_score_its_end() -> None:
    recommender = fitted()
    everything = recommender.related("flood")
    assert recommender.related("flood", limit=2) == everything[:2]
    assert recommender.related("flood", min_score=everything[1].score) == everything[:2]


def test_every_name_of_an_article_answers() -> None:
    merged = Article(id="new", entry=FLOOD.entry, published_at=FLOOD.published_at, names=("new", "old"))
    recommender = fitted(corpus_of(merged, RESCUE))
    assert recommender.related("old") == recommender.related("new")
    assert recommender.article("old") is merged


def test_an_unknown_id_names_the_three_closest() -> None:
    ids = ("flood", "floods", "flooded", "flooding", "gauge")
    with pytest.raises(UnknownArticleError) as caught:
        fitted(corpus_of(*(article(id, "Wend floods") for id in ids))).related("floot")
    assert caught.value.closest == ("flood", "flooding", "floods")
    assert str(caught.value) == "no article answers to 'floot'; the closest are flood, flooding, floods"


def test_an_address_finds_its_article_however_it_is_spelled() -> None:
    assert fitted().article_by_url("http://WWW.site.example/flood/#top") is FLOOD
    with pytest.raises(UnknownArticleError):
        fitted().article_by_url("https://site.example/nothing")


def test_a_draft_text_gets_what_its_article_would() -> None:
    recommender = fitted()
    of_text = recommender.related_to_text(FLOOD.title, FLOOD.excerpt, date="2024-03-19T06:00:00Z")
    assert of_text[0].article is FLOOD
    assert of_text[0].score == pytest.approx(1.0)
    assert of_text[1:] == recommender.related("flood")


def test_without_its_date_a_text_is_compared_by_likeness_alone() -> None:
    timeless = fitted(half_life_days=None)
    texts = fitted().related_to_text(FLOOD.title, FLOOD.excerpt)
    assert texts == timeless.related_to_text(FLOOD.title, FLOOD.excerpt)


@pytest.mark.parametrize("settings", [{}, {"evergreen": 0.5, "window_days": 2, "hub_exponent": 0.5}])
def test_an_explanation_adds_up(settings: dict[str, float]) -> None:
    recommender = fitted(FIVE, **settings)
    for suggestion in recommender.related("flood"):
        why = recommender.explain("flood", suggestion.article.id)
        assert why.score == suggestion.score
        assert why.score == pytest.approx(why.similarity * why.decay * why.hub_weight * why.other_provider)
        assert why.evergreen == settings.get("evergreen", 0.0)
        assert sum(word.contribution for word in why.words) == pytest.approx(why.similarity, rel=1e-5)


def test_an_explanation_sums_all_but_five_words_of_a_field() -> None:
    alike = corpus_of(*(article(id, "Amber basalt cobalt garnet jasper opal topaz") for id in "ab"))
    assert str(fitted(alike).explain("a", "b")) == (
        "The similarity is 0.500: the titles share amber 0.07, basalt 0.07, cobalt 0.07, garnet 0.07, jasper 0.07, "
        "other words 0.14."
    )


def test_an_explanation_names_the_shared_words_with_their_field() -> None:
    why = fitted().explain("flood", "gauge")
    shared = [(word.field, word.word) for word in why.words]
    assert shared == [("excerpt", "river"), ("title", "wend"), ("title", "the")]  # stop words last
    assert why.days_apart == 21.0
    assert why.decay == pytest.approx(1 / 8)
    timeless = fitted(half_life_days=None).explain("flood", "gauge")
    assert (timeless.decay, timeless.evergreen) == (1.0, 1.0)


def test_an_explanation_without_a_date_has_no_days_apart() -> None:
    recommender = fitted()
    why = recommender.explain("flood", "undated")
    assert why.days_apart is None
    dated = [FLOOD, RESCUE, GAUGE, CHESS]
    others = [recommender.explain(one.id, other.id).decay for one in dated for other in dated if one is not other]
    assert why.decay == pytest.approx(sum(others) / len(others))


def test_an_article_without_a_date_is_as_near_in_time_as_any_two_are_on_average() -> None:
    monthly = [
        article(f"kettle-{month}", f"Release {month} of the kettle", "", f"2024-{month:02}-01") for month in range(1, 9)
    ]
    undated = article("party", "Release party for the kettle")
    found = ids(fitted(corpus_of(*monthly, undated), hub_exponent=0.0).related("kettle-2"))
    assert found[:2] == ["kettle-3", "kettle-1"]
    assert "party" in found


def test_articles_with_too_little_in_common_are_left_out_however_new_they_are() -> None:
    plain, strict = fitted(), fitted(min_similarity=0.2)
    kept = [one for one in plain.related("flood") if plain.explain("flood", one.article.id).similarity >= 0.2]
    assert 0 < len(kept) < len(plain.related("flood"))
    for recommender in (strict, strict.precompute_lists()):
        assert recommender.related("flood") == kept
    assert strict.explain("flood", "gauge").removed_by == "too little in common"
    assert [one.removed_by for one in strict.placements("flood", ["gauge", "chess"])] == ["too little in common", None]
    assert strict.related_to_text(FLOOD.title, FLOOD.excerpt, date="2024-03-19T06:00:00Z")[1:] == kept


def test_what_has_too_little_in_common_can_still_be_pinned() -> None:
    pinning = corpus_of(replace(FLOOD, pinned=("gauge",)), RESCUE, GAUGE)
    assert ids(fitted(pinning, min_similarity=0.9).related("flood")) == ["gauge"]


def test_all_related_gives_each_article_what_a_look_up_gives() -> None:
    recommender = fitted()
    assert {found.id: list for found, list in recommender.related_all()} == {
        found.id: recommender.related(found.id) for found in FIVE.articles
    }


def test_a_corpus_of_one_article_has_nothing_to_suggest() -> None:
    assert fitted(corpus_of(FLOOD)).related("flood") == []


def test_a_corpus_without_articles_is_refused() -> None:
    with pytest.raises(CorpusError, match="without articles"):
        Recommender().fit(corpus_of())


def test_articles_whose_texts_hold_no_term_get_empty_lists() -> None:
    recommender = fitted(corpus_of(article("dots", "…"), article("dashes", "—")))
    assert recommender.related("dots") == []
    assert recommender.related_to_text("flood") == []


def test_what_editors_pinned_leads_a_list_and_what_they_banned_is_never_in_it() -> None:
    wished = replace(FLOOD, pinned=("chess", "flood", "draft", "gauge"), banned=("rescue", "gauge"))
    draft = article("draft", "Wend floods again", hidden=True)
    recommender = fitted(corpus_of(wished, *(other for other in FIVE.articles if other.id != "flood"), draft))
    assert ids(recommender.related("flood")) == ["chess", "undated"]
    assert ids(next(recommender.related_many(["flood"]))) == ["chess", "undated"]
    assert "chess" not in ids(next(recommender.related_many(["flood"], use_pins_and_bans=False)))
    assert ids(next(recommender.related_many(["flood"], limit=1, use_pins_and_bans=False))) == ids(
        fitted().related("flood", limit=1)
    )
    assert "flood" in ids(recommender.related("rescue"))


def test_a_list_with_wishes_is_full_where_it_can_be() -> None:
    wished = replace(FLOOD, pinned=("chess",), banned=(ids(fitted().related("flood"))[0],))
    recommender = fitted(corpus_of(wished, *(other for other in FIVE.articles if other.id != "flood")))
    free = ids(fitted().related("flood"))
    assert ids(recommender.related("flood", limit=2)) == ["chess", free[1]]
    assert ids(recommender.related("flood", limit=1)) == ["chess"]


def test_curated_links_come_first_where_they_are_asked_for() -> None:
    draft = article("draft", "Wend floods again", hidden=True)
    links = {"flood": ["chess", "flood", "draft", "gone", "gauge", "old-chess", "chess"]}
    chess = replace(CHESS, names=("chess", "old-chess"))
    others = (other for other in FIVE.articles if other.id != "chess")
    recommender = fitted(corpus_of(chess, *others, draft, links=links))
    free = ids(recommender.related("flood"))
    assert free == ids(fitted().related("flood"))
    first = ids(recommender.related("flood", curated="first"))
    assert first == ["chess", "gauge", *(id for id in free if id != "gauge")]
    assert ids(recommender.related("flood", curated="first", limit=1)) == ["chess"]
    assert ids(recommender.related("flood", curated="first", exclude=["chess"])) == first[1:]
    assert recommender.related("rescue", curated="first") == recommender.related("rescue")


def test_a_draft_text_gets_its_list_by_the_same_rules() -> None:
    recommender = fitted(half_life_days=None)
    text = (FLOOD.title, FLOOD.excerpt)
    free = ids(recommender.related_to_text(*text))
    assert ids(recommender.related_to_text(*text, exclude=[free[0], "gone"])) == free[1:]
    dated = ids(recommender.related_to_text(*text, date="2024-04-10", max_age_days=20))
    assert dated == [id for id in free if id == "gauge"]
    assert ids(recommender.related_to_text(*text, limit=2)) == free[:2]


def of(provider: str, id: str, title: str) -> Article:
    found = article(id, title)
    return replace(found, entry={**found.entry, "provider": {"name": provider}})


def test_articles_of_other_providers_can_count_less() -> None:
    echo, post = of("Echo", "echo", "Wend floods"), of("Post", "post", "Wend floods")
    unknown = article("unknown", "Wend floods")
    recommender = fitted(corpus_of(of("Post", "query", "Wend floods"), echo, post, unknown), other_provider=0.25)
    for each in (recommender, recommender.precompute_lists()):
        found = {one.article.id: one.score for one in each.related("query")}
        assert found == {"post": pytest.approx(0.5), "unknown": pytest.approx(0.5), "echo": pytest.approx(0.125)}
        assert ids(each.related("unknown", limit=2)) == ["echo", "post"]
    assert [recommender.explain("query", id).other_provider for id in ("echo", "post", "unknown")] == [0.25, 1.0, 1.0]
    assert recommender.explain("query", "echo").score == found["echo"]

    def of_text(provider: str | None) -> list[str]:
        return ids(recommender.related_to_text("Wend floods", provider=provider, limit=2))

    assert [of_text(provider) for provider in (None, "Echo", "Herald")] == [
        ["echo", "post"],
        ["echo", "unknown"],
        ["unknown", "echo"],
    ]


def test_no_more_of_one_provider_than_asked_for() -> None:
    articles = [of("Post", "a", "Wend floods"), of("Post", "b", "Wend floods town"), of("Echo", "c", "Wend by night")]
    recommender = fitted(corpus_of(of("Post", "query", "Wend floods"), *articles))
    assert ids(recommender.related("query")) == ["a", "b", "c"]
    assert ids(recommender.related("query", provider_cap=1)) == ["a", "c"]
    assert ids(recommender.related_to_text("Wend floods", exclude=["query"], provider_cap=1)) == ["a", "c"]


def test_an_id_of_any_length_is_refused_at_once() -> None:
    with pytest.raises(UnknownArticleError) as caught:
        fitted().related("flood" * 10_000)
    assert caught.value.closest == ()


def test_a_search_of_titles_leaves_out_what_is_hidden() -> None:
    draft = article("draft", "The Wend at last", hidden=True)
    later = article("later", "A Wend story", date="2024-05-01", published=False)
    recommender = fitted(corpus_of(*FIVE.articles, draft, later))
    assert [found.id for found in recommender.search_titles("wend")] == ["later", "gauge", "rescue", "flood", "undated"]
    readers = recommender.for_readers(published_only=True)
    assert [found.id for found in readers.search_titles("WEND fl", limit=2)] == ["rescue", "flood"]


def test_an_explanation_names_shared_topics() -> None:
    oak = replace(article("oak", "How to carve"), topics=("hand tools",))
    elm = replace(article("elm", "On patience"), topics=("Hand tools", "elm"))
    why = fitted(corpus_of(oak, elm)).explain("oak", "elm")
    assert [(word.field, word.word) for word in why.words] == [("topics", "hand tools")]
    assert why.words[0].contribution == pytest.approx(why.similarity)


def test_an_explanation_names_words_of_the_language_that_an_article_declares() -> None:
    mocha, grinder = (
        replace(article(id, title), language="it")
        for id, title in (("moka", "Caffè espresso"), ("mill", "Caffè macinato"))
    )
    why = fitted(corpus_of(mocha, grinder), language="own").explain("moka", "mill")
    assert [word.word for word in why.words] == ["caffè"]


def test_an_article_leads_to_the_one_that_its_text_mentions_by_title() -> None:
    titles_and_texts = {
        "bay": ("Quiet evening", "Ferry, anchor and tulip."),
        "boat": ("Ferry", "Quiet evening, anchor and tulip."),  # the same words, but this is what the title says
        "pier": ("Pier", "Every morning the ferry lands."),
    }
    corpus = corpus_of(*(replace(article(id, title), text=text) for id, (title, text) in titles_and_texts.items()))
    texted = fitted(corpus, text_weight=1.0, title_weight=0.0)
    first, second = texted.related("pier")
    assert [first.article.id, second.article.id] == ["boat", "bay"]
    assert first.score > second.score
    assert texted.explain("pier", "boat").score == first.score
    [back] = (one.score for one in texted.related("boat") if one.article.id == "pier")
    assert texted.explain("boat", "pier").score == back < first.score
    draft = texted.related_to_text("Pier", text="Every morning the ferry lands.")
    assert [(one.article.id, one.score) for one in draft[1:]] == [("boat", first.score), ("bay", second.score)]


def test_an_explanation_gives_words_of_texts_without_their_language(tmp_path: Path) -> None:
    for name in ("moka", "mill"):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: {name}\nexcerpt: {name}\nlang: it\n---\nCaffè\n")
    why = fitted(Corpus.from_path(tmp_path), language="own", text_weight=0.5).explain("moka", "mill")
    assert [(word.field, word.word) for word in why.words] == [("text", "caffè")]
