from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.model import TfidfModel
from recommender.settings import Settings

TITLES = ["River floods old town", "Flood in the old town", "Chess prize for a schoolgirl"]
EXCERPTS = ["The river rose over night.", "", "She played the queen and won the prize."]


def test_similarity_is_the_weighted_sum_of_the_fields_cosines() -> None:
    settings = Settings(title_weight=0.7, title_terms="words", excerpt_terms="words")
    vectors = TfidfModel(settings=settings).fit_transform(TITLES, EXCERPTS)

    titles, excerpts = (
        TfidfVectorizer(token_pattern=r"\w+").fit_transform(texts).toarray() for texts in (TITLES, EXCERPTS)
    )
    expected = 0.7 * titles @ titles.T + 0.3 * excerpts @ excerpts.T
    assert (vectors @ vectors.T).toarray() == pytest.approx(expected, abs=1e-6)


def test_vectors_are_float32_one_row_an_article() -> None:
    vectors = TfidfModel(settings=Settings()).fit_transform(TITLES, EXCERPTS)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == 3
    assert vectors.has_sorted_indices


def test_a_text_that_was_learnt_gets_the_same_vector_again() -> None:
    model = TfidfModel(settings=Settings())
    learnt = model.fit_transform(TITLES, EXCERPTS)
    assert np.array_equal(model.transform(TITLES, EXCERPTS).toarray(), learnt.toarray())


def test_a_model_from_what_another_has_learnt_gives_the_same_vectors() -> None:
    model = TfidfModel(settings=Settings())
    learnt = model.fit_transform(TITLES, EXCERPTS)
    copy = TfidfModel.from_vocabularies(model.vocabularies(), settings=Settings())
    assert np.array_equal(copy.transform(TITLES, EXCERPTS).toarray(), learnt.toarray())


def test_a_field_that_is_empty_everywhere_is_left_out() -> None:
    model = TfidfModel(settings=Settings())
    vectors = model.fit_transform(TITLES, ["", "", ""])
    assert [(field, end - start) for field, start, end in model.field_of_columns()][1] == ("excerpt", 0)
    copy = TfidfModel.from_vocabularies(model.vocabularies(), settings=Settings())
    assert np.array_equal(copy.transform(TITLES, ["", "", ""]).toarray(), vectors.toarray())


def test_texts_without_any_term_give_vectors_without_columns() -> None:
    assert TfidfModel(settings=Settings()).fit_transform(["…", "!"], ["", ""]).shape == (2, 0)
