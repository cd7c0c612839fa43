"""The rules, and the page that shows how to add one."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from samples import article, corpus_of

from recommender import Recommender, Settings

PAGE = Path(__file__).parents[2] / "recommender/README.md"


def test_a_rule_is_added_as_the_page_shows() -> None:
    section = PAGE.read_text().partition("## How to add a rule\n")[2].partition("\n## ")[0]
    rule, test = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len((rule + test).splitlines()) < 30
    rules = importlib.import_module("recommender.ranking.rules")
    names = {"article": article, "corpus_of": corpus_of, "replace": replace, "Recommender": Recommender}
    exec(test, names)
    test_of_the_page = cast("Callable[[], None]", names["test_articles_without_a_date_are_in_no_list"])
    with pytest.raises(AssertionError):
        test_of_the_page()
    known = list(rules.RULES)
    try:
        exec(rule, vars(rules))
        test_of_the_page()
    finally:
        rules.RULES[:] = known


def test_every_way_into_a_list_obeys_the_rules() -> None:
    flood = replace(article("flood", "Wend floods"), pinned=("draft", "later"))
    draft, later = article("draft", "Wend floods", hidden=True), article("later", "Wend floods again", published=False)
    recommender = Recommender().fit(corpus_of(flood, draft, later))
    for _ in range(2):
        assert [one.article.id for one in recommender.related("flood")] == ["later"]
        assert recommender.related("flood", published="only") == []
        recommender.precompute_lists()
    assert [found.id for found in recommender.search_titles("wend")] == ["flood", "later"]
    assert [one.removed_by for one in recommender.placements("flood", ["flood", "draft", "later"])] == [
        "itself",
        "hidden",
        None,
    ]
    assert recommender.explain("flood", "draft").removed_by == "hidden"
    assert recommender.explain("flood", "later").removed_by is None


def test_what_is_not_public_yet_or_no_more_is_in_no_list_until_its_moment_comes() -> None:
    today = time.time() / 86_400
    flood = replace(article("flood", "Wend floods"), pinned=("soon", "over"))
    soon = replace(article("soon", "Wend floods again"), visible_from=today + 1.5 / 86_400)
    over = replace(article("over", "Wend floods no more"), visible_until=today - 1)
    running = replace(article("running", "Wend floods on"), visible_from=today - 1, visible_until=today + 1)
    recommender = Recommender().fit(corpus_of(flood, soon, over, running))
    for _ in range(2):
        assert [one.article.id for one in recommender.related("flood")] == ["running"]
        recommender.precompute_lists()
    assert [one.removed_by for one in recommender.placements("flood", ["soon", "over", "running"])] == [
        "not public now",
        "not public now",
        None,
    ]
    assert [one.article.id for one in recommender.related("soon")] != []
    time.sleep(1.6)
    assert [one.article.id for one in recommender.related("flood")] == ["soon", "running"]


def test_lists_hold_articles_of_their_own_language_where_that_is_asked_for() -> None:
    moka = replace(article("moka", "Moka coffee pot"), language="en", pinned=("macinino",))
    grinder = replace(article("grinder", "Coffee grinder"), language="en")
    macinino = replace(article("macinino", "Moka coffee"), language="it")
    unknown = article("unknown", "Coffee pot")
    corpus = corpus_of(moka, grinder, macinino, unknown)
    own = Recommender(settings=Settings(language="own")).fit(corpus)
    for _ in range(2):
        assert [one.article.id for one in own.related("moka")] == ["grinder"]
        assert own.related("macinino") == own.related("unknown") == []
        own.precompute_lists()
    assert own.explain("moka", "macinino").removed_by == "language"
    assert own.explain("moka", "macinino").similarity == 0
    assert [one.article.id for one in own.related_to_text("A pot of coffee")] == ["moka", "grinder"]
    assert Recommender().fit(corpus).related("moka")[0].article.id == "macinino"
