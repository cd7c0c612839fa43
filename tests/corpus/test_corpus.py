"""A corpus: one article a URL, an ID each, links by ID, and nothing that stops the rest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain, permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from recommender.articles import Entry, in_rank_order, normalise_url, parse_date
from recommender.corpus import Corpus, fingerprint
from recommender.errors import CorpusError
from recommender.journal import WithdrawnArticle
from recommender.sources import LinkLine, Source, SourceReader, find_article_files, read_file
from recommender.sources import jsonl as lines_module


def page(title: str, *lines: str, body: str = "") -> str:
    return "\n".join(["---", f"title: {title}", *lines, "---", body])


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def source(
    file: str,
    title: str = "",
    date: str | None = None,
    *urls: str,
    id: str | None = None,
    related: Iterable[Entry | str] = (),
) -> Source:
    entry: Entry = {"title": title or file}
    if date:
        entry["publishedDateTime"] = date
    if urls:
        entry["webUrl"] = urls[0]
    return Source(
        path=file,
        name=id or Path(file).stem,
        path_name=file.rpartition(".")[0],
        entry=entry,
        published_at=parse_date(date),
        identity_urls=tuple(normalise_url(url) for url in urls),
        urls=tuple(normalise_url(url) for url in urls),
        hidden=False,
        published=True,
        related=tuple(related),
    )


def ids(corpus: Corpus) -> list[str]:
    return [article.id for article in corpus.articles]


def names(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    return {article.id: article.names for article in corpus.articles}


def texts(problems: Iterable[object]) -> list[str]:
    return [str(problem) for problem in problems]


def test_the_newer_of_two_files_for_one_url_wins_and_both_names_answer() -> None:
    corpus = Corpus.from_sources(
        [
            source("old.md", "Old", "2024-03-01", "http://www.quay.example/a/", related=["x"]),
            source("new.md", "New", "2024-03-02", "https://quay.example/a#top", related=["y"]),
            source("x.md"),
            source("y.md"),
        ]
    )
    assert names(corpus) == {"new": ("new", "old"), "x": ("x",), "y": ("y",)}
    assert corpus.articles[0].title == "New"
    assert corpus.articles[0].published_at == parse_date("2024-03-02")
    assert corpus.links == {"new": ("y", "x")}
    assert corpus.files == 3


def test_a_file_without_a_date_is_older_than_one_with_a_date() -> None:
    corpus = Corpus.from_sources([source("a.md", "A", None, "u"), source("b.md", "B", "1960-01-01", "u")])
    assert names(corpus) == {"b": ("b", "a")}


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_files_that_share_urls_through_others_are_one_article(order: tuple[int, ...]) -> None:
    chained = [
        source("a.md", "A", "2024-03-01", "u"),
        source("b.md", "B", "2024-03-02", "u", "v"),
        source("c.md", "C", "2024-03-03", "v", "w"),
        source("d.md", "D", "2024-03-04", "w"),
    ]
    corpus = Corpus.from_sources([chained[place] for place in order])
    assert names(corpus) == {"d": ("d", "c", "b", "a")}
    assert corpus.articles[0].urls == ("w", "v", "u")


def test_chains_run_through_web_and_original_url(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.md": page("A", "date: 2024-03-01", "webUrl: https://quay.example/1"),
            "b.md": page("B", "date: 2024-03-03", "originalUrl: https://quay.example/2"),
            "c.md": page("C", "date: 2024-03-02", "webUrl: quay.example/1/", "originalUrl: http://quay.example/2"),
        },
    )
    corpus = Corpus.from_path(tmp_path)
    assert names(corpus) == {"b": ("b", "c", "a")}
    assert corpus.problems == ()


def test_two_articles_with_one_id_get_their_paths_and_a_warning() -> None:
    corpus = Corpus.from_sources([source("y/a.md"), source("x/a.md"), source("x/b.md", id="b")])
    assert ids(corpus) == ["b", "x/a", "y/a"]
    assert texts(corpus.problems) == ["x/a.md: the ID 'a' is also that of y/a.md; each is known by its path"]


def test_two_paths_that_differ_in_their_ending_keep_it() -> None:
    corpus = Corpus.from_sources([source("x/a.md"), source("x/a.html"), source("y/a.md")])
    assert ids(corpus) == ["x/a.html", "x/a.md", "y/a"]
    assert texts(corpus.problems) == ["x/a.html: the ID 'a' is also that of x/a.md, y/a.md; each is known by its path"]


def test_two_files_of_one_article_may_ask_for_one_id() -> None:
    corpus = Corpus.from_sources([source("x/a.md", "A", None, "u"), source("y/a.md", "A", None, "u")])
    assert names(corpus) == {"a": ("a",)}
    assert corpus.problems == ()


def test_index_files_are_called_after_their_folders_and_section_pages_are_none(tmp_path: Path) -> None:
    write(tmp_path, {"a/index.md": page("A"), "b/_index.md": page("B"), "c/index.md": page("C", "slug: d")})
    assert ids(Corpus.from_path(tmp_path)) == ["a", "d"]


def test_an_article_that_only_entries_know_is_an_article() -> None:
    older: Entry = {
        "title": "Pier repainted",
        "publishedDateTime": "2024-02-28T06:00:00Z",
        "webUrl": "https://q.example/p",
    }
    newer: Entry = {**older, "excerpt": "In green.", "webUrl": "http://www.q.example/p/"}
    corpus = Corpus.from_sources(
        [source("a.md", "A", "2024-03-01", related=[older]), source("b.md", "B", "2024-03-02", related=[newer])]
    )
    assert ids(corpus) == ["2024-02-28-pier-repainted", "a", "b"]
    assert corpus.articles[0].entry == newer
    assert corpus.articles[0].published_at == parse_date("2024-02-28T06:00:00Z")
    assert corpus.articles[0].urls == ("q.example/p",)
    assert corpus.links == {"a": ("2024-02-28-pier-repainted",), "b": ("2024-02-28-pier-repainted",)}
    assert corpus.files == 2


def test_an_entry_that_only_a_file_embeds_is_trimmed_to_the_contract(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.md": page("A", "related:", "  - heat: 3", "    quality: '7'", "    title: Pier", "    secured: x")},
    )
    assert [article.entry for article in Corpus.from_path(tmp_path).articles] == [
        {"title": "A"},
        {"title": "Pier", "quality": 7},
    ]


def test_two_linked_only_articles_whose_names_look_alike_are_two() -> None:
    corpus = Corpus.from_sources(
        [source("a.md", related=[{"title": "Pier"}]), source("pier.md", "Another matter altogether")]
    )
    assert ids(corpus) == ["a", "pier", "pier-2"]
    assert corpus.links == {"a": ("pier-2",)}


@pytest.mark.parametrize("file", ["2024-02-28-pier.md", "p.md"])
@pytest.mark.parametrize("url", [(), ("https://q.example/new",)])
def test_an_entry_whose_title_and_day_are_a_files_means_that_file(file: str, url: tuple[str, ...]) -> None:
    entry: Entry = {"title": "Pier", "publishedDateTime": "2024-02-28T09:00:00Z", "webUrl": "https://q.example/old"}
    corpus = Corpus.from_sources([source("a.md", related=[entry]), source(file, "Pier", "2024-02-28T06:00:00Z", *url)])
    stem = Path(file).stem
    assert corpus.links == {"a": (stem,)}
    assert sorted(ids(corpus)) == sorted(["a", stem])


def test_an_entry_without_a_url_is_found_by_title_and_day() -> None:
    entry: Entry = {"title": "Pier", "publishedDateTime": "2024-02-28"}
    same_title: Entry = {"title": "Pier", "publishedDateTime": "2024-02-29"}
    corpus = Corpus.from_sources(
        [source("a.md", related=[entry, same_title]), source("2024-02-28-pier.md", "Pier", "2024-02-28", "u")]
    )
    assert corpus.links == {"a": ("2024-02-28-pier", "2024-02-29-pier")}


def test_links_may_be_ids_urls_and_entries() -> None:
    related: list[Entry | str] = ["b", "http://www.q.example/c/#x", {"title": "D", "webUrl": "q.example/d"}]
    corpus = Corpus.from_sources(
        [
            source("a.md", related=related),
            source("b.md"),
            source("c.md", "C", None, "https://q.example/c"),
            source("d.md", "Another title", None, "https://q.example/d"),
        ]
    )
    assert corpus.links == {"a": ("b", "c", "d")}
    assert ids(corpus) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("link", ["2024-02-28-pier", "https://q.example/p"])
@pytest.mark.parametrize(("by_id", "by_entry"), [("2024-03-01", "2024-03-02"), ("2024-03-02", "2024-03-01")])
def test_a_linked_only_article_may_be_linked_by_id_or_url(link: str, by_id: str, by_entry: str) -> None:
    entry: Entry = {"title": "Pier", "publishedDateTime": "2024-02-28", "webUrl": "https://q.example/p"}
    corpus = Corpus.from_sources(
        [source("a.md", "A", by_id, related=[link]), source("b.md", "B", by_entry, related=[entry])]
    )
    assert corpus.links == {"a": ("2024-02-28-pier",), "b": ("2024-02-28-pier",)}
    assert corpus.link_faults == ()


def test_an_entry_that_says_a_title_alone_is_no_twin_of_the_articles_that_have_it() -> None:
    entry: Entry = {"title": " pier  REPAINTED "}
    one = source("one.md", "Pier repainted", "2024-02-28", "https://q.example/1")
    two = source("two.md", "Pier Repainted", "2024-03-28", "https://q.example/2")
    corpus = Corpus.from_sources([source("a.md", related=[entry]), one])
    assert (ids(corpus), dict(corpus.links)) == (["a", "one"], {"a": ("one",)})
    corpus = Corpus.from_sources([source("a.md", related=[entry, {"title": "Pier repainted"}]), one, two])
    assert (ids(corpus), dict(corpus.links)) == (["a", "one", "two"], {"a": ("one",)})
    assert texts(corpus.link_faults)[0] == (
        "a.md: dead link: the title ' pier  REPAINTED ' does not say which article is meant; add its address"
    )


def test_dead_doubled_and_own_links_are_named_and_count_once_or_never() -> None:
    related: list[Entry | str] = [
        "b",
        "nobody",
        "a",
        "https://q.example/b",
        "c",
        {"title": "A", "webUrl": "q.example/a"},
    ]
    corpus = Corpus.from_sources(
        [
            source("a.md", "A", None, "https://q.example/a", related=related),
            source("b.md", "B", None, "https://q.example/b"),
            source("c.md"),
        ]
    )
    assert corpus.links == {"a": ("b", "c")}
    assert ids(corpus) == ["a", "b", "c"]
    assert texts(corpus.link_faults) == [
        "a.md: dead link: no article here has 'nobody' as ID or URL",
        "a.md: links to itself",
        "a.md: links twice to b",
        "a.md: links to itself",
    ]


def test_an_article_that_links_only_to_itself_has_no_links() -> None:
    assert Corpus.from_sources([source("a.md", related=["a"])]).links == {}


def jsonl(*lines: Mapping[str, Any]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_a_jsonl_file_is_read_with_the_related_jsonl_beside_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "articles.jsonl": jsonl({"id": 1, "title": "A"}, {"id": 2, "title": "B"}, {"title": "C"}),
            "related.jsonl": jsonl({"id": 1, "related": [2, "articles:3"]}, {"id": 9, "related": [1]}),
            "other.jsonl": jsonl({"id": 3, "title": "not read"}),
        },
    )
    corpus = Corpus.from_path(tmp_path / "articles.jsonl")
    assert ids(corpus) == ["1", "2", "articles:3"]
    assert corpus.links == {"1": ("2", "articles:3")}
    assert texts(corpus.problems) == ["related.jsonl:2: links of '9', but no article has this ID"]


def test_a_folder_may_hold_both_kinds(tmp_path: Path) -> None:
    write(tmp_path, {"lines.jsonl": jsonl({"id": "l", "title": "L", "related": ["m"]}), "x/m.md": page("M")})
    corpus = Corpus.from_path(tmp_path)
    assert ids(corpus) == ["l", "m"]
    assert corpus.links == {"l": ("m",)}
    assert corpus == Corpus.from_path(str(tmp_path))


def test_hidden_folders_are_skipped_and_linked_ones_read(tmp_path: Path) -> None:
    write(tmp_path, {"c/a.md": page("A"), "c/.git/b.md": page("B"), "elsewhere/d.md": page("D")})
    (tmp_path / "c" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "c" / "loop").symlink_to(tmp_path / "c")
    corpus = Corpus.from_path(tmp_path / "c")
    assert ids(corpus) == ["a", "d"]
    assert texts(corpus.problems) == ["loop: a link back to a folder above it; not followed"]


def test_problems_come_in_the_order_of_the_files_and_stop_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.md": page(""),
            "b.md": page("B", "id: twin"),
            "c.md": page("C", "date: soon"),
            "e.jsonl": '{"title": "E"}\n' * 8 + '"e"\n{"id": "ghost", "related": []}\n[]\n',
            "f.md": page("F", "id: twin"),
            "g.md": "no front matter",
        },
    )
    (tmp_path / "d").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "h.md")
    corpus = Corpus.from_path(tmp_path)
    assert ids(corpus) == ["b", "c", *(f"e:{line}" for line in range(1, 9)), "f"]
    assert texts(corpus.problems) == [
        "a.md: no title; add a line `title: …`",
        "b.md: the ID 'twin' is also that of f.md; each is known by its path",
        "c.md: the date 'soon' can't be read as a date; write it as 2019-12-01T16:14:00Z; used without a date",
        "d: a link back to a folder above it; not followed",
        "e.jsonl:9: not a JSON object; an article is one",
        "e.jsonl:10: links of 'ghost', but no article has this ID",
        "e.jsonl:11: not a JSON object; an article is one",
        "g.md:1: no front matter: it does not begin with a line `---`",
        "h.md: can't be read: not a regular file",
    ]


PIER: Entry = {"title": "Pier", "publishedDateTime": "2024-02-28", "webUrl": "https://q.example/p"}
SOURCES = [
    source("a.md", "A", "2024-03-01", "u", related=["e", PIER, "x/f"]),
    source("b.md", "B", "2024-03-01", "v", related=[{**PIER, "excerpt": "In green."}, "nobody"]),
    source("c.md", "C", None, "u", "v", related=["g", "e"]),
    source("d.md", "D", "2024-03-01", related=[{**PIER, "excerpt": "In blue."}, "c"]),
    source("e.md", "E", "2024-03-02", related=[{"title": "Pier", "publishedDateTime": "2024-02-28"}, "d"]),
    source("x/f.md", "F", "2024-03-03", related=["a", "a"]),
    source("y/f.md", "F", "2024-03-03", related=["a"]),
    source("x/g.md", id="g"),
    source("y/g.md", id="g"),
]


@settings(deadline=None)
@given(st.permutations(SOURCES))
def test_the_order_of_the_sources_does_not_matter(shuffled: list[Source]) -> None:
    assert Corpus.from_sources(shuffled) == Corpus.from_sources(SOURCES)


def test_many_files_read_by_several_processes_give_the_same_as_one_by_one(tmp_path: Path) -> None:
    files = {f"{number % 7}/{number}.md": page(f"Ferry {number}", f"related: [{number + 1}]") for number in range(1100)}
    write(tmp_path, files | {"3/500.md": page(""), "z.md": "no front matter"})
    found = find_article_files(tmp_path).files
    readings = [read_file(tmp_path, file) for file in found]
    expected = Corpus.from_sources(
        chain.from_iterable(reading.sources for reading in readings),
        problems=chain.from_iterable(reading.problems for reading in readings),
        fingerprint=fingerprint(tmp_path),
    )
    assert len(expected.articles) == 1099
    assert len(expected.problems) == 2
    assert Corpus.from_path(tmp_path) == expected


def test_the_fingerprint_is_known_without_parsing(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": page("A"), "b.md": page("B: c"), "c.md": "none", "d.jsonl": jsonl({"title": "D"})})
    assert fingerprint(tmp_path) == Corpus.from_path(tmp_path).fingerprint
    assert fingerprint(tmp_path / "d.jsonl") == Corpus.from_path(tmp_path / "d.jsonl").fingerprint
    assert len(fingerprint(tmp_path)) == 64


def test_the_fingerprint_changes_with_what_is_read_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": page("A"), "b.md": page("B")})
    before = fingerprint(tmp_path)
    write(tmp_path, {"notes.rst": "x"})
    assert fingerprint(tmp_path) == before
    write(tmp_path, {"a.md": page("A", body="Another body")})
    assert fingerprint(tmp_path) != before
    write(tmp_path, {"a.md": page("A changed title")})
    assert fingerprint(tmp_path) != before
    write(tmp_path, {"a.md": page("A")})
    assert fingerprint(tmp_path) == before
    (tmp_path / "a.md").rename(tmp_path / "c.md")
    assert fingerprint(tmp_path) != before


NOTHING = (
    "nothing here is an article (a .md, .markdown, .mdx, .html or .txt file that begins with front matter and has a "
    "title, or lines of a .jsonl file)"
)


@pytest.mark.parametrize(
    ("files", "path", "message"),
    [
        ({}, "no", "{}: there is no such folder or file; name a folder of articles or a .jsonl file"),
        ({}, "", "{}: " + NOTHING),
        ({"a.png": "x", "b.txt": "x"}, "", "{}: " + NOTHING + "\n  no front matter: 1, such as b.txt"),
        ({"a.lr": "x"}, "", "{}: " + NOTHING + "\n  .lr files are not read: 1, such as a.lr"),
        ({"a.md": page("")}, "", "{}: " + NOTHING + "\n  a.md: no title; add a line `title: …`"),
        ({"a.md": page("A")}, "a.md", "{}: not a .jsonl file; to read front-matter files, name their folder"),
        ({"a.jsonl": ""}, "a.jsonl", "{}: " + NOTHING),
    ],
)
def test_a_corpus_that_cannot_be_used_says_why(tmp_path: Path, files: dict[str, str], path: str, message: str) -> None:
    write(tmp_path, files)
    with pytest.raises(CorpusError) as raised:
        Corpus.from_path(tmp_path / path)
    assert str(raised.value) == message.format(tmp_path / path)


DAYS = st.sampled_from([None, "1969-12-31", "1970-01-01", "2024-02-28", "2024-03-01", "9999-12-31"])
PLACES = ["a.md", "a.html", "b.md", "x/a.md", "x/b.md", "x/a.html", "y/a.md", "y/c.md", "é.md", "z.md"]
NAMES = st.sampled_from(["a", "b", "c", "x/a", "x/a.md", "2024-02-28-pier", "\U00010000", "\uffff"])
URLS = st.sampled_from(["u.example/1", "u.example/2", "u.example/3", "u.example/4"])
LINKS = st.one_of(
    NAMES,
    URLS,
    st.builds(
        lambda title, day, url: {
            "title": title,
            **({"publishedDateTime": day} if day else {}),
            **({"webUrl": f"https://{url}"} if url else {}),
        },
        st.sampled_from(["Pier", "Ferry", "!"]),
        DAYS,
        st.none() | URLS,
    ),
)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Source], list[LinkLine], list[WithdrawnArticle]]:
    sources = []
    for place in draw(st.lists(st.sampled_from(PLACES), unique=True)):
        made = source(
            place,
            draw(st.sampled_from(["Pier", "Ferry"])),
            draw(DAYS),
            *draw(st.lists(URLS, max_size=2, unique=True)),
            id=draw(st.none() | NAMES),
            related=draw(st.lists(LINKS, max_size=3)),
        )
        sources.append(
            structs.replace(
                made,
                hidden=draw(st.booleans()),
                pinned=tuple(draw(st.lists(NAMES | URLS, max_size=2))),
                banned=tuple(draw(st.lists(NAMES | URLS, max_size=1))),
                front_matter_digest=draw(st.sampled_from([b"", b"s"])),
            )
        )
    lines = [
        LinkLine("related.jsonl", number, id, tuple(related))
        for number, (id, related) in enumerate(
            draw(st.lists(st.tuples(NAMES, st.lists(LINKS, max_size=3)), max_size=3))
        )
    ]
    gone = [
        WithdrawnArticle(name, frozenset({name}), frozenset({url}))
        for name, url in draw(st.lists(st.tuples(NAMES, URLS), max_size=1))
    ]
    return sources, lines, gone


@settings(deadline=None)
@given(corpora())
def test_a_corpus_is_sorted_by_id_and_in_rank_order(
    parts: tuple[list[Source], list[LinkLine], list[WithdrawnArticle]],
) -> None:
    sources, lines, withdrawn = parts
    corpus = Corpus.from_sources(iter(sources), iter(lines), withdrawn=withdrawn)
    articles = tuple(corpus.articles)
    assert [article.id for article in articles] == sorted({article.id for article in articles})
    assert [corpus.articles[position] for position in range(len(articles))] == list(articles)
    assert list(corpus.in_rank_order()) == in_rank_order(articles)
    assert list(corpus.links) == sorted(corpus.links)
    assert {target for links in corpus.links.values() for target in links} <= {article.id for article in articles}
    in_memory = replace(corpus, articles=articles, links=dict(corpus.links))
    assert corpus == in_memory
    assert list(in_memory.in_rank_order()) == list(corpus.in_rank_order())


BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\r\n", "\n\r"])
PIECES = st.sampled_from(
    [
        '{"id": "a", "title": "A"}',
        '{"title": "é"}',
        "{",
        "",
        " ",
        '{"id": "a", "related": ["b"]}',
        '{"id": "b", "title": "B", "date": "x"}',
    ]
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(PIECES, BREAKS), max_size=12),
    st.booleans(),
    st.booleans(),
    st.integers(1, 60),
)
def test_lines_are_the_same_whatever_the_blocks_that_they_are_read_in(
    pieces: list[tuple[str, str]], begins_with_a_mark: bool, ends_torn: bool, size: int
) -> None:
    text = "\ufeff" * begins_with_a_mark + '{"title": "first"}\n' + "".join(chain.from_iterable(pieces))
    data = (text + '{"title": "torn' * ends_torn).encode()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "lines.jsonl"
        path.write_bytes(data)
        whole, known = Corpus.from_path(path), fingerprint(path)
        patch.setattr(lines_module, "BLOCK_BYTES", size)
        parted = Corpus.from_path(path)
        assert parted.articles == whole.articles
        assert parted.problems == whole.problems
        assert parted.fingerprint == fingerprint(path) == known
    torn = [number for number, line in enumerate(data.splitlines(), start=1) if line == b"{"]
    assert {f"lines.jsonl:{number}" for number in torn} == {
        problem.path + f":{problem.line}" for problem in whole.problems if "at column 2" in problem.reason
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("before", ["", '{"title": "before"}\n'])
@pytest.mark.parametrize("size", [7, 1000])
def test_a_line_without_end_is_a_problem_of_that_line_alone(
    end: str, before: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 50)
    monkeypatch.setattr(lines_module, "BLOCK_BYTES", size)
    path = tmp_path / "a.jsonl"
    longest = '{"title": "' + "x" * 37 + '"}'
    assert len(longest) == 50
    after = f'{end}{{"title": "after"}}\n' if end else ""
    path.write_bytes(f'{before}{{"title": "{"x" * 500}"}}{after}{longest if after else ""}'.encode())
    if not before and not after:
        with pytest.raises(CorpusError, match=r"a\.jsonl:1: the line is over 0 MB; shorten it"):
            Corpus.from_path(path)
        return
    corpus = Corpus.from_path(path)
    first = 2 if before else 1
    assert texts(corpus.problems) == [f"a.jsonl:{first}: the line is over 0 MB; shorten it"]
    places = [f"a:{line}" for line in (*([1] if before else []), *([first + 1, first + 2] if after else []))]
    assert ids(corpus) == places


def test_a_file_that_changes_while_it_is_read_has_another_fingerprint_and_the_cure_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "BLOCK_BYTES", 30)
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "one"}\n{"title": "two"}\n' * 5)
    before = fingerprint(path)
    reader = SourceReader(path)
    readings = reader.read_files()
    assert len(next(readings).sources) == 1
    with path.open("a") as stream:
        stream.write('{"title": "three"}\n')
    problems = [str(problem) for reading in readings for problem in reading.problems]
    assert set(problems) <= {"a.jsonl: can't be read: it was changed at that moment; run this again"}
    assert reader.fingerprint not in (before, fingerprint(path))


def test_files_of_lines_are_read_in_their_order_among_the_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.jsonl": jsonl(*({"title": f"Ferry {number}"} for number in range(2000))),
            "b.md": page("B"),
            "c.jsonl": jsonl(*({"title": f"Pier {number}", "related": [f"a:{number}"]} for number in range(1, 500))),
        },
    )
    corpus = Corpus.from_path(tmp_path)
    assert len(corpus.articles) == 2500 - 1 + 1
    assert corpus.problems == ()
    assert corpus.links["c:7"] == ("a:7",)
    assert corpus.fingerprint == fingerprint(tmp_path)


def test_no_article_is_lost_where_one_asks_for_the_place_of_another() -> None:
    same = [source("x/a.md"), source("x/a.html"), source("z.md", id="x/a.md")]
    assert ids(Corpus.from_sources(same)) == ["x/a.html", "x/a.md", "z.md"]


def test_no_article_is_lost_where_two_were_posted_in_one_place() -> None:
    posted = [source("the article", id="a"), source("the article", id="b"), source("a.md"), source("b.md")]
    assert ids(Corpus.from_sources(posted)) == ["a", "b", "the article", "the article-2"]


def test_what_was_withdrawn_is_nowhere() -> None:
    gone = structs.replace(source("a.md", "A", None, "u", related=["b"]), front_matter_digest=b"s")
    corpus = Corpus.from_sources(
        [gone, source("b.md", related=["a", "c"]), source("c.md", related=["a"])],
        withdrawn=[WithdrawnArticle("x", frozenset({"x"}), frozenset({"u"}))],
    )
    assert ids(corpus) == ["b", "c"]
    assert (corpus.links, corpus.article_files) == ({"b": ("c",)}, ())


def test_links_in_texts_lead_to_articles_and_are_not_curated(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "blog/a.md": page("A", body="[b](b.md), [c](/c/), [out](https://out.example/d), [c again](../c.md#top)"),
            "blog/b.md": page(
                "B", "url: https://quay.example/bees/", body="[itself](/bees/), [a title](C) {% post_url c %}"
            ),
            "c.md": page("C", body="<a href='https://quay.example/bees/?utm_source=x'>bees</a> and [a](./blog/a)"),
            "d.md": page("D", body="[nothing](/e/)"),
        },
    )
    corpus = Corpus.from_path(tmp_path)
    assert dict(corpus.text_links) == {"a": ("b", "c"), "b": ("c",), "c": ("b", "a")}
    assert dict(corpus.links) == {}
    assert ids(corpus) == ["a", "b", "c", "d"]


def test_the_words_of_links_to_articles_can_be_left_out_of_the_texts(tmp_path: Path) -> None:
    files = {
        "a.md": page("A", body="Low [water](b.md), [salt](https://out.example) and [itself](a.md)."),
        "b.md": page("B", "excerpt: The water\n", body="[Low](a.md) tide."),
        "c.md": page("C", body="[Nothing](d.md)."),
    }
    corpus = Corpus.from_path(write(tmp_path, files), cache=tmp_path / "cache")
    links = corpus.links_to_articles()
    assert links == {"a.md": {"b.md"}, "b.md": {"a.md"}}
    without = corpus.without_words_of(links, tmp_path)
    assert [(one.text, one.excerpt) for one in without.articles] == [
        ("Low , salt and itself.", "Low , salt and itself."),
        ("tide.", "The water"),
        ("Nothing.", "Nothing."),
    ]
    again = Corpus.from_path(tmp_path, cache=tmp_path / "cache")
    assert [one.text for one in again.articles] == [one.text for one in corpus.articles]
    (tmp_path / "a.md").unlink()
    with pytest.raises(CorpusError, match=r"a\.md: can't be read again"):
        corpus.without_words_of(links, tmp_path)


def test_a_link_in_a_text_to_a_file_beside_it_is_to_that_one(tmp_path: Path) -> None:
    files = {f"{folder}/tides.md": page(f"Tides {folder}") for folder in ("x", "y")}
    write(tmp_path, {**files, "y/a.md": page("A", body="[tides](tides.md)")})
    assert dict(Corpus.from_path(tmp_path).text_links) == {"a": ("y/tides",)}


def test_links_in_texts_to_translations_and_withdrawn_articles_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.de.md": page("A auf Deutsch", body="[English](a.en.md), [b](b.en.md)"),
            "a.en.md": page("A", body="[Deutsch](a.de.md)"),
            "b.en.md": page("B"),
        },
    )
    assert dict(Corpus.from_path(tmp_path).text_links) == {"a.de": ("b",)}
    linking = structs.replace(source("a.md"), text_links=("b", "c"))
    gone = WithdrawnArticle("b", frozenset({"b"}), frozenset())
    corpus = Corpus.from_sources([linking, source("b.md"), source("c.md")], withdrawn=[gone])
    assert dict(corpus.text_links) == {"a": ("c",)}


@pytest.mark.parametrize(
    ("key", "items", "shape"),
    [
        ("related", ["{title: B}", "{title: C}"], "entries"),
        ("related_posts", ["b", "c"], "ids"),
        ("relatedPosts", ["blog/b.md", "c.md"], "paths"),
        ("see_also", ["https://quay.example/b", "/c/"], "urls"),
        ("seeAlso", ["B of the bay", "C of the bay", "c"], "titles"),
    ],
)
def test_curated_lists_are_counted_by_key_and_shape(tmp_path: Path, key: str, items: list[str], shape: str) -> None:
    lines = [f"{key}:", *(f"- {item}" for item in items)]
    write(tmp_path, {"a.md": page("A", *lines), "b.md": page("B of the bay"), "c.md": page("C of the bay")})
    assert Corpus.from_path(tmp_path).list_forms == {(key, shape): 1}


def test_a_translation_beside_an_original_without_a_language_has_its_own_in_its_id(tmp_path: Path) -> None:
    for name, title in (("tide.md", "Tide"), ("tide.fr.md", "Marée")):
        (tmp_path / name).write_text(f"---\ntitle: {title}\n---\n", encoding="utf-8")
    corpus = Corpus.from_path(tmp_path)
    assert {article.id: article.language for article in corpus.articles} == {"tide": None, "tide.fr": "fr"}
    assert not corpus.problems
