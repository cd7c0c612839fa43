"""Real articles, where they lie beside the project; they belong to their publishers and are no part of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import ENTRY_KEYS, REAL

from recommender import Corpus, Recommender
from recommender.articles import build_entry, get_entry_url, normalise_url
from recommender.cli import main
from recommender.frontmatter import parse_front_matter, split_front_matter
from recommender.writing import YamlStyle

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real articles are not at {REAL}")


@pytest.fixture(scope="module")
def ai_news() -> Corpus:
    return Corpus.from_path(REAL / "ai-news")


def front_matter_of(file: Path) -> tuple[str, dict[str, object]]:
    found = split_front_matter(file.read_bytes(), path=file.name)
    assert found is not None
    return found.text, dict(parse_front_matter(found, path=file.name))


@pytest.mark.parametrize(("site", "articles", "lists"), [("gcp-news", 778, 212), ("tidb-docs-zh", 1204, 254)])
def test_every_real_file_is_read(site: str, articles: int, lists: int) -> None:
    corpus = Corpus.from_path(REAL / site)
    assert (corpus.problems, len(corpus.articles), len(corpus.links)) == ((), articles, lists)


@pytest.mark.long
def test_every_file_of_thousands_is_read(ai_news: Corpus) -> None:
    assert ai_news.problems == ()
    names = {name for article in ai_news.articles for name in article.names}
    assert {file.stem for file in (REAL / "ai-news" / "_posts").iterdir()} <= names


@pytest.mark.parametrize(("site", "count"), [pytest.param("ai-news", 3933, marks=pytest.mark.long), ("gcp-news", 217)])
def test_writing_what_the_files_hold_in_the_hand_of_the_site_gives_the_same_bytes(site: str, count: int) -> None:
    files = [front_matter_of(file) for file in sorted((REAL / site / "_posts").iterdir())]
    style = YamlStyle.from_front_matters(text for text, _ in files[::20])
    lists = 0
    for text, fields in files:
        related = fields.get("related")
        if isinstance(related, list):
            lists += 1
            assert (
                f"\n{style.format_block(style.format_entry(build_entry(item, item['title'])) for item in related)}\n"
                in text
            )
    assert lists == count


@pytest.mark.long
def test_entries_equal_the_curated_ones_and_every_answer_holds_the_contracts_keys_only(ai_news: Corpus) -> None:
    recommender = Recommender().fit(ai_news)
    answered = []
    for answer in recommender.answers(limit=10):
        values = json.loads(answer)
        answered.append(values["id"])
        for entry in values["related"]:
            assert list(entry) == [key for key in ENTRY_KEYS if key in entry]
    assert sorted(answered) == [article.id for article in ai_news.articles]

    with_file = set()
    curated: list[dict[str, object]] = []
    for file in (REAL / "ai-news" / "_posts").iterdir():
        _, fields = front_matter_of(file)
        with_file.add(normalise_url(str(fields["sourceUrl"])))
        related = fields.get("related", [])
        assert isinstance(related, list)
        curated += [build_entry(item, item["title"]) for item in related]
    to_files = [entry for entry in curated if normalise_url(get_entry_url(entry) or "") in with_file]
    equal = sum(recommender.article_by_url(get_entry_url(entry) or "").entry == entry for entry in to_files)
    assert len(to_files) == 42194
    assert equal / len(to_files) >= 0.96


@pytest.mark.long
@pytest.mark.parametrize(("site", "articles"), [("rust", 750), ("electron", 130), ("cds", 372)])
def test_a_real_sites_lists_lead_to_its_pages_in_their_language_and_come_out_again(
    site: str, articles: int, tmp_path: Path
) -> None:
    root, lists = tmp_path / site, tmp_path / "lists.jsonl"
    shutil.copytree(REAL / "sites" / site, root, copy_function=shutil.copyfile)  # not read-only
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    corpus = Corpus.from_path(root)
    of_url = {normalise_url(get_entry_url(one.entry) or ""): one for one in corpus.articles if not one.hidden}
    language = {one.id: one.language for one in corpus.articles}

    def run(*words: object) -> None:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exit_code == 0, result.output

    run("export", root, "--models", tmp_path / "models", "--out", lists)
    answers = {line["id"]: line["related"] for line in map(json.loads, lists.read_text().splitlines())}
    for one in of_url.values():
        assert answers[one.id], f"{one.id} has no list"
        targets = [of_url[normalise_url(entry["url"])] for entry in answers[one.id]]
        assert one.id not in {target.id for target in targets}
        assert {language[target.id] for target in targets} == {one.language}
    run("enrich", root, "--models", tmp_path / "models")
    changed = [file for file in before if file.read_bytes() != before[file]]
    for file in changed:
        rest = iter(file.read_bytes().splitlines())
        assert all(line in rest for line in before[file].splitlines()), f"{file} lost a line"
    assert len(changed) == len(of_url) == articles
    run("enrich", root, "--models", tmp_path / "models", "--remove")
    assert {file: file.read_bytes() for file in before} == before
