"""Addresses are those that Eleventy 3.1 gave to the same files."""

from pathlib import Path

import pytest
from sample_sites import address, make_site, read_addresses

from recommender.sites import find_site

CONFIG = {
    ".eleventy.js": "module.exports = (config) => { config.addFilter('a', () => { return { b: 1 } }); }",
    "a/b.md": "",
    "a/c.md": "",
}


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("index.md", "/"),
        ("about.md", "/about/"),
        ("blog/index.md", "/blog/"),
        ("blog/blog.md", "/blog/"),
        ("blog/2024-01-02-dated.md", "/blog/2024-01-02-dated/"),
        ("blog/Upper Case Ünter.md", "/blog/Upper%20Case%20%C3%9Cnter/"),
        ("blog/dots.1.2.md", "/blog/dots.1.2/"),
        ("blog/2024-03-04-bundle/index.md", "/blog/2024-03-04-bundle/"),
        ("page.html", "/page/"),
    ],
)
def test_default_addresses(tmp_path: Path, path: str, made: str) -> None:
    assert address(make_site(tmp_path, CONFIG), path) == made


@pytest.mark.parametrize(
    ("permalink", "made"),
    [
        ("/my/own/", "/my/own/"),
        ("my/own.html", "/my/own.html"),
        ("/own/index.html", "/own/"),
        ("/s/{{ page.fileSlug }}/", "/s/a/"),
        ("/x{{ page.filePathStem }}.html", "/x/blog/a.html"),
        ("/t/{{ title | slugify }}/", None),
        ("/{% if draft %}a{% endif %}/", None),
        ("false", None),
        ("", "/blog/2024-01-02-a/"),
        ({"build": "/built/"}, "/built/"),
        ({"build": "false"}, None),
        ({"serverless": "/a/"}, None),
    ],
)
def test_permalinks_without_code_to_run(tmp_path: Path, permalink: object, made: str | None) -> None:
    assert address(make_site(tmp_path, CONFIG), "blog/2024-01-02-a.md", permalink=permalink) == made


@pytest.mark.parametrize(
    ("fields", "hides"),
    [
        ({"permalink": "false"}, True),
        ({"permalink": {"build": "false"}}, True),
        ({"eleventyExcludeFromCollections": "true"}, True),
        ({"permalink": "/false/"}, False),
        ({}, False),
    ],
)
def test_pages_that_are_not_built_or_in_no_collection_are_hidden(
    tmp_path: Path, fields: dict[str, object], hides: bool
) -> None:
    assert make_site(tmp_path, CONFIG).hides("a/b.md", fields) is hides


@pytest.mark.parametrize(
    ("path", "fields", "hides"),
    [
        ("notes/a.md", {}, True),
        ("notes/a.md", {"permalink": "/own/"}, False),
        ("notes/a.md", {"permalink": ""}, False),
        ("notes/built/b.md", {}, False),
        ("blog/single.md", {}, True),
        ("blog/other.md", {}, False),
        ("unlisted/a.md", {}, True),
        ("unlisted/a.md", {"eleventyExcludeFromCollections": "false"}, False),
    ],
)
def test_pages_that_data_files_keep_from_being_built_are_hidden(
    tmp_path: Path, path: str, fields: dict[str, object], hides: bool
) -> None:
    data = {
        "notes/notes.json": '{"permalink": false}',
        "notes/built/built.11tydata.json": '{"permalink": "/built/{{ page.fileSlug }}/"}',
        "blog/single.11tydata.js": "module.exports = { permalink: false }",
        "unlisted/unlisted.11tydata.json": '{"eleventyExcludeFromCollections": true}',
    }
    assert make_site(tmp_path, CONFIG | data).hides(path, fields) is hides


def test_an_empty_permalink_is_the_default_whatever_the_folder_says(tmp_path: Path) -> None:
    site = make_site(tmp_path, CONFIG | {"posts/posts.json": '{"permalink": false}'})
    assert address(site, "posts/a.md", permalink="") == "/posts/a/"
    assert address(site, "posts/a.md", permalink="/own/") == "/own/"
    assert address(site, "posts/a.md") is None


