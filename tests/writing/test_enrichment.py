"""Lists into files: which files get one, what a later run does, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from recommender import Corpus, Recommender, Settings
from recommender.sources import WRITTEN_LISTS_FILE, FileChoice
from recommender.storage import locked_folder
from recommender.writing import Enrichment, Mode, Outcome, Removal

SETTINGS = Settings(half_life_days=None, hub_exponent=0.0, limit=2)
TITLES = {
    "crab": "Harbour crab found in harbour",
    "dredger": "Harbour dredger late",
    "ferry": "Harbour ferry dredger",
    "moon": "Moon eclipse",
}


def post(title: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in ("---", f'title: "{title}"', *lines, "---", "", "<!-- Body. -->"))


def listed(*titles: str) -> list[str]:
    return ["related:", *(f'  - title: "{title}"' for title in titles)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four articles: three of the harbour, and one that nothing goes with."""
    root = tmp_path / "site"
    root.mkdir()
    for name, title in TITLES.items():
        (root / f"{name}.md").write_text(post(title))
    return root


def enriched(root: Path, *, mode: Mode = "fill", limit: int | None = None, dry_run: bool = False) -> dict[str, str]:
    """Enrich a folder, and say what became of each file."""
    corpus = Corpus.from_path(root)
    enrichment = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus), mode=mode, limit=limit)
    outcomes = list(enrichment.run(dry_run=dry_run))
    assert [outcome.path for outcome in outcomes] == [file.path for file in corpus.article_files]
    return {outcome.path.removesuffix(".md"): said(outcome) for outcome in outcomes}


def said(outcome: Outcome) -> str:
    return f"{outcome.action}: {outcome.detail}" if outcome.detail else outcome.action


def titles(root: Path, name: str) -> list[str]:
    """The titles in the list of a file, as the text has them."""
    lines = (root / f"{name}.md").read_text().splitlines()
    return [line.removeprefix('  - title: "').removesuffix('"') for line in lines if line.startswith("  - title")]


def curated(root: Path) -> dict[str, tuple[str, ...]]:
    return dict(Corpus.from_path(root).links)


def test_articles_without_a_list_get_one(root: Path) -> None:
    assert enriched(root) == {
        "crab": "written: filled",
        "dredger": "written: filled",
        "ferry": "written: filled",
        "moon": "skipped: nothing to add",
    }
    assert (root / "dredger.md").read_text() == post(TITLES["dredger"], *listed(TITLES["ferry"], TITLES["crab"]))
    assert (root / "moon.md").read_text() == post(TITLES["moon"])
    assert sorted(path.name for path in root.iterdir()) == [
        WRITTEN_LISTS_FILE,
        "crab.md",
        "dredger.md",
        "ferry.md",
        "moon.md",
    ]


def test_a_second_run_changes_no_byte_and_no_file(root: Path) -> None:
    enriched(root)
    before = {path: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) for path in root.iterdir()}
    assert set(enriched(root).values()) == {"unchanged", "skipped: nothing to add"}
    assert {path: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) for path in root.iterdir()} == before


def test_a_dry_run_says_the_same_and_writes_nothing(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.iterdir()}
    dry = enriched(root, dry_run=True)
    assert {path: path.read_bytes() for path in root.iterdir()} == before
    assert enriched(root) == dry


def test_lists_that_were_written_are_no_curated_links_and_leave_the_fingerprint_as_it_was(root: Path) -> None:
    (root / "ferry.md").write_text(post(TITLES["ferry"], "related:", "  - crab"))
    before = Corpus.from_path(root)
    enriched(root)
    after = Corpus.from_path(root)
    assert after.links == before.links == {"ferry": ("crab",)}
    assert after.articles == before.articles
    assert after.fingerprint == before.fingerprint
    assert {file.path: file.list_state for file in after.article_files} == {
        "crab.md": "written",
        "dredger.md": "written",
        "ferry.md": "curated",
        "moon.md": "none",
    }


