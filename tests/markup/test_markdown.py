"""Markdown and template tags: one rule a line."""

from __future__ import annotations

import pytest

from recommender.markup import parse_body

RULES = {
    # Markdown
    "emphasis": ("*Bees* __hum__ ~~softly~~.", "Bees hum softly."),
    "lines of a paragraph": ("Bees\n  hum.\n\nWasps  sting.", "Bees hum.\nWasps sting."),
    "line ends of Windows": ("Bees\r\nhum.\r\n\r\nWasps sting.", "Bees hum.\nWasps sting."),
    "headings": ("# Bees\n\nWasps\n-----\n\nAnts.", "Bees\nWasps\nAnts."),
    "list": ("- bees\n- wasps\n  1. ants", "bees\nwasps\nants"),
    "quotation": ("> bees\n> hum", "bees hum"),
    "table": ("| bees | hum |\n|---|---|\n| wasps | sting |", "bees hum\nwasps sting"),
    "link": ("See [the *hives*](/hives 'Hives').", "See the hives."),
    "link by reference": ("See [the hives][1].\n\n[1]: /hives", "See the hives."),
    "image": ("![A hive](hive.jpg) stands.", "A hive stands."),
    "bare URLs": ("See https://a.example/b?c=d#e, www.a.example and <https://b.example>.", "See , and ."),
    "bare URL before Chinese": ("见https://a.example/蜜蜂。", "见蜜蜂。"),
    "entities": ("Fish &amp; chips&nbsp;&eacute; &#8230;", "Fish & chips é …"),
    "inline code": ("Run `make <all>`.", "Run make <all>."),
    "fenced code": ("Bees.\n\n```js\nlet bees;\n```\n\n~~~\nwasps\n~~~\nAnts.", "Bees.\nAnts."),
    "indented code": ("Bees.\n\n    let bees;\n\nAnts.", "Bees.\nAnts."),
    "HTML": ("<div class='a'><b>Bees</b> hum<br>in May</div>", "Bees hum in May"),
    "HTML that is dropped": ("Bees.\n\n<script>let wasps;</script>\n\n<svg><text>x</text></svg>Ants.", "Bees.\nAnts."),
    "indented HTML in a body of HTML": ("<section>\n\n      <p>Bees hum.</p>\n\n</section>", "Bees hum."),
    "comment": ("Bees <!-- wasps\n\n`ants` --> hum.", "Bees hum."),
    "footnote": ("Bees[^1] hum.\n\n[^1]: In May.", "Bees hum.\nIn May."),
    "alert": ("> [!NOTE]\n> Bees hum.", "Bees hum."),
    # Liquid, Nunjucks, Hexo
    "output": ("Bees {{ page.title | upcase }} hum.", "Bees hum."),
    "tag": ("Bees {%- include hive.html\n  size='big' -%} hum.", "Bees hum."),
    "paired tag": ("{% blockquote Ann %}Bees hum.{% endblockquote %}", "Bees hum."),
    "highlighted code": ("Bees.\n{% highlight js %}\nlet `x;\n{% endhighlight %}\nAnts.", "Bees.\nAnts."),
    "code block of Hexo": ("Bees.\n\n{% codeblock lang:js %}\nlet x;\n{% endcodeblock %}\n\nAnts.", "Bees.\nAnts."),
    "comment of Liquid": ("Bees {% comment %}wasps{% endcomment %}hum.", "Bees hum."),
    "comment of Nunjucks": ("Bees {# wasps #}hum.", "Bees hum."),
    "raw": ("{% raw %}Write `{{ page.title }}`.{% endraw %}", "Write {{ page.title }}."),
    "tags in code": (
        "Bees `{% include x %}`.\n\n```\n{% highlight js %}\n```\n\nAnts.",
        "Bees {% include x %}.\nAnts.",
    ),
    "unclosed tag": ("Bees {% hum.", "Bees {% hum."),
    "unclosed output": ("Bees {{ hum.", "Bees {{ hum."),
    # Hugo, Zola
    "shortcode": ('Bees {{< figure src="hive.jpg" >}} hum.', "Bees hum."),
    "paired shortcode": ('{{% note "x" %}}\nBees **hum**.\n{{% /note %}}', "Bees hum."),
    "highlight": ("Bees.\n\n{{< highlight go >}}\nx := 1\n{{< / highlight >}}\n\nAnts.", "Bees.\nAnts."),
    "a shortcode of a longer name": ("{{< code-tabs >}}Bees{{< /code-tabs >}}", "Bees"),
    "body shortcode of Zola": ("{% quote(author='Ann') %}\nBees hum.\n{% end %}", "Bees hum."),
    # ERB, EJS, Svelte
    "tags of ERB": ('<% if may %>Bees<% end %> hum.\n\n<%= render "hive" %>', "Bees hum."),
    "blocks of Svelte": ("{#if may}\nBees {@html hive}hum.\n{:else}\nAnts.\n{/if}", "Bees hum.\nAnts."),
    # Nuxt Content, Obsidian
    "component": ('::note{icon="bee"}\nBees **hum**.\n::', "Bees hum."),
    "component with options": ("::note\n---\nicon: bee\nsize:\n  wide: 2\n---\nBees hum.\n::", "Bees hum."),
    "component in a line": ('Hit :kbd[Enter]{size="xs"}.\n\n:img{src="/hive.jpg" alt="A hive"}', "Hit Enter."),
    "colons of no component": ("At 10:30 std::list :smile: a:b[c] hum.", "At 10:30 std::list :smile: a:b[c] hum."),
    "attributes of a span": ("[Bees]{.big} and *ants*{.small}", "[Bees] and ants"),
    "embedded note": ("Bees.\n\n![[hive.jpg|300]]", "Bees."),
    # kramdown, Docusaurus, MkDocs
    "attributes": ("## Bees {#bees .big}\n\nHum.\n{: .wide #hum}", "Bees\nHum."),
    "table of contents": ("* TOC\n{:toc}\n\n[TOC]\n\nBees.", "Bees."),
    "admonition of Docusaurus": (":::note Take care\n\nBees sting.\n\n:::", "Take care\nBees sting."),
    "label of an admonition": (":::warning[Take care]\nBees sting.\n:::", "Take care\nBees sting."),
    "admonition of MkDocs": ('!!! note "Take care"\n    Bees *sting*.\n\nAnts.', "Take care\nBees sting.\nAnts."),
    "exclamations that are none": ("!!! Bees? Yes\nAnts.", "!!! Bees? Yes Ants."),
    # what no text may hold
    "control characters": ("Bees\x00\x1b \ud800hum.", "Bees hum."),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_text_is_what_a_reader_sees(rule: str) -> None:
    body, text = RULES[rule]
    assert parse_body(body, markup="markdown").text == text


def test_a_fence_ends_at_one_of_its_own_kind() -> None:
    body = "````\n```\n{% comment %}\n~~~~\n````\n\nBees {% x %}hum."
    assert parse_body(body, markup="markdown").text == "Bees hum."


def test_a_table_that_would_grow_beyond_measure_is_read_as_text() -> None:
    body = "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" + "|bees\n" * 1000
    assert "|bees" in parse_body(body, markup="markdown").text
