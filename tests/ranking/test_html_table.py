"""A recommender as notebooks show it."""

from __future__ import annotations

from samples import article, corpus_of

from recommender import Recommender, Settings


class Kept(Recommender):
    """A recommender of another name."""


def test_a_notebook_shows_a_table_of_articles_dates_and_settings() -> None:
    dated = [article(f"a{day}", "Wend", date=f"2024-03-0{day}T23:00:00Z") for day in (3, 1)]
    recommender = Kept(settings=Settings(half_life_days=None, limit=5)).fit(corpus_of(*dated, article("b", "Wend")))
    table, details = recommender._repr_html_().split("<details>")  # which notebooks call
    assert table == (
        "<table><caption>Kept</caption><tbody><tr><th>articles</th><td>3</td></tr>"
        "<tr><th>published</th><td>2024-03-01 to 2024-03-03, 1 without a date</td></tr>"
        "<tr><th>half_life_days</th><td>None</td></tr><tr><th>limit</th><td>5</td></tr></tbody></table>"
    )
    assert "<tr><th>title_ngrams</th><td>[3, 3]</td></tr>" in details


def test_a_notebook_takes_no_name_for_markup() -> None:
    recommender = type("<b>", (Recommender,), {})(settings=Settings()).fit(corpus_of(article("b", "Wend")))
    assert "<caption>&lt;b&gt;</caption>" in recommender._repr_html_()
    assert "<td>1 without a date</td>" in recommender._repr_html_()
    dated = Recommender().fit(corpus_of(article("b", "Wend", date="2024-03-01")))
    assert "<td>2024-03-01 to 2024-03-01</td>" in dated._repr_html_()
