"""TermCounts: those of scikit-learn's CountVectorizer, term by term, however the texts fall into blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array, vstack
from sklearn.feature_extraction.text import CountVectorizer

from recommender.settings import Terms
from recommender.text import Analyzer, TermCounts

TEXTS = st.lists(st.text(st.sampled_from("aAbéΣ. -_\t\n\x1c\u00a0北京駅ー\u0301１"), max_size=30), max_size=12)


def whole(found: TermCounts) -> csr_array:
    return csr_array(vstack([found.block(start) for start in found.block_starts()], format="csr"))


@given(texts=TEXTS, terms=st.sampled_from(["ngrams", "stems", "words"]))
def test_terms_and_counts_are_those_of_the_count_vectorizer(texts: list[str], terms: Terms) -> None:
    analyzer = Analyzer(terms, ngrams=(2, 3), unspaced_ngrams=(1, 2))
    found = TermCounts.count(texts, analyzer)
    if not any(analyzer(text) for text in texts):
        assert found.terms == ()
        return
    counter = CountVectorizer(analyzer=analyzer)
    expected = counter.fit_transform(texts)
    assert found.terms == tuple(counter.get_feature_names_out())
    assert np.array_equal(whole(found).toarray(), expected.toarray())
    assert found.document_frequencies().tolist() == np.count_nonzero(expected.toarray(), axis=0).tolist()
    assert found.max_nonzero() >= expected.nnz


def test_terms_without_a_column_are_left_out() -> None:
    analyzer = Analyzer("words", ngrams=(1, 1), unspaced_ngrams=(1, 1))
    found = TermCounts.count(["comet bay comet", "reef"], analyzer, columns={"bay": 0, "owl": 1, "comet": 2})
    assert found.terms == ("bay", "owl", "comet")
    assert whole(found).toarray().tolist() == [[1, 0, 2], [0, 0, 0]]


def test_counts_do_not_depend_on_the_block_that_a_text_is_in() -> None:
    texts = ["a comet, a bay", "", "owls! comet", "bay", "comet."]
    analyzer = Analyzer("ngrams", ngrams=(2, 2), unspaced_ngrams=(2, 2))
    five, many = TermCounts.count(texts, analyzer), TermCounts.count(1000 * texts, analyzer)
    assert len(five.block_starts()) == 1
    assert len(many.block_starts()) == 2
    assert np.array_equal(whole(many).toarray(), np.tile(whole(five).toarray(), (1000, 1)))
    assert many.document_frequencies().tolist() == [1000 * texts for texts in five.document_frequencies().tolist()]


def test_a_word_in_texts_of_two_languages_is_stemmed_in_each() -> None:
    analyzer = Analyzer("stems", ngrams=(1, 1), unspaced_ngrams=(1, 1))
    found = TermCounts.count(["the station of the chevaux", "les chevaux sont dans les jardins"], analyzer)
    assert {"chevaux", "cheval"} <= set(found.terms)
