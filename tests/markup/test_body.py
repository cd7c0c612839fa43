"""What a whole body says: text, heading, excerpt, links."""

from __future__ import annotations

from recommender.markup import Body, parse_body


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
    )


def test_an_empty_body_says_nothing() -> None:
    for body in ("", " \n\n"):
        assert parse_body(body, markup="markdown") == Body("", "", "", ())
        assert parse_body(body, markup="mdx") == Body("", "", "", ())
        assert parse_body(body, markup="html") == Body("", "", "", ())
        assert parse_body(body, markup="text") == Body("", "", "", ())
