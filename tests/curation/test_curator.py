"""Writing an editor's changes: whose list it is then, two editors, other programs, and the last one taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from editing import PLAIN, curator_of, opened, write_site

from recommender import Corpus, Recommender
from recommender.curation import Act, Curation, Curator
from recommender.errors import CorpusError, RecommenderError
from recommender.sources import WRITTEN_LISTS_FILE, ListState
from recommender.storage import FileChangedError, locked_folder
from recommender.writing import Enrichment, LeftAloneError

TAKE, BAN = Act("take", "pier"), Act("ban", "moon")


def enrich(root: Path) -> dict[str, str]:
    """Write lists into all files that have none of an editor's, and say what became of each."""
    corpus = Corpus.from_path(root)
    run = Enrichment(root, corpus, Recommender().fit(corpus))
    return {outcome.path: f"{outcome.action} {outcome.detail}" for outcome in run.run()}


def state(root: Path) -> ListState:
    return Corpus.from_path(root).article_files[0].list_state


def test_a_list_of_this_programs_is_the_editors_once_it_is_edited_and_enrich_leaves_it_alone(tmp_path: Path) -> None:
    write_site(tmp_path, "---\ntitle: Pier of the harbour\n---\nThe Pier of the Ferry of the Moon.\n")
    enrich(tmp_path)
    assert state(tmp_path) == "written"
    curator = Curator(tmp_path, Corpus.from_path(tmp_path))
    first = opened(curator).file.curation.links[0]
    _, edit = opened(curator).after(Act("leave-out", first))
    curator.write(edit, "")
    edited = (tmp_path / "a.md").read_bytes()
    assert state(tmp_path) == "curated"
    assert enrich(tmp_path)["a.md"] == "skipped has a curated list"
    assert (tmp_path / "a.md").read_bytes() == edited


def test_a_list_that_is_edited_back_to_what_this_program_wrote_is_still_the_editors(tmp_path: Path) -> None:
    write_site(tmp_path, "---\ntitle: Pier of the harbour\n---\nThe Pier of the Ferry of the Moon.\n")
    enrich(tmp_path)
    written = (tmp_path / "a.md").read_bytes()
    curator = Curator(tmp_path, Corpus.from_path(tmp_path))
    last = opened(curator).file.curation.links[-1]
    for act in (Act("leave-out", last), Act("take", last)):
        curator.write(opened(curator).after(act)[1], "")
    assert (tmp_path / "a.md").read_bytes() == written
    assert state(tmp_path) == "curated"
    for _ in range(2):
        curator.undo("a.md")
    assert (tmp_path / "a.md").read_bytes() == written
    assert state(tmp_path) == "written"


def test_a_change_of_one_file_keeps_what_the_lock_knows_of_others(tmp_path: Path) -> None:
    write_site(tmp_path)
    enrich(tmp_path)
    (tmp_path / "moon.md").rename(tmp_path / "luna.md")
    curator = Curator(tmp_path, Corpus.from_path(tmp_path))
    others = {line for line in (tmp_path / WRITTEN_LISTS_FILE).read_text().splitlines() if not line.endswith(" a.md")}
    curator.write(opened(curator).after(BAN)[1], "")
    assert set((tmp_path / WRITTEN_LISTS_FILE).read_text().splitlines()) == others
    assert any(line.endswith(" moon.md") for line in others)


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    curator = curator_of(tmp_path)
    first, second = opened(curator).after(TAKE)[1], opened(curator).after(BAN)[1]
    curator.write(first, "")
    after_first = (tmp_path / "a.md").read_bytes()
    with pytest.raises(FileChangedError, match=r"a\.md: it has changed since it was read"):
        curator.write(second, "")
    assert (tmp_path / "a.md").read_bytes() == after_first
    curator.write(opened(curator).after(BAN)[1], "")
    assert opened(curator).file.curation == Curation("a", ("pier",), (), ("moon",))


def test_a_text_that_is_edited_meanwhile_is_kept(tmp_path: Path) -> None:
    curator = curator_of(tmp_path)
    edit = opened(curator).after(TAKE)[1]
    (tmp_path / "a.md").write_text(f"{PLAIN}A new text.\n")
    curator.write(edit, "")
    (tmp_path / "a.md").write_text((tmp_path / "a.md").read_text() + "More.\n")
    curator.undo("a.md")
    assert (tmp_path / "a.md").read_text() == f"{PLAIN}A new text.\nMore.\n"


