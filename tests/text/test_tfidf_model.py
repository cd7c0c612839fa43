from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.settings import Settings
from recommender.text import Documents, TfidfModel

TITLES = ["River floods old town", "Flood in the old town", "Chess prize for a schoolgirl"]
EXCERPTS = ["The river rose over night.", "", "She played the queen and won the prize."]


def test_similarity_is_the_weighted_sum_of_the_fields_cosines() -> None:
    settings = Settings(
        title_weight=0.7, title_terms="words", excerpt_terms="words", excerpt_holds_title=False, idf_power=1
    )
    vectors = TfidfModel(settings=settings).fit_transform(Documents(TITLES, EXCERPTS))

    titles, excerpts = (
        TfidfVectorizer(token_pattern=r"\w+").fit_transform(texts).toarray() for texts in (TITLES, EXCERPTS)
    )
    expected = 0.7 * titles @ titles.T + 0.3 * excerpts @ excerpts.T
    assert (vectors @ vectors.T).toarray() == pytest.approx(expected, abs=1e-6)


def test_the_excerpts_field_holds_the_title_too_unless_told_not_to() -> None:
    model = TfidfModel(settings=Settings())
    assert model.texts(Documents(["Comet"], ["It has a tail."]))["excerpt"] == ["Comet\nIt has a tail."]
    alone = TfidfModel(settings=Settings(excerpt_holds_title=False))
    assert alone.texts(Documents(["Comet"], ["It has a tail."])) == {"title": ["Comet"], "excerpt": ["It has a tail."]}


def test_the_texts_field_holds_the_title_too_and_the_excerpt_where_there_is_no_text() -> None:
    model = TfidfModel(settings=Settings(text_weight=0.8))
    documents = Documents(["Comet", "Bay"], ["It has a tail.", "A report."], ["", "Ships lie in the bay."])
    assert model.texts(documents)["text"] == ["Comet\nIt has a tail.", "Bay\nShips lie in the bay."]


def test_a_term_weighs_its_idf_to_a_power_times_its_learnt_factor() -> None:
    settings = Settings(title_terms="words", idf_power=0.5)
    model = TfidfModel(settings=settings)
    model.fit_transform(
        Documents(["comet bay", "comet"], ["", ""]), term_factors={"title": {"bay": 3.0, "unknown": 9.0}}
    )
    learnt = model.vocabularies_["title"]
    assert learnt.terms == ("bay", "comet")
    # scikit-learn's smoothed IDF: ln((1 + articles) / (1 + those that hold the term)) + 1
    assert learnt.weights.tolist() == pytest.approx([3 * (np.log(3 / 2) + 1) ** 0.5, 1.0])


def test_vectors_are_float32_with_a_row_for_each_article() -> None:
    vectors = TfidfModel(settings=Settings()).fit_transform(Documents(TITLES, EXCERPTS))
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == 3
    assert vectors.has_sorted_indices


def test_a_text_of_the_fit_is_transformed_to_the_same_vector() -> None:
    model = TfidfModel(settings=Settings())
    learnt = model.fit_transform(Documents(TITLES, EXCERPTS))
    assert np.array_equal(model.transform(Documents(TITLES, EXCERPTS)).toarray(), learnt.toarray())


def test_a_model_from_vocabularies_gives_the_same_vectors() -> None:
    model = TfidfModel(settings=Settings())
    learnt = model.fit_transform(Documents(TITLES, EXCERPTS))
    copy = TfidfModel.from_vocabularies(model.vocabularies_, settings=Settings())
    assert np.array_equal(copy.transform(Documents(TITLES, EXCERPTS)).toarray(), learnt.toarray())


