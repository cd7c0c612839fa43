from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from samples import article

from recommender.articles import in_rank_order
from recommender.errors import EvaluationError
from recommender.evaluation import baselines

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


def ranked(baseline: baselines.Baseline, id: str = "twin", depth: int = 3) -> list[str]:
    rows = baseline(ARTICLES, np.array([IDS.index(id)]), depth)[0]
    return [IDS[row] for row in rows if row >= 0]


def test_newest_is_newest_first() -> None:
    assert ranked(baselines.newest) == ["new", "chess", "town"]


def test_nearest_in_time_looks_both_ways() -> None:
    assert ranked(baselines.nearest_in_time) == ["chess", "new", "town"]


@pytest.mark.parametrize("name", ["plain TF-IDF", "BM25", "LSI"])
def test_similar_texts_come_first(name: str) -> None:
    assert ranked(baselines.ALL[name], depth=2) == ["new", "town"]


def test_plain_tfidf_is_scikit_learns_cosine_over_one_text() -> None:
    assert ranked(baselines.plain_tfidf, "chess") == ranked(baselines.plain_tfidf, "chess")[:3]
    assert ranked(baselines.plain_tfidf, "undated") == ["new", "chess", "twin"]  # shares nothing: the order of ties


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
    found = baselines.ALL[name](in_rank_order(wordless), np.array([0, 1, 2]), 10)
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
