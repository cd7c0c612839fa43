"""The archives that the benchmarks run on are like real ones; the numbers are those of a real news archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks import archive

from recommender import Corpus
from recommender.settings import Settings
from recommender.text import Documents, TfidfModel


@pytest.fixture(scope="module")
def generated() -> Corpus:
    return archive.corpus(2000)


def test_one_seed_gives_one_archive() -> None:
    generated = archive.corpus(200)
    assert archive.corpus(200) == generated
    assert archive.corpus(200, seed=1) != generated


def test_files_and_memory_hold_the_same_archive(tmp_path: Path) -> None:
    archive.write_files(tmp_path / "files", 200)
    archive.write_lines(tmp_path / "archive.jsonl", 200)
    expected = archive.corpus(200)
    read = Corpus.from_path(tmp_path / "files")
    assert (read.articles, read.links, read.problems) == (expected.articles, expected.links, ())
    assert [article.title for article in Corpus.from_path(tmp_path / "archive.jsonl").articles] == [
        article.title for article in expected.articles
    ]


def test_posts_have_bodies_of_so_many_words_whose_links_lead_to_articles(tmp_path: Path) -> None:
    archive.write_posts(tmp_path / "posts", 200, words=300)
    read = Corpus.from_path(tmp_path / "posts")
    assert [article.title for article in read.articles] == [article.title for article in archive.corpus(200).articles]
    assert read.problems == ()
    texts = [article.text.rpartition("\n")[0] for article in read.articles]  # the last line holds the words of the code
    assert np.mean([len(text.split()) for text in texts]) == pytest.approx(300, rel=0.05)
    assert any(read.text_links.values())


def test_texts_are_as_long_and_as_alike_as_real_ones(generated: Corpus) -> None:
    titles = [article.title for article in generated.articles]
    excerpts = [article.excerpt for article in generated.articles]
    assert np.mean([len(title) for title in titles]) == pytest.approx(74, rel=0.1)
    assert np.mean([len(excerpt) for excerpt in excerpts]) == pytest.approx(322, rel=0.1)
    vectors = TfidfModel(settings=Settings()).fit_transform(Documents(titles, excerpts))
    assert vectors.nnz / len(titles) == pytest.approx(268, rel=0.1)
    # What scanning every posting would touch, an article and a query: how unequal the terms are.
    frequencies = np.bincount(vectors.indices).astype(float)
    assert (frequencies**2).sum() / len(titles) ** 2 == pytest.approx(33.7, rel=0.25)


def test_articles_come_550_a_day_in_stories_that_fade_within_days() -> None:
    plan = archive._plan(40_000, seed=0)
    a_day = np.bincount(plan.days.astype(int))
    assert a_day[7:70].mean() == pytest.approx(archive.ARTICLES_A_DAY, rel=0.1)
    first = np.full(plan.stories.max() + 1, np.inf)
    np.minimum.at(first, plan.stories, plan.days)
    assert np.percentile(plan.days - first[plan.stories], [50, 95]) == pytest.approx([0.7, 5], rel=0.3)
