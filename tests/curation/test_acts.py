"""File triples in `acts/`: a front matter, an act, and the front matter after it (or why there is none)."""

from __future__ import annotations

from pathlib import Path

import pytest
from editing import curator_of, opened

from recommender.curation import Act, ActError
from recommender.errors import FrontMatterError

CASES_FOLDER = Path(__file__).parent / "acts"
CASES = sorted(file.stem for file in CASES_FOLDER.glob("*.act"))


@pytest.mark.parametrize("case", CASES)
def test_an_act_makes_of_a_file_what_the_file_beside_says(case: str, tmp_path: Path) -> None:
    before = (CASES_FOLDER / f"{case}.before").read_bytes()
    name, *rest = (CASES_FOLDER / f"{case}.act").read_text().split()
    act = Act(name, rest[0], int(rest[1]) if rest[1:] else 1)  # type: ignore[arg-type]
    curator = curator_of(tmp_path, before)
    problem = CASES_FOLDER / f"{case}.problem"
    if problem.exists():
        with pytest.raises((ActError, FrontMatterError)) as raised:
            opened(curator).after(act)
        reason = raised.value.reason if isinstance(raised.value, FrontMatterError) else str(raised.value)
        assert f"{reason}\n" == problem.read_text()
        return
    file, edit = opened(curator).after(act)
    after = (CASES_FOLDER / f"{case}.after").read_bytes()
    assert edit.apply_to(before) == after
    curator.write(edit, "")
    assert (tmp_path / "a.md").read_bytes() == after
    assert opened(curator).file.curation == file.curation.after(act)  # read back, it says what the act meant
    curator.undo("a.md")
    assert (tmp_path / "a.md").read_bytes() == before


def test_every_case_is_whole() -> None:
    assert CASES
    for case in CASES:
        assert (CASES_FOLDER / f"{case}.before").exists()
        assert (CASES_FOLDER / f"{case}.after").exists() != (CASES_FOLDER / f"{case}.problem").exists()
