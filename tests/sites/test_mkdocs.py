"""Addresses of MkDocs' pages and of posts of Material's blog."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

PAGE = {"docs/a.md": ""}


@pytest.mark.parametrize(
    ("path", "made", "without_folders"),
    [
        ("docs/Setup/Big one.md", "/Setup/Big%20one/", "/Setup/Big%20one.html"),
        ("docs/setup/index.md", "/setup/", "/setup/index.html"),
        ("docs/setup/README.md", "/setup/", "/setup/index.html"),
        ("docs/v1.2.md", "/v1.2/", "/v1.2.html"),
        ("other/a.md", None, None),
    ],
)
def test_pages_by_path(tmp_path: Path, path: str, made: str | None, without_folders: str | None) -> None:
    site = make_site(tmp_path, PAGE | {"mkdocs.yml": "site_name: x"})
    assert address(site, path) == made
    site = make_site(tmp_path, {"mkdocs.yml": "use_directory_urls: false"})
    assert address(site, path) == without_folders


@pytest.mark.parametrize(
    ("options", "path", "made"),
    [
        ("{}", "docs/blog/posts/x.md", "/blog/2024/05/01/its-füße---c/"),
        ("{blog_dir: .}", "docs/posts/x.md", "/2024/05/01/its-füße---c/"),
        ("{post_dir: '{blog}/p', post_url_format: '{file}'}", "docs/blog/p/sub/x.md", "/blog/x/"),
        (
            "{post_url_date_format: yyyy-M, post_url_max_categories: 2}",
            "docs/blog/posts/x.md",
            "/blog/2024-5/its-füße---c/",
        ),
        ("{post_url_format: '{categories}/{slug}'}", "docs/blog/posts/x.md", "/blog/bread--butter/its-füße---c/"),
        ("{post_url_date_format: MMMM}", "docs/blog/posts/x.md", None),
        ("{post_slugify: !!python/name:x.y }", "docs/blog/posts/x.md", None),
        (
            "{post_slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}}",
            "docs/blog/posts/x.md",
            "/blog/2024/05/01/its-füße---c/",
        ),
    ],
)
def test_posts(tmp_path: Path, options: str, path: str, made: str | None) -> None:
    site = make_site(tmp_path, PAGE | {"mkdocs.yml": f"plugins: [search, blog: {options}]"})
    title, date = "It’s Füße – & C#", "2024-05-01T23:30:00-04:00"
    found = address(site, path, title, date, categories=["Bread & Butter", "Wood"])
    assert found == (made and made.replace("ü", "%C3%BC").replace("ß", "%C3%9F"))


def test_languages_by_folder_or_suffix(tmp_path: Path) -> None:
    text = "plugins: [i18n: {{docs_structure: {}, languages: [{{locale: de}}, {{locale: en, default: true}}]}}]"
    site = make_site(tmp_path, PAGE | {"mkdocs.yml": text.format("folder")})
    assert site.languages == ("en", "de")
    assert address(site, "docs/en/a.md") == "/a/"
    assert address(site, "docs/de/sub/a.md") == "/de/sub/a/"
    site = make_site(tmp_path, {"mkdocs.yml": text.format("suffix")})
    assert address(site, "docs/sub/a.de.md") == "/de/sub/a/"
    assert address(site, "docs/index.de.md") == "/de/"


def test_inherited_configuration_and_tags_of_python(tmp_path: Path) -> None:
    files = {
        "mkdocs.yml": "INHERIT: base.yml\nsite_url: !ENV [URL, x]\nslugs: !!python/name:a.b",
        "base.yml": "docs_dir: text\nsite_url: https://a.example/",
        "text/a.md": "",
    }
    assert address(make_site(tmp_path, files), "text/a.md") == "/a/"


def test_excluded_pages(tmp_path: Path) -> None:
    site = make_site(tmp_path, PAGE | {"mkdocs.yml": "exclude_docs: |\n  *.tmp.md\n  /old/\n  # none\n"})
    files = ["docs/a.md", "docs/b/x.tmp.md", "docs/old/a.md", "docs/b/old/a.md"]
    assert [file for file in files if site.has(file)] == ["docs/a.md", "docs/b/old/a.md"]
