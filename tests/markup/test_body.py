"""What a whole body says: text, heading, excerpt, links."""

from __future__ import annotations

import pytest

from recommender.markup import Body, Markup, parse_body


def test_a_post_as_a_site_has_it() -> None:
    post = """# Bees on the roof

[![build](badge.svg)](https://ci.example)

There are **forty thousand** bees &amp; one queen,
see [the law]({% post_url 2024-01-05-law %}).

<!-- more -->

- `honey`
- wax[^1]

```python
import bees
```

[^1]: Of the *comb*.
"""
    assert parse_body(post, markup="markdown") == Body(
        text="Bees on the roof\nbuild\nThere are forty thousand bees & one queen, see the law.\nhoney\nwax\n"
        "Of the comb.",
        heading="Bees on the roof",
        excerpt="There are forty thousand bees & one queen, see the law.",
        links=("https://ci.example", "2024-01-05-law"),
        code_words="import bees",
    )


@pytest.mark.parametrize(
    ("markup", "body"),
    [
        ("markdown", "Hives.\n\n```js\nbees.hum(Bees, hive_1)\n```\n\n    hum(ants)\n"),
        ("html", "<p>Hives.<pre><code>bees.hum(<b>Bees</b>, hive_1)</code></pre><svg>x</svg><pre>hum(ants)</pre>"),
    ],
)
def test_each_word_of_its_code_counts_once(markup: Markup, body: str) -> None:
    parsed = parse_body(body, markup=markup)
    assert (parsed.text, parsed.code_words) == ("Hives.", "bees hum hive 1 ants")
    assert parsed.text_and_code == "Hives.\nbees hum hive 1 ants"
    assert parsed.excerpt == "Hives."


def test_an_empty_body_says_nothing() -> None:
    for body in ("", " \n\n"):
        assert parse_body(body, markup="markdown") == Body("", "", "", ())
        assert parse_body(body, markup="mdx") == Body("", "", "", ())
        assert parse_body(body, markup="html") == Body("", "", "", ())
        assert parse_body(body, markup="text") == Body("", "", "", ())
