"""An evaluation as text and as a page: what they say, and what a page must never hold."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from urllib.parse import quote

import pytest

from recommender.evaluation import (
    Comparison,
    Estimate,
    Evaluation,
    Group,
    JudgedList,
    Miss,
    Spread,
    System,
    as_html,
    as_text,
)
from recommender.overview import JudgedArticles

HOSTILE = """<script>alert("$x$")</script>'"""
VOID = {"meta", "br"}
APART = {"br", "dd", "dt", "h2", "p", "span", "td", "th", "tr"}


def system(name: str, ndcg: Estimate, recall: float, *, coverage: float = 1.0) -> System:
    rest = {name: Estimate(value, value, value) for name, value in (("precision@5", 0.25), ("MRR", 0.5))}
    return System(name, {"nDCG@10": ndcg, "recall@10": Estimate(recall, recall - 0.1, recall + 0.1), **rest}, coverage)


OURS = system("this program", Estimate(0.6, 0.5, 0.7), 0.734)
RANDOM = system("random", Estimate(0.0, 0.0, 0.0), 0.1, coverage=0.5)
PLAIN = system("plain TF-IDF", Estimate(0.4, 0.3, 0.5), 0.406)
EVALUATION = Evaluation(
    corpus="newsroom",
    truth="curated",
    since="2019-12-18T06:53:00Z",
    queries=1_200,
    links=3_000,
    candidates=5_488,
    max_links=10,
    learnt="learnt from 40 links in 20 lists: half_life_days none",
    served="the model that is served differs: it learns from all 34 curated lists",
    words_left_out=0,
    words_from="title and excerpt",
    settings={"title_ngrams": [3, 3], "half_life_days": None, "learn": True, "published": "any"},
    systems=[OURS, RANDOM, PLAIN],
    all_lists=[OURS, PLAIN],
    all_queries=1_300,
    comparisons=[
        Comparison("random", float("inf"), Estimate(0.6, 0.5, 0.7), 0.0009995),
        Comparison("plain TF-IDF", 1.5, Estimate(0.2, -0.01, 0.41), 0.0625),
    ],
    groups=[
        Group("links in the list", "1", 1_000, 0.7, 0.4),
        Group("links in the list", "2", 200, 0.1, 0.4),
        Group("days to its links", "within 1", 900, 0.65, 0.45),
        Group("days to its links", "no dates", 300, 0.45, 0.25),
        Group("provider", "times.example", 1_195, 0.6, 0.4, [JudgedList("d", "Comet seen", 0.1, 0.9)]),
        Group("provider", "none", 5, 0.5, 0.3),
        Group("topic", "科技", 700, 0.6, 0.4),
        Group("topic", "Tech", 500, 0.6, 0.4),
        Group("language", "english", 600, 0.6, 0.4),
        Group("language", "chinese", 600, 0.6, 0.4),
    ],
    misses=[
        Miss("a", "Fish & chips", "b", "Frying oil", None, 0.0, None),
        Miss("a", "Fish & chips", "c", "Withdrawn", None, 0.4, "hidden"),
        Miss("d", "Comet seen", "e", "Comet lost", 3_207, 0.0171, None, [("f/ü", "Comet found"), ("g", "Comet, too")]),
    ],
    missed_links=900,
    spread=Spread(0.0456, [("d", "Comet seen", 25), ("a", "Fish & chips", 9)]),
    judged=JudgedArticles((), {}, {}),
)

