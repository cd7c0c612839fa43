"""An enriched repository: what git shows of it, and what branches, merges, renames and copies do to its lists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from splices import region_of

from recommender import Corpus, Recommender
from recommender.frontmatter import split_front_matter
from recommender.sources import WRITTEN_LISTS_FILE
from recommender.storage import locked_folder
from recommender.writing import Enrichment, Mode

PERSON = {f"GIT_{role}_{key}": "desk" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

BODY = "\nrelated:\n  - not a list\n\n---\nsecured: no\n---\n"
LAYOUTS = {
    "ferry-1": '---\ntitle: "Ferry Agnes parks itself"\ntype: article\n---\n',
    "ferry-2": '---\ntitle: "Ferry Agnes parks again"\n\nprovider:\n  name: Quay\n\nsecured: "x"\n---\n' + BODY,
    "ferry-3": "---\r\ntitle: Ferry Agnes needs paint\r\n\r\n# the site's\r\nsecured: x\r\n---\r\nbody\r\n",
    "ferry-4": "---\ntitle: Ferry Agnes sails  # at last\ntype: article\n\n# the end\n---\nno line break",
    "ferry-5": "\ufeff---\ntitle: Ferry Agnes, sold\nrelated: []\ntopics: [a,\n  b]\n---\n",
    "ferry-6": "---\ntitle: Ferry Agnes was here\nrelated:\n\nexcerpt: >-\n  related:\n  - Agnes\n---\n",
    "comet-1": "---\ntitle: Comet Orrin brightens\nrelated:\n  # ours\n  - title: Ferry Agnes, sold\n\ntype: a\n---\n",
    "comet-2": "---\r\nrelated:\r\n- title: Comet Orrin fades\r\n  excerpt: 'x'\r\ntitle: Comet Orrin wakes\r\n---\r\n"
    + BODY,
    "comet-3": "---\ntitle: Comet Orrin fades\n'related':\n    - title: |\n        Comet\n        # Orrin\n---\n",
    "comet-4": "---\ntitle: Comet Orrin turns\nrelated: false\n---\n",
    "comet-5": "---\ntitle: Comet Orrin turned\nrelated: [{title: Comet Orrin turns}]  # short\n---\n",
    "comet-6": "---\ntitle: Comet Orrin lost\ndraft: true\n---\n",
}


class Repository:
    """A folder of articles in git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        for name in ("core.autocrlf", "commit.gpgsign", "gc.auto"):
            self.git("config", name, "false")

    def git(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", **PERSON},
            capture_output=True,
            check=not fails,
        )
        return done.stdout.decode()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=x")

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.folder / f"{name.replace('_', '-')}.md").write_text(text, newline="")

    def enrich(self, mode: Mode = "fill", limit: int = 3) -> Corpus:
        """Write lists, and read the corpus again."""
        with locked_folder(self.folder):
            corpus = Corpus.from_path(self.folder)
            run = Enrichment(self.folder, corpus, Recommender().fit(corpus), mode=mode, limit=limit)
            failed = [outcome for outcome in run.run() if outcome.action == "failed"]
        assert [outcome.path for outcome in failed] == (["comet-5.md"] if mode == "append" else [])
        return Corpus.from_path(self.folder)

    def changed(self) -> dict[str, list[tuple[range, range]]]:
        """For each changed file, the lines that went and that came, counted from 0."""
        hunks: dict[str, list[tuple[range, range]]] = {}
        for line in self.git("diff", "--unified=0", "--no-color", "--no-renames").splitlines():
            if line.startswith("diff --git"):
                file = hunks.setdefault(line.rpartition(" b/")[2], [])
            elif found := HUNK.match(line):
                first, count, new_first, new_count = (1 if part is None else int(part) for part in found.groups())
                # Of no lines, git names the line before them.
                old_start, new_start = first - (count > 0), new_first - (new_count > 0)
                file.append((range(old_start, old_start + count), range(new_start, new_start + new_count)))
        return hunks

    def check_diff(self) -> set[str]:
        """The articles that changed since the last commit; nothing in them but their lists."""
        assert not re.search(r"^(?:old|new|deleted) mode|^new file|^Binary", self.git("diff"), re.MULTILINE)
        changed = self.changed()
        changed.pop(WRITTEN_LISTS_FILE, None)
        for file, hunks in changed.items():
            old = subprocess.run(["git", "show", f":{file}"], cwd=self.folder, capture_output=True, check=True).stdout
            new = (self.folder / file).read_bytes()
            for data, side in ((old, 0), (new, 1)):
                lines, block = data.split(b"\n"), block_of(data)
                for number in (number for hunk in hunks for number in hunk[side]):
                    beside = number in (block.start - 1, block.stop) and not lines[number].strip()
                    assert number in block or beside, (file, lines[number])
        status = self.git("status", "--porcelain").split("\n")
        assert {line[3:] for line in status if line} <= {*changed, WRITTEN_LISTS_FILE}
        return set(changed)


def block_of(data: bytes) -> range:
    """The lines of a file that its list takes, counted from 0."""
    found = split_front_matter(data, path="")
    assert found is not None
    region = region_of(found.text)
    if region is None:
        return range(0)
    before = data[: found.start].count(b"\n")
    return range(*(before + found.text.count("\n", 0, end) for end in region))


def states(corpus: Corpus) -> dict[str, str]:
    return {file.path.removesuffix(".md"): file.list_state for file in corpus.article_files}