def test_the_last_change_of_all_is_taken_back_by_the_next_server_too(tmp_path: Path) -> None:
    root, kept = tmp_path / "site", tmp_path / "models" / "last-change.json"
    root.mkdir()
    kept.parent.mkdir()
    write_site(root, "---\ntitle: Pier of the harbour\n---\nThe Pier of the Ferry of the Moon.\n")
    enrich(root)
    written = (root / "a.md").read_bytes()
    corpus = Corpus.from_path(root)
    curator = Curator(root, corpus, last_change=kept)
    for act in (Act("leave-out", opened(curator).file.curation.links[0]), BAN):
        curator.write(opened(curator).after(act)[1], act.name)
    assert Curator(tmp_path / "models", corpus, last_change=kept).last_change("a.md") is None
    curator.undo("a.md")
    assert kept.stat().st_mode & 0o077 == 0
    curator = Curator(root, corpus, last_change=kept)
    assert curator.undo("a.md").sentence == "leave-out"
    assert ((root / "a.md").read_bytes(), state(root)) == (written, "written")
    assert not kept.exists()
    kept.write_bytes(b'{"root": 1}')
    with pytest.raises(RecommenderError, match="there is no change to take back"):
        Curator(root, corpus, last_change=kept).undo("a.md")


def test_undo_takes_changes_back_one_by_one_and_none_that_was_edited_since(tmp_path: Path) -> None:
    curator = curator_of(tmp_path)
    for act, sentence in ((TAKE, "took"), (BAN, "banned")):
        curator.write(opened(curator).after(act)[1], sentence)
    assert curator.undo("a.md").sentence == "banned"
    assert opened(curator).file.curation == Curation("a", ("pier",))
    text = (tmp_path / "a.md").read_text()
    (tmp_path / "a.md").write_text(text.replace("Harbour", "Quay"))
    with pytest.raises(FileChangedError):
        curator.undo("a.md")
    assert (tmp_path / "a.md").read_text() == text.replace("Harbour", "Quay")
    (tmp_path / "a.md").write_text(text)
    assert curator.undo("a.md").sentence == "took"
    assert (tmp_path / "a.md").read_text() == PLAIN
    with pytest.raises(RecommenderError, match="there is no change to take back"):
        curator.undo("a.md")


def test_while_another_run_writes_nothing_is_written(tmp_path: Path) -> None:
    curator = curator_of(tmp_path)
    edit = opened(curator).after(TAKE)[1]
    with locked_folder(tmp_path), pytest.raises(RecommenderError, match="another run is writing here"):
        curator.write(edit, "")
    assert (tmp_path / "a.md").read_text() == PLAIN


def test_a_file_of_two_names_is_left_alone(tmp_path: Path) -> None:
    curator = curator_of(tmp_path / "site")
    (tmp_path / "copy.md").hardlink_to(tmp_path / "site" / "a.md")
    with pytest.raises(LeftAloneError, match="it has 2 hard links"):
        opened(curator)


def test_a_link_is_followed_within_the_folder_and_not_out_of_it(tmp_path: Path) -> None:
    curator = curator_of(tmp_path / "site")
    file, inside, outside = tmp_path / "site" / "a.md", tmp_path / "site" / "kept", tmp_path / "outside.md"
    file.rename(inside)
    file.symlink_to(inside.name)
    assert opened(curator).file.data == PLAIN.encode()
    inside.rename(outside)
    file.unlink()
    file.symlink_to(outside)
    with pytest.raises(CorpusError, match=r"^a\.md: a symbolic link leads out of .*/site; edit the file where it is$"):
        opened(curator)


def test_what_has_no_file_of_its_own_is_not_opened(tmp_path: Path) -> None:
    curator = curator_of(tmp_path, "---\ntitle: Harbour\nrelated:\n  - title: A page elsewhere\n---\n")
    recommender = Recommender().fit(Corpus.from_path(tmp_path))
    with pytest.raises(CorpusError, match="a-page-elsewhere has no file of its own"):
        curator.open(recommender.article("a-page-elsewhere"), lambda _: None)
    (tmp_path / "a.md").unlink()
    with pytest.raises(CorpusError, match=r"a\.md: can't be read: No such file"):
        curator.open(recommender.article("a"), lambda _: None)


def test_any_name_that_a_file_may_have_is_opened(tmp_path: Path) -> None:
    write_site(tmp_path)
    name = "10 tips: “grow” as a team…"
    (tmp_path / f"{name}.md").write_text(PLAIN)
    (tmp_path / "lines.jsonl").write_text('{"id": "line", "title": "A line of the harbour"}\n')
    corpus = Corpus.from_path(tmp_path)
    curator, recommender = Curator(tmp_path, corpus), Recommender().fit(corpus)
    assert curator.open(recommender.article(name), lambda _: None).curation == Curation(name)
    with pytest.raises(CorpusError, match="line has no file of its own"):
        curator.open(recommender.article("line"), lambda _: None)


def test_a_corpus_of_lines_can_not_be_edited(tmp_path: Path) -> None:
    lines = tmp_path / "articles.jsonl"
    lines.write_text('{"id": "a", "title": "Harbour"}\n')
    with pytest.raises(CorpusError, match="only a folder of front-matter files can be edited"):
        Curator(lines, Corpus.from_path(lines))
