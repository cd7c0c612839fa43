"""What the explorer's pages say; tests/api/pages/test_browser.py looks at them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of

from api import create_app
from api.http import TrialSettings
from api.pages import Controls, Exploration, Piece, Reason, Timeline, pieces
from recommender import Article, Recommender, Settings
from recommender.artefacts import LocalModels
from recommender.articles import parse_date
from recommender.settings import read_overrides
from recommender.training import train

FLOOD = article("flood", "Wend floods the old town", "The river rose.", "2024-03-19T06:00:00Z")
RESCUE = article("rescue", "Hundreds saved as Wend floods town", "Boats took people off.", "2024-03-19T18:00:00Z")
GAUGE = article("gauge", "How the Wend gauge is read", "A river keeper explains.", "2024-04-09T06:00:00Z")
CHESS = article("chess", "Schoolgirl wins", "Her queen.", "2024-03-20")
HIDDEN = article("hidden", "Wend floods the old town, a draft", "", "2024-03-20", hidden=True)
UNDATED = article("undated", "What floods teach towns")
LINKS = {"flood": ["gauge", "chess", "rescue"]}
BEARER = {"Authorization": "Bearer t"}
PLAIN = Settings(newer_stretch=1.0, hub_exponent=0.0)


def fitted(*others: Article, **settings: Any) -> Recommender:
    made = corpus_of(FLOOD, RESCUE, GAUGE, CHESS, HIDDEN, UNDATED, *others, links=LINKS)
    return Recommender(settings=replace(PLAIN, **settings)).fit(made)


def client(recommender: Recommender | None = None, **config: object) -> FlaskClient:
    return create_app(recommender or fitted(), ACCESS_LOG=False, VERSION="1", TOKEN="t", **config).test_client()


def view(other: str = "", **tried: object) -> Exploration:
    recommender = fitted()
    controls = Controls.of(recommender, TrialSettings(**tried))  # type: ignore[arg-type]
    return Exploration(controls.applied_to(recommender), "flood", controls, other=other)


def titles(page: str) -> list[str]:
    return re.findall(r'<span class="title" dir="auto">([^<]*)</span>', page)


def test_home_shows_an_example_and_the_newest_that_may_be_suggested() -> None:
    page = client().get("/").text
    assert titles(page) == [one.entry["title"] for one in (FLOOD, GAUGE, CHESS, RESCUE, UNDATED)]
    assert "Of its 3 curated links, 2 are suggested." in page


def test_an_article_whose_list_holds_less_than_half_of_its_curated_links_is_no_example() -> None:
    page = client(fitted(limit=1)).get("/").text
    assert titles(page) == [one.entry["title"] for one in (GAUGE, CHESS, RESCUE, FLOOD, UNDATED)]
    assert "An example" not in page


def test_home_shows_what_a_search_finds_and_how_to_see_more() -> None:
    page = client().get("/?q=wend+town&limit=1").text
    assert titles(page) == [RESCUE.entry["title"]]
    assert 'href="/?q=wend+town&amp;limit=5#n2"' in page
    assert "No title contains “<bdi>zebra</bdi>”" in client().get("/?q=zebra").text


def test_both_lists_stand_side_by_side_and_agreements_are_told() -> None:
    seen = view(limit=2)
    assert [(one.id, one.rank, one.agreed, one.note) for one in seen.items] == [
        ("rescue", 1, True, ""),
        ("undated", 2, False, ""),
    ]
    unlinked = view(other="undated").about
    assert unlinked is not None
    assert (unlinked.rank, unlinked.agreed, unlinked.note) == (2, False, "")
    assert [(one.id, one.rank, one.agreed, one.note) for one in seen.curated] == [
        ("gauge", 3, False, "It ranks 3rd; the list ends with the 2nd."),
        ("chess", None, False, "They share no words."),
        ("rescue", 1, True, ""),
    ]


@pytest.mark.parametrize(
    ("id", "tried", "note"),
    [
        ("hidden", {}, "It is a draft, removed or deleted, and never suggested."),
        ("flood", {}, "It is this article."),
        ("gauge", {"min_score": 0.9}, "It ranks 3rd, and scores less than 0.9."),
        ("undated", {"limit": 1}, "It ranks 2nd; the list ends with the 1st."),
        ("rescue", {}, ""),
    ],
)
def test_why_not_another_is_told(id: str, tried: dict[str, object], note: str) -> None:
    seen = view(other=id, **tried)
    assert seen.about is not None
    assert seen.about.note == note
    assert seen.scale == max(one.reason.why.similarity for one in (*seen.items, *seen.curated, seen.about))


def test_what_is_tried_ranks_anew() -> None:
    assert [one.id for one in view().items] == ["rescue", "undated", "gauge"]
    timeless = view(half_life_days=0)
    assert [one.id for one in timeless.items] == ["rescue", "gauge", "undated"]
    assert all(one.reason.why.decay == 1 for one in timeless.items)
    page = client().get("/explore?id=flood&half_life_days=0&title_weight=0.8").text
    assert 'href="/explore?id=rescue&amp;half_life_days=0&amp;title_weight=0.8"' in page


def test_what_is_tried_is_a_file_that_training_reads(tmp_path: Path) -> None:
    page = client().get("/explore?id=flood&half_life_days=0&title_weight=0.8&limit=3").text
    [text] = re.findall(r'<pre[^>]*id="tried-settings"[^>]*>([^<]*)</pre>', page)
    [address] = re.findall(r'href="([^"]*)" download', page)
    answer = client().get(address.replace("&amp;", "&"))
    assert answer.text == text == "half_life_days: null\ntitle_weight: 0.8\nlimit: 3\n"
    (tmp_path / "settings.yaml").write_bytes(answer.data)
    overrides = read_overrides(tmp_path / "settings.yaml")
    model = train(corpus_of(FLOOD, RESCUE, links=LINKS), LocalModels(tmp_path / "models"), overrides)
    assert overrides.items() <= model.settings.to_mapping().items()
    assert 'id="tried-settings"' not in client().get("/explore?id=flood").text


def test_what_is_as_trained_is_in_no_address_and_asks_the_trained_recommender() -> None:
    recommender = fitted(half_life_days=9.0)
    controls = Controls.of(recommender, TrialSettings(half_life_days=9.0, min_score=0.0))
    assert controls.changed == {}
    assert controls.applied_to(recommender) is recommender
    assert controls.steps[controls.step] == 9.0


def test_a_share_that_can_not_be_tried_is_a_problem_and_its_slider_is_off() -> None:
    one_field = client(fitted(title_weight=1.0))
    assert re.search(r'id="title-weight"[^>]* disabled', one_field.get("/explore?id=flood").text)
    wrong = one_field.get("/explore?id=flood&title_weight=0.5")
    assert wrong.status_code == 400
    assert "title_weight is 0.5; it must be 1: the model" in wrong.json["detail"]  # type: ignore[index]


def test_a_reason_adds_up() -> None:
    recommender = fitted(hub_exponent=0.4)
    for other in (RESCUE, GAUGE):
        reason = Reason.of(recommender, FLOOD, other)
        assert sum(reason.bar) == pytest.approx(reason.why.similarity)
        assert reason.bar.title + reason.bar.excerpt == pytest.approx(reason.why.score)
    reason = Reason.of(recommender, FLOOD, GAUGE)
    assert reason.bar.decay == pytest.approx(reason.why.similarity * 7 / 8)  # three half-lives
    assert Piece("Wend", 3) in reason.here[0]
    assert Piece("Wend", 3) in reason.there[0]


def test_a_reason_says_what_another_provider_costs() -> None:
    post, echo = (
        replace(one, entry={**one.entry, "provider": {"name": name}})
        for name, one in (("Post", FLOOD), ("Echo", article("echo", "Wend floods the town", date="2024-03-19")))
    )
    recommender = Recommender(settings=replace(PLAIN, other_provider=0.75)).fit(corpus_of(post, echo, RESCUE))
    reason = Reason.of(recommender, post, echo)
    assert sum(reason.bar) == pytest.approx(reason.why.similarity)
    assert reason.bar.other_provider == pytest.approx(reason.why.score / 3)
    page = client(recommender).get("/explore?id=flood").text
    assert page.count("<dt>× other provider</dt><dd>0.750</dd>") == 1  # of two suggestions
    assert "lost to another provider" in page
    assert "other provider" not in client().get("/explore?id=flood").text


@pytest.mark.parametrize(
    ("text", "own", "others", "marked"),
    [
        ("Floods, flooded", {"floods": 2}, {}, [("Floods", 2), (", flooded", 0)]),
        ("the <b>sea</b>", {"sea": 1}, {}, [("the <b>", 0), ("sea", 1), ("</b>", 0)]),
        ("c++ (c)", {"c++": 3}, {}, [("c++", 3), (" (c)", 0)]),
        ("sea air", {"sea": 1, "air": 1}, {}, [("sea", 1), (" ", 0), ("air", 1)]),
        ("听雨桥平移启动", {"听雨桥平移启动": 2}, {"老听雨桥": 1}, [("听雨桥", 2), ("平移启动", 0)]),
        ("", {"sea": 1}, {}, []),
    ],
)
def test_what_two_texts_share_is_marked(
    text: str, own: dict[str, int], others: dict[str, int], marked: list[tuple[str, int]]
) -> None:
    assert pieces(text, own, others) == [Piece(*piece) for piece in marked]


def test_a_timeline_holds_all_that_it_is_asked_to_and_ends_with_the_corpus() -> None:
    days = fitted().published_days
    gauge = parse_date("2024-04-09T06:00:00Z")
    line = Timeline.around(days[3], days, [gauge, None], half_life=None)
    assert sum(line.counts) == 5
    assert str(line.end) == "2024-04-09"
    assert line.positions[1] is None
    assert 0 < line.position < line.positions[0] < 1  # type: ignore[operator]


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_a_timeline_takes_any_date(date: str) -> None:
    day = parse_date(date)
    assert day is not None
    page = client(fitted(article("far", "Wend floods of old", "", date))).get("/explore?id=far")
    assert page.status_code == 200
    assert f"this one on {date}" in page.text


def test_an_article_without_a_date_has_no_timeline() -> None:
    page = client().get("/explore?id=undated").text
    assert "<svg" in page
    assert "The article has no date, so dates are ignored." in page


def test_an_unknown_article_is_a_problem() -> None:
    for address in ("/explore?id=floods", "/explore?id=flood&other=floods"):
        answer = client().get(address)
        assert (answer.status_code, answer.json["closest"]) == (404, ["flood"])  # type: ignore[index]


def test_an_unknown_path_is_a_page_to_a_browser_and_a_problem_to_a_program() -> None:
    page = client().get("/nowhere", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.mimetype, "<h1>Not Found</h1>" in page.text) == (404, "text/html", True)
    problem = client().get("/nowhere", headers={"Accept": "*/*"})
    assert problem.mimetype == "application/problem+json"
    assert problem.json is not None
    assert problem.json["detail"] == "there is no such path; /docs lists those that there are"


def test_only_what_is_published_is_shown_where_that_is_forced() -> None:
    recommender = fitted(article("early", "Wend floods the old town tonight", "", "2024-03-20", published=False))
    assert "tonight" in client(recommender).get("/explore?id=flood&q=tonight").text
    forced = client(recommender, PUBLISHED="only")
    for address in ("/", "/?q=tonight", "/explore?id=flood", "/explore?id=flood&q=tonight"):
        assert "Wend floods the old town tonight" not in forced.get(address).text
    assert forced.get("/explore?id=flood&other=early").status_code == 404
    page = forced.get("/explore?id=flood&other=early", headers=BEARER).text
    assert "It is not published, and only published articles are suggested." in page


def test_the_explorer_shows_drafts_to_who_has_the_token_alone() -> None:
    made = corpus_of(FLOOD, RESCUE, HIDDEN, links={"flood": ["hidden", "rescue"]})
    asked = client(Recommender(settings=PLAIN).fit(made))
    addresses = "/explore?id=flood", "/explore?id=hidden", "/explore?id=flood&other=hidden", "/explore?id=hidde"
    shown = {address: asked.get(address, headers=BEARER).text for address in addresses}
    assert ["a draft" in shown[address] for address in addresses] == [True, True, True, False]
    for address in (*addresses, "/", "/?q=draft", "/explore?id=flood&q=draft", "/explore?id=flood&min_score=0.01"):
        page = asked.get(address, headers={"Accept": "text/html"}).text
        assert "a draft" not in page
        assert "<code>hidden</code>" not in page


def test_a_draft_gets_suggestions_and_is_not_kept() -> None:
    answer = client().post("/draft", data={"title": "Wend floods", "excerpt": "", "date": "2024-03-19"})
    assert answer.headers["Cache-Control"] == "no-store"
    ranked = re.findall(r'<h3 dir="auto"><a href="/explore\?id=(\w+)">', answer.text)
    assert ranked == [one.article.id for one in fitted().related_to_text("Wend floods", date="2024-03-19")] != []
    assert "Suggestions appear here as you type." in client().get("/draft").text
    wrong = client().post("/draft", data={"title": "Wend", "date": "soon"})
    assert (wrong.status_code, wrong.json["parameter"]) == (400, "date")  # type: ignore[index]
    assert client().post("/draft", json={"title": "Wend"}).status_code == 415


def test_the_report_is_linked_where_one_lies_beside_the_models(tmp_path: Path) -> None:
    without = client(MODELS=tmp_path)
    assert "Evaluation" not in without.get("/").text
    missing = without.get("/report")
    assert missing.status_code == 404
    assert "`recommender evaluate CORPUS --report MODELS/report.html` makes one" in missing.text
    assert str(tmp_path) not in missing.text
    link = '<a data-served-href="explore?id=a" title="a">A comet</a>'
    (tmp_path / "report.html").write_text(f"<h1>nDCG</h1>{link}", encoding="utf-8")
    assert '<a href="/report">Evaluation</a>' in without.get("/").text
    report = without.get("/report")
    assert report.text == '<h1>nDCG</h1><a href="explore?id=a" title="a">A comet</a>'
    assert "script-src" not in report.headers["Content-Security-Policy"]
    assert "default-src 'none'" in report.headers["Content-Security-Policy"]


def test_pages_allow_their_own_scripts_alone() -> None:
    policy = client().get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = client().get("/explore?id=flood").text
    assert "style=" not in page
    assert "onerror" not in page
    assert "script-src" not in client().get("/articles/flood/related").headers["Content-Security-Policy"]