def test_a_field_that_is_empty_everywhere_is_left_out() -> None:
    model = TfidfModel(settings=Settings(excerpt_holds_title=False))
    vectors = model.fit_transform(Documents(TITLES, ["", "", ""]))
    assert model.columns() == {
        "title": slice(0, vectors.shape[1]),
        "excerpt": slice(vectors.shape[1], vectors.shape[1]),
    }
    copy = TfidfModel.from_vocabularies(model.vocabularies_, settings=Settings(excerpt_holds_title=False))
    assert np.array_equal(copy.transform(Documents(TITLES, ["", "", ""])).toarray(), vectors.toarray())


def test_texts_without_any_term_give_vectors_without_columns() -> None:
    model = TfidfModel(settings=Settings(excerpt_holds_title=False))
    assert model.fit_transform(Documents(["…", "!"], ["", ""])).shape == (2, 0)


def test_vectors_are_the_same_to_the_byte_in_any_block() -> None:
    model = TfidfModel(settings=Settings())
    few = model.fit_transform(Documents(TITLES, EXCERPTS))
    many = model.transform(Documents(2000 * TITLES, 2000 * EXCERPTS))  # two blocks
    assert many.shape == (6000, few.shape[1])
    assert many.data.tobytes() == 2000 * few.data.tobytes()
    assert many.indices.tobytes() == 2000 * few.indices.tobytes()
    assert np.array_equal(np.diff(many.indptr), np.tile(np.diff(few.indptr), 2000))
    assert few.indices.dtype == many.indices.dtype == np.int32


def similarities(titles: list[str], topics: list[tuple[str, ...]], **settings: object) -> np.ndarray:
    made = Settings.from_mapping({"title_weight": 0, **settings})
    vectors = TfidfModel(settings=made).fit_transform(Documents(titles, [""] * len(titles), titles, topics))
    return np.asarray((vectors @ vectors.T).toarray())


@pytest.mark.parametrize("settings", [{}, {"text_weight": 1.0}, {"language": "own"}])
def test_articles_that_share_topics_are_alike_the_more_the_rarer_these_are(settings: dict[str, object]) -> None:
    titles = ["comet", "chess", "ferry", "tulip"]
    alike = similarities(titles, [("hand tools",), ("hand tools", "oak"), ("oak",), ("oak",)], **settings)
    assert alike[0, 1] > alike[1, 2] == alike[1, 3] > 0
    assert alike[0, 2] == 0


def test_a_topic_is_one_term_and_no_word_of_a_text() -> None:
    alike = similarities(["oak", "chess", "tool"], [(), ("oak", "hand tools"), ("hand",)])
    assert alike == pytest.approx(np.eye(3))


def test_topics_are_the_same_in_upper_case() -> None:
    assert similarities(["comet", "chess"], [("Hand Tools",), ("hand tools",)])[0, 1] > 0


@pytest.mark.parametrize(
    ("articles", "holders", "counts"), [(600, 12, True), (600, 13, False), (20, 10, True), (20, 11, False)]
)
def test_a_topic_of_many_articles_is_a_section_and_does_not_count(articles: int, holders: int, counts: bool) -> None:
    titles = [f"{row}x" for row in range(articles)]
    alike = similarities(titles, [("news",)] * holders + [()] * (articles - holders))
    assert bool(alike[0, 1] > 0) is counts


@pytest.mark.parametrize(("power", "weight"), [(None, 1 + np.log(4)), (0.5, 2), (0, 1)])
def test_a_repeated_term_of_a_text_weighs_its_count_to_a_power_or_its_logarithm(
    power: float | None, weight: float
) -> None:
    settings = Settings(title_weight=0, text_weight=1, text_count_power=power)
    model = TfidfModel(settings=settings)
    [vector] = model.fit_transform(Documents([""], [""], ["comet comet comet comet bay"])).toarray()
    comet, bay = (vector[model.column("text", term)] for term in ("comet", "bay"))
    assert comet / bay == pytest.approx(weight)


def of_texts(texts: list[str]) -> tuple[TfidfModel, np.ndarray]:
    blank = [""] * len(texts)
    model = TfidfModel(settings=Settings(title_weight=0, text_weight=1))
    return model, np.asarray(model.fit_transform(Documents(blank, blank, texts)).toarray())


