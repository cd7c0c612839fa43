"""The explorer and the widget as people have them: in a real browser, from a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from browser import site, violations
from playwright.sync_api import Browser, Page, Response, Route, expect
from samples import SEEDS, article, corpus_of
from servers import RECOMMENDER, free_port, running

from recommender import Article, Corpus
from recommender.training import publish

COMET = "2024-04-28-farewell-orrin-vale-comet-breaks-apart-as-it-rounds-the-sun"
SECOND = "2024-04-18-port-ansel-to-dim-its-street-lamps-for-the-comet"
WIDTHS = (390, 768, 1440)
Open = Callable[..., None]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3


def odd() -> list[Article]:
    """Articles that a page may break on, and so many that it can not show all."""
    many = [article(f"many-{number:03}", f"Comet number {number}", date="2024-01-01") for number in range(400)]
    named = {
        "script": "<script>alert(1)</script> zodiac <img src=x onerror=alert(2)>",
        "arabic": "مذنب zodiac فوق الخليج يضيء السماء",
        "chinese": "zodiac 听雨桥平移启动，每小时只走三十厘米",
        "long": f"zodiac {LONG}",
        "turned": "zodiac \u202e reversed \x00 nul",
    }
    made = [article(id, title, title, f"2024-02-0{day}") for day, (id, title) in enumerate(named.items(), start=1)]
    script = "javascript:alert(3)"
    hostile = {"sourceUrl": script, "ampUrl": "https://amp.example/", "images": [{"url": script}]}
    ovens = [
        Article(id=id, names=(id,), entry={"title": f"Clay oven {id}", "date": "2018-11-20", "url": f"/garden/{id}/"})
        for id in ("brick", "sand")
    ]
    return [*many, *(replace(one, entry={**one.entry, **hostile}) for one in made), *ovens, article("alone", "Quagga")]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server of the seeds, and one of what is odd."""
    with ExitStack() as stack:
        addresses = []
        for name, corpus in (("seeds", Corpus.from_path(SEEDS)), ("odd", corpus_of(*odd()))):
            models = tmp_path_factory.mktemp(name) / "models"
            publish(corpus, models)
            port = free_port()
            command = [RECOMMENDER, "serve", "--models", str(models), "--port", str(port)]
            addresses.append(stack.enter_context(running(command, port, RECOMMENDER_CORS_ORIGINS="*")))
        yield addresses[0], addresses[1]


@pytest.fixture(scope="module")
def seeds_server(servers: tuple[str, str]) -> str:
    """Where the seeds are explored."""
    return servers[0]


@pytest.fixture(scope="module")
def odd_server(servers: tuple[str, str]) -> str:
    """Where what is odd is explored."""
    return servers[1]


def ranked(page: Page) -> list[str]:
    """The titles of the suggestions."""
    return page.locator("section[aria-labelledby=suggested-heading] h3").all_inner_texts()