def test_a_later_run_refreshes_what_was_written_and_takes_out_what_nothing_is_left_of(root: Path) -> None:
    enriched(root)
    (root / "pier.md").write_text(post("Harbour crab found in harbour again"))
    assert enriched(root)["crab"] == "written: refreshed"
    assert titles(root, "crab") == ["Harbour crab found in harbour again", TITLES["dredger"]]
    for name in ("crab", "ferry", "pier"):
        (root / f"{name}.md").unlink()
    assert enriched(root) == {"dredger": "written: removed", "moon": "skipped: nothing to add"}
    assert (root / "dredger.md").read_text() == post(TITLES["dredger"])
    assert (root / WRITTEN_LISTS_FILE).read_text().count("\n") == 1, "only its head is left"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Harbour crab found", "Harbour crabs found"),
        ("related:\n", "related:\n  - moon\n"),
        ("related:\n", "related:  # mine now\n"),
        ('  - title: "Harbour crab found in harbour"\n', ""),
    ],
    ids=["reworded", "added to", "commented on", "shortened"],
)
def test_a_list_that_a_person_has_edited_is_theirs(root: Path, old: str, new: str) -> None:
    enriched(root)
    file = root / "dredger.md"
    assert old in file.read_text()
    edited = file.read_text().replace(old, new)
    file.write_text(edited)
    assert "dredger" in curated(root)
    assert enriched(root)["dredger"] == "skipped: has a curated list"
    assert file.read_text() == edited
    assert WRITTEN_LISTS_FILE in os.listdir(root)
    assert "dredger.md" not in (root / WRITTEN_LISTS_FILE).read_text()


def test_a_list_that_only_looks_otherwise_is_still_the_programs(root: Path) -> None:
    enriched(root)
    file = root / "dredger.md"
    file.write_text(file.read_text().replace('  - title: "Harbour crab', '  -   title: "Harbour\\x20crab'))
    assert curated(root) == {}
    assert enriched(root)["dredger"] == "written: refreshed"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert curated(root) == {}


def test_appending_keeps_the_curated_entries_and_fills_up_to_the_limit(root: Path) -> None:
    moon = ["related:", "  # Ida's", '  -   title: "Moon eclipse"  # really', "  # - title: Sun"]
    (root / "dredger.md").write_text(post(TITLES["dredger"], *moon, "type: article"))
    assert enriched(root, mode="append", limit=2)["dredger"] == "written: lengthened"
    lengthened = post(TITLES["dredger"], *moon[:3], f'  - title: "{TITLES["ferry"]}"', moon[3], "type: article")
    assert (root / "dredger.md").read_text() == lengthened
    assert curated(root) == {"dredger": ("moon",)}

    assert enriched(root, limit=2)["dredger"] == "unchanged", "what was appended is refreshed in every mode"
    assert enriched(root, limit=3)["dredger"] == "written: refreshed"
    assert titles(root, "dredger") == [TITLES["ferry"], TITLES["crab"]]
    assert curated(root) == {"dredger": ("moon",)}
    assert enriched(root, limit=1)["dredger"] == "written: removed"
    assert (root / "dredger.md").read_text() == post(TITLES["dredger"], *moon, "type: article")
    assert curated(root) == {"dredger": ("moon",)}


def test_what_is_appended_is_not_in_the_list_already(root: Path) -> None:
    (root / "dredger.md").write_text(post(TITLES["dredger"], *listed(TITLES["ferry"])))
    enriched(root, mode="append", limit=3)
    assert titles(root, "dredger") == [TITLES["ferry"], TITLES["crab"]]


@pytest.mark.parametrize(
    ("related", "reason"),
    [
        (["related: [crab]"], "failed: its list is in brackets; write one entry per line"),
        (["related: [{title: Moon eclipse}]"], "failed: its list is in brackets; write one entry per line"),
    ],
)
def test_a_list_that_cannot_be_lengthened_is_left_alone(root: Path, related: Sequence[str], reason: str) -> None:
    (root / "dredger.md").write_text(post(TITLES["dredger"], *related))
    assert enriched(root, mode="append")["dredger"] == reason
    assert (root / "dredger.md").read_text() == post(TITLES["dredger"], *related)


def test_replacing_overwrites_curated_lists_and_no_others_wish(root: Path) -> None:
    (root / "dredger.md").write_text(post(TITLES["dredger"], *listed("Moon eclipse")))
    (root / "crab.md").write_text(post(TITLES["crab"], "related: false"))
    (root / "moon.md").write_text(post(TITLES["moon"], *listed(TITLES["crab"])))
    assert enriched(root, mode="replace") == {
        "crab": "skipped: opted out (`related: false`)",
        "dredger": "written: replaced",
        "ferry": "written: filled",
        "moon": "skipped: nothing to add",
    }
    assert titles(root, "dredger") == [TITLES["ferry"], TITLES["crab"]]
    assert titles(root, "moon") == [TITLES["crab"]], "a curated list is not exchanged for nothing"
    assert curated(root) == {"dredger": ("moon",), "moon": ("crab",)}


