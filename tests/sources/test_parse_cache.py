"""Kept readings: those of files that have not changed are taken, and nothing ever comes of them but time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import REAL, ROOT, SEEDS

from recommender import Corpus
from recommender.corpus import fingerprint
from recommender.sources import (
    ParseCache,
    ParsedFile,
    WrittenList,
    digest_list,
    find_article_files,
    parse_cache,
    parse_front_matter,
    read_file,
    replace_written_lists,
    split_front_matter,
    written_lists,
)

LISTED = "---\ntitle: Comet\nrelated:\n- title: Owl\n  webUrl: https://quay.example/owl\n---\nBody of the comet.\n"
FORGED = (
    '{"path":"b.md","name":"b","path_name":"b","published_at":null,"urls":[],"hidden":false,"published":true,'
    '"related":[]'
)
PLAIN = "---\ntitle: Bay\nsecured: a secret\n---\nBody of the bay.\n"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as changed long ago."""
    monkeypatch.setattr(parse_cache, "_MARGIN", -(10**15))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "posts").mkdir(parents=True)
    (root / "posts" / "a.md").write_text(LISTED)
    (root / "b.md").write_text(PLAIN)
    (root / "c.md").write_text("---\ntitle: no end\n")
    (root / "d.txt").write_text("no article\n")
    (root / "e.jsonl").write_text('{"id": "e", "title": "Reef"}\n')
    return root


def kept_of(root: Path, cache: Path) -> ParseCache:
    files, _ = find_article_files(root)
    written = written_lists.WrittenLists.of(root, files).of_files(files, present=set(files))
    return ParseCache(cache, root, files, written)


def known(root: Path, cache: Path) -> set[str]:
    return set(readings_in(kept_of(root, cache), root))


def readings_in(kept: ParseCache, root: Path) -> dict[str, ParsedFile]:
    found = {file: kept.reading(file) for file in find_article_files(root)[0] if file in kept}
    return {file: parsed for file, parsed in found.items() if parsed}


def rewritten(file: Path, text: str) -> None:
    """Write until the file system's clock has moved on since the last change."""
    before = file.stat().st_ctime_ns
    while file.stat().st_ctime_ns == before:
        file.write_text(text)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "root", [ROOT / "tests" / "articles", SEEDS, *(REAL / name for name in ("gcp-news", "tidb-docs-zh"))]
)
def test_a_kept_reading_is_the_one_that_the_file_gives(root: Path, tmp_path: Path) -> None:
    if not root.is_dir():
        pytest.skip(f"there is no {root}")
    fresh = Corpus.from_path(root)
    assert Corpus.from_path(root, cache=tmp_path) == fresh
    kept = kept_of(root, tmp_path)
    found = readings_in(kept, root)
    files = [file for file in find_article_files(root)[0] if not file.endswith(".jsonl")]
    assert len(found) >= 0.99 * len(files)
    for file, parsed in found.items():
        assert parsed == read_file(root, file)
        assert repr(parsed) == repr(read_file(root, file)), "the keys are in another order"
    assert kept.digests() == {file: parsed.digest for file, parsed in found.items()}
    assert Corpus.from_path(root, cache=tmp_path) == fresh
    assert fingerprint(root, cache=tmp_path) == fresh.fingerprint == fingerprint(root)


