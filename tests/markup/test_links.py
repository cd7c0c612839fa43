"""The targets of links."""

from __future__ import annotations

import pytest

from recommender.markup import parse_body

LINKS = {
    "Markdown": ("[a](/a) [b](<b c.md> 'B') [a](/a)", ("/a", "b c.md")),
    "by reference": ("[a][1] [b]\n\n[1]: /a\n[b]: ../b.md", ("/a", "../b.md")),
    "bare": ("https://a.example/b. <https://c.example>", ("https://a.example/b", "https://c.example")),
    "HTML": ('<a href="/a?b&amp;c">a</a>', ("/a?b&c",)),
    "around an image": ("[![a](a.jpg)](/a)", ("/a",)),
    "letters of other scripts": ("[a](/蜜蜂/) [b](/%E8%9C%82)", ("/蜜蜂/", "/蜂")),
    "none of the page itself": ("[a](#a) [b](mailto:b@c.example) [c](javascript:c) ![d](d.jpg)", ()),
    "none in code": ("`[a](/a)`\n\n```\n[b](/b)\n```", ()),
    "post_url": ("[a]({% post_url 2024-01-05-bees %}) {%post_url wasps%}", ("2024-01-05-bees", "wasps")),
    "post_url after the site's": ("[a]({{ site.baseurl }}{% post_url bees %})", ("bees",)),
    "post_url with a fragment": ("[a]({% post_url bees %}#hum)", ("bees#hum",)),
    "link": ('<a href="{% link _posts/bees.md %}">a</a>', ("_posts/bees.md",)),
    "link of Hexo": ("{% link Bees https://a.example %}", ("https://a.example",)),
    "post_link": ("{% post_link bees 'The bees' %}", ("bees",)),
    "ref": ('[a]({{< ref "my bees.md" >}}) [b]({{% relref path="b.md" %}})', ("my bees.md", "b.md")),
    "wiki links": ("[[My bees|bees]] [[hive/Wax#hum]] ![[bee.jpg]] [[1]](/a)", ("My bees", "hive/Wax", "/a")),
    "Zola": ("[a](@/blog/bees.md#hum)", ("@/blog/bees.md#hum",)),
}


@pytest.mark.parametrize("kind", LINKS)
def test_links_in_order(kind: str) -> None:
    body, links = LINKS[kind]
    assert parse_body(body, markup="markdown").links == links


def test_the_words_of_post_link_are_text() -> None:
    assert parse_body("See {% post_link bees 'The bees' %}.", markup="markdown").text == "See The bees."


WITHOUT_WORDS = {
    "Markdown": ("See [the tides](/tides), [the moon](/moon).", "See , the moon."),
    "every link to it": ("[one](/tides) two [three](/tides)", "two"),
    "by reference": ("[one][1] two\n\n[1]: /tides", "two"),
    "HTML with marks and images": ("a<a href='/tides'><em>b</em> <img alt='c'></a>d", "a d"),
    "around blocks": ("<a href='/tides'><h3>a</h3><p>b</p></a><p>c</p>", "c"),
    "unclosed": ("<a href='/tides'>a <a href='/moon'>b</a> c", "b c"),
    "after a break": ("a<br>[b](/tides)<br>c", "a c"),
}


@pytest.mark.parametrize("kind", WITHOUT_WORDS)
def test_the_words_of_a_link_can_be_left_out(kind: str) -> None:
    body, text = WITHOUT_WORDS[kind]
    said = parse_body(body, markup="markdown", without_links={"/tides"})
    assert said.text == said.excerpt == text
    assert "/tides" in said.links
