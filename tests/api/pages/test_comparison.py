"""Versions and tried settings side by side, and the blind trial; test_comparison_in_browser.py looks at the pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of
from werkzeug.test import TestResponse

from api import create_app
from api.pages.comparison import Comparisons
from recommender.artefacts import LocalModels
from recommender.training import train

WORDS = {"title_terms": "words", "excerpt_terms": "words", "half_life_days": None, "learn": False, "limit": 2}
OLD = article("old", "comet bay pier", date="2024-01-01")
BAY = article("bay", "comet bay pier night", date="2024-03-03")
NIGHT = article("night", "comet night", date="2024-03-02")
DRAFT = article("draft", "comet bay secret", date="2024-03-04")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> LocalModels:
    """Two versions: of what was public in the first, one article is a draft in the second, and one is new."""
    found = LocalModels(tmp_path_factory.mktemp("compared") / "models")
    train(corpus_of(OLD, BAY, NIGHT, DRAFT, links={"bay": ["old"]}), found, WORDS)
    new = article("new", "comet bay pier dawn", date="2024-03-05")
    hidden = replace(DRAFT, hidden=True)
    train(corpus_of(OLD, BAY, NIGHT, hidden, new, links={"bay": ["old", "draft"]}), found, WORDS)
    return found


@pytest.fixture
def client(models: LocalModels) -> Iterator[FlaskClient]:
    app = create_app(MODELS=models.path, ACCESS_LOG=False, TOKEN="t")
    yield app.test_client()
    app.extensions["model"].close()


def compared(client: FlaskClient, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
    """The page when the comparison is made."""
    while "data-awaits" in (answer := client.get(path, headers=headers)).text:
        time.sleep(0.05)
    return answer


def test_the_version_before_is_compared_with_the_one_that_is_served(client: FlaskClient, models: LocalModels) -> None:
    page = compared(client, "/compare").text
    before, after = models.versions()
    assert f'value="{before}" selected' in page
    assert f'value="{after}" selected>{after}, served' in page
    assert "of 3 lists differ" in page
    assert "nDCG@10 on 1 article with curated links" in page


@pytest.mark.parametrize("path", ["/compare", "/compare/judge?seed=1", "/compare?half_life_days=3"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer t"}])
def test_a_draft_that_was_public_is_named_to_nobody(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    page = compared(client, path, headers)
    assert page.status_code == 200
    assert "secret" not in page.text
    assert "draft" not in page.text.replace('href="/draft"', "")


def test_tried_settings_are_compared_with_what_was_trained(client: FlaskClient) -> None:
    page = compared(client, "/compare?half_life_days=1").text
    assert "with <code>half_life_days: 1</code>, without training" in page
    assert "of 4 lists differ" in page
    assert client.get("/compare?min_score=2").status_code == 400


def test_an_unknown_version_is_refused_and_two_equal_ones_are_told_of(client: FlaskClient, models: LocalModels) -> None:
    refused = client.get("/compare?before=../../etc")
    assert (refused.status_code, models.versions()[0] in refused.text) == (400, True)
    served = models.current()
    assert "There are no two versions to compare: choose two." in client.get(f"/compare?before={served}").text


def test_a_trial_goes_by_its_address_alone_and_the_tally_says_which_was_which(client: FlaskClient) -> None:
    [begun] = re.findall('href="(/compare/judge[^"]*)"', compared(client, "/compare").text)
    address, articles = begun, []
    while votes := re.findall('data-key="1" href="([^"]*)"', page := client.get(address.replace("&amp;", "&")).text):
        articles += re.findall('<h1 dir="auto">([^<]*)</h1>', page)
        address = votes[0]
        assert "fore" not in page.partition("<main")[2].replace("before=", "")  # nor what stands before or after
    assert len(articles) == len(set(articles)) > 0
    before, after, neither = map(int, re.findall("<strong>([0-9]+)</strong>", page))
    assert (before + after, neither) == (len(articles), 0)
    other = client.get(address.replace("&amp;", "&").replace("state=", "state=other")).text
    assert "The lists have changed" in other


def test_a_page_says_how_far_a_comparison_is_until_it_is_made(client: FlaskClient) -> None:
    for path in ("/compare", "/compare/judge?seed=1"):
        begun: list[Callable[[], None]] = []
        client.application.extensions["comparisons"] = Comparisons(patience=0, start=begun.append)
        for _ in range(2):
            assert "The versions are being loaded." in client.get(path).text
        assert "Another comparison is being made" in client.get("/compare?half_life_days=3").text
        [make] = begun
        make()
        assert re.search("<h2[^>]*>(What the curated links say|Which list would)", client.get(path).text)
