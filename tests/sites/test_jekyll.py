"""Addresses are those that Jekyll 4.3 gave to the same files."""

from pathlib import Path

import pytest
from sample_sites import address, make_site, read_addresses

from recommender.sites import find_site


def address_of(root: Path, path: str, fields: str = "", config: str = "permalink: date") -> object:
    make_site(root, {"_config.yml": config, path: f"---\ntitle: Wend floods\n{fields}\n---\nWater.\n"})
    return read_addresses(root)[path]


@pytest.mark.parametrize(
    ("permalink", "address"),
    [
        ("date", "/2024/01/01/wend.html"),
        ("pretty", "/2024/01/01/wend/"),
        ("ordinal", "/2024/001/wend.html"),
        ("weekdate", "/2024/W01/Mon/wend.html"),
        ("none", "/wend.html"),
        ("/blog/:title", "/blog/wend"),
        ("/:year-:month/:title:output_ext", "/2024-01/wend.html"),
        ("/:nonsense/:title", None),
    ],
)
def test_permalink_styles_and_patterns(tmp_path: Path, permalink: str, address: str | None) -> None:
    assert address_of(tmp_path, "_posts/2024-01-01-wend.md", config=f"permalink: {permalink}") == address


@pytest.mark.parametrize(
    ("path", "fields", "address"),
    [
        ("_posts/2024-1-5-short.md", "", "/2024/01/05/short.html"),
        (
            "_posts/2024-01-01-Don't Panic (v1.2) & more_stuff.md",
            "",
            "/2024/01/01/Don't-Panic-(v1.2)-&-more_stuff.html",
        ),
        ("_posts/2024-01-01-trailing...md", "", "/2024/01/01/trailing.html"),
        ("_posts/2024-01-01-हिन्दी.md", "", "/2024/01/01/%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80.html"),
        ("_posts/2024-01-01-wend.txt", "", "/2024/01/01/wend.txt"),
        ("_posts/2024-01-01-wend.md", "slug: My Own. Slug", "/2024/01/01/My-Own.-Slug.html"),
        ("_posts/sub/2024-01-01-wend.md", "categories: a B a", "/a/b/2024/01/01/wend.html"),
        ("News/_posts/2024-01-01-wend.md", "category: Big Cat", "/news/big%20cat/2024/01/01/wend.html"),
        ("_posts/2024-01-01-wend.md", "category: one\ncategories: [two, three]", "/two/three/one/2024/01/01/wend.html"),
        ("_posts/2024-01-01-wend.md", "permalink: /x/y", "/x/y"),
        ("_posts/2024-01-01-wend.md", "permalink: x/:i_day/:slug.html", "/x/1/wend.html"),
        ("_posts/2024-01-01-wend.md", "permalink: pretty", "/pretty"),
    ],
)
def test_names_categories_and_own_permalinks(tmp_path: Path, path: str, fields: str, address: str) -> None:
    assert address_of(tmp_path, path, fields) == address


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2024-01-02", "02"),
        ("2024-01-02 03:00:00", "01"),
        ("2024-01-02 03:00", "02"),
        ("2024-01-02 03:00 +0000", "01"),
        ("2024-01-02T03:00:00Z", "01"),
        ("2024-01-01 00:30:00 -0500", "01"),
        ("2024-01-02 03:00:00 +01", "01"),
    ],
)
def test_days_are_those_of_the_sites_time_zone_and_yaml_takes_a_full_time_for_utc(
    tmp_path: Path, date: str, day: str
) -> None:
    path = "_posts/2023-05-05-wend.md"
    assert address_of(tmp_path, path, f"date: {date}", "timezone: America/New_York") == f"/2024/01/{day}/wend.html"


DEFAULTS = """
defaults:
- {scope: {path: sec}, values: {categories: [Given]}}
- {scope: {path: perm, type: posts}, values: {permalink: '/own/:title/'}}
- {scope: {path: perm}, values: {permalink: '/all/:title/'}}
- {scope: {path: 'sec/*/_posts'}, values: {slug: given}}
"""


@pytest.mark.parametrize(
    ("path", "fields", "address"),
    [
        ("sec/_posts/2024-01-01-wend.md", "", "/sec/given/2024/01/01/wend.html"),
        ("sec/sub/_posts/2024-01-01-wend.md", "categories: own", "/sec/sub/given/own/2024/01/01/given.html"),
        ("perm/_posts/2024-01-01-wend.md", "", "/own/wend/"),
    ],
)
def test_defaults_of_a_longer_path_and_of_a_type_come_first(
    tmp_path: Path, path: str, fields: str, address: str
) -> None:
    assert address_of(tmp_path, path, fields, DEFAULTS) == address