TEXT = """\
newsroom: 1,200 curated lists of at most 10 links since 18 December 2019, 3,000 links, 5,488
candidates
learnt from 40 links in 20 lists: half_life_days none
the model that is served differs: it learns from all 34 curated lists
baselines compare the words of title and excerpt

lists of at most 10  nDCG@10 [95 % interval]  recall@10  precision@5    MRR  coverage
this program            0.600 [0.500, 0.700]      0.734        0.250  0.500     100 %
plain TF-IDF            0.400 [0.300, 0.500]      0.406        0.250  0.500     100 %
random                  0.000 [0.000, 0.000]      0.100        0.250  0.500      50 %

this program against  ratio  difference [95 % interval]        p
plain TF-IDF          1.50×     +0.200 [−0.010, +0.410]    0.062
random                    ∞     +0.600 [+0.500, +0.700]  < 0.001

lists of any length (1,300)  nDCG@10 [95 % interval]  recall@10  precision@5    MRR  coverage
this program                    0.600 [0.500, 0.700]      0.734        0.250  0.500     100 %
plain TF-IDF                    0.400 [0.300, 0.500]      0.406        0.250  0.500     100 %

where it wins and loses (nDCG@10)  lists  this program  plain TF-IDF  difference
links in the list
  1                                1,000         0.700         0.400      +0.300
  2                                  200         0.100         0.400      −0.300
days to its links
  within 1                           900         0.650         0.450      +0.200
  no dates                           300         0.450         0.250      +0.200
provider
  times.example                    1,195         0.600         0.400      +0.200
  none                                 5         0.500         0.300      +0.200
topic
  科技                               700         0.600         0.400      +0.200
  Tech                               500         0.600         0.400      +0.200
language
  english                            600         0.600         0.400      +0.200
  chinese                            600         0.600         0.400      +0.200

900 of 3,000 links are not among the first 10.

4.6 % of the articles are in no list; most often suggested:
   25×  Comet seen
    9×  Fish & chips
"""


