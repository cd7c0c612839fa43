"""The documentation of the API as people have it: in a real browser, from a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import violations
from playwright.sync_api import Page, expect
from samples import article, corpus_of
from servers import RECOMMENDER, free_port, running

from recommender.artefacts import LocalModels
from recommender.training import train

NEWEST = 'it\'s "the" $(newest)'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of three articles."""
    models = tmp_path_factory.mktemp("docs") / "models"
    made = [
        article(NEWEST, "Comet over the bay", date="2024-03-03"),
        article("second", "Comet over the town", date="2024-03-02"),
        article("third", "Comet over the hills", date="2024-03-01"),
    ]
    train(corpus_of(*made), LocalModels(models), {"learn": False})
    port = free_port()
    with running([RECOMMENDER, "serve", "--models", str(models), "--port", str(port)], port) as address:
        yield address


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        (390, "dark"),
        *(pytest.param(*seen, marks=pytest.mark.long) for seen in [(768, "light"), (1440, "light"), (1440, "dark")]),
    ],
)
def test_a_look_up_is_tried_under_the_strict_policy_and_without_another_host(
    page: Page, server: str, width: int, theme: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": width, "height": 1000})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    answer = page.goto(f"{server}/docs#/articles/related")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    operation = page.locator("#operations-articles-related")
    operation.get_by_role("button", name="Try it out").click()
    expect(operation.get_by_placeholder("id", exact=True)).to_have_value(NEWEST)
    operation.get_by_role("button", name="Execute").click()
    answered = operation.locator(".live-responses-table")
    expect(answered.locator(".response-col_status").nth(1)).to_contain_text("200")
    expect(answered.locator(".response-col_description").nth(1)).to_contain_text('"second"')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one for one in asked if not one.startswith((f"{server}/", "data:"))] == []
    for name in ("articles-related_to_draft", "live_articles-withdraw_article"):
        page.locator(f"#operations-{name} .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").first.click()
    page.wait_for_function("""!document.querySelector("#viewer pre:not([tabindex])")""")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("button", name="Close").first).to_be_visible()
    assert violations(page) == []


def test_the_contents_lead_to_every_operation_and_no_page_of_the_explorer(page: Page, server: str) -> None:
    page.goto(f"{server}/docs")
    contents = page.get_by_role("navigation", name="Contents")
    expect(contents.get_by_role("link", name="/openapi.json")).to_be_visible()
    assert contents.get_by_role("link", name=re.compile("explore|corpus|draft|docs")).count() == 0
    operations = page.locator("#viewer .opblock")
    expect(operations).to_have_count(contents.locator("li").count())
    contents.get_by_role("link", name="POST /articles").click()
    opened = page.locator("#operations-live_articles-post_article")
    expect(opened.get_by_role("button", name="Try it out")).to_be_visible()
    expect(opened).to_be_in_viewport()
    page.goto(f"{server}/docs#/operations/healthz")
    expect(page.locator("#operations-operations-healthz").get_by_role("button", name="Try it out")).to_be_in_viewport()


def test_the_samples_name_this_server_and_its_articles_and_are_copied(page: Page, server: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    page.goto(f"{server}/docs#/articles/related")
    samples = page.locator("#operations-articles-related .samples")
    url = f"{server}/articles/it%27s%20%22the%22%20%24%28newest%29/related?limit=3&fields=id,title,score"
    expect(samples.locator("pre")).to_have_text(f"curl '{url}'")
    samples.get_by_role("button", name="JavaScript").press("Enter")
    expect(samples.get_by_role("button", name="JavaScript")).to_have_attribute("aria-pressed", "true")
    expect(samples.locator("pre")).to_contain_text(f'await fetch("{url}")')
    samples.get_by_role("button", name="Python").click()
    samples.get_by_role("button", name="Copy").click()
    expect(samples.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("import json\nfrom urllib.request import")
