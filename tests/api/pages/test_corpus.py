"""The page of a corpus, and the files that hold the same; tests/api/pages/test_corpus_in_browser.py looks at it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from flask.testing import FlaskClient
from samples import article, corpus_of, stories

from api import create_app
from recommender import Article, Corpus, Recommender, Settings
from recommender.artefacts import LocalModels
from recommender.evaluation import as_html, evaluate
from recommender.overview import JudgedArticles
from recommender.training import train
from recommender.tuning import Split

BEARER = {"Authorization": "Bearer t"}
WORDS = {"title_terms": "words", "excerpt_terms": "words", "half_life_days": None, "hub_exponent": 0.0, "limit": 2}


def _of(provider: str, made: Article, **changes: Any) -> Article:
    return replace(made, entry={**made.entry, "provider": {"name": provider}}, **changes)


ARTICLES = (
    _of("Post", article("bay", "comet bay night", date="2024-03-03"), language="en", topics=("Sky", "Sea")),
    _of("Post", article("near", "comet bay", date="2024-03-02"), language="de", topics=("Sky",)),
    _of("Echo", article("same", "comet night", date="2024-02-01"), language="en", has_written_list=True),
    article("alone", "Schoolgirl", date="2024-01-05"),
    article("undated", "comet bay night sky"),
    article("secret", "comet bay draft", date="2024-03-04", hidden=True),
    article("held", "comet bay held", date="2024-01-02", published=False),
)


def client(*articles: Article, token: bool = True, **config: object) -> FlaskClient:
    """A client that has the server's token."""
    made = corpus_of(*(articles or ARTICLES), links={} if articles else {"bay": ["near", "alone"]})
    recommender = Recommender(settings=Settings.from_mapping(WORDS)).fit(made)
    found = create_app(recommender, ACCESS_LOG=False, VERSION="1", TOKEN="t", **config).test_client()
    if token:
        found.environ_base["HTTP_AUTHORIZATION"] = BEARER["Authorization"]
    return found


def in_lists(id: str) -> int:
    """In how many lists of public articles one is."""
    recommender = client().application.extensions["model"].snapshot.recommender
    readable = [one.id for one in ARTICLES if not one.hidden]
    return sum(other.article.id == id for owner in readable for other in recommender.related(owner))


def listed(page: str) -> list[str]:
    """The IDs of the rows of the table."""
    return re.findall(r'<th scope="row"><a href="/explore\?id=([^"]*)">', page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["secret", "bay", "near", "same", "alone", "held", "undated"]),
        ("?from=2024-03-03", ["secret", "bay"]),
        ("?from=2024-01-03&to=2024-02-01", ["same", "alone"]),
        ("?provider=post", ["bay", "near"]),
        ("?topic=sky&language=de", ["near"]),
        ("?state=hidden", ["secret"]),
        ("?state=none", ["alone"]),
        ("?state=written", ["same"]),
        ("?state=curated", ["bay"]),
        ("?sort=links", ["bay", "secret", "near", "same", "alone", "held", "undated"]),
        ("?sort=date&order=ascending", ["held", "alone", "same", "near", "bay", "secret", "undated"]),
        ("?language=none&sort=entries&order=ascending&size=2", ["alone", "secret"]),
        ("?size=3&page=2", ["same", "alone", "held"]),
        ("?size=3&page=99", ["undated"]),
        (
            "?from=&to=&provider=&topic=&language=&state=any&page=1&size=50",
            [*["secret", "bay", "near", "same", "alone"], "held", "undated"],
        ),
        ("?provider=<b>", []),
    ],
)
def test_the_address_says_which_articles_are_shown(query: str, expected: list[str]) -> None:
    page = client().get(f"/corpus{query}")
    assert (page.status_code, listed(page.text)) == (200, expected)
    assert page.headers["Cache-Control"] == "no-store"


