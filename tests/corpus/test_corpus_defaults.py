"""The settings that a corpus starts from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import article, corpus_of

from recommender.corpus import choose_defaults


@pytest.mark.parametrize(("dated", "text", "power"), [(1, "Tides.", 0.7), (2, "Tides.", None), (0, "", None)])
def test_repeated_terms_count_more_in_texts_if_most_articles_have_no_date(
    dated: int, text: str, power: float | None
) -> None:
    tides = [article(f"{n}", f"Tide {n}", date="2024-03-19" if n < dated else None) for n in range(3)]
    corpus = corpus_of(*(replace(tide, path=f"{tide.id}.md", text=text) for tide in tides))
    assert choose_defaults(corpus).text_count_power == power
