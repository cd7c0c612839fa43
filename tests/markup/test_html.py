"""HTML pages and plain texts: one rule a line."""

from __future__ import annotations

import pytest

from recommender.markup import parse_body

RULES = {
    "paragraphs": ("<p>Bees\n <em>hum</em>.</p><p>Ants.", "Bees hum.\nAnts."),
    "only what is in the body": ("<html><head><title>x</title></head><body>Bees</body></html>", "Bees"),
    "parts of the page": ("<header>x</header><nav>x</nav><p>Bees</p><footer>x</footer>", "Bees"),
    "an article's own header": ("<article><header><h1>Bees</h1></header>Hum.</article>", "Bees\nHum."),
    "breaks": ("Bees<br>hum.<br><br>Ants.", "Bees hum.\nAnts."),
    "table": ("<table><tr><th>bees<td>hum<tr><td>wasps</table>", "bees hum\nwasps"),
    "what is not read": ("<style>x</style><pre>x</pre><iframe>x</iframe><template>x</template>Bees", "Bees"),
    "unclosed and misnested": ("<div><b>Bees <i>hum</b></div></p></span>.<p", "Bees hum\n."),
    "Liquid": ("{% if x %}<p>Bees {{ y }}</p>{% endif %}", "Bees"),
    "Markdown is none": ("*Bees* :::note [^1] `x", "*Bees* :::note [^1] `x"),
    "entities": ("Fish &amp; chips &hellip;", "Fish & chips …"),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_text_is_what_a_reader_sees(rule: str) -> None:
    body, text = RULES[rule]
    assert parse_body(body, markup="html").text == text


def test_links_are_in_order_and_each_once() -> None:
    body = '<a href="/b">b</a> <a href=" /a ">a</a> <a href="/b">c</a> <a name="x">d</a> <img src="/i.png">'
    assert parse_body(body, markup="html").links == ("/b", "/a")


def test_a_plain_text_has_paragraphs_and_addresses() -> None:
    said = parse_body("*Bees*\nhum.\n \nSee https://a.example/b.\n", markup="text")
    assert (said.text, said.heading, said.excerpt) == ("*Bees* hum.\nSee .", "", "*Bees* hum.")
    assert said.links == ("https://a.example/b",)
