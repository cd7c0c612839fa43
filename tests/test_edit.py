"""One file's edit, where front matter is put together strangely."""

from __future__ import annotations

from pathlib import Path

import pytest
from splices import Trial

HEAD = "---\ntitle: Pier\n"


@pytest.mark.parametrize(
    "anchors",
    [
        "".join(f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n" for level in range(1, 60)),
        "".join(f"a{level}: &a{level} [*a{level - 1}]\n" for level in range(1, 4000)),
    ],
    ids=["many times over", "deep down"],
)
def test_what_aliases_name_may_be_there_many_times_and_deep_down(tmp_path: Path, anchors: str) -> None:
    trial = Trial(tmp_path)
    trial.path.write_text(f"{HEAD}a0: &a0 [x]\n{anchors}---\n")
    read = trial.read()
    assert read is not None
    edit = trial.edit(read[0], [{"title": "Quay"}], keeps=False)
    assert edit is not None
    assert edit.after == f'{edit.before}related:\n  - title: "Quay"\n'
