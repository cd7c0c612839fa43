"""Addresses of Hugo's pages, all as Hugo 0.168 makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_sites import address, make_site

PAGE = {"content/blog/a.md": ""}


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        ("/:year/:month/:day/:slug/", "/2020/01/02/mixed-case/"),
        ("/n/:sections/:filename", "/n/blog/deep/file.name/"),
        ("/:section/:slugorfilename", "/blog/file.name/"),
        ("/d/:sections[1:]/:title.html", "/d/deep/mixed-case.html/"),
        ("/:sections[last]/:contentbasename", "/deep/file.name/"),
        ("/e/:monthname/:weekday/:weekdayname/:yearday", "/e/january/4/thursday/2/"),
        ("/:unheard-of/:title", None),
    ],
)
def test_permalink_patterns(tmp_path: Path, pattern: str, made: str | None) -> None:
    files = {"hugo.toml": f"[permalinks]\nblog = '{pattern}'", "content/blog/deep/_index.md": ""}
    site = make_site(tmp_path, PAGE | files)
    path = "content/blog/deep/sub/File.Name.md"
    # It is the day of the offset that is written: in UTC it is the first.
    assert address(site, path, "Mixed Case", "2020-01-02T01:00:00+02:00") == made


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("It's Über C++ & C#: 1.5% don’t", "its-%C3%BCber-c-c%23-1.5-dont"),
        ("C#", "c"),
        ("a - b", "a-b"),
        ("a -- b", "a--b"),
        ("a & b", "a-b"),
        ("--lead", "--lead"),
        ("100%25", "100"),
        ("50% off", "50-off"),
        ("dots...", "dots..."),
        ("İstanbul ΣΑΣ", "istanbul-%CF%83%CE%B1%CF%83"),
        ("日本 語", "%E6%97%A5%E6%9C%AC-%E8%AA%9E"),
    ],
)
def test_titles_in_addresses(tmp_path: Path, title: str, made: str) -> None:
    site = make_site(tmp_path, PAGE | {"hugo.toml": "[permalinks]\nblog = '/:title'"})
    assert address(site, "content/blog/a.md", title) == f"/{made}/"


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("content/UP/Case/A - B.md", "/up/case/a---b/"),
        ("content/x.y/a, b.md", "/x.y/a-b/"),
        ("content/blog/Was & Wo/index.md", "/blog/was--wo/"),
        ("content/blog/_index.md", "/blog/"),
        ("content/_index.md", "/"),
        ("layouts/x.md", None),
    ],
)
def test_paths_in_addresses(tmp_path: Path, path: str, made: str | None) -> None:
    assert address(make_site(tmp_path, PAGE | {"hugo.yaml": "title: x"}), path) == made


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("/Case/X", "/Case/X/"),
        ("rel", "/fr/rel/"),
        ("/f.html", "/f.html"),
        ("/i.v2/", "/i.v2/"),
        ("/g/index.html", "/g/"),
        ("/ü ü/", "/%C3%BC%20%C3%BC/"),
        ("/:year/:slug/m", "/2020/t/m/"),
    ],
)
def test_own_addresses(tmp_path: Path, url: str, made: str) -> None:
    site = make_site(tmp_path, PAGE | {"hugo.toml": "[languages.en]\n[languages.fr]"})
    assert address(site, "content/blog/a.fr.md", "T", "2020-01-02", url=url) == made


def test_name_gives_date_and_slug_where_the_configuration_wants_it(tmp_path: Path) -> None:
    text = "[frontmatter]\ndate = [':filename', ':default']\n[permalinks]\nblog = '/:year/:month/:day/:slug'"
    site = make_site(tmp_path, PAGE | {"hugo.toml": text})
    assert site.prefers_path_date
    assert address(site, "content/blog/2021-03-04-named.md", "Title", "2021-03-04") == "/2021/03/04/named/"
    assert address(site, "content/blog/2021-03-08-bundle/index.md", "Title", "2021-03-08") == "/2021/03/08/bundle/"
    assert address(site, "content/dates/2020-02-03-x.md") == "/dates/x/"
    assert address(site, "content/dates/2020-02-03-x.md", slug="Own One") == "/dates/own-one/"


def test_page_without_date_has_no_known_address_under_a_pattern_with_one(tmp_path: Path) -> None:
    site = make_site(tmp_path, PAGE | {"hugo.toml": "[permalinks]\nblog = '/:year/:title'"})
    assert address(site, "content/blog/2021-03-04-named.md", "Named") is None


def test_hosts_by_language_have_no_language_in_their_paths(tmp_path: Path) -> None:
    text = """
        DefaultContentLanguage: en
        defaultContentLanguageInSubdir: true
        languages:
          en: {baseUrl: "https://bread.example/", contentDir: content/en}
          fr: {baseUrl: "https://pain.example/", contentDir: content/fr, permalinks: {blog: "/b/:title"}}
    """
    site = make_site(tmp_path, {"config/_default/config.yaml": text, "content/en/blog/a.md": ""})
    assert site.languages == ("en", "fr")
    assert address(site, "content/en/blog/a.md", "A") == "https://bread.example/blog/a/"
    assert address(site, "content/fr/blog/a.md", "A a") == "https://pain.example/b/a-a/"


def test_default_language_has_a_folder_if_it_is_to_have_one(tmp_path: Path) -> None:
    text = "defaultContentLanguage = 'de'\n{}\n[languages.de]\n[languages.no]\n[languages.pt-BR]"
    site = make_site(tmp_path, PAGE | {"hugo.toml": text.format("")})
    assert address(site, "content/blog/a.md") == "/blog/a/"
    assert address(site, "content/blog/a.pt-br.md") == "/pt-br/blog/a/"
    site = make_site(tmp_path, {"hugo.toml": text.format("defaultContentLanguageInSubdir = true")})
    assert address(site, "content/blog/a.md") == "/de/blog/a/"


def test_norwegian_is_no_yes_or_no(tmp_path: Path) -> None:
    site = make_site(tmp_path, PAGE | {"hugo.yaml": "defaultContentLanguage: 'no'\nlanguages: {no: {}, en: {}}"})
    assert site.languages == ("no", "en")


def test_ugly_urls(tmp_path: Path) -> None:
    site = make_site(tmp_path, PAGE | {"hugo.toml": "[uglyURLs]\nblog = true"})
    assert address(site, "content/blog/a/index.md") == "/blog/a.html"
    assert address(site, "content/news/a.md") == "/news/a/"


def test_pages_that_are_not_built_have_no_address(tmp_path: Path) -> None:
    site = make_site(tmp_path, PAGE | {"hugo.toml": ""})
    assert address(site, "content/blog/a.md", headless="true") is None
    assert address(site, "content/blog/a.md", build={"render": "never"}) is None


def test_mounted_content(tmp_path: Path) -> None:
    text = "[[module.mounts]]\nsource = 'notes'\ntarget = 'content/log'\n[permalinks]\nlog = '/l/:filename'"
    site = make_site(tmp_path, {"hugo.toml": text, "notes/a.md": ""})
    assert site.has("notes/a.md")
    assert address(site, "notes/sub/a.md") == "/l/a/"


def test_parts_of_a_configuration_are_merged(tmp_path: Path) -> None:
    files = {
        "config/_default/hugo.toml": "baseURL = 'https://a.example/'",
        "config/_default/permalinks.toml": "blog = '/b/:filename'",
        "config/production/hugo.toml": "baseURL = 'https://b.example/'",
    }
    assert address(make_site(tmp_path, PAGE | files), "content/blog/a.md") == "https://b.example/b/a/"


def test_other_tools_configurations_are_not_hugo_s(tmp_path: Path) -> None:
    site = make_site(tmp_path, PAGE | {"config.yaml": "collections: []"})
    assert site.generator == "folder"


def test_what_lies_in_a_bundle_is_a_part_of_its_page(tmp_path: Path) -> None:
    inside = ["index.md", "index.fr.md", "notes.md", "notes.fr.md", "sub/x.md", "sub/y/index.md"]
    others = ["content/posts/_index.md", "content/posts/a.md", "content/index.md"]
    files = [f"content/posts/bun/{name}" for name in inside] + others
    text = "[languages.en]\n[languages.fr]"
    site = make_site(tmp_path, {"hugo.toml": text, **dict.fromkeys(files, "")})
    assert [file for file in files if site.has(file)] == [*files[:2], *others]


def test_folders_called_as_languages_are_folders_where_suffixes_are_declared(tmp_path: Path) -> None:
    files = {"hugo.toml": "[languages.en]\n[languages.fr]", "content/a/en/x.md": "", "content/a/fr/x.md": ""}
    assert address(make_site(tmp_path, files), "content/a/fr/x.md") == "/a/fr/x/"


@pytest.mark.parametrize(
    ("fields", "hides"),
    [
        ({"headless": "true"}, True),
        ({"build": {"render": "never"}}, True),
        ({"_build": {"list": "false"}}, True),
        ({"build": {"render": "link", "list": "local"}}, False),
        ({}, False),
    ],
)
def test_pages_that_are_not_rendered_or_not_listed_are_hidden(
    tmp_path: Path, fields: dict[str, object], hides: bool
) -> None:
    assert make_site(tmp_path, {"hugo.toml": ""}).hides("content/a.md", fields) is hides


SECTIONS = {
    "content/one/_index.md": "---\ntitle: One\nslug: Ein S\n---\n",
    "content/one/two/_index.md": "+++\ntitle = 'D Two x'\n+++\n",
    "content/one/two/three/_index.md": "---\ntitle: D\nslug: drei/vier\n---\n",
    "content/url/_index.md": "---\ntitle: N\nurl: /neues/\n---\n",
    "content/url/sub/e.md": "",
}


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("content/one/_index.md", "/ein-s/"),
        ("content/one/a.md", "/ein-s/a/"),
        ("content/one/bundle/index.md", "/ein-s/bundle/"),
        ("content/one/folder/x.md", "/ein-s/folder/x/"),
        ("content/one/two/b.md", "/ein-s/two/b/"),
        ("content/one/two/three/_index.md", "/ein-s/two/drei/vier/"),
        ("content/one/two/three/c.md", "/ein-s/two/drei/vier/c/"),
        ("content/url/sub/e.md", "/url/sub/e/"),
    ],
)
def test_the_slug_of_a_section_stands_for_its_folder(tmp_path: Path, path: str, made: str) -> None:
    assert address(make_site(tmp_path, {"hugo.toml": "", **SECTIONS}), path) == made


@pytest.mark.parametrize(
    ("pattern", "path", "made"),
    [
        ("/:sectionslugs/:slug/", "content/one/two/three/c.md", "/ein-s/d-two-x/drei/vier/t/"),
        ("/:sectionslug/:slug/", "content/one/two/b.md", "/ein-s/t/"),
        ("/:sectionslugs[last]/:slug/", "content/one/two/b.md", "/d-two-x/t/"),
        ("/:sectionslugs/:slug/", "content/url/sub/e.md", "/n/t/"),
        ("/:sections/:slug/", "content/one/two/b.md", "/one/two/t/"),
        ("/:sectionslugs/:slug/", "content/untitled/f.md", None),
    ],
)
def test_slugs_of_sections_in_patterns(tmp_path: Path, pattern: str, path: str, made: str | None) -> None:
    rules = "".join(f"{section} = '{pattern}'\n" for section in ("one", "url", "untitled"))
    assert address(make_site(tmp_path, {"hugo.toml": f"[permalinks]\n{rules}", **SECTIONS}), path, "T") == made


def test_files_that_the_configuration_ignores_are_no_pages(tmp_path: Path) -> None:
    ignored = r"""ignoreFiles = ["(?:^|/)OWNERS$", 'README[-]+[a-z]*\.md', "content/docs/inner", "("]"""
    site = make_site(tmp_path, {"hugo.toml": ignored})
    files = ("content/a.md", "content/README.md", "content/README-de.md", "content/docs/inner/a.md")
    assert [file for file in files if site.has(file)] == ["content/a.md", "content/README.md"]