@pytest.mark.parametrize(
    "lines",
    [
        listed(TITLES["crab"], TITLES["moon"]),
        ["related: [crab, moon]  "],
        ['"related":', "- title: Moon eclipse", "  excerpt: |", "    # dark", "- title: A bridge", "type: post"],
    ],
)
@pytest.mark.parametrize("first", ["replace", "append"])
def test_a_curated_list_that_is_replaced_counts_on_and_comes_back(root: Path, lines: list[str], first: Mode) -> None:
    text = post(TITLES["dredger"], *lines)
    (root / "dredger.md").write_text(text)
    before = Corpus.from_path(root)
    enriched(root, mode=first, limit=9)
    enriched(root, mode="replace")
    after = Corpus.from_path(root)
    assert (after.links, after.fingerprint) == (before.links, before.fingerprint)
    assert [article.states for article in after.articles] == [article.states for article in before.articles]
    assert not any("written" in said for said in enriched(root, mode="replace").values())
    outcomes = {outcome.path: said(outcome) for outcome in Removal(root, after).run()}
    assert outcomes["dredger.md"] == "written: removed"
    assert (root / "dredger.md").read_text() == text
    assert Corpus.from_path(root).links == before.links


def test_a_list_that_an_editor_changes_counts_instead_of_the_one_that_it_replaced(root: Path) -> None:
    (root / "dredger.md").write_text(post(TITLES["dredger"], *listed(TITLES["moon"])))
    enriched(root, mode="replace")
    file = root / "dredger.md"
    file.write_text(file.read_text().replace(TITLES["crab"], "Harbour crab lost"))
    assert curated(root)["dredger"] == ("ferry", "harbour-crab-lost")


@pytest.mark.parametrize(
    "lines",
    [
        ["related: # the desk's own", "  - title: Moon eclipse"],
        ["related:", "  - title: Moon eclipse # legal: ask Anna"],
        ["related:", "  # legal: ask Anna", "  - title: Moon eclipse"],
    ],
)
def test_a_curated_list_with_a_comment_is_not_overwritten(root: Path, lines: list[str]) -> None:
    (root / "dredger.md").write_text(post(TITLES["dredger"], *lines))
    reason = "skipped: a comment stands in its curated list; remove one of them"
    assert enriched(root, mode="replace")["dredger"] == reason
    assert (root / "dredger.md").read_text() == post(TITLES["dredger"], *lines)
    assert enriched(root, mode="append")["dredger"] == "written: lengthened"
    assert enriched(root, mode="replace")["dredger"] == reason, "its head is still curated"


def test_pins_lead_a_list_and_bans_keep_out(root: Path) -> None:
    (root / "dredger.md").write_text(post(TITLES["dredger"], "relatedPin: [moon, nowhere]", "relatedBan: ferry"))
    enriched(root)
    assert titles(root, "dredger") == [TITLES["moon"], TITLES["crab"]]
    assert [str(problem) for problem in Corpus.from_path(root).problems] == [
        "dredger.md: `relatedPin`: no article here has 'nowhere' as ID or URL"
    ]


def test_drafts_and_odd_lists_are_left_alone(root: Path) -> None:
    (root / "crab.md").write_text(post(TITLES["crab"], "draft: true"))
    (root / "ferry.md").write_text(post(TITLES["ferry"], "related: soon"))
    outcomes = enriched(root, mode="replace")
    assert outcomes["crab"] == "skipped: draft or withdrawn"
    assert outcomes["ferry"] == "skipped: its `related` is not a list"


def test_a_file_without_front_matter_is_named_and_no_byte_of_it_changes(root: Path) -> None:
    (root / "heading.md").write_text("# Harbour crab\n\nThe crab of the harbour.\n")
    before = (root / "heading.md").read_bytes()
    outcomes = enriched(root)
    assert outcomes["heading"] == "skipped: it has no front matter to write into"
    assert outcomes["dredger"] == "written: filled"
    assert (root / "heading.md").read_bytes() == before


def test_a_second_file_of_an_article_with_a_curated_list_gets_none(root: Path) -> None:
    address = "sourceUrl: https://quay.example/dredger"
    (root / "dredger.md").write_text(post(TITLES["dredger"], address, *listed(TITLES["crab"])))
    (root / "dredger-again.md").write_text(post(TITLES["dredger"], address))
    assert enriched(root)["dredger-again"] == "skipped: another file of its article has a curated list"
    assert enriched(root, mode="replace")["dredger-again"] == "written: filled"


def test_removing_lists_forgets_that_of_a_link_to_a_file_too(root: Path) -> None:
    (root / "link.md").symlink_to("crab.md")
    enriched(root)
    list(Removal(root, Corpus.from_path(root)).run())
    assert not (root / WRITTEN_LISTS_FILE).exists()


