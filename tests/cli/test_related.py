"""The command `related`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import wcwidth
import yaml
from commands import run
from samples import SEED_ID, SEEDS

from api import create_app
from recommender import Recommender
from recommender.artefacts import Manifest


def test_related_prints_the_block_that_a_file_would_hold(
    published: tuple[Path, Manifest], seeds_recommender: Recommender
) -> None:
    result = run("related", SEED_ID, "--limit", 2, "--models", published[0])
    seed = (SEEDS / f"{SEED_ID}.md").read_text()
    curated = seed[seed.index("related:\n") : seed.index("\nsecured:")]
    assert sorted(result.stdout.split("  - title")) == sorted(curated.split("  - title"))


def test_related_prints_the_answer_of_the_api(published: tuple[Path, Manifest], seeds_recommender: Recommender) -> None:
    result = run("related", SEED_ID, "--limit", 1, "--format", "json", "--models", published[0])
    best = seeds_recommender.related(SEED_ID)[0].article
    assert json.loads(result.stdout) == {"id": SEED_ID, "related": [best.entry]}


@pytest.mark.parametrize("key", ["sourceUrl", "title", "path"])
def test_an_article_is_found_by_its_address_title_or_path_too(
    key: str, published: tuple[Path, Manifest], seeds_recommender: Recommender
) -> None:
    name = f"{SEED_ID}.md" if key == "path" else seeds_recommender.article(SEED_ID).entry[key]
    result = run("related", name, "--limit", 1, "--format", "json", "--models", published[0])
    assert json.loads(result.stdout)["id"] == SEED_ID


def test_a_look_up_of_a_precomputed_list_imports_nothing_that_searches_or_learns(
    published: tuple[Path, Manifest],
) -> None:
    program = f"""
import sys
from recommender.cli import main
main(["related", "{SEED_ID}", "--models", "{published[0]}"], standalone_mode=False)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    heavy = {"flask", "fsspec", "joblib", "numba", "numpy.ma", "recommender.training", "scipy.sparse", "sklearn"}
    of_other_commands = {"dateutil", "lxml.etree", "tqdm", "wcwidth"}
    assert not (heavy | of_other_commands) & imported


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    """The models folder of four articles, the last of which says that it is not published, and may be suggested."""
    folder = tmp_path / "garden"
    folder.mkdir()
    for name, title, rest in (
        ("oven", "Clay oven", "date: 2024-03-05\nprovider: Quay"),
        ("bread", "Clay oven bread", "date: 2024-03-04\nprovider: Quay"),
        ("firewood", "Clay oven firewood", "date: 2024-02-01\nprovider: Quay"),
        ("draft", "Clay oven notes", "published: false"),
    ):
        (folder / f"{name}.md").write_text(f"---\ntitle: {title}\n{rest}\n---\n")
    (tmp_path / "settings.yaml").write_text("published: any\n")
    run("train", folder, "--models", tmp_path / "models", "--settings", tmp_path / "settings.yaml")
    return tmp_path / "models"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], ["bread", "draft", "firewood"]),
        (["--published", "only"], ["bread", "firewood"]),
        (["--exclude-id", "bread", "--exclude-id", "draft"], ["firewood"]),
        (["--max-age-days", 7], ["bread"]),
        (["--provider-cap", 1], ["bread", "draft"]),
        (["--min-score", 1], []),
        (["--curated", "first", "--limit", 1], ["bread"]),
    ],
)
def test_related_takes_the_options_of_a_look_up(garden: Path, options: list[object], ids: list[str]) -> None:
    result = run("related", "oven", "--models", garden, "--fields", "id", "--format", "json", *options)
    assert {entry["id"] for entry in json.loads(result.stdout)["related"]} == set(ids)


def test_related_prints_just_the_fields_that_are_named(garden: Path) -> None:
    result = run("related", "oven", "--models", garden, "--fields", "path,id", "--limit", 1)
    assert result.stdout == "related:\n  - path: bread.md\n    id: bread\n"
    refused = run("related", "oven", "--models", garden, "--fields", "heat")
    assert refused.exit_code == 2
    assert "'heat' is not a field of an entry; the fields are id, path, title, " in refused.stderr


def test_related_without_suggestions_prints_an_empty_list(site: Path, tmp_path: Path) -> None:
    (site / "c.md").write_text("---\ntitle: Zyzzyva\n---\n")
    run("train", site, "--models", tmp_path / "models")
    result = run("related", "c", "--models", tmp_path / "models")
    assert result.stdout == "related: []\n"
    assert yaml.safe_load(result.stdout) == {"related": []}


