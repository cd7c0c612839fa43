"""How a corpus is read, as options of the commands; the models folder remembers them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run

from recommender.artefacts import LocalModels
from recommender.sources import FileChoice

OPTIONS = ("--site", "jekyll", "--address", "/:slug/", "--base-url", "https://site.example", "--exclude", "_posts/old")


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """Two posts of a site, one of them in a folder `old`, and a page beside them."""
    titles = {"_posts/2024-05-01-a": "Clay oven", "_posts/old/b": "Clay oven bread", "c": "Clay oven c"}
    for file, title in titles.items():
        path = tmp_path / "blog" / f"{file}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\ntitle: {title}\n---\n")
    return tmp_path / "blog"


def urls(out: Path) -> dict[str, list[str]]:
    """The addresses in each list of an export."""
    lines = map(json.loads, out.read_text().splitlines())
    return {line["id"]: [entry.get("url") for entry in line["related"]] for line in lines}


def test_what_was_chosen_is_kept_with_the_model_and_used_again(blog: Path, tmp_path: Path) -> None:
    models, out = tmp_path / "models", tmp_path / "lists.jsonl"
    run("train", blog, "--models", models, *OPTIONS, "--include", "c.md")
    manifest = LocalModels(models).manifest()
    assert manifest.choice == FileChoice(
        site="jekyll", address="/:slug/", base_url="https://site.example", exclude=("_posts/old",), include=("c.md",)
    )
    run("export", blog, "--models", models, "--out", out)
    assert LocalModels(models).current() == manifest.version
    assert urls(out) == {"2024-05-01-a": ["https://site.example/c/"], "c": ["https://site.example/a/"]}
    (blog / "_posts" / "2024-05-02-d.md").write_text("---\ntitle: Clay oven d\n---\n")
    run("export", blog, "--models", models, "--out", out)
    assert LocalModels(models).current() > manifest.version
    assert set(urls(out)) == {"2024-05-01-a", "2024-05-02-d", "c"}


def test_another_choice_trains_anew_and_keeps_what_it_does_not_name(blog: Path, tmp_path: Path) -> None:
    models, out = tmp_path / "models", tmp_path / "lists.jsonl"
    run("train", blog, "--models", models, *OPTIONS, "--include", "c.md")
    run("export", blog, "--models", models, "--out", out, "--base-url", "https://new.example")
    assert urls(out) == {"2024-05-01-a": ["https://new.example/c/"], "c": ["https://new.example/a/"]}
    assert LocalModels(models).manifest().choice.include == ("c.md",)


def test_enrich_reads_the_files_as_they_were_trained(blog: Path, tmp_path: Path) -> None:
    run("train", blog, "--models", tmp_path / "models", *OPTIONS, "--include", "c.md")
    dry = run("enrich", blog, "--models", tmp_path / "models", "--dry-run")
    assert dry.stdout == "_posts/2024-05-01-a.md: filled\nc.md: filled\n"


def test_lines_get_addresses_too(tmp_path: Path) -> None:
    lines = ({"id": "oven", "title": "Clay oven"}, {"id": "bread", "title": "Clay oven bread"})
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    models = tmp_path / "models"
    run("train", tmp_path / "a.jsonl", "--models", models, "--address", "/p/:id", "--base-url", "https://site.example")
    result = run("related", "oven", "--models", models, "--fields", "url", "--format", "json")
    assert json.loads(result.stdout)["related"] == [{"url": "https://site.example/p/bread"}]


def test_lists_are_read_and_written_under_the_key_that_was_chosen(tmp_path: Path) -> None:
    texts = {
        "oven": "title: Clay oven\nfurther:\n- bread\n",
        "bread": "title: Clay oven bread\nrelated: [rye, wheat]\n",
        "rye": "title: Clay rye\nFurther: []\n",
    }
    site, models = tmp_path / "site", tmp_path / "models"
    site.mkdir()
    for name, text in texts.items():
        (site / f"{name}.md").write_text(f"---\n{text}---\n")
    trained = run("train", site, "--models", models, "--related-key", "further")
    assert "1 curated link in 1 list" in trained.stderr
    run("enrich", site, "--models", models, "--limit", "1")
    assert (site / "oven.md").read_text() == f"---\n{texts['oven']}---\n"
    assert (site / "bread.md").read_text() == f"---\n{texts['bread']}further:\n- oven\n---\n"
    assert (site / "rye.md").read_text() == "---\ntitle: Clay rye\nFurther:\n- oven\n---\n"
    again = run("train", site, "--models", models, "--related-key", "further")
    assert "1 curated link in 1 list" in again.stderr
    run("enrich", site, "--models", models, "--remove")
    assert {name: (site / f"{name}.md").read_text() for name in texts} == {
        name: f"---\n{text}---\n" for name, text in texts.items()
    }


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--site", "wordpress"), "'wordpress' is not one of"),
        (("--address", "/:author/"), "there is no :author in address patterns; there are :path, "),
        (("--base-url", "site.example"), "'site.example' is not a base URL"),
        (("--related-key", "see also"), "'see also' is not a valid key of lists"),
        (("--related-key", "Tags"), "'Tags' is not a valid key of lists: it has another meaning"),
    ],
)
def test_what_can_not_be_chosen_is_refused(blog: Path, tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    refused = run("train", blog, "--models", tmp_path / "models", *options)
    assert refused.exit_code == 2
    assert sentence in refused.stderr