@pytest.fixture
def site(tmp_path: Path) -> Repository:
    """A repository of articles, each laid out in its own way."""
    repository = Repository(tmp_path)
    repository.write(**LAYOUTS)
    (tmp_path / "ferry-1.md").chmod(0o755)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "ferry.text").write_text("---\ntitle: Ferry Agnes linked\n---\n")
    (tmp_path / "ferry-7.md").symlink_to("elsewhere/ferry.text")
    repository.commit()
    return repository


WITHOUT = {"ferry-1", "ferry-2", "ferry-3", "ferry-4", "ferry-5", "ferry-6"}
CURATED = {"comet-1", "comet-2", "comet-3", "comet-5"}
LINKED = "elsewhere/ferry.text"


def files(names: set[str]) -> set[str]:
    return {f"{name}.md" for name in names}


def test_git_shows_changed_lists_and_no_more(site: Repository) -> None:
    before = Corpus.from_path(site.folder)
    after = site.enrich("fill")
    assert site.check_diff() == files(WITHOUT) | {LINKED}
    assert after.links == before.links
    assert after.fingerprint == before.fingerprint
    site.commit()

    site.enrich("fill")
    assert not site.check_diff()

    after = site.enrich("append")
    assert site.check_diff() == files(CURATED - {"comet-5"})
    assert after.links == before.links
    assert after.fingerprint == before.fingerprint
    site.commit()

    site.write(ferry_8="---\ntitle: Ferry Agnes parks\n---\n", comet_7="---\ntitle: Comet Orrin fades out\n---\n")
    site.commit()
    after = site.enrich("append", limit=5)
    assert site.check_diff() > {"ferry-1.md", "ferry-8.md", "comet-1.md", "comet-7.md"}
    assert after.links == before.links
    site.commit()

    after = site.enrich("replace")
    assert site.check_diff() > files(CURATED - {"comet-1", "comet-5"})  # whose lists hold comments
    assert after.links == before.links
    assert site.git("ls-files", "--stage", "ferry-7.md").startswith("120000 ")
    assert site.git("ls-files", "--stage", "ferry-1.md").startswith("100755 ")


@pytest.mark.parametrize("back", [["checkout", "--quiet", "."], ["stash", "--quiet"]])
def test_git_brings_everything_back(site: Repository, back: list[str]) -> None:
    site.enrich("replace")
    site.git("add", WRITTEN_LISTS_FILE)
    site.git("reset", "--quiet")
    site.git(*back)
    (site.folder / WRITTEN_LISTS_FILE).unlink()
    assert not site.git("status", "--porcelain")
    assert set(states(Corpus.from_path(site.folder)).values()) == {"none", "curated", "refused"}


def test_branches_that_were_both_enriched_are_merged(site: Repository) -> None:
    before = site.enrich("fill").links
    site.commit()
    for branch, other in (("ferries", "ferry"), ("comets", "comet")):
        site.git("switch", "--quiet", "--create", branch, "main")
        for number in range(3):
            site.write(**{f"new_{branch}_{number}": f"---\ntitle: {other} Ada's {branch} {number}\n---\n"})
        site.enrich("fill")
        site.commit()
    site.git("merge", "--quiet", "ferries", fails=True)
    conflicts = site.git("diff", "--name-only", "--diff-filter=U").split()
    assert WRITTEN_LISTS_FILE in conflicts
    assert b"<<<<<<< " in (site.folder / WRITTEN_LISTS_FILE).read_bytes()
    for file in conflicts:
        if file != WRITTEN_LISTS_FILE:
            site.git("checkout", "--theirs", file)
    merged = Corpus.from_path(site.folder)
    assert merged.links == before
    written = {name for name, state in states(merged).items() if state == "written"}
    assert written >= WITHOUT | {f"new-{branch}-{number}" for branch in ("ferries", "comets") for number in range(3)}
    site.commit()

    assert site.enrich("fill").links == before
    assert b"<<<<<<< " not in (site.folder / WRITTEN_LISTS_FILE).read_bytes()


def test_a_renamed_file_keeps_its_list_as_the_programs(site: Repository) -> None:
    site.enrich("append")
    site.commit()
    site.git("mv", "ferry-1.md", "boat-1.md")
    site.git("mv", "comet-1.md", "star-1.md")
    renamed = Corpus.from_path(site.folder)
    assert states(renamed)["boat-1"] == states(renamed)["star-1"] == "written"
    assert renamed.links["star-1"] == ("ferry-5",)
    site.enrich("append")
    lines = (site.folder / WRITTEN_LISTS_FILE).read_text()
    assert "boat-1.md" in lines
    assert "ferry-1.md" not in lines
    assert states(Corpus.from_path(site.folder))["boat-1"] == "written"


def test_a_deleted_file_leaves_the_lock(site: Repository) -> None:
    site.enrich("fill")
    assert " ferry-1.md\n" in (site.folder / WRITTEN_LISTS_FILE).read_text()
    (site.folder / "ferry-1.md").unlink()
    site.enrich("fill")
    assert " ferry-1.md\n" not in (site.folder / WRITTEN_LISTS_FILE).read_text()


def test_a_copied_list_is_the_copiers(site: Repository) -> None:
    site.enrich("fill")
    shutil.copy(site.folder / "ferry-1.md", site.folder / "ferry-9.md")
    known = states(Corpus.from_path(site.folder))
    assert known["ferry-1"] == "written"
    assert known["ferry-9"] == "curated"
    copied = (site.folder / "ferry-9.md").read_bytes()
    site.enrich("fill")
    assert (site.folder / "ferry-9.md").read_bytes() == copied