def test_collections_with_pages_of_their_own_are_read(tmp_path: Path) -> None:
    config = """
permalink: pretty
collections_dir: all
collections: {recipes: {output: true}, people: {output: true, permalink: '/p/:name'}, hidden: {}}
"""
    files = {"all/_recipes/a/Soup Two.md", "all/_people/Ann.md", "all/_hidden/x.md", "all/_posts/2024-01-01-wend.md"}
    make_site(tmp_path, {"_config.yml": config, **dict.fromkeys(files, "---\ntitle: A\n---\n")})
    assert read_addresses(tmp_path) == {
        "all/_people/Ann.md": "/p/ann",
        "all/_posts/2024-01-01-wend.md": "/2024/01/01/wend/",
        "all/_recipes/a/Soup Two.md": "/recipes/a/Soup%20Two/",
    }


def test_excluded_paths_begin_with_an_entry(tmp_path: Path) -> None:
    files = ("old/_posts/2024-01-01-a.md", "older/_posts/2024-01-01-b.md", "_posts/old/2024-01-01-c.md")
    make_site(tmp_path, {"_config.yml": "exclude: [old/, /, '']", **dict.fromkeys(files, "---\ntitle: A\n---\n")})
    assert sorted(read_addresses(tmp_path)) == ["_posts/old/2024-01-01-c.md", "older/_posts/2024-01-01-b.md"]


def test_a_post_without_a_date_in_its_name_is_ignored_as_jekyll_does(tmp_path: Path) -> None:
    files = ("_posts/wend.md", "_posts/en/2024-1-1-a.md", "_posts/en/b.md", "_drafts/c.md", "a/_posts/24-01-01-d.md")
    make_site(tmp_path, {"_config.yml": "title: A", **dict.fromkeys(files, "---\ntitle: A\n---\n")})
    assert sorted(read_addresses(tmp_path)) == ["_drafts/c.md", "_posts/en/2024-1-1-a.md", "a/_posts/24-01-01-d.md"]


def test_polyglot_puts_other_languages_than_the_default_one_into_folders(tmp_path: Path) -> None:
    config = "{url: 'https://wend.example', languages: [en, de], default_lang: en, permalink: '/:title/'}"
    path = "_posts/2024-01-01-wend.md"
    assert address_of(tmp_path, path, "lang: de", config) == "https://wend.example/de/wend/"
    assert address_of(tmp_path, path, "", config) == "https://wend.example/wend/"


def test_a_folder_of_posts_alone_is_jekylls(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    make_site(tmp_path / "_posts", {"2024-01-01-wend.md": "---\ntitle: Wend\n---\n"})
    assert find_site(tmp_path / "_posts", ["2024-01-01-wend.md"]).generator == "jekyll"
    assert read_addresses(tmp_path / "_posts") == {"2024-01-01-wend.md": "/2024/01/01/wend.html"}


@pytest.mark.parametrize(
    ("permalink", "path", "own", "made"),
    [
        ("date", "about.md", "", "/about.html"),
        ("pretty", "about.md", "", "/about/"),
        ("/:title", "about.md", "", "/about"),
        ("date", "team/index.md", "", "/team/"),
        ("date", "index.html", "", "/"),
        ("date", "about.md", "/who-we-are/", "/who-we-are/"),
    ],
)
def test_pages_beside_the_posts_have_addresses_too(
    tmp_path: Path, permalink: str, path: str, own: str, made: str
) -> None:
    site = make_site(tmp_path, {"_config.yml": f"permalink: {permalink}", "_posts/2024-01-01-wend.md": ""})
    assert not site.has(path)
    assert address(site, path, permalink=own) == made


@pytest.mark.parametrize("source", ["", "site/"])
def test_a_site_without_posts_is_one_of_its_pages(tmp_path: Path, source: str) -> None:
    """Documentation, as Just the Docs has it; beside posts, pages are none."""
    page = "---\ntitle: A\n---\nWater.\n"
    pages = dict.fromkeys((f"{source}{name}" for name in ("setup.md", "guide/pumps.md", "guide/index.md")), page)
    others = dict.fromkeys((f"{source}{name}" for name in ("index.md", "404.md", "_includes/n.md", "tags.html")), page)
    config = {"_config.yml": f"permalink: pretty\nsource: {source}\nexclude: [old]\n", f"{source}old/a.md": page}
    make_site(tmp_path, {**config, **pages, **others})
    assert read_addresses(tmp_path) == {
        f"{source}setup.md": "/setup/",
        f"{source}guide/pumps.md": "/guide/pumps/",
        f"{source}guide/index.md": "/guide/",
    }
    make_site(tmp_path, {f"{source}_posts/2024-01-01-wend.md": page})
    assert list(read_addresses(tmp_path)) == [f"{source}_posts/2024-01-01-wend.md"]
