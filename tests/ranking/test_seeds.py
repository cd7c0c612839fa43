"""What a newcomer clicks through: the seed document and the newsroom."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from samples import SEED_ID, SEEDS

from recommender import Corpus, Recommender
from recommender.writing import YamlStyle

REPRINT = "2024-04-16-where-to-look-for-comet-orrin-vale-this-week"
REPRINTED = "2024-04-15-where-to-look-for-comet-orrin-vale-this-week"


@pytest.fixture(scope="module")
def seeds_recommender(seeds: Corpus) -> Recommender:
    """A recommender that has learnt seeds/ with the settings that are chosen for it."""
    return Recommender().fit(seeds)


def test_the_seed_is_the_document_that_was_given_byte_for_byte() -> None:
    digest = hashlib.sha256((SEEDS / f"{SEED_ID}.md").read_bytes()).hexdigest()
    assert digest == "53ea0d302cd209b1f747115857bf4761871d6a7a9df25a896a753fb05060656c"


def test_the_seeds_two_curated_neighbours_come_first_each_equal_to_its_entry(
    seeds: Corpus, seeds_recommender: Recommender
) -> None:
    seed = (SEEDS / f"{SEED_ID}.md").read_text()
    first_two = [suggestion.article for suggestion in seeds_recommender.related(SEED_ID, limit=2)]
    assert {article.id for article in first_two} == set(seeds.links[SEED_ID])
    for article in first_two:  # all keys, their order and their text: the very lines of the document
        assert YamlStyle().format_block([YamlStyle().format_entry(article.entry)]).removeprefix("related:") in seed


def test_every_file_is_read_without_a_problem(seeds: Corpus) -> None:
    assert seeds.problems == ()
    assert seeds.files == 154
    assert len(seeds.articles) == 158  # two known only from the seed, two only from the newsroom


def test_two_thirds_of_the_newsroom_have_a_curated_list(seeds: Corpus) -> None:
    newsroom = seeds.files - 1
    assert 0.6 <= (len(seeds.links) - 1) / newsroom <= 0.7


def test_outlets_are_several_and_the_news_is_of_eight_weeks(seeds: Corpus) -> None:
    newsroom = [article for article in seeds.articles if article.id.startswith("2024-0")]
    assert len(Counter(article.entry["provider"]["domain"] for article in newsroom)) >= 7
    dates = [article.published_at for article in newsroom if article.published_at and article.id >= "2024-03"]
    assert 49 <= max(dates) - min(dates) <= 56


def test_no_list_holds_a_reprint(seeds_recommender: Recommender) -> None:
    for article, suggestions in seeds_recommender.related_all(limit=100):
        ids = {suggestion.article.id for suggestion in suggestions}
        assert REPRINT not in ids
        assert REPRINTED not in ids or article.id not in (REPRINT, REPRINTED)


@pytest.mark.parametrize(
    ("id", "best"),
    [
        ("2024-04-18-tingyu-bridge", "experts-propose-moving-tingyu-bridge"),
        ("2024-04-26-shioura-line-saved", "shioura-line-towns-hold-first-talks"),
        ("2024-03-15-gutachten", "cable-car-to-the-kranzkogel-what-hohenriet-votes-on-this-sunday.de"),
    ],
)
def test_stories_in_other_languages_find_their_own(
    seeds: Corpus, seeds_recommender: Recommender, id: str, best: str
) -> None:
    [article] = [article for article in seeds.articles if article.id.startswith(id)]
    assert seeds_recommender.related(article.id)[0].article.id.endswith(best)


def test_the_draft_and_the_withdrawn_article_are_never_suggested(seeds_recommender: Recommender) -> None:
    hidden = {article.id for article in seeds_recommender if article.hidden}
    assert len(hidden) == 2
    for _, suggestions in seeds_recommender.related_all(limit=100):
        assert not hidden & {suggestion.article.id for suggestion in suggestions}


def test_a_list_is_of_one_language_and_without_translations(seeds: Corpus, seeds_recommender: Recommender) -> None:
    languages = Counter(article.language for article in seeds.articles if article.language)
    assert languages.keys() == {"en", "de", "ja", "zh"}
    for article, suggestions in seeds_recommender.related_all(limit=100):
        assert {suggestion.article.language for suggestion in suggestions} <= {article.language}


def test_a_part_of_a_series_begins_with_its_other_parts(seeds_recommender: Recommender) -> None:
    first_two = seeds_recommender.related("2024-04-01-after-the-water-the-baker-of-mill-street", limit=2)
    assert [suggestion.article.title for suggestion in first_two] == [
        "After the water: the school in the sports hall",
        "After the water: the farmer who sold his ewes",
    ]


def test_the_article_that_the_first_page_shows_has_a_list_of_the_comet_alone(seeds_recommender: Recommender) -> None:
    comet = "2024-04-28-what-will-be-left-of-comet-orrin-vale-a-ring-of-dust-and-perhaps-a-meteor-shower"
    texts = [
        f"{one.article.title} {one.article.excerpt} {one.article.text}" for one in seeds_recommender.related(comet)
    ]
    assert ["comet" in text.lower() for text in texts] == [True] * 10
