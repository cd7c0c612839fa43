"""File pairs: an article, what is read of it (`.json`), what is wrong with it (`.problem`), or both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recommender.sources import Source, read_file

ARTICLES = Path(__file__).parent / "articles"
ENDINGS = (".md", ".markdown", ".mdx", ".html", ".txt")
FILES = sorted(file.name for file in ARTICLES.iterdir() if file.suffix in ENDINGS)


def as_json(source: Source) -> dict[str, Any]:
    others = {
        "language": source.language,
        "summary": source.summary,
        "text": source.text,
        "text_links": list(source.text_links),
        "topics": list(source.topics),
        "visible_from": source.visible_from,
        "visible_until": source.visible_until,
        "list_key": "" if source.list_key == "related" else source.list_key,
        "list_state": "" if source.list_state in ("none", "curated") else source.list_state,
    }
    return {
        "id": source.name,
        "entry": source.entry,
        "published_at": source.published_at,
        "urls": list(source.urls),
        "hidden": source.hidden,
        "published": source.published,
        "related": list(source.related),
        **{name: value for name, value in others.items() if value},
    }


@pytest.mark.parametrize("file", FILES)
def test_an_article_is_read_as_the_files_beside_it_say(file: str) -> None:
    reads, problem = (ARTICLES / file).with_suffix(".json"), (ARTICLES / file).with_suffix(".problem")
    expected = [json.loads(reads.read_text(encoding="utf-8"))] if reads.exists() else []
    problems = problem.read_text(encoding="utf-8").splitlines() if problem.exists() else []

    parsed = read_file(ARTICLES, file)

    assert [str(found) for found in parsed.problems] == problems
    found = [as_json(source) for source in parsed.sources]
    assert found == expected
    assert json.dumps(found) == json.dumps(expected), "the keys are in another order"


def test_no_file_here_is_without_its_pair() -> None:
    articles = [Path(file).stem for file in FILES]
    answers = {file.stem for file in ARTICLES.iterdir() if file.suffix in {".json", ".problem"}}
    strangers = [file.name for file in ARTICLES.iterdir() if file.suffix not in {*ENDINGS, ".json", ".problem"}]
    assert strangers == []
    assert sorted(set(articles)) == sorted(articles), "two articles would share one answer"
    assert set(articles) == answers
    assert articles
