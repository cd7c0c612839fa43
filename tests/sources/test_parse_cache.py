"""The parse cache: unchanged files come from it, and it never changes a result."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import REAL, ROOT, SEEDS

from recommender import Corpus
from recommender.corpus import fingerprint
from recommender.frontmatter import parse_front_matter, split_front_matter
from recommender.sources import (
    ParseCache,
    ParsedFile,
    SourceReader,
    WrittenList,
    WrittenLists,
    digest_list,
    find_article_files,
    read_file,
    replace_written_lists,
)

LISTED = "---\ntitle: Comet\nrelated:\n- title: Owl\n  webUrl: https://quay.example/owl\n---\nBody of the comet.\n"
PLAIN = "---\ntitle: Bay\nsecured: a secret\n---\nBody of the bay.\n"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as changed long ago."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10**15)


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


def cache_of(root: Path, cache: Path) -> ParseCache:
    files = [file for file in find_article_files(root).files if not file.endswith(".jsonl")]
    written = WrittenLists.of(root, files).of_files(files, present=set(files))
    return ParseCache(cache, root, files, written, site=find_article_files(root).site)


def known(root: Path, cache: Path) -> set[str]:
    return set(cached_in(cache_of(root, cache), root))


def cached_in(cache: ParseCache, root: Path) -> dict[str, ParsedFile]:
    found = {file: cache.get(file) for file in find_article_files(root).files if file in cache}
    return {file: parsed for file, parsed in found.items() if parsed}


def rewritten(file: Path, text: str) -> None:
    """Write until the file system's clock has moved on since the last change."""
    before = file.stat().st_ctime_ns
    while file.stat().st_ctime_ns == before:
        file.write_text(text)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "root", [ROOT / "tests" / "sources" / "articles", SEEDS, *(REAL / name for name in ("gcp-news", "tidb-docs-zh"))]
)
def test_a_cached_file_is_what_parsing_gives(root: Path, tmp_path: Path) -> None:
    if not root.is_dir():
        pytest.skip(f"there is no {root}")
    fresh = Corpus.from_path(root)
    assert Corpus.from_path(root, cache=tmp_path / "cache") == fresh
    kept = cache_of(root, tmp_path / "cache")
    found = cached_in(kept, root)
    files = [file for file in find_article_files(root).files if not file.endswith(".jsonl")]
    assert len(found) >= 0.99 * len(files)
    site = find_article_files(root).site
    for file, parsed in found.items():
        read = read_file(root, file, site=site)
        assert parsed == read
        assert repr(parsed) == repr(read), "the keys are in another order"
    assert kept.digests == {file: parsed.digest for file, parsed in found.items()}
    assert Corpus.from_path(root, cache=tmp_path / "cache") == fresh
    assert fingerprint(root, cache=tmp_path / "cache") == fresh.fingerprint == fingerprint(root)


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
    with closing(sqlite3.connect(cache)) as connection:
        assert connection.execute("SELECT count(*) FROM parsed_files").fetchone() == (3,)


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
def test_what_a_site_keeps_to_itself_is_not_kept_and_the_umask_says_who_may_read_the_rest(
    site: Path, tmp_path: Path
) -> None:
    before = os.umask(0o002)
    try:
        Corpus.from_path(site, cache=tmp_path / "cache")
    finally:
        os.umask(before)
    stored = (tmp_path / "cache").read_bytes()
    assert b"Comet" in stored
    assert b"secret" not in stored
    assert b"Body" in stored
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o664


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
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40), deadline=None)
@given(position=st.floats(0, 1, exclude_max=True), put=st.binary(max_size=3), removed=st.integers(0, 4000))
def test_damage_changes_no_result(
    position: float, put: bytes, removed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    root, cache = folder / "site", folder / "cache"
    root.mkdir()
    for name in "abc":
        (root / f"{name}.md").write_text(LISTED.replace("Comet", name))
    fresh = Corpus.from_path(root, cache=cache)
    whole = cache.read_bytes()
    at = int(position * len(whole))
    cache.write_bytes(whole[:at] + put + whole[at + removed :])
    assert Corpus.from_path(root, cache=cache) == fresh
    assert Corpus.from_path(root, cache=cache) == fresh
    shutil.rmtree(folder)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("parsed", b""),
        ("parsed", b"null"),
        ("parsed", b"[" * 100_000),
        ("parsed", b'{"sources":[]}'),
        ("parsed", None),
        ("parsed", "text"),
        ("digest", b"x" * 32),
        ("digest", 7),
        ("lists", "x y"),
        ("parser", "0" * 64),
        ("checksum", 7),
        ("checksum", None),
    ],
)
def test_an_entry_that_was_changed_is_not_used(column: str, value: object, site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fresh = Corpus.from_path(site, cache=cache)
    with closing(sqlite3.connect(cache)) as connection, connection:
        connection.execute(f"UPDATE parsed_files SET {column} = ?", (value,))
    assert known(site, cache) == set()
    assert Corpus.from_path(site, cache=cache) == fresh
    assert known(site, cache) == {"posts/a.md", "b.md", "c.md", "d.txt"}


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("statement", ["DROP TABLE parsed_files", "ALTER TABLE parsed_files DROP COLUMN digest"])
def test_a_cache_of_another_shape_is_made_anew(statement: str, site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fresh = Corpus.from_path(site, cache=cache)
    with closing(sqlite3.connect(cache)) as connection, connection:
        connection.execute(statement)
    for _ in range(3):
        assert Corpus.from_path(site, cache=cache) == fresh
    assert known(site, cache) == {"posts/a.md", "b.md", "c.md", "d.txt"}


@pytest.mark.usefixtures("settled")
def test_a_cache_that_another_run_is_writing_stays_as_it_is(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fresh = Corpus.from_path(site, cache=cache)
    (site / "b.md").write_text(PLAIN.replace("Bay", "Sea"))
    with closing(sqlite3.connect(cache)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert Corpus.from_path(site, cache=cache) == Corpus.from_path(site) != fresh
    assert known(site, cache) == {"posts/a.md", "c.md", "d.txt"}


@pytest.mark.usefixtures("settled")
def test_a_cache_may_be_deleted_while_it_is_read(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    Corpus.from_path(site, cache=cache)
    reader = SourceReader(site, cache=cache)
    parsed_files = reader.read_files()
    first = next(parsed_files)
    cache.unlink()
    assert [first, *parsed_files] == list(SourceReader(site).read_files())


@pytest.mark.usefixtures("settled")
def test_corpora_have_entries_of_their_own_whichever_way_they_are_named(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    Corpus.from_path(site, cache=cache)
    Corpus.from_path(site / "posts", cache=cache)
    monkeypatch.chdir(tmp_path)
    assert len(known(Path("site"), cache)) == 4
    assert known(site / "posts", cache) == {"a.md"}


@pytest.mark.usefixtures("settled")
def test_where_nothing_can_be_kept_everything_is_read(site: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    assert Corpus.from_path(site, cache=tmp_path / "cache") == Corpus.from_path(site)


@pytest.mark.usefixtures("settled")
def test_half_of_a_surrogate_pair_is_not_kept(site: Path, tmp_path: Path) -> None:
    (site / "b.md").write_text('---\ntitle: "\\uD83D"\n---\n')
    fresh = Corpus.from_path(site)
    for _ in range(2):
        assert Corpus.from_path(site, cache=tmp_path / "cache") == fresh