@pytest.mark.usefixtures("settled")
def test_what_has_changed_is_read_again_even_where_its_size_and_date_have_not(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    Corpus.from_path(site, cache=cache)
    assert known(site, cache) == {"posts/a.md", "b.md", "c.md", "d.txt"}
    status = (site / "b.md").stat()
    rewritten(site / "b.md", PLAIN.replace("Bay", "Sea"))
    os.utime(site / "b.md", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert known(site, cache) == {"posts/a.md", "c.md", "d.txt"}
    (site / "c.md").unlink()
    corpus = Corpus.from_path(site, cache=cache)
    assert corpus == Corpus.from_path(site)
    assert "Sea" in [article.title for article in corpus.articles]
    assert known(site, cache) == {"posts/a.md", "b.md", "d.txt"}
    [file] = cache.iterdir()
    assert len(file.read_bytes().splitlines()) == 1 + 3


def test_a_file_that_may_change_again_within_the_same_tick_is_not_kept(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    Corpus.from_path(site, cache=cache)
    assert not cache.exists()


@pytest.mark.usefixtures("settled")
def test_what_could_not_be_read_is_tried_again(site: Path, tmp_path: Path) -> None:
    os.mkfifo(site / "pipe.md")
    corpus = Corpus.from_path(site, cache=tmp_path / "cache")
    assert "pipe.md: can't be read: not a regular file" in map(str, corpus.problems)
    assert "pipe.md" not in known(site, tmp_path / "cache")


@pytest.mark.usefixtures("settled")
def test_neither_a_body_nor_what_a_site_keeps_to_itself_is_kept(site: Path, tmp_path: Path) -> None:
    Corpus.from_path(site, cache=tmp_path / "cache")
    [file] = (tmp_path / "cache").iterdir()
    assert b"Comet" in file.read_bytes()
    assert b"sec" not in file.read_bytes()
    assert b"Body" not in file.read_bytes()


@pytest.mark.usefixtures("settled")
def test_a_list_counts_as_written_as_soon_and_as_long_as_the_lock_says_so(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    curated = Corpus.from_path(site, cache=cache)
    assert curated.links
    front_matter = split_front_matter(LISTED.encode(), path="")
    assert front_matter is not None
    items = parse_front_matter(front_matter, path="")["related"]
    assert isinstance(items, list)
    ours = WrittenList("posts/a.md", digest_list(items, ()), 0)

    for lines, state in (
        ([ours], "written"),
        ([ours, WrittenList("posts/a.md", "0" * 64, 1)], "written"),  # an older list of the same file
        ([WrittenList("posts/a.md", ours.digest, 1)], "written"),  # of which the first entry is now said to be curated
        ([WrittenList("gone.md", ours.digest, 0)], "written"),  # it may have been renamed
        ([WrittenList("posts/a.md", "0" * 64, 0)], "curated"),
        ([], "curated"),
    ):
        replace_written_lists(site, lines)
        corpus = Corpus.from_path(site, cache=cache)
        assert corpus == Corpus.from_path(site)
        assert [file.list_state for file in corpus.article_files if file.path == "posts/a.md"] == [state]
        assert fingerprint(site, cache=cache) == corpus.fingerprint
        assert "b.md" in known(site, cache)
    assert corpus == curated


@pytest.mark.usefixtures("settled")
def test_a_lists_line_counts_whatever_else_the_lock_remembers(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    front_matter = split_front_matter(LISTED.encode(), path="")
    assert front_matter is not None
    items = parse_front_matter(front_matter, path="")["related"]
    assert isinstance(items, list)
    ours = WrittenList("posts/a.md", digest_list(items, ()), 0)
    replace_written_lists(site, [ours])
    Corpus.from_path(site, cache=cache)
    replace_written_lists(site, [ours, WrittenList("posts/a.md", "0" * 64, 0), WrittenList("gone.md", "1" * 64, 0)])
    assert "posts/a.md" in known(site, cache)


@pytest.mark.usefixtures("settled")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(path=st.floats(0, 1, exclude_max=True), put=st.binary(max_size=3), removed=st.integers(0, 400))
def test_damage_is_passed_by(place: float, put: bytes, removed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("damage")
    root, cache = folder / "site", folder / "cache"
    root.mkdir()
    for name in "abc":
        (root / f"{name}.md").write_text(LISTED.replace("Comet", name))
    fresh = Corpus.from_path(root, cache=cache)
    [file] = cache.iterdir()
    whole = file.read_bytes()
    at = int(place * len(whole))
    file.write_bytes(whole[:at] + put + whole[at + removed :])
    assert Corpus.from_path(root, cache=cache) == fresh
    assert Corpus.from_path(root, cache=cache) == fresh
    shutil.rmtree(folder)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "reading",
    [
        "",
        "null",
        "[]",
        "[1,2]",
        "[" * 100_000,
        f'{{"sources":[{FORGED}, "entry":{"[" * 100_000}',
        f'{{"sources":[{FORGED}, "entry":[]}}]}}',
        f'{{"sources":[{FORGED}, "entry":{{}}, "list_state":"stolen"}}]}}',
        f'{{"sources":[{FORGED}, "entry":{{}}, "stamp":"x"}}]}}',
        f'{{"sources":[{FORGED}, "entry":{{}}, "written":["x"]}}]}}',
        '{"sources":[],"problems":[{"path":1,"reason":2}]}',
        '{"sources":[]}]',
    ],
)
def test_a_line_of_another_shape_is_passed_by_whatever_its_checksum(reading: str, site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fresh = Corpus.from_path(site, cache=cache)
    [file] = cache.iterdir()
    first, *lines = file.read_bytes().splitlines()
    forged = [line.split(b"\t") for line in lines]
    bodies = [head + b"\t" + reading.encode() + b"\n" for _, head, _ in forged]
    bodies += [b"7\t[]\n", b"[7,7,7,7]\t[]\n", b'["b.md",7,7,7]\t[]\n', b"\xff\n", b'[[],[],[],""]\t\n']
    file.write_bytes(first + b"\n" + b"".join(b"%08x\t%b" % (crc32(body), body) for body in bodies))
    assert Corpus.from_path(site, cache=cache) == fresh
    assert known(site, cache) == {"posts/a.md", "b.md", "c.md", "d.txt"}


@pytest.mark.usefixtures("settled")
def test_readings_by_other_code_are_not_believed(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    Corpus.from_path(site, cache=cache)
    [file] = cache.iterdir()
    _, *lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(f"readings of {'0' * 64}\n".encode() + b"".join(lines))
    assert known(site, cache) == set()
    Corpus.from_path(site, cache=cache)
    assert len(known(site, cache)) == 4


@pytest.mark.usefixtures("settled")
def test_every_corpus_has_a_file_of_its_own_whichever_way_it_is_named(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    Corpus.from_path(site, cache=cache)
    Corpus.from_path(site / "posts", cache=cache)
    assert len(list(cache.iterdir())) == 2
    monkeypatch.chdir(tmp_path)
    assert len(known(Path("site"), cache)) == 4
    assert known(site / "posts", cache) == {"a.md"}


@pytest.mark.usefixtures("settled")
def test_where_nothing_can_be_kept_everything_is_read(site: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("not a folder")
    assert Corpus.from_path(site, cache=tmp_path / "cache") == Corpus.from_path(site)


@pytest.mark.usefixtures("settled")
def test_half_of_a_surrogate_pair_is_not_kept(site: Path, tmp_path: Path) -> None:
    (site / "b.md").write_text('---\ntitle: "\\uD83D"\n---\n')
    fresh = Corpus.from_path(site)
    for _ in range(2):
        assert Corpus.from_path(site, cache=tmp_path / "cache") == fresh