def test_computed_permalinks_are_unknown(tmp_path: Path) -> None:
    site = make_site(tmp_path, CONFIG)
    assert address(site, "a/b.md", permalink="/c/", eleventyComputed={"permalink": "/d/"}) is None
    assert address(site, "a/b.md", permalink="/c/", eleventyComputed={"title": "D"}) == "/c/"


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("news/a.md", "/n/a/"),
        ("news/2024-01-01-b.md", "/n/b/"),
        ("news/deep/c.md", "/n/c/"),
        ("code/a.md", None),
        ("literal/a.md", "/l/a.html"),
        ("hidden/a.md", "/file/"),
        ("hidden/b.md", None),
        ("a/hidden.md", "/a/hidden/"),
    ],
)
def test_data_files_of_folders_and_pages(tmp_path: Path, path: str, made: str | None) -> None:
    data = {
        "news/news.json": '{"permalink": "/n/{{ page.fileSlug }}/"}',
        "code/code.11tydata.js": "module.exports = { permalink: (data) => `/c/${data.title}/` }",
        "literal/literal.11tydata.js": "module.exports = { permalink: '/l/{{ page.fileSlug }}.html' }",
        "hidden/a.json": '{"permalink": "/file/"}',
        "hidden/hidden.json": '{"permalink": "/all/"}',
        "hidden/hidden.11tydata.json": '{"permalink": false}',
    }
    assert address(make_site(tmp_path, CONFIG | data), path) == made


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("eleventy.config.cjs", "module.exports = (c) => { return { pathPrefix: '/p/', dir: { input: './src/' } } }"),
        (
            "eleventy.config.mjs",
            "export default (c) => {}; export const config = { dir: { input: 'src' }, pathPrefix: '/p' }",
        ),
        ("eleventy.config.js", "export default (c) => { c.setInputDirectory('src'); return { pathPrefix: 'p' } }"),
    ],
)
def test_the_input_folder_and_the_prefix_are_read(tmp_path: Path, name: str, code: str) -> None:
    site = make_site(tmp_path, {name: code, "src/blog/a.md": "", "src/blog/b.md": "", "other/c.md": ""})
    assert address(site, "src/blog/a.md") == "/p/blog/a/"
    assert [site.has(file) for file in ("src/blog/a.md", "other/c.md", "src/_includes/d.md")] == [True, False, False]


def test_an_input_folder_given_to_the_command_is_read(tmp_path: Path) -> None:
    package = '{"scripts": {"build": "eleventy --input=src"}, "devDependencies": {"@11ty/eleventy": "3"}}'
    assert address(make_site(tmp_path, {"package.json": package, "src/blog/a.md": ""}), "src/blog/a.md") == "/blog/a/"


@pytest.mark.parametrize(
    "files",
    [
        {".eleventy.js": "module.exports = (c) => { return { dir: { input: process.env.INPUT } } }"},
        {".eleventy.js": "module.exports = (c) => { c.addUrlTransform(f) }"},
        {".eleventy.js": "", "_data/eleventyComputed.js": "module.exports = { permalink: (data) => data.slug }"},
    ],
)
def test_addresses_that_code_makes_are_unknown(tmp_path: Path, files: dict[str, str]) -> None:
    assert address(make_site(tmp_path, {**files, "a/b.md": ""}), "a/b.md") is None


def test_ignored_files_and_standalone_pages_are_left_out(tmp_path: Path) -> None:
    page = "---\ntitle: A\n---\n"
    files = (
        "index.md",
        "about.md",
        "a/b.md",
        "a/c.md",
        "a/d.txt",
        "old/e.md",
        "_site/a/f.md",
        "_includes/g.md",
        "h/i.md",
    )
    code = "module.exports = (c) => { c.ignores.add('./h/i.md') }"
    make_site(tmp_path, {".eleventy.js": code, ".eleventyignore": "# old\nold/\n", **dict.fromkeys(files, page)})
    assert list(read_addresses(tmp_path)) == ["a/b.md", "a/c.md"]


def test_languages_are_folders_of_the_plugin_or_of_data_files(tmp_path: Path) -> None:
    code = "module.exports = (c) => { c.addPlugin(I18nPlugin, { defaultLanguage: 'en' }) }"
    files = {".eleventy.js": code, "en/a/b.md": "", "fr/a/b.md": "", "deutsch/deutsch.json": '{"lang": "de"}'}
    make_site(tmp_path, files)
    site = find_site(tmp_path, ["en/a/b.md", "fr/a/b.md", "deutsch/a/b.md", "a/b.md"])
    paths = ("en/a/b.md", "fr/a/b.md", "deutsch/a/b.md", "a/b.md")
    assert [site.language_of(path, {}) for path in paths] == ["en", "fr", "de", "en"]


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("module.exports = { url: 'https://wend.test/' }", "https://wend.test/a/b/"),
        ("module.exports = { url: process.env.URL }", "/a/b/"),
        ("module.exports = { url: 'https://example.com/' }", "/a/b/"),
    ],
)
def test_the_sites_address_is_that_of_its_global_data(tmp_path: Path, code: str, made: str) -> None:
    assert address(make_site(tmp_path, CONFIG | {"_data/metadata.js": code}), "a/b.md") == made


def test_folders_around_the_input_are_not_left_out(tmp_path: Path) -> None:
    code = "module.exports = () => { return { dir: { input: 'src', includes: './', output: '.' } } }"
    site = make_site(tmp_path, {".eleventy.js": code, "src/a/b.md": ""})
    assert site.has("src/a/b.md")
    assert not site.has("src/_data/c.md")