def test_a_row_says_what_is_known_of_its_article_and_of_its_list() -> None:
    page = client().get("/corpus?state=curated").text
    row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r"<bdi[^>]*>([^<]*)</bdi>", row[1]) == ["comet bay night", "Post", "en", "Sky", "Sea"]
    assert re.findall(r'class="state \w+">([^<]*)<', row[1]) == ["has curated links"]
    numbers = re.findall(r'<td class="number[^"]*">([^<]*)</td>', row[1])
    [best, *_] = client().application.extensions["model"].snapshot.recommender.related("bay")
    assert numbers == [f"{in_lists('bay')}", f"{best.score:.3f}", "2", "2"]
    empty = client().get("/corpus?state=none").text
    assert re.findall(r'<td class="number[^"]*">([^<]*)</td>', empty)[1:3] == ["–", "0"]


def test_the_order_is_told_and_turned_by_its_heading() -> None:
    page = client().get("/corpus?sort=score&provider=Post").text
    assert 'aria-sort="descending"><a href="/corpus?provider=Post&amp;sort=score&amp;order=ascending#articles">' in page
    assert page.count("aria-sort") == 1
    turned = client().get("/corpus?sort=score&order=ascending").text
    assert 'aria-sort="ascending"><a href="/corpus?sort=score#articles">' in turned


def test_pages_keep_what_was_asked_for() -> None:
    page = client().get("/corpus?language=none&size=2&sort=entries").text
    assert '<a rel="next" href="/corpus?page=2&amp;language=none&amp;sort=entries&amp;size=2#articles">Next</a>' in page
    assert "1 to 2 of 4" in page
    assert "Pages of the table" not in client().get("/corpus").text


def test_every_figure_leads_to_its_articles() -> None:
    page = client().get("/corpus").text
    figures = re.findall(r'<li><a href="([^"]*)#articles"><strong>([\d,]+)</strong>', page)
    assert ("/corpus", "7") in figures
    assert {address for address, _ in figures} >= {
        f"/corpus?state={state}" for state in ("good", "weak", "orphan", "hub")
    }
    for address, count in figures:
        found = client().get(address.replace("&amp;", "&")).text
        assert len(listed(found)) == int(count), address


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2024-02-30", "from"),
        ("to=soon", "to"),
        ("state=lost", "state"),
        ("sort=title", "sort"),
        ("page=0", "page"),
        ("size=501", "size"),
        ("words=x", "words"),
    ],
)
def test_what_is_no_selection_is_a_problem(query: str, parameter: str) -> None:
    wrong = client().get(f"/corpus?{query}")
    assert (wrong.status_code, wrong.json["parameter"]) == (400, parameter)  # type: ignore[index]


def test_every_figure_of_a_report_on_links_in_texts_leads_to_its_articles(tmp_path: Path) -> None:
    corpus = stories(10)
    corpus = replace(corpus, links={}, text_links=corpus.links)
    fitted = Recommender(settings=Settings.from_mapping(WORDS)).fit(corpus)
    result = evaluate(fitted, corpus, Split.of(corpus))
    report = tmp_path / "report.html"
    report.write_text(as_html(result), "utf-8")
    JudgedArticles.file_of(report).write_bytes(result.judged.to_json())
    server = create_app(fitted, ACCESS_LOG=False, VERSION="1", MODELS=tmp_path).test_client()
    sizes = {f"{group.kind}: {group.name}": group.queries for group in result.groups}
    sizes |= {"lists: judged": result.queries, "lists: of any length": result.all_queries}
    links = {unescape(link) for link in re.findall(r'href="(corpus\?group=[^"]*)"', server.get("/report").text)}
    assert {parse_qs(urlsplit(link).query)["group"][0] for link in links} >= sizes.keys() - {"lists: of any length"}
    for link in links:
        page = server.get(f"/{link}").text
        group = parse_qs(urlsplit(link).query)["group"][0]
        assert len(listed(page)) == sizes.get(group, len(listed(page))) > 0