def test_a_search_answers_as_one_types(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    field = page.get_by_role("searchbox", name="Search the titles")
    expect(field).to_be_focused()
    field.press_sequentially("street lamps comet")
    expect(page.locator("#found .title")).to_have_text(["Port Ansel to dim its street lamps for the comet"])
    expect(page).to_have_url(re.compile(r"\?q=street\+lamps\+comet$"))
    field.fill("zebra crossing of chess")
    expect(page.locator("#found h2")).to_have_text("No title contains “zebra crossing of chess”")
    page.reload()
    expect(field).to_have_value("zebra crossing of chess")


def test_an_article_shows_both_lists_and_why(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    page.locator("#found ol").get_by_role("link", name="Farewell, Orrin-Vale").click()
    expect(page).to_have_title(re.compile("^Farewell, Orrin-Vale"))
    expect(page.get_by_role("heading", name="Linked by editors")).to_be_visible()
    assert len(ranked(page)) == 10
    agreed = page.locator("section[aria-labelledby=suggested-heading] .item.agreed")
    expect(agreed.first.locator(".badge")).to_have_text("Editors linked it, too.")
    first = page.locator(".item").first
    expect(first.locator("table")).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator("table")).to_be_visible()
    assert "Orrin-Vale" in first.locator("mark.strength-3").all_inner_texts()
    expect(first.locator(".bar")).to_have_attribute("aria-label", re.compile(r"title 0\.\d+, excerpt and text 0\.\d+;"))


def test_sliders_rank_anew_at_once_and_back_goes_back(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/explore?id={COMET}")
    trained = ranked(page)
    page.get_by_label("Half-life").press("End")
    expect(page.locator("output[for=half-life]")).to_have_text("off")
    expect(page).to_have_url(re.compile("half_life_days=0"))
    timeless = ranked(page)
    assert timeless != trained
    page.get_by_label("Title’s share").press("End")
    expect(page).to_have_url(re.compile("title_weight=1"))
    assert ranked(page) != timeless
    page.get_by_label("Minimum score").press("End")
    expect(page.locator("section[aria-labelledby=suggested-heading] h3")).to_have_count(0)
    page.evaluate("history.back()")
    expect(page.locator("output[for=min-score]")).to_have_text("0.000")
    page.evaluate("history.back()")
    expect(page.locator("output[for=title-weight]")).not_to_have_text("1.00")
    assert ranked(page) == timeless
    page.evaluate("history.forward()")
    expect(page.locator("output[for=title-weight]")).to_have_text("1.00")
    page.get_by_role("link", name="As trained").click()
    assert ranked(page) == trained


@pytest.mark.long
def test_a_step_back_before_the_script_has_come_is_made_up_for(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/explore?id={COMET}")
    page.get_by_label("Half-life").press("End")
    expect(page).to_have_url(re.compile("half_life_days=0"))
    timeless = ranked(page)
    for label, address in (("Title’s share", "title_weight=1"), ("Minimum score", "min_score=")):
        page.get_by_label(label).press("End")
        expect(page).to_have_url(re.compile(address))
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/explorer.js*", hold_the_first)
    with page.expect_request("**/explorer.js*"):
        page.evaluate("history.back()")
    page.evaluate("history.back()")
    expect(page).not_to_have_url(re.compile("title_weight"))
    held[0].continue_()
    expect(page.locator("output[for=title-weight]")).not_to_have_text("1.00")
    assert ranked(page) == timeless


def test_why_not_another_is_found_by_its_title(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/explore?id={COMET}")
    page.get_by_role("searchbox", name="Words of its title").press_sequentially("chess sets")
    page.get_by_role("link", name="Port Ansel library runs out of chess sets").click()
    expect(page.get_by_role("heading", name="Why not this one?")).to_be_visible()
    expect(page.locator(".about .note")).to_have_text(re.compile("It ranks [0-9]+[a-z]+; the list ends with the 10th."))


def test_what_one_asks_about_stays_while_settings_are_tried(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/explore?id={COMET}")
    page.get_by_label("Half-life").press("End")
    expect(page).to_have_url(re.compile("id=[^&]*&half_life_days=0$"))  # and nothing that is as it was trained
    page.get_by_role("searchbox", name="Words of its title").press_sequentially("chess sets")
    expect(page).to_have_url(re.compile("half_life_days=0&q=chess"))
    page.get_by_role("link", name="Port Ansel library runs out of chess sets").click()
    expect(page).to_have_url(re.compile("other=.*&half_life_days=0#about$"))
    expect(page.locator(".about")).to_be_in_viewport()
    without_time = page.locator(".about .score").inner_text()
    page.locator(".about summary").click()
    page.get_by_label("Half-life").press("Home")
    expect(page.locator(".about .score")).not_to_have_text(without_time)
    expect(page.locator(".about table")).to_be_visible()
    expect(page).to_have_url(re.compile("other="))


def test_a_server_that_is_away_is_told(failing_page: Page, seeds_server: str) -> None:
    failing_page.goto(seeds_server)
    failing_page.route("**/*", lambda route: route.fulfill(status=400))
    failing_page.get_by_role("searchbox", name="Search the titles").fill("tunnel")
    expect(failing_page.get_by_role("alert")).to_have_text("The server refused that. These are the earlier results.")
    failing_page.unroute("**/*")
    failing_page.get_by_role("searchbox", name="Search the titles").press("Enter")
    expect(failing_page.get_by_role("alert")).to_have_count(0)
    expect(failing_page.locator("#found .title").first).to_have_text(re.compile("tunnel", re.IGNORECASE))


def test_an_error_is_a_page(failing_page: Page, seeds_server: str) -> None:
    answer = failing_page.goto(f"{seeds_server}/explore?id={COMET[:-4]}")
    assert answer is not None
    assert answer.status == 404
    failing_page.get_by_role("link", name=COMET).click()
    expect(failing_page).to_have_title(re.compile("^Farewell"))


@pytest.mark.long
def test_without_scripts_forms_do_the_same(browser: Browser, seeds_server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{seeds_server}/explore?id={COMET}&q=chess+sets&half_life_days=30")
    page.get_by_role("link", name="Port Ansel library runs out of chess sets").click()
    expect(page.locator(".about .note")).to_be_visible()
    page.get_by_role("button", name="Try").click()
    expect(page).to_have_url(re.compile("other=.*half_life_days=30"))
    context.close()


def test_a_draft_gets_suggestions_as_one_types(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/draft")
    page.get_by_role("textbox", name="Title", exact=True).press_sequentially("Street lamps and the comet")
    expect(page.locator("#found h3").first).to_have_text("Port Ansel to dim its street lamps for the comet")
    page.get_by_role("textbox", name="Title", exact=True).fill("")
    page.get_by_label("Excerpt").fill("A schoolgirl beats the champion of chess in 23 moves.")
    expect(page.locator("#found h3").first).to_have_text(re.compile("^Schoolgirl beats"))
    expect(page).to_have_url(f"{seeds_server}/draft")


def test_all_of_it_works_by_keyboard(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/explore?id={COMET}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the articles")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Read the article")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Half-life")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("output[for=half-life]")).to_have_text("10 days")
    expect(page).to_have_url(re.compile("half_life_days=10"))
    expect(page.get_by_label("Half-life")).to_be_focused()
    page.locator(".item summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".item").first.locator("table")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        (390, "dark"),
        pytest.param(1440, "light", marks=pytest.mark.long),
        pytest.param(390, "light", marks=pytest.mark.long),
        pytest.param(1440, "dark", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("path", ["/", f"/explore?id={COMET}&other={SECOND}", "/draft"])
def test_axe_finds_nothing_wrong(page: Page, seeds_server: str, path: str, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(seeds_server + path)
    for summary in page.locator("summary").all()[:2]:
        summary.click()
    # What axe is made of runs outside of the page's own policy.
    assert violations(page) == []


def test_nothing_sticks_out_and_nothing_runs(page: Page, odd_server: str) -> None:
    for path in ("/?q=zodiac", "/explore?id=script", "/explore?id=arabic&other=long", "/draft"):
        page.goto(odd_server + path)
        for summary in page.locator("summary").all():
            summary.click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{odd_server}/explore?id=script")
    assert page.locator("h1").inner_text().startswith("<script>alert(1)</script> zodiac <img src=x")
    assert page.locator("a[href^='javascript:']").count() == 0
    page.goto(f"{odd_server}/explore?id=arabic")
    assert page.locator("h1").evaluate("heading => getComputedStyle(heading).direction") == "rtl"


def test_of_hundreds_of_results_some_are_shown(page: Page, odd_server: str) -> None:
    page.goto(f"{odd_server}/?q=comet")
    expect(page.locator("#found li")).to_have_count(20)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator("#found li")).to_have_count(100)
    expect(page.locator("#found")).to_contain_text("There are more: another word narrows the search.")


def test_a_picture_that_fails_leaves_a_quiet_place(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/explore?id={COMET}")
    picture = page.locator(".picture img").first
    page.locator(".picture").first.scroll_into_view_if_needed()
    expect(picture).to_have_class(re.compile("failed"))
    expect(picture).to_be_hidden()
    assert page.locator(".picture").first.bounding_box()["height"] == 60  # type: ignore[index]


def test_the_first_view_is_light(page: Page, seeds_server: str) -> None:
    sizes: list[int] = []

    def weigh(response: Response) -> None:
        sizes.append(len(response.body()))

    page.on("response", weigh)
    page.goto(seeds_server, wait_until="networkidle")
    page.remove_listener("response", weigh)
    assert len(sizes) <= 10
    assert sum(sizes) <= 300_000


# --- the widget, in a page of another origin

FOREIGN = """<!doctype html><html lang="de"><meta charset="utf-8"><title>A site</title>{policy}
<link rel="icon" href="data:,"><style nonce="own">
body {{ font: 20px Georgia; color: #402010; --related-link: #802020; }}
li {{ color: lime; height: 1px; }} main div {{ height: {above}px; }}</style>
<main><h1>An article</h1><div></div>
<script src="{server}/widget.js" data-article="{id}" data-limit="{limit}" data-heading="Mehr"></script>
<p id="below">What stands below.</p></main></html>"""


@pytest.fixture
def foreign(tmp_path: Path, page: Page) -> Iterator[Open]:
    """Opens a page of another origin that holds the widget."""
    with site(tmp_path) as address:

        def open_(server: str, id: str, *, above: int = 0, limit: int = 4, policy: str = "") -> None:
            text = FOREIGN.format(server=server, id=id, above=above, limit=limit, policy=policy)
            (tmp_path / "index.html").write_text(text, encoding="utf-8")
            page.goto(f"{address}/index.html")

        yield open_


def test_the_box_stands_in_a_foreign_page_as_its_own(page: Page, seeds_server: str, foreign: Open) -> None:
    foreign(seeds_server, COMET)
    links = page.locator("related-articles a")
    expect(links).to_have_count(4)
    expect(page.get_by_role("heading", name="Mehr")).to_be_visible()
    expect(page.get_by_role("region", name="Mehr")).to_be_visible()
    expect(page.locator("related-articles .meta").first).to_have_text(re.compile(r"· \d\d\.\d\d\.2024$"))  # German
    assert links.first.evaluate("link => getComputedStyle(link).fontFamily") == "Georgia"
    assert links.first.evaluate("link => getComputedStyle(link).color") == "rgb(128, 32, 32)"
    assert page.locator("related-articles li").first.evaluate("item => item.offsetHeight") > 50
    expect(page.locator("related-articles img").first).to_be_hidden()
    assert violations(page) == []


def test_the_box_moves_nothing(page: Page, seeds_server: str, foreign: Open) -> None:
    observer = (
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
        "window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    foreign(seeds_server, COMET, policy=f"<script>{observer}</script>")
    expect(page.locator("related-articles a")).to_have_count(4)
    page.wait_for_timeout(300)
    assert page.locator("#below").bounding_box()["y"] > 300  # type: ignore[index]
    assert page.evaluate("window.shift") == 0


def test_the_box_waits_until_it_is_nearly_seen(page: Page, seeds_server: str, foreign: Open) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    foreign(seeds_server, COMET, above=5000)
    page.wait_for_timeout(500)
    assert not any("/related" in address for address in asked)
    page.locator("#below").scroll_into_view_if_needed()
    expect(page.locator("related-articles a")).to_have_count(4)
    assert sum("/related?limit=4" in address for address in asked) == 1


def test_there_is_no_box_where_there_is_nothing(page: Page, odd_server: str, foreign: Open) -> None:
    foreign(odd_server, "alone")
    expect(page.locator("related-articles")).to_be_attached()
    expect(page.locator("related-articles")).to_be_hidden()
    box = page.locator("#below").bounding_box()
    assert box is not None
    assert box["y"] < 200


def test_the_box_is_safe_and_needs_no_leave_for_styles(page: Page, odd_server: str, foreign: Open) -> None:
    allowed = f"style-src 'nonce-own'; script-src {odd_server}; connect-src {odd_server}; img-src http: https: data:"
    policy = f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; {allowed}">'
    foreign(odd_server, "chinese", policy=policy)
    expect(page.locator("related-articles li")).to_have_count(4)
    expect(page.locator("related-articles")).to_contain_text("<script>alert(1)</script> zodiac")
    links = page.locator("related-articles a").all()
    assert [link.get_attribute("href") for link in links] == 4 * ["https://amp.example/"]
    assert page.locator("related-articles img").count() == 0


def test_the_box_links_within_the_site_where_entries_have_paths_alone(
    page: Page, odd_server: str, foreign: Open
) -> None:
    foreign(odd_server, "brick")
    link = page.locator("related-articles a")
    expect(link).to_have_count(1)
    assert link.get_attribute("href") == "/garden/sand/"
    expect(page.locator("related-articles .meta")).to_have_text("20.11.2018")


@pytest.mark.parametrize("size", ["16px", pytest.param("62.5%", marks=pytest.mark.long), "30px"])
def test_the_box_keeps_within_its_place(page: Page, seeds_server: str, foreign: Open, size: str) -> None:
    foreign(seeds_server, COMET, policy=f"<style>html {{ font-size: {size}; }}</style>")
    expect(page.locator("related-articles a")).to_have_count(4)
    for width in (200, 390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for item in page.locator("related-articles li").all():
            inside = "item => item.querySelector('.text').scrollHeight <= item.clientHeight"
            assert item.evaluate(inside)


def test_an_element_written_by_hand_is_drawn_once(page: Page, seeds_server: str, tmp_path: Path) -> None:
    element = f'<related-articles article="{COMET}" limit="2"></related-articles>'
    text = (
        f'<title>A site</title><link rel="icon" href="data:,">{element}<script src="{seeds_server}/widget.js"></script>'
    )
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    with site(tmp_path) as address:
        page.goto(f"{address}/index.html")
        expect(page.locator("related-articles")).to_have_count(1)
        expect(page.locator("related-articles a")).to_have_count(2)


def test_the_fragment_is_plain_html(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/articles/{quote(COMET)}/related.html?limit=3")
    expect(page.get_by_role("region", name="Related").get_by_role("link")).to_have_count(3)
