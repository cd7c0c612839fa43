"""File pairs in `enriched/`: a front matter, and it with a list (or why it has none)."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.corpus import Corpus
from recommender.errors import FrontMatterError
from recommender.sources import WRITTEN_LISTS_FILE, append_written_lists
from recommender.writing import Edit, EditRequest, Removal, YamlStyle, format_toml_entry, make_edit

PAIRS = Path(__file__).parent / "enriched"
CASES = sorted(file.stem for file in PAIRS.glob("*.before"))
PIER = {"title": "Pier", "sourceUrl": "https://quay.example/pier"}


def edited(root: Path) -> Edit:
    """The edit that puts a list into the one file of a corpus."""
    [file] = Corpus.from_path(root).article_files
    items = [YamlStyle().format_entry(PIER)] if file.format == "yaml" else [format_toml_entry(PIER)]
    path = file.list_path or ("related",)
    return make_edit(root, EditRequest(file, items, 5, keep_curated=False, list_path=path), style=YamlStyle())


@pytest.mark.parametrize("case", CASES)
def test_a_list_is_put_in_as_the_file_beside_says(case: str, tmp_path: Path) -> None:
    before = (PAIRS / f"{case}.before").read_bytes()
    (tmp_path / "a.md").write_bytes(before)
    after, problem = PAIRS / f"{case}.after", PAIRS / f"{case}.problem"
    if problem.exists():
        with pytest.raises(FrontMatterError) as raised:
            edited(tmp_path)
        where = f"line {raised.value.line}: " if raised.value.line else ""
        assert f"{where}{raised.value.reason}\n" == problem.read_text()
    else:
        assert edited(tmp_path).apply_to(before) == after.read_bytes()


def test_every_case_has_one_answer_and_every_answer_its_case() -> None:
    answers = sorted(file.stem for ending in ("after", "problem") for file in PAIRS.glob(f"*.{ending}"))
    assert answers == CASES
    assert CASES


@pytest.mark.parametrize("case", [case for case in CASES if (PAIRS / f"{case}.after").exists()])
def test_a_list_that_is_removed_leaves_the_file_as_it_was(case: str, tmp_path: Path) -> None:
    before = (PAIRS / f"{case}.before").read_bytes()
    (tmp_path / "a.md").write_bytes(before)
    fingerprint = Corpus.from_path(tmp_path).fingerprint
    edit = edited(tmp_path)
    assert edit.lock_entry is not None
    append_written_lists(tmp_path, [edit.lock_entry])
    (tmp_path / "a.md").write_bytes(edit.apply_to(before))
    corpus = Corpus.from_path(tmp_path)
    assert corpus.fingerprint == fingerprint
    assert [outcome.detail for outcome in Removal(tmp_path, corpus).run()] == ["removed"]
    assert (tmp_path / "a.md").read_bytes() == before
    assert not (tmp_path / WRITTEN_LISTS_FILE).exists()
