"""The command `inspect`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import contents, run
from sample_sites import make_site

SITE = {
    "_config.yml": "url: https://quay.example\nfuture: true\n",
    "_posts/2024-03-05-comet.md": "---\ntitle: Comet\nlang: en\n---\nIt is [bright](/2024/03/07/tides.html).\n",
    "_posts/2024-03-06-crab.md": (
        "---\ntitle: Crabs\nexcerpt: They walk.\ntags: [sea]\nrelated_posts: [tides, 2024-03-05-comet]\n---\n"
    ),
    "_posts/2024-03-07-tides.md": "---\ntitle: Tides\ndate: 05/06/2024\n---\nThe water rises.\n",
    "_posts/2024-03-08-\x1b[2J.md": "---\ntitle: [\n---\n",
    "_posts/2024-03-09-gull.md": "---\ntitle: Gulls\ndraft: true\ndate: 07/08/2024\n---\n",
    "_posts/notes.rst": "Notes\n",
}

TEXT = """\
site      jekyll (_config.yml is Jekyll's)
articles  4
hidden    draft or withdrawn 1
compared  title 50 %, excerpt 50 %

articles with                number  share
date                              4   100%
excerpt                           1    25%
excerpt taken from the text       2    50%
text                              2    50%
topics                            1    25%
address                           4   100%
links in the text                 1    25%
language en                       1    25%

in force        value  comes from
title_weight      0.5  default
text_weight         0  default
half_life_days      3  given
evergreen           0  default
window_days      none  default
other_provider      1  default
language          any  default
published         any  default
copies            one  default
series          first  default
min_similarity      0  default
min_score           0  default

links                    number  in
curated                       2  1 list
`related_posts`, as ids          1 list
in texts                      1  1 article

passed over              files  for instance
.rst files are not read      1  _posts/notes.rst

skipped or doubtful
  2 × a date that could be two days; for instance _posts/2024-03-07-tides.md
  _posts/2024-03-08-\\x1b[2J.md:3: the front matter is not YAML: did not find expected node content; \
quote the value or correct the indent

shortcomings
  1 of 4 articles lack a text or an excerpt, so that titles alone are compared. \
Give each a `description: …`.
  With 4 articles, lists show nearly all there is. Name the folder that holds all posts, if there are more.
  2 dates could be two days, as in _posts/2024-03-07-tides.md: the date '05/06/2024' could be two days; \
write it as 2019-12-01T16:14:00Z; the day in its path is used.
"""


@pytest.fixture
def jekyll(tmp_path: Path) -> Path:
    make_site(tmp_path / "site", SITE)
    return tmp_path / "site"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "settings.yaml").write_text("half_life_days: 3\n")
    return tmp_path / "settings.yaml"


def test_inspect_shows_what_is_read_and_what_will_disappoint(jekyll: Path, settings: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    result = run("inspect", jekyll, "--settings", settings, "--models", tmp_path / "models")
    assert result.exit_code == 0
    assert result.stdout == TEXT
    assert contents(tmp_path) == before


def test_inspect_gives_the_same_values_as_json(jekyll: Path, settings: Path) -> None:
    values = json.loads(run("inspect", jekyll, "--settings", settings, "--json").stdout)
    assert values["site"] == "jekyll"
    assert (values["articles"], values["dated"], values["excerpted"], values["summarised"]) == (4, 4, 1, 2)
    assert values["languages"] == {"en": 1}
    assert values["hidden"] == {"draft or withdrawn": 1}
    assert values["lists"] == [{"key": "related_posts", "shape": "ids", "count": 1}]
    assert values["passed_over"] == [{"reason": ".rst files are not read", "count": 1, "example": "_posts/notes.rst"}]
    assert values["problems"][1]["example"] == "_posts/2024-03-08-\x1b[2J.md:3"
    assert values["fields"] == {"title": 0.5, "excerpt": 0.5, "text": 0.0}
    assert {"name": "half_life_days", "value": 3, "origin": "given"} in values["settings"]
    assert len(values["shortcomings"]) == 3


def test_inspect_shows_what_the_model_of_this_corpus_was_given_and_has_learnt(archive: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    run("train", archive, "--models", models, "--precision", "0.5")
    [learnt] = [line for line in run("inspect", archive, "--models", models).stdout.splitlines() if "min_score" in line]
    assert learnt.endswith("learnt in training")
    archive.write_text(archive.read_text() + '{"id": "one-more", "title": "One more"}\n')
    [other] = [line for line in run("inspect", archive, "--models", models).stdout.splitlines() if "min_score" in line]
    assert other.split() == ["min_score", "0", "default"]


def test_inspect_refuses_what_is_no_corpus(tmp_path: Path) -> None:
    assert run("inspect", tmp_path / "nowhere").exit_code == 2
    assert run("inspect", tmp_path).exit_code == 2
