from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from samples import article

from recommender.articles import in_rank_order
from recommender.errors import EvaluationError
from recommender.evaluation import Linkable, baselines
from recommender.search import Scoring
from recommender.tuning import Evidence

ARTICLES = in_rank_order(
    [
        article("new", "Comet over the bay", "A tail of ice", "2024-03-09"),
        article("twin", "Comet over the bay", "A tail of ice", "2024-03-05"),
        article("town", "Comet over the town", "Dust and light", "2024-03-01"),
        article("chess", "Schoolgirl wins at chess", "Her queen gave it away", "2024-03-08"),
        article("draft", "Comet over the bay", "A tail of ice", "2024-03-07", hidden=True),
        article("undated", "Zyzzyva", "Qwertz"),
    ]
)
IDS = [item.id for item in ARTICLES]


TOPICS = {"twin": ("sky", "bay"), "new": ("sky",), "town": ("bay", "sky")}
ARCHIVE = baselines.Archive([replace(one, topics=TOPICS.get(one.id, ())) for one in ARTICLES])


def ranked(
    baseline: baselines.Baseline,
    id: str = "twin",
    depth: int = 3,
    *,
    archive: baselines.Archive = ARCHIVE,
    evidence: Evidence = "curated",
) -> list[str]:
    linkable = Linkable(archive.articles, evidence)
    rows = baselines.rank(baseline(archive), np.array([linkable.row(id)]), depth, linkable)[0]
    return [archive.articles[row].id for row in rows if row >= 0]


def test_newest_is_newest_first() -> None:
    assert ranked(baselines.newest) == ["new", "chess", "town"]


def test_nearest_in_time_looks_both_ways() -> None:
    assert ranked(baselines.nearest_in_time) == ["chess", "new", "town"]


def test_same_topic_counts_shared_topics_and_then_the_newest() -> None:
    assert ranked(baselines.same_topic) == ["town", "new", "chess"]
    assert ranked(baselines.same_topic, "chess") == ["new", "twin", "town"]


@pytest.mark.parametrize("name", ["plain TF-IDF", "BM25", "LSI"])
def test_similar_texts_come_first(name: str) -> None:
    assert ranked(baselines.ALL[name], depth=2) == ["new", "town"]


def test_plain_tfidf_is_scikit_learns_cosine_over_one_text() -> None:
    assert ranked(baselines.plain_tfidf, "chess") == ranked(baselines.plain_tfidf, "chess")[:3]
    assert ranked(baselines.plain_tfidf, "undated") == ["new", "chess", "twin"]  # shares nothing: the order of ties


def test_tfidf_with_time_weighs_the_cosine_by_the_time_factor() -> None:
    archive = replace(ARCHIVE, scoring=Scoring(2.0))
    plain = baselines.plain_tfidf(archive)(IDS.index("twin"))
    with_time = baselines.tfidf_with_time(archive)(IDS.index("twin"))
    for id, factor in (("twin", 1), ("new", 0.25), ("town", 0.25), ("draft", 0.5)):
        assert plain[IDS.index(id)] > 0
        assert with_time[IDS.index(id)] == pytest.approx(plain[IDS.index(id)] * factor)


def test_where_most_articles_have_texts_their_beginnings_are_compared() -> None:
    texts = {"a": "Ebb " * 499 + "end gull", "b": "gull", "c": "Ebb", "d": ""}
    some = [
        replace(article(id, "Tide", "Gull", "2024-03-09"), path=f"{id}.md", text=text) for id, text in texts.items()
    ]
    with_texts = baselines.Archive(some)
    assert with_texts.words_from == "title and the first 2,000 characters of text"
    assert ranked(baselines.plain_tfidf, "a", archive=with_texts) == ["c", "d", "b"]
    without = baselines.Archive([replace(one, text="") if one.id in "ab" else one for one in some])
    assert without.words_from == "title and excerpt"
    assert without.texts == ["Tide Gull"] * 4


def test_a_text_could_link_only_to_what_was_there_in_its_language() -> None:
    german = replace(article("de", "Komet", "", "2024-03-02"), language="de")
    english = [replace(one, language="en") for one in ARTICLES]
    archive = baselines.Archive(in_rank_order([*english, german]))
    for baseline in baselines.ALL.values():
        assert ranked(baseline, "twin", 10, archive=archive, evidence="in-text") == ["town"]
        assert len(ranked(baseline, "new", 10, archive=archive, evidence="in-text")) == 3
    assert ranked(baselines.newest, "twin", 10, evidence="in-text") == ["town"]


def test_random_is_the_same_every_time() -> None:
    assert ranked(baselines.random) == ranked(baselines.random)
    assert len(ranked(baselines.random)) == 3


@pytest.mark.parametrize("name", list(baselines.ALL))
def test_no_baseline_suggests_the_article_itself_or_a_hidden_one(name: str) -> None:
    for id in IDS:
        assert not {id, "draft"} & set(ranked(baselines.ALL[name], id, depth=10))


@pytest.mark.parametrize("name", list(baselines.ALL))
def test_texts_without_words_raise_no_error(name: str) -> None:
    wordless = [article("a", "…"), article("b", "—"), article("c", "!")]
    archive = baselines.Archive(in_rank_order(wordless))
    found = baselines.rank(baselines.ALL[name](archive), np.array([0, 1, 2]), 10, Linkable(archive.articles))
    assert found.shape == (3, 10)


class Encoder:
    """Stands in for sentence-transformers, which weighs gigabytes: a text's vector is which letters it holds."""

    def __init__(self, model: str) -> None:
        if model == "none":
            raise OSError("no such folder")

    def encode(self, texts: list[str]) -> NDArray[np.float64]:
        return np.array([[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])


def test_an_encoder_ranks_by_the_cosine_of_its_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sentence_transformers")
    monkeypatch.setattr(module, "SentenceTransformer", Encoder, raising=False)
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    assert ranked(baselines.encoder("letters"))[0] == "new"
    with pytest.raises(EvaluationError, match="the encoder 'none' can't be loaded: no such folder"):
        baselines.encoder("none")


def test_without_sentence_transformers_the_error_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EvaluationError, match=r"pip install '\.\[encoder\]'"):
        baselines.encoder("any")
