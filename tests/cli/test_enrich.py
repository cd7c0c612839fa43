"""The command `enrich`."""

from __future__ import annotations

import json
from pathlib import Path

from commands import contents, run
from samples import SEED_ID

from recommender.artefacts import LocalModels, Manifest
from recommender.storage import locked_folder


def test_enrich_says_what_would_change_and_writes_nothing(
    published: tuple[Path, Manifest], copy_of_seeds: Path
) -> None:
    before = contents(copy_of_seeds)
    dry = run("enrich", copy_of_seeds, "--models", published[0], "--dry-run")
    assert dry.exit_code == 0
    assert len(dry.stdout.splitlines()) == 45
    assert dry.stdout.startswith(f"{min(line.split(':')[0] for line in dry.stdout.splitlines())}: filled\n")
    assert dry.stderr == (
        "would be written: 45 (45: filled)\nskipped: 109 (107: has a curated list; 2: draft or withdrawn)\n"
    )
    diff = run("enrich", copy_of_seeds, "--models", published[0], "--diff")
    assert diff.exit_code == 0
    assert diff.stdout.count("\n+related:\n") == 45
    assert not [line for line in diff.stdout.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert run("enrich", copy_of_seeds, "--models", published[0], "--check").exit_code == 1
    assert contents(copy_of_seeds) == before


def test_enrich_writes_and_a_second_run_finds_nothing_to_do(
    published: tuple[Path, Manifest], copy_of_seeds: Path, unlearnt: tuple[str, Path]
) -> None:
    models, manifest = published
    before = contents(copy_of_seeds)
    first = run("enrich", copy_of_seeds, "--models", models)
    assert (first.exit_code, first.stdout) == (0, "")
    after = contents(copy_of_seeds)
    assert after.keys() - before.keys() == {".related.lock"}
    assert sum(after[file] != before[file] for file in before) == 45
    check = run("enrich", copy_of_seeds, "--models", models, "--check")
    assert (check.exit_code, check.stdout) == (0, "")
    assert contents(copy_of_seeds) == after
    assert LocalModels(models).current() == manifest.version, "what enrich writes is no reason to train again"
    assert (
        "45 lists written by this program don't count"
        in run("train", copy_of_seeds, "--models", models / "other", *unlearnt).stderr
    )


def test_remove_takes_out_what_enrich_wrote_and_no_other_byte(
    published: tuple[Path, Manifest], copy_of_seeds: Path
) -> None:
    before = contents(copy_of_seeds)
    run("enrich", copy_of_seeds, "--models", published[0])
    after = contents(copy_of_seeds)
    trial = run("enrich", copy_of_seeds, "--models", published[0], "--remove", "--check")
    assert trial.exit_code == 1
    assert contents(copy_of_seeds) == after
    removed = run("enrich", copy_of_seeds, "--models", published[0], "--remove")
    assert removed.exit_code == 0
    assert removed.stderr == "written: 45 (45: removed)\nskipped: 109 (109: no list of this program's)\n"
    assert contents(copy_of_seeds) == before


def test_shape_says_what_lists_are_made_of(published: tuple[Path, Manifest], copy_of_seeds: Path) -> None:
    diff = run("enrich", copy_of_seeds, "--models", published[0], "--diff", "--limit", "1", "--shape", "ids")
    added = [line for line in diff.stdout.splitlines() if line.startswith("+  - ")]
    files = [Path(path) for path in contents(copy_of_seeds)]
    ids = {f"{one.stem}.{one.parent.name}" if one.parent.name in ("de", "en") else one.stem for one in files}
    assert {line.removeprefix("+  - ") for line in added} <= ids
    assert len(added) == 45


def test_check_minds_a_lock_that_is_not_up_to_date(published: tuple[Path, Manifest], copy_of_seeds: Path) -> None:
    run("enrich", copy_of_seeds, "--models", published[0])
    with (copy_of_seeds / ".related.lock").open("a") as stream:
        stream.write(f"{'0' * 64} 0 gone.md\n")
    assert run("enrich", copy_of_seeds, "--models", published[0], "--check").exit_code == 1


def test_enrich_tells_machines_and_the_curious_more(published: tuple[Path, Manifest], copy_of_seeds: Path) -> None:
    (copy_of_seeds / "newsroom" / "two.md").write_text("---\ntitle: Two\nrelated:\nrelated:\n---\n")
    done = run("enrich", copy_of_seeds, "--models", published[0], "--json", "-v", "--dry-run")
    assert done.exit_code == 1
    outcomes = json.loads(done.stdout)
    assert {outcome["action"] for outcome in outcomes} == {"written", "skipped", "failed"}
    assert [outcome for outcome in outcomes if outcome["action"] == "failed"] == [
        {
            "file": "newsroom/two.md",
            "action": "failed",
            "detail": "line 4: there are two `related` keys; remove one",
        }
    ]
    assert "recommender: newsroom/two.md: line 4: there are two `related` keys; remove one\n" in done.stderr
    assert f"  {SEED_ID}.md: has a curated list\n" in done.stderr
    assert done.stderr.endswith("failed: 1\n")


def test_a_second_run_at_the_same_time_is_refused(published: tuple[Path, Manifest], copy_of_seeds: Path) -> None:
    with locked_folder(copy_of_seeds):
        done = run("enrich", copy_of_seeds, "--models", published[0])
        assert done.exit_code == 2
        assert done.stderr == (
            f"recommender: {copy_of_seeds}: another run is writing here; wait for its end, or end it\n"
        )
        assert run("enrich", copy_of_seeds, "--models", published[0], "--check").exit_code == 1
    assert run("enrich", copy_of_seeds, "--models", published[0]).exit_code == 0


def test_enrich_takes_the_options_of_a_look_up(site: Path, tmp_path: Path) -> None:
    command = ("enrich", site, "--models", tmp_path / "models", "--dry-run")
    assert run(*command).stdout == "a.md: filled\nb.md: filled\n"
    assert run(*command, "--exclude-id", "b").stdout == "b.md: filled\n"
    assert run(*command, "--min-score", 1).stdout == ""


def test_enrich_has_no_use_for_a_jsonl_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "title": "A"}\n')
    done = run("enrich", tmp_path / "a.jsonl", "--models", tmp_path / "models")
    assert done.exit_code == 2
    assert "a.jsonl' is a file" in done.stderr


def test_failures_with_one_reason_are_five_lines_and_a_count(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for number in range(8):
        (site / f"{number}.md").write_text(f'---\n{{"title": "Harbour {number}"}}\n---\n')
    enriched = run("enrich", site, "--models", tmp_path / "models")
    assert enriched.exit_code == 1
    reason = "line 2: the front matter is in braces; write it one key a line"
    assert [line for line in enriched.stderr.splitlines() if reason in line] == [
        *(f"recommender: {number}.md: {reason}" for number in range(5)),
        f"failed: 8 (8: {reason})",
    ]