@pytest.mark.parametrize(("terms", "length"), [(1, 61 / 201), (4, 64 / 204), (140, 200 / 340)])
def test_the_shorter_its_text_the_shorter_is_an_articles_vector(terms: int, length: float) -> None:
    _, [vector, _] = of_texts([terms * "comet ", "bay"])
    assert np.linalg.norm(vector) == pytest.approx(length)


def test_a_short_text_shortens_title_and_excerpt_too() -> None:
    model = TfidfModel(settings=Settings(title_weight=0.5, text_weight=0.5))
    [vector] = model.fit_transform(Documents(["comet"], ["tail"], ["bay bay"])).toarray()
    squares = {field: np.square(vector[columns]).sum() for field, columns in model.columns().items()}
    of_all = (63 / 203) ** 2  # the text field holds the title, too
    assert squares == pytest.approx({"title": of_all / 2, "excerpt": of_all / 4, "text": of_all / 4})


def test_rare_terms_weigh_more_in_texts() -> None:
    model, _ = of_texts(["comet bay", "comet"])
    assert model.vocabularies_["text"].weights.tolist() == pytest.approx([(np.log(3 / 2) + 1) ** 1.5, 1.0])


@pytest.mark.parametrize(("articles", "holders", "counts"), [(50, 40, True), (50, 41, False), (40, 40, True)])
def test_a_word_of_nearly_all_texts_does_not_count(articles: int, holders: int, counts: bool) -> None:
    model, vectors = of_texts(["comet"] * holders + ["bay"] * (articles - holders))
    column = model.column("text", "comet")
    assert column is not None
    assert bool(vectors[0, column] > 0) is counts


STORIES = Documents(
    ["Ferries", "The old bay"],
    ["", ""],
    ["The ferry of the town was late, and all of the people were waiting.", "It was the end of the ferry in this bay."],
)


def test_the_titles_stems_count_more_in_a_candidates_text_at_the_same_length() -> None:
    model = TfidfModel(settings=Settings(title_weight=0.1, text_weight=0.9))
    counts = model.fit_count(STORIES)
    queries = model.weigh(counts)
    candidates = queries.copy()
    model.emphasise_titles(candidates, counts)
    assert np.array_equal(candidates.indices, queries.indices)
    lengths = [np.linalg.norm(vectors.toarray(), axis=1) for vectors in (queries, candidates)]
    assert lengths[1] == pytest.approx(lengths[0])

    def ratio(row: int, field: str, term: str) -> float:
        column = model.column(field, term)
        assert column is not None
        return float(candidates[row, column] / queries[row, column])

    shrunk = ratio(0, "text", "wait")
    assert shrunk < 1
    assert ratio(0, "text", "ferri") == pytest.approx(2.5 * shrunk)
    assert ratio(0, "title", " fe") == pytest.approx(shrunk)
    assert ratio(1, "text", "bay") == pytest.approx(2.5 * ratio(1, "text", "ferri"))


def test_without_texts_candidates_are_as_queries() -> None:
    model = TfidfModel(settings=Settings())
    counts = model.fit_count(STORIES)
    queries = model.weigh(counts)
    candidates = queries.copy()
    model.emphasise_titles(candidates, counts)
    assert candidates.data.tobytes() == queries.data.tobytes()


def test_candidates_are_the_same_to_the_byte_in_any_block() -> None:
    model = TfidfModel(settings=Settings(title_weight=0.1, text_weight=0.9))
    few = model.weigh(counts := model.fit_count(STORIES))
    model.emphasise_titles(few, counts)
    repeated = Documents(*(2500 * list(part) for part in (STORIES.titles, STORIES.excerpts, STORIES.texts or ())))
    many = model.weigh(counts := model.count_known(repeated))  # two blocks
    model.emphasise_titles(many, counts)
    assert many.data.tobytes() == 2500 * few.data.tobytes()