class Page(HTMLParser):
    """A page taken apart: its text, its tags with their attributes, and whether every tag is closed in turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in APART:
            self.words.append(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def plots(self) -> list[str]:
        return [str(attributes["aria-label"]) for tag, attributes in self.tags if tag == "svg"]


@pytest.fixture(scope="module")
def html() -> str:
    return as_html(EVALUATION)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_text() -> None:
    assert as_text(EVALUATION) == TEXT


def test_the_text_fits_a_terminal() -> None:
    text = as_text(replace(EVALUATION, learnt="learnt from 40 links in 20 lists: half_life_days none, " * 4))
    assert 90 < max(map(len, text.splitlines())) <= 100


def test_the_text_without_dates_and_learning_says_neither() -> None:
    text = as_text(replace(EVALUATION, since=None, learnt=""))
    assert text.startswith(
        "newsroom: 1,200 curated lists of at most 10 links, 3,000 links, 5,488 candidates\nthe model that is served"
    )


IN_TEXT = replace(EVALUATION, truth="in-text", words_left_out=4_321)


def test_the_text_says_that_the_links_are_those_in_texts() -> None:
    assert " ".join(as_text(IN_TEXT).split("\n\n")[0].split()) == (
        "newsroom: 1,200 texts with at most 10 links to earlier articles since 18 December 2019, 3,000 links, "
        "5,488 candidates on average learnt from 40 links in 20 lists: half_life_days none "
        "the model that is served differs: it learns from all 34 curated lists "
        "left out of the texts: the words of 4,321 links to other articles "
        "baselines compare the words of title and excerpt"
    )


def test_the_page_says_that_the_links_are_those_in_texts() -> None:
    text = Page(as_html(IN_TEXT)).text
    assert "Of the links that your authors set in texts since 18 December 2019, the program finds 73 %" in text
    assert "The words of links to other articles (4,321 links) are left out of all texts" in text
    assert "Candidates are the articles that were there when the text was published" in text
    assert "editor" not in text
    assert "curated list of" not in text


def test_the_text_names_the_first_ten_lost_links() -> None:
    lost = [(f"from-{number}", f"to-{number}") for number in range(12)]
    tail = as_text(replace(EVALUATION, lost=lost, gained=lost[:3])).split("\n\n")[-1]
    assert tail.splitlines() == [
        "Against the earlier model: 12 links lost, 3 gained. Lost:",
        *(line for number in range(10) for line in (f"  from-{number}", f"    → to-{number}")),
        "  … and 2 more",
    ]


def test_the_text_says_so_where_nothing_was_lost() -> None:
    assert as_text(replace(EVALUATION, lost=[], gained=[("new", "found")] * 3)).endswith(
        "\n\nAgainst the earlier model: 0 links lost, 3 gained.\n"
    )


def test_the_page_opens_with_the_answer(page: Page) -> None:
    assert (
        "Of the links that your editors set in articles since 18 December 2019, the program finds 73 % among its first "
        "ten suggestions; plain TF-IDF finds 41 %. That is the mean over 1,200 articles, each weighted equally; of all "
        "links together it finds 2,100 of 3,000." in page.text
    )


def test_the_page_says_which_differences_are_significant(page: Page) -> None:
    assert "the 95 % confidence interval of the difference is −0.010 to +0.410." in page.text
    assert "At p < 0.05 it is better than random; not significantly different from plain TF-IDF." in page.text


def test_a_page_says_where_a_baseline_is_better() -> None:
    worse = replace(EVALUATION, comparisons=[Comparison("plain TF-IDF", 0.5, Estimate(-0.2, -0.3, -0.1), 0.001)])
    assert "At p < 0.05 it is worse than plain TF-IDF." in Page(as_html(worse)).text


@pytest.mark.parametrize(
    "said",
    [
        "this program 0.600 0.500 to 0.700 0.734 0.634 to 0.834 0.250 0.250 to 0.250 0.500 0.500 to 0.500 100 %",
        "plain TF-IDF 1.50× +0.200 −0.010 to +0.410 0.062",
        "random ∞ +0.600 +0.500 to +0.700 < 0.001",
        "Lists of any length: 1,300, of which 100 are longer than 10 links",
        "times.example 1,195 0.600 0.400",
        "The 3 worst misses 900 of 3,000 links",
        "Fish & chips → Frying oil no shared term 0.000",
        "Fish & chips → Withdrawn removed: hidden 0.400",
        "Comet seen → Comet lost Suggested instead: Comet found · Comet, too 3,207 0.017",
        "times.example: its lists, the worst first Comet seen 0.100, plain TF-IDF 0.900",
        "4.6 % of the articles are in no list",
        "Comet seen 25 Fish & chips 9",
        "Learnt from 40 links in 20 lists: half_life_days none.",
        "The model that is served differs: it learns from all 34 curated lists.",
        "Every article of the archive that is not hidden is a candidate for every list, for every system alike.",
        "compare the words of title and excerpt; TF-IDF with time multiplies",
        'title_ngrams [3, 3] half_life_days null learn true published "any"',
        "split by date, at 2019-12-18T06:53:00Z",
    ],
)
def test_the_page_says(page: Page, said: str) -> None:
    assert said in page.text


def test_articles_and_figures_link_to_the_explorer_where_the_page_is_served(page: Page) -> None:
    linked = [attributes for _, attributes in page.tags if "data-served-href" in attributes]
    links = Counter(str(attributes["data-served-href"]) for attributes in linked)
    groups = {link: links.pop(link) for link in list(links) if link.startswith("corpus?group=")}
    assert links == {
        "./": 1,
        "corpus": 1,
        "corpus?state=orphan#articles": 1,
        "explore?id=a": 3,
        "explore?id=a&other=b": 1,
        "explore?id=a&other=c": 1,
        "explore?id=d": 3,
        "explore?id=d&other=e": 1,
        "explore?id=d&other=f/%C3%BC": 1,
        "explore?id=d&other=g": 1,
    }
    assert all("href" not in attributes for attributes in linked)
    one = "&sort={}&order=ascending#articles".format
    for group in EVALUATION.groups:
        name = f"corpus?group={quote(f'{group.kind}: {group.name}')}"
        assert groups.pop(f"{name}&system=plain%20TF-IDF&measure=nDCG%4010{one('lead')}") == 1
        assert groups.pop(f"{name}&system=plain%20TF-IDF&measure=nDCG%4010{one('theirs')}") == 1
        assert groups.pop(f"{name}&system=this%20program&measure=nDCG%4010{one('ours')}") == 1
    for system in (RANDOM, PLAIN):
        name = f"corpus?group=lists%3A%20judged&system={quote(system.name)}"
        assert groups.pop(f"{name}&measure=nDCG%4010{one('lead')}") == 1
        for measure in system.figures:
            assert groups.pop(f"{name}&measure={quote(measure)}{one('theirs')}") >= 1
    without = "corpus?group=without%20suggestions%3A%20random&system=random&measure=nDCG%4010"
    assert groups.pop(f"{without}{one('theirs')}") == 1
    assert {link.split("&system")[0] for link in groups} == {
        "corpus?group=lists%3A%20judged",
        "corpus?group=lists%3A%20of%20any%20length",
    }


def test_the_page_has_a_plot_of_systems_of_differences_and_of_each_kind_of_group(page: Page) -> None:
    systems, differences, *groups = page.plots()
    assert systems == (
        "nDCG@10 of each system: this program 0.600, 95 % from 0.500 to 0.700; "
        "plain TF-IDF 0.400, 95 % from 0.300 to 0.500; random 0.000, 95 % from 0.000 to 0.000"
    )
    assert differences.startswith("nDCG@10 of this program minus that of each baseline: plain TF-IDF +0.200, 95 %")
    assert [label.split(":")[0] for label in groups] == [
        f"nDCG@10 by {kind}" for kind in ("links in the list", "days to its links", "provider", "topic", "language")
    ]
    assert groups[0].endswith("2: this program 0.100, plain TF-IDF 0.400, lists 200")


def test_a_kind_with_one_group_is_a_sentence() -> None:
    page = Page(as_html(replace(EVALUATION, groups=EVALUATION.groups[:3])))
    assert "By days to its links, all lists are in one group: “within 1”." in page.text
    assert len(page.plots()) == 3


def test_plots_take_the_pages_colours_and_keep_text_as_text(html: str) -> None:
    svg = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert not re.search(r"fill|stroke|style|rgb|#\w", svg)
    assert ">times.example</text>" in svg
    assert ">科技</text>" in svg


def plot(html: str, title: str) -> str:
    svgs: list[str] = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    return next(svg for svg in svgs if f"<title>{title}</title>" in svg)


def test_bars_are_as_long_as_their_values(html: str) -> None:
    svg = plot(html, "nDCG@10 by provider")
    lengths = [float(length) for length in re.findall(r'<rect[^>]* width="([\d.]+)"', svg)]
    assert [length / lengths[0] for length in lengths] == pytest.approx([1, 0.4 / 0.6, 0.5 / 0.6, 0.3 / 0.6], abs=1e-3)
    assert re.findall(r'class="tick[^>]*>([\d.]+)<', svg) == ["0.0", "0.2", "0.4", "0.6"]
    assert svg.count('class="pale"') == 1  # one provider has but five lists


def test_intervals_lie_about_their_means_and_a_line_marks_zero(html: str) -> None:
    svg = plot(html, "nDCG@10 of this program minus that of each baseline")
    [zero] = map(float, re.findall(r'class="zero" x1="([\d.]+)"', svg))
    low, high, mean = map(float, re.findall(r'<g class="ours"><line x1="(.+?)" x2="(.+?)".*?cx="(.+?)"', svg)[0])
    assert low < zero < mean < high
    assert (high - zero) / (mean - zero) == pytest.approx(0.41 / 0.2, abs=0.01)


def test_a_line_joins_groups_in_order_but_not_those_without_dates(html: str) -> None:
    svg = plot(html, "nDCG@10 by days to its links")
    assert [len(points.split()) for points in re.findall(r'points="(.*?)"', svg)] == [1, 1]
    assert svg.count("<circle") == 4


def test_long_names_are_shortened_by_the_columns_that_they_take() -> None:
    groups = [Group("topic", name, 20, 0.1, 0.2) for name in ("科技" * 20, "Tech" * 10)]
    long = replace(EVALUATION, groups=groups)
    html, text = as_html(long), as_text(long)
    shortened = f"{'科技' * 9}科…"
    assert f">{shortened}</text>" in html
    assert f">{'科技' * 20}</a></th>" in html
    assert f"\n  {shortened}  " in text
    assert f">{'Tech' * 10}</text>" in html


def test_the_page_is_whole(page: Page) -> None:
    assert page.open == []
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert not [id for id, count in ids.items() if count > 1]


def test_the_page_asks_no_other_host_and_runs_nothing(html: str, page: Page) -> None:
    assert not {"script", "link", "iframe", "img", "object", "embed"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "href", "xlink:href") or str(value).startswith("#")
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_the_page_escapes_every_text_of_the_corpus() -> None:
    hostile = replace(
        EVALUATION,
        corpus=HOSTILE,
        learnt=HOSTILE,
        served=HOSTILE,
        settings={HOSTILE: HOSTILE},
        groups=[
            Group(kind, HOSTILE + name, 3, 0.1, 0.2, [JudgedList(HOSTILE, HOSTILE, 0.1, 0.2)])
            for kind in ("topic", "days to its links")
            for name in "ab"
        ],
        misses=[Miss(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 9, 0.1, HOSTILE, [(HOSTILE, HOSTILE)])],
        spread=Spread(0.0, [(HOSTILE, HOSTILE, 1)]),
        lost=[(HOSTILE, HOSTILE)],
    )
    html = as_html(hostile)
    page = Page(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script" not in html
    assert page.open == []
    assert {name for _, attributes in page.tags for name in attributes if "alert" in name} == set()
    assert f"→ {HOSTILE}" in page.text
    assert all(HOSTILE in label for label in page.plots()[2:])


def test_the_same_evaluation_gives_the_same_bytes(html: str) -> None:
    assert as_html(EVALUATION) == html


def test_the_page_is_light(html: str) -> None:
    assert len(html.encode()) < 400_000


def test_a_page_without_dates_misses_or_words_on_learning() -> None:
    page = Page(as_html(replace(EVALUATION, since=None, misses=[], missed_links=0, learnt="")))
    assert "Of the links that your editors set, the program finds 73 %" in page.text
    assert "None: every link is among the first ten suggestions." in page.text
    assert "split at random, since they have no dates." in page.text
    assert "Learnt from" not in page.text


def test_a_page_where_nothing_was_found() -> None:
    none = Estimate(0.0, 0.0, 0.0)
    nothing = replace(
        EVALUATION,
        systems=[system(name, none, 0.0) for name in ("this program", "plain TF-IDF")],
        comparisons=[Comparison("plain TF-IDF", float("inf"), none, 1.0)],
        groups=[Group("topic", name, 1, 0.0, 0.0) for name in "ab"],
        spread=Spread(0.0, []),
    )
    page = Page(as_html(nothing))
    assert "At p < 0.05 it is not significantly different from plain TF-IDF." in page.text
    assert "every article is in some list" in page.text
    assert len(page.plots()) == 3


def test_the_page_names_lost_and_gained_links() -> None:
    lost = [(f"from-{number}", f"to-{number}") for number in range(52)]
    page = Page(as_html(replace(EVALUATION, lost=lost, gained=[("new", "found")])))
    assert "Lost: 52 links that only the earlier model finds." in page.text
    assert "Gained: 1 link that only this one finds. new → found" in page.text
    assert "from-49 → to-49" in page.text
    assert "from-50" not in page.text
    assert "… and 2 more." in page.text


def test_the_page_names_no_earlier_model_where_there_is_none(page: Page) -> None:
    assert "earlier model" not in page.text


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_have_enough_contrast(theme: int) -> None:
    """WCAG 2.2, AA: 4.5 to 1 for text, 3 to 1 for what a plot is read by."""
    template = resources.files("recommender.evaluation").joinpath("report.html").read_text("utf-8")
    colours = [dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in re.findall(r":root \{.*?\}", template, re.S)]
    paper = colours[theme]["paper"]
    assert all(contrast(colours[theme][name], paper) >= 4.5 for name in ("ink", "muted", "ours"))
    assert contrast(colours[theme]["plain"], paper) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two #rrggbb colours."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[start:end], 16) / 255 for start, end in pairwise((1, 3, 5, 7))]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