def test_a_link_stays_and_its_target_is_written_once(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "kept elsewhere.md"
    (root / "dredger.md").rename(outside)
    for name in ("dredger.md", "dredger-2.md"):
        (root / name).symlink_to(outside)
    outcomes = enriched(root)
    assert (outcomes["dredger-2"], outcomes["dredger"]) == ("written: filled", "skipped: another path to the same file")
    assert (root / "dredger.md").is_symlink()
    assert outside.read_text().count("related:") == 1
    assert curated(root) == {}
    assert set(enriched(root).values()) == {
        "unchanged",
        "skipped: nothing to add",
        "skipped: another path to the same file",
    }


def test_a_file_with_another_hard_link_is_left_alone(root: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.md").hardlink_to(root / "dredger.md")
    before = (root / "dredger.md").read_text()
    reason = "skipped: it has 2 hard links, and would keep one of them; replace it by a copy (`cp` and `mv`)"
    assert enriched(root)["dredger"] == reason
    assert (root / "dredger.md").read_text() == (tmp_path / "backup.md").read_text() == before
    (tmp_path / "backup.md").unlink()
    assert enriched(root)["dredger"] == "written: filled"
    (tmp_path / "backup.md").hardlink_to(root / "dredger.md")
    assert enriched(root)["dredger"] == "unchanged", "there is nothing to write"
    corpus = Corpus.from_path(root)
    outcomes = {outcome.path: said(outcome) for outcome in Removal(root, corpus).run()}
    assert outcomes["dredger.md"] == reason
    assert (tmp_path / "backup.md").samefile(root / "dredger.md")


def test_a_list_is_removed_from_a_file_that_is_no_article_any_more(root: Path) -> None:
    before = {file.name: file.read_bytes() for file in root.iterdir()}
    assert enriched(root)["crab"] == "written: filled"
    corpus = Corpus.from_path(root, choice=FileChoice(exclude=("crab.md",)))
    tried = Removal(root, corpus)
    assert [said(outcome) for outcome in tried.run(dry_run=True) if outcome.path == "crab.md"] == ["written: removed"]
    assert not tried.lists_are_recorded()

    outcomes = {outcome.path: said(outcome) for outcome in Removal(root, corpus).run()}

    assert outcomes["crab.md"] == "written: removed"
    assert {file.name: file.read_bytes() for file in root.iterdir()} == before


def test_mode_and_owner_stay(root: Path) -> None:
    file = root / "dredger.md"
    file.chmod(0o2750)
    if os.geteuid() == 0:
        os.chown(file, 1234, 4321)
        file.chmod(0o2750)
    before = file.stat()
    enriched(root)
    after = file.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_read_only_file_is_reported_and_the_rest_goes_on(root: Path) -> None:
    (root / "dredger.md").chmod(0o444)
    outcomes = enriched(root)
    assert outcomes["dredger"] == "failed: can't be written: it is read-only"
    assert outcomes["ferry"] == "written: filled"
    assert (root / "dredger.md").read_text() == post(TITLES["dredger"])
    (root / "dredger.md").chmod(0o644)
    assert enriched(root)["dredger"] == "written: filled", "the next run finishes the job"


@pytest.mark.parametrize("change", ["edited", "gone"])
def test_a_file_that_has_changed_since_it_was_read_is_left_alone(root: Path, change: str) -> None:
    corpus = Corpus.from_path(root)
    run = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus)).run()
    file = root / "crab.md"
    if change == "edited":
        file.write_text(post("Harbour crab found in a harbour"))
        reason = "failed: it has changed since it was read; run again"
    else:
        file.unlink()
        reason = "failed: can't be read: No such file or directory"
    outcomes = {outcome.path: said(outcome) for outcome in run}
    assert outcomes[file.name] == reason
    assert outcomes["dredger.md"] == "written: filled"


def test_a_body_that_has_changed_since_it_was_read_is_kept(root: Path) -> None:
    corpus = Corpus.from_path(root)
    run = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus)).run()
    with (root / "crab.md").open("a") as stream:
        stream.write("A late addition.")
    assert {said(outcome) for outcome in run} == {"written: filled", "skipped: nothing to add"}
    assert (root / "crab.md").read_text().endswith("---\n\n<!-- Body. -->\nA late addition.")


def test_a_renamed_file_keeps_its_list_and_a_copied_list_is_the_copiers(root: Path) -> None:
    enriched(root)
    (root / "dredger.md").rename(root / "late-dredger.md")
    assert curated(root) == {}
    assert enriched(root)["late-dredger"] == "unchanged"
    lock = (root / WRITTEN_LISTS_FILE).read_text()
    assert " late-dredger.md\n" in lock
    assert " dredger.md\n" not in lock

    block = (root / "ferry.md").read_text().split("---")[1].partition("related:")[2]
    (root / "moon.md").write_text(post(TITLES["moon"], f"related:{block}".rstrip()))
    assert set(curated(root)) == {"moon"}