def test_figures_of_judged_articles_are_columns_of_the_table_and_of_its_files(tmp_path: Path) -> None:
    measured = {"this program": {"MRR": np.array([0.25, 1.0])}, "=BM25": {"MRR": np.array([0.5, 0.125])}}
    judged = JudgedArticles.of(["bay", "near"], measured, {"topic: <b>": ["bay", "near"]})
    JudgedArticles.file_of(tmp_path / "report.html").write_bytes(judged.to_json())
    query = "?group=topic: <b>&system==BM25&sort=lead&order=ascending"
    page = client(MODELS=tmp_path).get(f"/corpus{query}").text
    assert listed(page) == ["bay", "near"]
    assert 'of the <a href="/report">evaluation</a>, <bdi>topic: &lt;b&gt;</bdi>' in page
    cells = re.findall(r'<td class="number">(.*?)</td>', page)
    assert cells == [
        "0.250",
        "0.500",
        "−0.250",
        "1.000",
        "0.125",
        "+0.875",
    ]
    rows = list(csv.DictReader(io.StringIO(client(MODELS=tmp_path).get(f"/corpus.csv{query}").text)))
    assert [(row["MRR of this program"], row["MRR of =BM25"]) for row in rows] == [("0.25", "0.5"), ("1.0", "0.125")]
    [first, _] = json.loads(client(MODELS=tmp_path).get(f"/corpus.json{query}").text)["articles"]
    assert (first["MRR of this program"], first["MRR of =BM25"]) == (0.25, 0.5)

    alone = client(MODELS=tmp_path).get("/corpus.csv?group=topic: <b>").text
    heading, *others = csv.reader(io.StringIO(alone))
    assert heading[-1] == "MRR of this program"
    assert {len(row) for row in others} == {len(heading)}


def test_a_report_without_its_file_of_figures_says_how_to_make_it(tmp_path: Path) -> None:
    page = client(MODELS=tmp_path).get("/corpus?group=topic: Sky").text
    assert listed(page) == []
    assert "<code>recommender evaluate CORPUS --report MODELS/report.html</code> writes both" in page


def test_without_the_token_only_what_is_public_is_shown_and_counted() -> None:
    readers = client(token=False)
    page = readers.get("/corpus").text
    assert listed(page) == ["bay", "near", "same", "alone", "held", "undated"]
    assert "comet bay draft" not in page
    assert "<strong>6</strong> articles" in page
    assert "draft" not in page.lower().replace('href="/draft">draft<', "")
    assert listed(readers.get("/corpus?state=hidden").text) == []
    published = client(token=False, PUBLISHED="only").get("/corpus").text
    assert listed(published) == ["bay", "near", "same", "alone", "undated"]
    assert "comet bay held" not in published
    everything = client(PUBLISHED="only").get("/corpus?state=hidden").text
    assert listed(everything) == ["secret", "held"]
    assert ">published: false<" in everything


def test_csv_holds_the_selected_articles_of_all_pages() -> None:
    answer = client().get("/corpus.csv?provider=Post&sort=links&order=ascending")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="corpus.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    recommender = client().application.extensions["model"].snapshot.recommender
    [near], [bay] = (recommender.related(id, limit=1) for id in ("near", "bay"))
    assert answer.data.decode().split("\r\n") == [
        "\ufeffid,path,title,url,date,provider,language,topics,states,suggested,best_score,entries,links",
        "near,,comet bay,https://site.example/near,2024-03-02,Post,de,Sky,good,"
        f"{in_lists('near')},{round(near.score, 4)},2,0",
        "bay,,comet bay night,https://site.example/bay,2024-03-03,Post,en,Sky; Sea,good; curated,"
        f"{in_lists('bay')},{round(bay.score, 4)},2,2",
        "",
    ]


def test_json_holds_the_same_as_values() -> None:
    answer = client().get("/corpus.json?state=none")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == {
        "articles": [
            {
                "id": "alone",
                "path": None,
                "title": "Schoolgirl",
                "url": "https://site.example/alone",
                "date": "2024-01-05",
                "provider": None,
                "language": None,
                "topics": [],
                "states": ["none", "orphan"],
                "suggested": 0,
                "best_score": 0.0,
                "entries": 0,
                "links": 0,
            }
        ]
    }
    assert client().get("/corpus.json?state=expired").json == {"articles": []}