@pytest.fixture
def models_of(tmp_path: Path) -> Callable[..., Path]:
    """Writes a site of some articles, and trains it with some settings."""

    def train(articles: dict[str, str], **settings: object) -> Path:
        folder = tmp_path / "site"
        folder.mkdir()
        for name, front_matter in articles.items():
            (folder / f"{name}.md").write_text(f"---\n{front_matter}\n---\n", encoding="utf-8")
        (tmp_path / "settings.yaml").write_text(yaml.safe_dump({"hub_exponent": 0, **settings}))
        assert run("train", folder, "--models", tmp_path / "models", "--settings", tmp_path / "settings.yaml").stdout
        return tmp_path / "models"

    return train


FLOOD = (
    "title: The Wend floods the old town\nexcerpt: The river rose in the night.\ndate: 2024-03-19\n"
    "topics: [flood relief]\nprovider: Quay"
)
RESCUE = (
    "title: Boats for the old town, where the Wend rose and the bridge is under water since early on Tuesday\n"
    "date: 2024-03-26\ntopics: [flood relief]\nprovider: Pier"
)


def test_an_explanation_reads_as_sentences_of_eighty_columns(models_of: Callable[..., Path]) -> None:
    models = models_of(
        {"flood": FLOOD, "rescue": RESCUE},
        title_terms="words",
        excerpt_terms="words",
        half_life_days=7,
        newer_stretch=1,
        evergreen=0.2,
        other_provider=0.5,
        idf_power=0,
    )
    assert (
        run("related", "flood", "--explain", "--models", models).stdout
        == """\
0.231  Boats for the old town, where the Wend rose and the bridge is under water
       since early on Tuesday
       rescue
       The similarity is 0.770: the topics share flood relief 0.36; the titles
       share old 0.04, town 0.04, wend 0.04, the 0.21; the excerpts share old
       0.01, rose 0.01, town 0.01, wend 0.01, the 0.07.
       They are 7.0 days apart: the decay of 0.600, of which 0.200 is evergreen,
       leaves 0.462.
       It is from another provider: the factor of 0.500 leaves 0.231.
"""
    )


def test_an_explanation_in_other_scripts_keeps_within_eighty_columns(models_of: Callable[..., Path]) -> None:
    title = "比蜗牛还慢八百吨古迹上路全城搬凳子围观" * 4
    models = models_of({"a": f"title: {title}", "b": f"title: {title}全"})
    told = run("related", "a", "--explain", "--models", models).stdout
    assert max(map(wcwidth.width, told.splitlines())) == 79


def test_an_explanation_leaves_out_what_changes_nothing_and_breaks_no_id(models_of: Callable[..., Path]) -> None:
    other = "b-" + "comet-" * 14
    models = models_of({"a": "title: Comet", other: "title: Comet"}, half_life_days=None)
    assert (
        run("related", "a", "--explain", "--models", models).stdout
        == f"""\
1.000  Comet
       {other}
       The similarity is 1.000: the excerpts share comet 0.50; the titles share
       comet 0.50.
"""
    )


def test_an_explanation_as_json_is_that_of_the_api(models_of: Callable[..., Path]) -> None:
    models = models_of({"flood": FLOOD, "rescue": RESCUE})
    told = json.loads(run("related", "flood", "--explain", "--format", "json", "--models", models).stdout)
    client = create_app(Recommender.load(models)).test_client()
    assert client.get("/articles/flood/related?explain=true").json["explain"] == [told]  # type: ignore[index]


def test_an_empty_list_is_explained_with_what_would_fill_it(models_of: Callable[..., Path]) -> None:
    models = models_of(
        {"a": "title: Comet\nlang: de", "b": "title: Comet\nlang: en", "c": "title: Comet tail\nlang: en"},
        language="own",
        min_similarity=0.1,
    )
    assert run("related", "a", "--explain", "--models", models).stdout == (
        "Nothing is suggested for a: no other article in its language (de) that may be in a list has a similarity of "
        "0.1 (`min_similarity`) or more. `--fill newest` fills the list; a lower value in a `--settings` file, given "
        "to `train`, lets more in.\n"
    )
    asked = run("related", "b", "--explain", "--exclude-id", "c", "--models", models)
    assert asked.stdout == "With these options nothing is suggested for b; without them c is first.\n"
    as_json = run("related", "a", "--explain", "--format", "json", "--models", models)
    assert (as_json.stdout, as_json.stderr[:25]) == ("", "Nothing is suggested for ")


def test_an_unknown_id_ends_with_status_2_and_names_the_closest(published: tuple[Path, Manifest]) -> None:
    result = run("related", SEED_ID[:-1], "--models", published[0])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"no article answers to '{SEED_ID[:-1]}'; the closest are {SEED_ID}" in result.stderr