def test_what_is_written_in_a_folder_is_known_in_a_corpus_within_it_and_around_it(root: Path, tmp_path: Path) -> None:
    enriched(root)
    assert curated(tmp_path) == {}
    enriched(tmp_path)
    (root / WRITTEN_LISTS_FILE).unlink()
    assert curated(root) == {}


def test_a_file_that_cannot_be_read_this_time_stays_remembered(root: Path) -> None:
    enriched(root)
    file = root / "dredger.md"
    whole = file.read_text()
    file.write_text(whole.replace("title: ", "title: [", 1))
    enriched(root)
    file.write_text(whole)
    assert "dredger" not in curated(root)


def test_what_a_run_that_was_killed_left_is_cleared_away(root: Path) -> None:
    enriched(root)
    lock = (root / WRITTEN_LISTS_FILE).read_text()
    (root / ".unfinished-abc").write_text("half")
    with (root / WRITTEN_LISTS_FILE).open("a") as stream:
        stream.write("0123")
    assert set(enriched(root).values()) == {"unchanged", "skipped: nothing to add"}
    assert (root / WRITTEN_LISTS_FILE).read_text() == lock
    assert not (root / ".unfinished-abc").exists()


def test_a_list_is_remembered_before_it_is_written(root: Path) -> None:
    corpus = Corpus.from_path(root)
    run = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus)).run()
    next(run)  # the rest of the run never comes
    assert titles(root, "crab")
    assert curated(root) == {}


def test_where_the_lock_cannot_be_written_no_file_is(root: Path) -> None:
    (root / WRITTEN_LISTS_FILE).mkdir()
    with pytest.raises(Exception, match=r"\.related\.lock"):
        enriched(root)
    assert (root / "crab.md").read_text() == post(TITLES["crab"])


def test_a_folder_can_be_held_once_at_a_time(root: Path) -> None:
    with locked_folder(root), pytest.raises(BlockingIOError), locked_folder(root):
        pass
    with locked_folder(root):
        pass


def test_a_diff_shows_the_lines_that_are_written(root: Path) -> None:
    corpus = Corpus.from_path(root)
    outcomes = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus), limit=1).run(dry_run=True)
    assert next(outcomes).diff() == (
        "--- a/crab.md\n"
        "+++ b/crab.md\n"
        "@@ -1,5 +1,7 @@\n"
        " ---\n"
        ' title: "Harbour crab found in harbour"\n'
        "+related:\n"
        f'+  - title: "{TITLES["dredger"]}"\n'
        " ---\n"
        " \n"
        " <!-- Body. -->\n"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"---\ntitle: Harbour gull\n---\n",
        b"---\ntitle: Harbour gull\n---",
        b"\n---\ntitle: Harbour gull\ntags: [a]\nauthor: x\ndraft: false\n---\nText.",
        b"+++\ntitle = 'Harbour gull'\n+++\n\n# One\n\nTwo\n\nThree\n",
    ],
)
def test_what_a_diff_shows_can_be_applied(root: Path, data: bytes) -> None:
    (root / "gull.md").write_bytes(data)
    corpus = Corpus.from_path(root)
    enrichment = Enrichment(root, corpus, Recommender(settings=SETTINGS).fit(corpus))
    diff = "".join(outcome.diff() for outcome in enrichment.run(dry_run=True))
    patched = root.parent / "patched"
    shutil.copytree(root, patched)
    subprocess.run(["git", "apply", "-"], cwd=patched, input=diff, text=True, check=True)
    enriched(root)
    assert {file.name: file.read_bytes() for file in patched.glob("*.md")} == {
        file.name: file.read_bytes() for file in root.glob("*.md")
    }
    assert b"related" in (patched / "gull.md").read_bytes()


def test_an_unlisted_article_gets_a_list_and_is_in_none(root: Path) -> None:
    (root / "ferry.md").write_text(post(TITLES["ferry"], "unlisted: true"))
    (root / "dredger.md").write_text(post(TITLES["dredger"], "draft: true"))
    assert enriched(root) == {
        "crab": "skipped: nothing to add",
        "dredger": "skipped: draft or withdrawn",
        "ferry": "written: filled",
        "moon": "skipped: nothing to add",
    }
    assert titles(root, "ferry") == [TITLES["crab"]]
