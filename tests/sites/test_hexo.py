"""Addresses are those that Hexo 8.1 gave to the same files."""

from pathlib import Path

import pytest
from sample_sites import make_site, read_addresses

from recommender.sites import find_site

DATE = "date: 2013-07-13 20:46:25"


def address_of(root: Path, path: str, fields: str = DATE, config: str = "") -> object:
    front_matter = f"---\ntitle: Größe & Çedille Йод 1.2\n{fields}\n---\nWater.\n"
    make_site(root, {"_config.yml": config, "source/_posts/a.md": front_matter, path: front_matter})
    return read_addresses(root)[path]


@pytest.mark.parametrize(
    ("path", "fields", "address"),
    [
        ("hello.md", DATE, "/2013/07/13/hello/"),
        ("hello.md", "date: 2013-07-13T20:46:25-08:00", "/2013/07/14/hello/"),
        ("hello.md", "date: 2013-07-13", "/2013/07/13/hello/"),
        ("2014-02-03-hello.md", DATE, "/2013/07/13/2014-02-03-hello/"),
        ("2014-02-03-hello.md", "x: 1", None),
        ("sub/Folder X/Ünter & Co.md", DATE, "/2013/07/13/sub/Folder%20X/%C3%9Cnter%20&%20Co/"),
        ("Dots 1.2's.md", DATE, "/2013/07/13/Dots%201.2's/"),
        ("hello.md", f"{DATE}\nslug: other", "/2013/07/13/hello/"),
        ("hello.md", f"{DATE}\npermalink: my/own.html", "/my/own.html"),
        ("page.html", DATE, "/2013/07/13/page/"),
    ],
)
def test_dates_names_and_own_permalinks(tmp_path: Path, path: str, fields: str, address: str | None) -> None:
    assert address_of(tmp_path, f"source/_posts/{path}", fields) == address


@pytest.mark.parametrize(
    ("config", "path", "fields", "address"),
    [
        ("permalink: ':category/:title.html'", "a.md", DATE, "/uncategorized/a.html"),
        ("permalink: ':category/:title.html'", "a.md", f"{DATE}\ncategory: Big Cat", "/Big-Cat/a.html"),
        (
            "{permalink: ':category/:title.html', filename_case: 1}",
            "a.md",
            f"{DATE}\ncategories: [Straße, Øre, Été]",
            "/strase/ore/ete/a.html",
        ),
        (
            "{permalink: ':category/:title/', category_map: {News: nachrichten}}",
            "a.md",
            f"{DATE}\ncategories: [News]",
            "/nachrichten/a/",
        ),
        (
            "{permalink: ':year/:i_month/:name/', new_post_name: ':year-:month-:day-:title.md'}",
            "x/2014-02-03-named.md",
            "x: 1",
            None,
        ),
        (
            "{permalink: ':year/:i_month/:name/', new_post_name: ':year-:month-:day-:title.md'}",
            "2014-02-03-named.md",
            "x: 1",
            "/2014/2/named/",
        ),
        (
            "{permalink: ':lang/:post_title/', permalink_defaults: {lang: en}}",
            "a.md",
            DATE,
            "/en/grose-cedille-%D0%B9%D0%BE%D0%B4-1-2/",
        ),
        ("{permalink: ':lang/:title.html', new_post_name: ':lang/:title.md'}", "de/Hallo.md", DATE, "/de/Hallo.html"),
        ("{permalink: ':lang/:title.html', new_post_name: ':lang/:title.md'}", "Hallo.md", DATE, None),
        ("{permalink: ':title/index.html', pretty_urls: {trailing_index: false}}", "a.md", DATE, "/a/"),
        ("{permalink: ':title.html', pretty_urls: {trailing_html: false}}", "a.md", DATE, "/a"),
        ("{permalink: ':title', post_asset_folder: true}", "a.md", DATE, "/a/"),
    ],
)
def test_patterns(tmp_path: Path, config: str, path: str, fields: str, address: str | None) -> None:
    assert address_of(tmp_path, f"source/_posts/{path}", fields, config) == address


def test_a_day_that_depends_on_the_building_machine_is_unknown(tmp_path: Path) -> None:
    config = "timezone: Asia/Shanghai"
    assert address_of(tmp_path, "source/_posts/late.md", DATE, config) == "/2013/07/13/late/"
    assert address_of(tmp_path, "source/_posts/early.md", "date: 2013-07-13 02:46:25", config) is None
    assert address_of(tmp_path, "source/_posts/offset.md", "date: 2013-07-13T20:46:25-08:00", config) is None
    months = f"{config}\npermalink: ':year/:month/:title/'"
    assert address_of(tmp_path, "source/_posts/early.md", "date: 2013-07-13 02:46:25", months) == "/2013/07/early/"


def test_several_lists_of_categories_leave_the_category_unknown(tmp_path: Path) -> None:
    fields = f"{DATE}\ncategories:\n- [One, Two]\n- Three"
    assert address_of(tmp_path, "source/_posts/a.md", fields, "permalink: ':category/:title/'") is None


def test_what_hexo_passes_over(tmp_path: Path) -> None:
    files = ("_posts/_a.md", "_posts/b/_c/d.md", "_posts/skip/e.md", "_posts/f.txt", "g/index.md", "_posts/h.md")
    post = f"---\ntitle: A\n{DATE}\n---\n"
    make_site(
        tmp_path,
        {
            "_config.yml": "skip_render: ['_posts/skip/**', '*.html']",
            **dict.fromkeys((f"source/{file}" for file in files), post),
        },
    )
    assert list(read_addresses(tmp_path)) == ["source/_posts/h.md"]


def test_posts_below_source_are_hexos_where_no_configuration_says_it(tmp_path: Path) -> None:
    site = find_site(tmp_path, ["source/_posts/a.md", "source/_drafts/b.md"])
    assert (site.generator, site.is_draft("source/_drafts/b.md")) == ("hexo", True)
