"""The comparison as an editor has it: in a real browser, from a real server, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import violations
from playwright.sync_api import Browser, Page, expect
from samples import article, corpus_of
from servers import RECOMMENDER, free_port, running

from recommender.artefacts import LocalModels
from recommender.training import train

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where two versions are served that differ in how long articles matter."""
    models = LocalModels(tmp_path_factory.mktemp("compared") / "models")
    titles = [f"Comet {number % 3} zodiac <b>{LONG if number == 1 else number}</b>" for number in range(12)]
    made = corpus_of(
        *(article(f"c{number:02}", title, date=f"2024-01-{number + 1:02}") for number, title in enumerate(titles)),
        links={"c01": ["c04"]},
    )
    for days in (1, 1000):
        train(made, models, {"learn": False, "half_life_days": days, "limit": 3})
    port = free_port()
    with running([RECOMMENDER, "serve", "--models", str(models.path), "--port", str(port)], port) as server:
        yield server


def test_a_trial_is_judged_by_keyboard_to_its_tally(page: Page, address: str) -> None:
    page.goto(f"{address}/compare")
    page.get_by_role("link", name="Judge blind").click()
    expect(page.get_by_text("Article 1 of")).to_be_visible()
    for number, key in enumerate("120", start=2):
        page.wait_for_load_state()  # of the script that follows links by their keys
        page.keyboard.press(key)
        expect(page.get_by_text(f"Article {number} of")).to_be_visible()
    page.get_by_role("link", name="End here").click()
    expect(page.get_by_role("heading", name="The tally")).to_be_visible()
    expect(page.get_by_text("time neither")).to_have_text("1 time neither")
    page.get_by_role("link", name="Go on judging").click()
    expect(page.get_by_text("Article 4 of")).to_be_visible()


def test_tried_settings_are_copied_and_compared(page: Page, address: str) -> None:
    page.goto(f"{address}/explore?id=c01")
    page.get_by_label("Minimum score").fill("0.2")
    page.get_by_text("Keep these settings").click()
    page.get_by_role("button", name="Copy").click()
    assert page.evaluate("String(getSelection())").strip() == "min_score: 0.2"
    page.get_by_role("link", name="Compare lists").click()
    expect(page.get_by_text("min_score: 0.2", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("width", "colours"),
    [
        (390, "light"),
        *(pytest.param(width, "light", marks=pytest.mark.long) for width in (768, 1440)),
        *(pytest.param(width, "dark", marks=pytest.mark.long) for width in (390, 768, 1440)),
    ],
)
def test_the_pages_fit_and_axe_finds_nothing(browser: Browser, address: str, width: int, colours: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)  # type: ignore[arg-type]
    for path in ("/compare", "/compare/judge?seed=1", "/compare/judge?seed=1&votes=12&end=yes"):
        page.goto(f"{address}{path}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