@pytest.mark.parametrize("path", ["/corpus.csv", "/corpus.json"])
def test_files_hold_what_the_table_may_show_and_take_no_page(path: str) -> None:
    for shown, hidden in ((client(), ""), (client(token=False), "comet bay draft")):
        found = shown.get(path).data.decode()
        assert "comet bay held" in found
        assert ("comet bay draft" in found) is not bool(hidden)
    assert "comet bay held" not in client(token=False, PUBLISHED="only").get(path).text
    wrong = client().get(f"{path}?page=2")
    assert (wrong.status_code, wrong.json["parameter"]) == (400, "page")  # type: ignore[index]


def test_long_files_are_whole() -> None:
    many = [article(f"a{number:04}", "comet", date="2024-01-01") for number in range(1_234)]
    whole = client(*many)
    found = whole.get("/corpus.json")
    assert [one["id"] for one in found.json["articles"]] == [one.id for one in many]  # type: ignore[index]
    assert found.headers.get("Content-Length") is None  # it is sent while it is made
    rows = list(csv.reader(io.StringIO(whole.get("/corpus.csv").data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [one.id for one in many]


@pytest.mark.parametrize(
    ("title", "shown"), [("a;=1;b", "a;'=1;b"), ('a"; @b', "a\";' @b"), ("a\n=1", "a\n'=1"), ("a; b=c", "a; b=c")]
)
def test_a_formula_gets_an_apostrophe_where_a_semicolon_or_a_line_break_may_end_a_cell(title: str, shown: str) -> None:
    hostile = create_app(Recommender().fit(corpus_of(article("a", title))), VERSION="one").test_client()
    [_, row] = csv.reader(io.StringIO(hostile.get("/corpus.csv").data.decode("utf-8-sig"), newline=""))
    assert row[2] == shown


@pytest.mark.parametrize("title", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", '=1,"quoted"\nline'])
def test_no_cell_is_a_formula(title: str) -> None:
    hostile = client(_of("=evil", article("=id", title), topics=("=topic", "other")))
    [_, row] = csv.reader(io.StringIO(hostile.get("/corpus.csv").data.decode("utf-8-sig"), newline=""))
    assert (row[0], row[2], row[5], row[7]) == ("'=id", f"'{title}", "'=evil", "'=topic; other")
    assert hostile.get("/corpus.json").json["articles"][0]["title"] == title  # type: ignore[index]


def test_hostile_articles_are_text_in_the_table() -> None:
    script = "<script>alert(1)</script>"
    made = article(script, f"{script}{{{{7*7}}}}", date="2024-01-01")
    page = client(_of(script, made, language=script, topics=(script,))).get("/corpus").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "style=" not in page
    assert "/explore?id=%3Cscript%3Ealert(1)%3C/script%3E" in page


def test_the_corpus_page_shows_what_was_read_and_what_will_disappoint(tmp_path: Path) -> None:
    site, models = tmp_path / "site", tmp_path / "models"
    site.mkdir()
    (site / "a.md").write_text("---\ntitle: Comet over the bay\nrelated: [b]\n---\nIt is bright.\n")
    (site / "b.md").write_text("---\ntitle: Tides\ndate: 05/06/2024\n---\nThe [comet](a.md) has no part in them.\n")
    (site / "<i>.md").write_text("---\n---\n")
    train(Corpus.from_path(site), LocalModels(models), {"half_life_days": 3})
    app = create_app(MODELS=models, ACCESS_LOG=False, TOKEN="t").test_client()
    assert '<a href="/corpus">Corpus</a>' in app.get("/").text
    page = app.get("/corpus", headers=BEARER).text
    facts = re.findall(r"<dt>(\w+)</dt><dd><bdi>([^<]*)</bdi>", page)
    assert facts[1:] == [("articles", "2"), ("hidden", "none"), ("compared", "title 5 %, text 95 %")]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(<td.*?)</tr>", page)]
    assert ["text", "2", "100%"] in rows
    assert ["half_life_days", "3", "given"] in rows
    assert ["<code>related</code>, as ids", "", "1 list"] in rows
    assert ["in texts", "1", "1 article"] in rows
    assert "No article has an address, so that an entry leads nowhere." in page
    assert "<li>&lt;i&gt;.md: " in page
    readers = app.get("/corpus").text
    assert ".md" not in readers
    assert "<code>recommender inspect</code> lists all" in readers
