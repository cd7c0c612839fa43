"""Whatever a body is: it is read, in a number of steps that grows no faster than it does, and no markup is left."""

from __future__ import annotations

import sys
from types import FrameType
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.markup import Body, Markup, parse_body

MARKUPS: tuple[Markup, ...] = get_args(Markup)
# fmt: off
PIECES = [
    "[", "]", "![", "](", "[a](", "[^", "[^a", "[[", "[]: ", "*", "*a ", "**a _b ", "_", "~~", "`", "`` ", "```\n",
    "~~~", " ~~~ a", "> ", "- ", "1. ", "\n>", "\n- ", "# ", "\n==\n", "    a\n", "\t", "|", "|a", "|\n|-\n",
    "a|b\n-|-\n", "\\", "&", "&#", "&amp;", "<", ">", "<a ", "<a b='", '<a href="', "<a {", "</", "<A", "<A\n{",
    "</A>", "<>", "<!", "<!--", "-->", "<!-- more -->", "<?", "<![CDATA[", "<div>", "</div>", "<b></i>",
    "<p><font a=1>", "<table><td>", "<ul><li>", "<svg>", "<pre>", "<script>", "<br>", "<h1>", "<img alt=a>",
    "<textarea>", "<template>", "{", "}", "{}", "{{", "}}", "{{ a }}", "{{<", ">}}", '{{< ref "', "{%", "%}",
    "{% link ", "{% raw %}", "{% highlight %}", "{% endhighlight %}", "{% comment %}", "{{< highlight >}}",
    "{{< /highlight >}}", "{#", "{#a", "{:", "{::", "{::comment}", "{.a", "{/*", "*/}", "{'", ":::", ":::a\n",
    " :::[", "!!! ", '\n!!! a "b"\n', '=== "a\n    b\n', "import a ", "\nimport x from\n", "export {\n",
    "export const a = {}\n", "\n::a\n---\nb: c\n", "\n::\n", " :a[", ":a{", "]{.a", "{#if a}", "{/if}", "{@html",
    "<%", "%>", "[[a|", "]]", "![[", "http://", "www.a.", "a@b.", "[toc]", "* a\n{:toc", ">[!a", "$", "中", "\u200b",
    "\x00", "\ud800", "\r", "\n\n", "a", " ",
]
# fmt: on


def steps_of(body: str, markup: Markup) -> int:
    """Calls of functions, of Python and of C, while a body is read."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        parse_body(body, markup=markup)
    finally:
        sys.setprofile(None)
    return steps


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)), st.sampled_from(MARKUPS))
def test_any_text_is_a_body_without_markup(body: str, markup: Markup) -> None:
    said = parse_body(body, markup=markup)
    assert isinstance(said, Body)
    assert len(said.excerpt) <= 600
    assert said.text == "\n".join(" ".join(line.split()) for line in said.text.split("\n") if line)
    assert "\x00" not in said.text
    assert len(said.links) == len(set(said.links))
    said.text.encode()
    "".join(said.links).encode()


@pytest.mark.parametrize("markup", MARKUPS)
def test_steps_grow_no_faster_than_the_body(markup: Markup) -> None:
    for piece in PIECES:
        short, long = (steps_of(piece * (length // len(piece)), markup) for length in (2_000, 8_000))
        assert long <= 4.4 * short + 200, piece


@pytest.mark.parametrize("markup", MARKUPS)
def test_large_bodies_of_one_mark_are_read(markup: Markup) -> None:
    for piece in PIECES:
        parse_body(piece * 2 * sys.getrecursionlimit(), markup=markup)


@pytest.mark.parametrize("markup", MARKUPS)
def test_no_nesting_is_too_deep(markup: Markup) -> None:
    depth = 20_000
    lists = "".join(f"{'  ' * level}- ants\n" for level in range(300))
    for opening in ("> " * depth, "<div>" * depth, "[" * depth, "{" * depth + "}" * depth, lists):
        assert "bees" in parse_body(f"{opening}bees", markup=markup).text
