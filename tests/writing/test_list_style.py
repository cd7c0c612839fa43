"""Under which key and in which shape lists are written: as the site's own are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from recommender import Corpus, Recommender, Settings
from recommender.corpus import ShapeName
from recommender.writing import Enrichment, Mode, Removal

SETTINGS = Settings(half_life_days=None, hub_exponent=0.0, limit=2)
CRAB, FERRY, MOON = "_posts/2024-01-01-crab.md", "_posts/2024-01-02-ferry.md", "_posts/2024-01-03-moon.md"


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, front_matter in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(front_matter)


def yaml_post(title: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in ("---", f"title: {title}", *lines, "---"))


def toml_post(title: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in ("+++", f'title = "{title}"', *lines, "+++"))


def enriched(root: Path, *, mode: Mode = "fill", shape: ShapeName | None = None) -> dict[str, str]:
    corpus = Corpus.from_path(root)
    run = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus), mode=mode, shape=shape)
    return {outcome.path: outcome.detail for outcome in run.run()}


@pytest.mark.parametrize(
    ("curated", "written"),
    [
        (["related: [2024-01-01-crab]"], ["related:", "  - 2024-01-01-crab"]),
        (["related_posts:", "- crab"], ["related_posts:", "- crab"]),
        (
            ["relatedPosts:", '  - "_posts/2024-01-01-crab.md"'],
            ["relatedPosts:", '  - "_posts/2024-01-01-crab.md"'],
        ),
        (["seeAlso:", "  - /2024-01-01-crab"], ["seeAlso:", "  - /2024-01-01-crab"]),
        (["related_articles:", "  - /2024/01/01/crab.html"], ["related_articles:", "  - /2024/01/01/crab.html"]),
        (["see_also:", "  - Harbour crab"], ["see_also:", "  - Harbour crab"]),
        (
            ["related:", '  - "[[Harbour crab|A crab]]"'],
            ["related:", '  - "[[Harbour crab]]"'],
        ),
        (["related:", "  - slug: crab", "    score: 0.9"], ["related:", "  - slug: crab"]),
        (
            ["related:", "  - title: Harbour crab"],
            ["related:", "  - title: Harbour crab", "    date: 2024-01-01", "    url: /2024/01/01/crab.html"],
        ),
    ],
    ids=[
        "ids",
        "undated stems",
        "paths",
        "rooted paths without ending",
        "urls",
        "titles",
        "wikilinks",
        "mappings",
        "entries",
    ],
)
def test_a_list_has_the_key_and_the_shape_of_the_sites_own(
    curated: list[str], written: list[str], tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            CRAB: yaml_post("Harbour crab"),
            FERRY: yaml_post("Harbour ferry"),
            MOON: yaml_post("Eclipse", *curated),
        },
    )
    before = (tmp_path / FERRY).read_text()
    assert enriched(tmp_path)[MOON] == "has a curated list"
    lines = (tmp_path / FERRY).read_text().splitlines()[2:-1]
    assert lines == written
    assert {outcome.detail for outcome in Removal(tmp_path, Corpus.from_path(tmp_path)).run()} == {
        "removed",
        "no list of this program's",
    }
    assert (tmp_path / FERRY).read_text() == before


@pytest.mark.parametrize("item", ["/2024/01/01/crab.html", "/news/2024/01/01/crab.html"])
def test_addresses_are_written_relative_to_the_base_url_or_to_the_host_as_the_sites_own_are(
    item: str, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            "_config.yml": "url: https://quay.example\nbaseurl: /news\n",
            CRAB: yaml_post("Harbour crab"),
            FERRY: yaml_post("Harbour ferry"),
            MOON: yaml_post("Eclipse", "related:", f"  - {item}"),
        },
    )
    enriched(tmp_path)
    assert (tmp_path / FERRY).read_text() == yaml_post("Harbour ferry", "related:", f"  - {item}")


def test_an_address_that_is_none_stops_no_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"crab.md": yaml_post("Harbour crab", "sourceUrl: http://[crab/"), "ferry.md": yaml_post("Ferry crab")},
    )
    write(tmp_path, {"moon.md": yaml_post("Moon", "related:", "  - crab")})
    assert enriched(tmp_path)["ferry.md"] == "filled"


def test_names_between_commas_tell_the_key_and_the_shape(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": yaml_post("Moon", "related_posts: b, c"), "b.md": yaml_post("Harbour crab")})
    write(tmp_path, {"c.md": yaml_post("Harbour ferry")})
    enriched(tmp_path)
    assert (tmp_path / "c.md").read_text() == yaml_post("Harbour ferry", "related_posts:", "  - b")


def test_a_curated_list_of_texts_is_lengthened_by_texts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "crab.md": yaml_post("Harbour crab"),
            "ferry.md": yaml_post("Harbour ferry"),
            "moon.md": yaml_post("Moon harbour", "related:", "  - crab"),
        },
    )
    enriched(tmp_path, mode="append")
    for _ in range(2):
        assert (tmp_path / "moon.md").read_text() == yaml_post("Moon harbour", "related:", "  - crab", "  - ferry")
        assert set(enriched(tmp_path, mode="append").values()) == {""}


def test_curated_items_stay_where_nothing_can_replace_them(tmp_path: Path) -> None:
    before = yaml_post("Moon harbour", "related:", "  - crab")
    write(tmp_path, {"crab.md": yaml_post("Harbour crab"), "ferry.md": yaml_post("Harbour ferry"), "moon.md": before})
    enriched(tmp_path, mode="append")
    assert (tmp_path / "moon.md").read_text() != before
    assert enriched(tmp_path, mode="replace", shape="urls")["moon.md"] == "removed"  # none has an address
    assert (tmp_path / "moon.md").read_text() == before
    assert Corpus.from_path(tmp_path).links == {"moon": ("crab",)}


def test_lists_of_an_earlier_run_keep_their_shape(tmp_path: Path) -> None:
    write(tmp_path, {"crab.md": yaml_post("Harbour crab"), "ferry.md": yaml_post("Harbour ferry")})
    enriched(tmp_path, shape="ids")
    assert (tmp_path / "crab.md").read_text() == yaml_post("Harbour crab", "related:", "  - ferry")
    assert set(enriched(tmp_path).values()) == {""}
    assert enriched(tmp_path, shape="titles") == {"crab.md": "refreshed", "ferry.md": "refreshed"}
    assert (tmp_path / "crab.md").read_text() == yaml_post("Harbour crab", "related:", "  - Harbour ferry")


@pytest.mark.parametrize(
    ("curated", "lengthened"),
    [
        (['related = ["crab"]'], ['related = ["crab", "ferry"]']),
        (['related = [ "crab", ] # Ida'], ['related = [ "crab", "ferry", ] # Ida']),
        (["related = [", '  "crab"', "]"], ["related = [", '  "crab",', '  "ferry"', "]"]),
        (["related = [", '\t"crab",', "]"], ["related = [", '\t"crab",', '\t"ferry",', "]"]),
        (["[[related]]", 'slug = "crab"'], ["[[related]]", 'slug = "crab"', "", "[[related]]", 'slug = "ferry"']),
    ],
)
def test_a_list_in_toml_is_lengthened_and_cut_again(curated: list[str], lengthened: list[str], tmp_path: Path) -> None:
    before = toml_post("Moon harbour", "draft = false", *curated, "[params]", "a = 1979-05-27")
    write(
        tmp_path,
        {"crab.md": toml_post("Harbour crab"), "ferry.md": toml_post("Harbour ferry"), "moon.md": before},
    )
    enriched(tmp_path, mode="append")
    after = toml_post("Moon harbour", "draft = false", *lengthened, "[params]", "a = 1979-05-27")
    assert (tmp_path / "moon.md").read_text().replace("\n\n", "\n") == after.replace("\n\n", "\n")
    list(Removal(tmp_path, Corpus.from_path(tmp_path)).run())
    assert (tmp_path / "moon.md").read_text() == before


def test_a_list_of_texts_stands_before_the_first_table_in_toml(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "crab.md": toml_post("Harbour crab", "", "[params]", "a = 1"),
            "moon.md": toml_post("Moon harbour", 'related = ["crab"]'),
        },
    )
    enriched(tmp_path)
    assert (tmp_path / "crab.md").read_text() == toml_post(
        "Harbour crab", 'related = ["moon"]', "", "[params]", "a = 1"
    )


@pytest.mark.parametrize(
    ("shape", "lines"),
    [
        (None, ["", "[[extra.related]]", 'title = "Harbour ferry"', 'url = "https://quay.example/ferry/"']),
        ("ids", ['extra.related = ["ferry"]']),
        ("paths", ['extra.related = ["content/ferry.md"]']),
    ],
)
def test_zola_shows_templates_what_is_in_extra_alone(shape: ShapeName | None, lines: list[str], tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "config.toml": 'base_url = "https://quay.example"\n',
            "content/crab.md": toml_post("Harbour crab"),
            "content/ferry.md": toml_post("Harbour ferry", "", "[extra]", "a = 1"),
            "content/eclipse.md": yaml_post("Eclipse", "draft: false"),
        },
    )
    outcomes = enriched(tmp_path, shape=shape)
    assert outcomes["content/eclipse.md"] == "its list would be in `extra`, which is supported in TOML only"
    assert (tmp_path / "content/crab.md").read_text() == toml_post("Harbour crab", *lines)
    if shape == "ids":
        assert (tmp_path / "content/ferry.md").read_text() == toml_post(
            "Harbour ferry", "", "[extra]", "a = 1", 'related = ["crab"]'
        )


def test_an_article_without_an_address_is_in_no_list_of_addresses(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "crab.md": yaml_post("Harbour crab", "url: /crab/"),
            "ferry.md": yaml_post("Harbour ferry"),
            "moon.md": yaml_post("Moon harbour"),
        },
    )
    assert enriched(tmp_path, shape="urls") == {"crab.md": "nothing to add", "ferry.md": "filled", "moon.md": "filled"}
    assert (tmp_path / "ferry.md").read_text() == yaml_post("Harbour ferry", "related:", "  - /crab/")


def test_json_and_header_lines_are_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "crab.md": '{"title": "Harbour crab"}\n',
            "ferry.md": "Title: Harbour ferry\nDate: 2024-01-01\n\nText.\n",
            "moon.md": yaml_post("Moon harbour"),
        },
    )
    rest = "lists are written into YAML and TOML, `export` gives those of others"
    assert enriched(tmp_path) == {
        "crab.md": f"its front matter is JSON; {rest}",
        "ferry.md": f"its front matter is header lines; {rest}",
        "moon.md": "filled",
    }


def test_a_list_of_another_shape_than_the_sites_is_not_lengthened(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "crab.md": yaml_post("Harbour crab", "related:", "  - title: Harbour ferry", "  - title: Moon harbour"),
            "ferry.md": yaml_post("Harbour ferry", "related:", "  - crab"),
            "moon.md": yaml_post("Moon harbour"),
        },
    )
    assert enriched(tmp_path, mode="append")["ferry.md"] == "its list is of another shape than the site's"
