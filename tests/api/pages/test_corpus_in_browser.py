"""The page of a corpus as people have it: in a real browser, from a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from browser import violations
from playwright.sync_api import Browser, Page, expect
from samples import article, corpus_of
from servers import RECOMMENDER, free_port, running

from recommender import Article
from recommender.artefacts import LocalModels
from recommender.overview import JudgedArticles
from recommender.training import train

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
ENCODER = "encoder paraphrase-multilingual-MiniLM-L12-v2"


def articles() -> Iterator[Article]:
    """Comets of three months, in two languages, and what a page may break on."""
    for number in range(120):
        made = article(f"c{number:03}", f"Comet number {number}", date=f"2024-0{number % 3 + 1}-10")
        yield replace(made, language="en" if number % 4 else "de", topics=("Sky",) if number % 2 else ())
    script = "<script>alert(1)</script>"
    for id, title in (("script", f"{script} zodiac"), ("long", f"zodiac {LONG}"), ("arabic", "مذنب zodiac فوق الخليج")):
        made = article(id, title, date="2024-03-20")
        yield replace(made, entry={**made.entry, "provider": {"name": f"{script} {LONG}"}}, topics=(script, LONG))
    yield article("alone", "Quagga", date="2024-03-21")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the corpus is shown."""
    models = tmp_path_factory.mktemp("corpus") / "models"
    train(corpus_of(*articles(), links={"c001": ["c002"]}), LocalModels(models), {"learn": False})
    measured = {
        "this program": {"nDCG@10": np.array([0.5, 0.25, 1.0])},
        ENCODER: {"nDCG@10": np.array([0.0, 1.0, 1.0])},
    }
    judged = JudgedArticles.of(["c001", "c004", "long"], measured, {f"topic: {LONG}": ["c001", "c004", "long"]})
    JudgedArticles.file_of(models / "report.html").write_bytes(judged.to_json())
    port = free_port()
    with running([RECOMMENDER, "serve", "--models", str(models), "--port", str(port)], port) as server:
        yield f"{server}/corpus"


def test_filters_work_as_one_chooses_and_the_address_holds_them(page: Page, address: str) -> None:
    page.goto(f"{address}?page=2")
    expect(page.locator(".found strong")).to_have_text("124")
    page.get_by_label("Language").select_option("de")
    expect(page.locator(".found strong")).to_have_text("30")
    expect(page).to_have_url(f"{address}?language=de#articles")  # and the second page is left
    page.get_by_label("Topic").fill("none")
    page.get_by_label("To", exact=True).fill("2024-01-31")
    expect(page.locator(".found strong")).to_have_text("10")
    page.get_by_role("link", name="In lists").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text(re.compile("In lists"))
    page.get_by_role("link", name="In lists").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text(re.compile("In lists"))
    expect(page.locator(".found strong")).to_have_text("10")
    expect(page.get_by_label("Topic")).to_have_value("none")
    page.reload()
    expect(page.locator(".found strong")).to_have_text("10")
    page.get_by_label("State").select_option("none")
    expect(page.locator("#rows")).to_contain_text("No article meets all of these conditions.")
    page.get_by_role("link", name="All articles").click()
    expect(page.locator(".found strong")).to_have_text("124")


def test_plots_and_figures_lead_to_their_rows(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="2024-03: 44 articles, 3 with a weak list, 1 without a list").click()
    expect(page.locator(".found strong")).to_have_text("44")
    expect(page.get_by_label("From")).to_have_value("2024-03-01")
    page.get_by_role("link", name="without a list: 1 article").click()
    expect(page.locator("tbody th a")).to_have_text(["Quagga"])
    page.get_by_role("link", name="de", exact=False).first.click()
    expect(page.locator(".found strong")).to_have_text("30")


def test_all_of_it_works_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="2024-01: 40 articles").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".found strong")).to_have_text("40")
    page.wait_for_load_state()  # until then, no script hears of a choice
    page.get_by_label("Rows").focus()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile("size=25"))
    expect(page.locator(".articles tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".articles tbody tr")).to_have_count(15)
    page.locator(".articles tbody a").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/explore"))


def test_files_are_downloaded(page: Page, address: str) -> None:
    page.goto(f"{address}?language=de")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "corpus.csv"
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 31


@pytest.mark.long
def test_without_scripts_the_form_does_the_same(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}?sort=score")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".found strong")).to_have_text("30")
    expect(page).to_have_url(re.compile("sort=score"))
    context.close()


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        (390, "light"),
        *(pytest.param(width, "light", marks=pytest.mark.long) for width in (768, 1440)),
        *(pytest.param(width, "dark", marks=pytest.mark.long) for width in (390, 768, 1440)),
    ],
)
def test_axe_finds_nothing_wrong_and_nothing_sticks_out(page: Page, address: str, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    for query in ("", "?state=orphan"):
        page.goto(address + query)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#rows").evaluate("rows => rows.scrollWidth <= rows.clientWidth")
        assert violations(page) == []


def test_articles_of_a_report_are_sorted_by_its_figures_and_filtered(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{address}?group=topic: {LONG}&system={ENCODER}#articles")
    expect(page.locator(".found strong")).to_have_text("3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.get_by_role("link", name="Lead").click()
    expect(page.locator("#rows td:last-child")).to_have_text(["+0.500", "+0.000", "−0.750"])
    page.wait_for_load_state()  # until then, no script hears of a choice
    page.get_by_label("Language").select_option("de")
    expect(page.locator("#rows tbody th a")).to_have_text(["Comet number 4"])
    expect(page).to_have_url(re.compile("sort=lead.*language=de|language=de.*sort=lead"))


def test_hostile_titles_are_text(page: Page, address: str) -> None:
    page.goto(f"{address}?from=2024-03-20")
    expect(page.locator("tbody th a").nth(3)).to_have_text("<script>alert(1)</script> zodiac")
