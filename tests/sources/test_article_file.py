"""Files and lines of a corpus: which are read, and what is said of those that can't be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recommender import Corpus
from recommender.sites import Site
from recommender.sources import (
    LinkLine,
    ParsedFile,
    Problem,
    digest_jsonl,
    find_article_files,
    read_file,
    read_jsonl,
)

PAGE = "---\ntitle: Ferry\n---\n"


def write(root: Path, *files: str, text: str = PAGE) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def read_lines(root: Path, file: str = "a.jsonl") -> ParsedFile:
    """All parts of a `.jsonl` file in one."""
    whole = ParsedFile()
    for part in read_jsonl(root, file):
        whole.sources += part.sources
        whole.links += part.links
        whole.problems += part.problems
        whole.digest = whole.digest or part.digest
    return whole


def problems_of(root: Path, file: str) -> list[str]:
    parsed = read_file(root, file)
    assert parsed.sources == []
    return [str(problem) for problem in parsed.problems]


def test_files_that_may_hold_articles_are_found_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a/z.markdown", "a.md", "a/b/c.html", "d.txt", "e.jsonl", "F.MD", "G.JSONL")
    write(tmp_path, "picture.png", "README", "notes.rst", "a.md.bak", "data.json")
    write(tmp_path, ".git/x.md", "a/.cache/x.md", "node_modules/x.md", "folder.md/inside.md")
    found = find_article_files(tmp_path)
    assert found.files == [
        *("F.MD", "G.JSONL", "a.md", "a/b/c.html", "a/z.markdown", "b.md", "d.txt", "e.jsonl", "folder.md/inside.md")
    ]
    assert found.passed_over == {".rst files are not read": 1}
    assert found.examples == {".rst files are not read": "notes.rst"}
    assert found.problems == []


def test_without_front_matter_the_first_heading_is_the_title_but_a_readme_is_no_article(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# For those who open the folder\n")
    (tmp_path / "read-this.md").write_text("# Bees and the *law*\n\nKeep them.\n")
    (tmp_path / "notes.md").write_text("Keep them.\n\n# Bees\n")
    assert problems_of(tmp_path, "README.md") == []
    assert read_file(tmp_path, "README.md").skipped == "no front matter"
    [source] = read_file(tmp_path, "read-this.md").sources
    assert (source.name, source.entry, source.summary) == ("read-this", {"title": "Bees and the law"}, "Keep them.")
    assert problems_of(tmp_path, "notes.md") == ["notes.md:1: no front matter: it does not begin with a line `---`"]


def test_a_linked_folder_is_read_and_a_loop_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/a.md", "corpus/b/c.md")
    (tmp_path / "corpus" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "corpus" / "b" / "up").symlink_to(tmp_path / "corpus")
    found = find_article_files(tmp_path / "corpus")
    assert found.files == ["b/c.md", "linked/a.md"]
    assert found.problems == [Problem("b/up", "a link back to a folder above it; not followed")]


@pytest.mark.parametrize("name", ["itself.md", "itself"])
def test_a_link_to_itself_does_not_stop_the_rest(tmp_path: Path, name: str) -> None:
    write(tmp_path, "a.md", "z.md")
    (tmp_path / name).symlink_to(name)
    assert [file for file in find_article_files(tmp_path).files if file != name] == ["a.md", "z.md"]


def test_what_is_no_regular_file_is_reported_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "dangling.md").symlink_to("nowhere.md")
    found = find_article_files(tmp_path)
    assert (found.files, found.problems) == (["dangling.md", "pipe.md"], [])
    assert problems_of(tmp_path, "pipe.md") == ["pipe.md: can't be read: not a regular file"]
    assert problems_of(tmp_path, "dangling.md") == ["dangling.md: can't be read: No such file or directory"]


def test_front_matter_over_the_limit_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text=f"---\ntitle: Ferry\nexcerpt: {'a' * (1 << 20)}\n---\n")
    assert problems_of(tmp_path, "a.md") == [
        "a.md: the front matter is over 1 MB; close it with a line `---`, or shorten it"
    ]


def test_a_long_body_is_no_trouble(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text=PAGE + "é" * (2 << 20))
    (source,) = read_file(tmp_path, "a.md").sources
    assert source.entry == {"title": "Ferry"}


def test_a_million_brackets_are_reported(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text=f"---\ntitle: Ferry\ndeep: {'[' * 1_000_000}\n---\n")
    assert problems_of(tmp_path, "a.md") == [
        "a.md:3: the front matter is not YAML: nested over 64 deep; quote the value or correct the indent"
    ]


@pytest.mark.parametrize("file", ["a.txt", "a.html", "A.TXT"])
def test_pages_and_texts_without_front_matter_are_no_articles_and_no_problem(tmp_path: Path, file: str) -> None:
    write(tmp_path, file, text="<p>Ferry</p>\n")
    assert problems_of(tmp_path, file) == []


@pytest.mark.parametrize(
    ("file", "name", "path_name"),
    [
        ("2024-03-01-ferry.md", "2024-03-01-ferry", "2024-03-01-ferry"),
        ("a/ferry.html", "ferry", "a/ferry"),
        ("a/v1.2.md", "v1.2", "a/v1.2"),
        ("a/ferry/index.md", "ferry", "a/ferry/index"),
        ("a/index/ferry.md", "ferry", "a/index/ferry"),
        ("index.md", "index", "index"),
    ],
)
def test_an_article_is_called_after_its_file_or_folder(tmp_path: Path, file: str, name: str, path_name: str) -> None:
    (source,) = read_file(write(tmp_path, file), file).sources
    assert (source.path, source.name, source.path_name) == (file, name, path_name)


def test_an_id_goes_before_a_slug_and_a_slug_before_the_file(tmp_path: Path) -> None:
    write(tmp_path, "both.md", text="---\ntitle: Ferry\nslug: s\nid: 7\n---\n")
    write(tmp_path, "slug/index.md", text="---\ntitle: Ferry\nslug: s\nid: ''\n---\n")
    assert read_file(tmp_path, "both.md").sources[0].name == "7"
    assert read_file(tmp_path, "slug/index.md").sources[0].name == "s"


def line(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False)


def test_a_line_is_an_article(tmp_path: Path) -> None:
    text = line(
        id=7, title=2020, excerpt=None, quality=59, published=False, draft=True, webUrl="https://quay.example/a"
    )
    write(tmp_path, "a.jsonl", text=f"\n{text}\n")
    (source,) = read_lines(tmp_path).sources
    assert (source.path, source.name, source.path_name) == ("a.jsonl:2", "7", "a:2")
    assert source.entry == {"title": "2020", "webUrl": "https://quay.example/a", "quality": 59}
    assert (source.hidden, source.published, source.published_at) == (True, False, None)
    assert source.urls == ("quay.example/a",)


@pytest.mark.parametrize(
    ("json_value", "read"),
    [("59", 59), ("59.50", "59.50"), ("1e3", "1e3"), ("null", None), ("true", "true"), ('"7"', 7), ("[1]", None)],
)
def test_numbers_in_a_line_stay_as_they_were_written(tmp_path: Path, json_value: str, read: object) -> None:
    write(tmp_path, "a.jsonl", text=f'{{"title": "Ferry", "quality": {json_value}}}\n')
    (source,) = read_lines(tmp_path).sources
    assert source.entry.get("quality") == read


def test_published_may_hold_a_date(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", text=line(title="Ferry", published="1970-01-02T12:00:00Z"))
    (source,) = read_lines(tmp_path).sources
    assert source.entry == {"title": "Ferry", "publishedDateTime": "1970-01-02T12:00:00Z"}
    assert (source.published, source.published_at) == (True, 1.5)


def test_a_line_of_only_id_and_related_holds_links(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.jsonl",
        text=line(id=1, related=[2, {"title": "Pier", "heat": 3}, {"webUrl": "https://q.example/"}]),
    )
    parsed = read_lines(tmp_path)
    assert (parsed.sources, parsed.problems) == ([], [])
    assert parsed.links == [LinkLine("a.jsonl", 1, "1", ("2", {"title": "Pier"}, "q.example"))]


def test_byte_order_mark_crlf_and_unicode_line_breaks_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes('\ufeff{"title": "A\u2028B"}\r\n{"title": "C\x85D"}'.encode())
    parsed = read_lines(tmp_path)
    assert parsed.problems == []
    assert [source.entry["title"] for source in parsed.sources] == ["A\u2028B", "C\x85D"]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b'{"title": }', "not JSON: Expecting value at column 11"),
        (b'{"title": "a"', "not JSON: Expecting ',' delimiter at column 14"),
        (b"[1]", "not a JSON object; an article is one"),
        (b'"text"', "not a JSON object; an article is one"),
        (b'{"title": "a\\ud800"}', "half of a surrogate pair; correct the escape"),
        (b'{"title": "a", "\\ud800": 1}', "half of a surrogate pair; correct the escape"),
        (b'{"title": "caf\xe9"}', "not UTF-8; save the file as UTF-8"),
        (b'{"title": ' + b"[" * 100_000, "nested too deep"),
        (b'{"id": 1}', "no title; add a line `title: …`"),
        (b'{"related": []}', "no title; add a line `title: …`"),
    ],
)
def test_a_bad_line_is_named_and_never_stops_the_rest(tmp_path: Path, bad: bytes, problem: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"title": "first"}\n' + bad + b'\n{"title": "last"}\n')
    parsed = read_lines(tmp_path)
    assert [source.entry["title"] for source in parsed.sources] == ["first", "last"]
    assert [str(found) for found in parsed.problems] == [f"a.jsonl:2: {problem}"]


def test_an_unreadable_date_in_a_line_is_named_and_the_line_used(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", text=line(title="Ferry", date="soon"))
    parsed = read_lines(tmp_path)
    assert [source.published_at for source in parsed.sources] == [None]
    assert [str(problem) for problem in parsed.problems] == [
        "a.jsonl:1: the date 'soon' can't be read as a date; write it as 2019-12-01T16:14:00Z; used without a date"
    ]


@pytest.mark.parametrize("file", ["a.jsonl", "A.JSONL"])
def test_the_ending_of_a_jsonl_file_may_be_in_capitals(tmp_path: Path, file: str) -> None:
    write(tmp_path, file, text=line(title="Ferry"))
    assert [article.title for article in Corpus.from_path(tmp_path).articles] == ["Ferry"]


def test_the_digest_is_the_same_with_and_without_parsing(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "a.jsonl", text=line(title="Ferry"))
    parsed = read_file(tmp_path, "a.md", parse=False)
    assert len(parsed.digest) == 32
    assert (parsed.sources, parsed.digest) == ([], read_file(tmp_path, "a.md").digest)
    assert digest_jsonl(tmp_path, "a.jsonl") == read_lines(tmp_path).digest != b""


@pytest.mark.parametrize(("date", "visible_from"), [("2999-01-01", 375_835.0), ("1999-01-01", None)])
def test_where_a_site_holds_back_what_is_to_come_an_article_is_public_from_its_date_on(
    tmp_path: Path, date: str, visible_from: float | None
) -> None:
    write(tmp_path, "a.md", text=f"---\ntitle: Ferry\ndate: {date}\n---\n")
    for holds_back, expected in ((True, visible_from), (False, None)):
        site = Site(generator="folder", reason="", holds_back_future=holds_back)
        [source] = read_file(tmp_path, "a.md", site=site).sources
        assert source.visible_from == expected


IN_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_a_name_that_the_locale_does_not_read_is_told_from_one_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: Ferry\n---\n")
    for name in ("F\u00e4hre.md".encode(), b"\xff.md"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    code = (
        "import pathlib, sys; from recommender import Corpus; "
        "print(*Corpus.from_path(pathlib.Path(sys.argv[1])).problems, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        env={**os.environ, **IN_ASCII},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "its name is UTF-8, which this locale (ascii) does not read; set PYTHONUTF8=1" in done.stdout
    assert done.stdout.count("its name is not UTF-8; rename it") == 1
