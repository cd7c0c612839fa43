"""Training again: what earlier trainings have cached changes no byte of a model."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from samples import stories

from recommender import Corpus
from recommender.training import publish


@pytest.mark.long
def test_a_training_after_edits_additions_and_removals_gives_what_one_from_nothing_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10**15)  # files count as changed long ago, and are cached
    chance, titles = random.Random(0), [article.title for article in stories().articles]
    site = tmp_path / "site"
    site.mkdir()
    for generation in range(10):
        for _ in range(20 if generation else 60):
            file = site / f"{chance.randrange(80)}.md"
            if chance.random() < 0.3:
                file.unlink(missing_ok=True)
            else:
                linked = chance.sample(range(80), 3)
                file.write_text(
                    f'---\ntitle: "{chance.choice(titles)}"\ndate: 2024-03-{chance.randrange(1, 29):02}\n'
                    f"related: [{', '.join(map(str, linked))}]\n---\n{' '.join(chance.sample(titles, 3))}\n"
                )
        again = publish(Corpus.from_path(site, cache=tmp_path / "cache"), tmp_path / "again")
        from_nothing = publish(Corpus.from_path(site), tmp_path / f"{generation}")
        assert again.files == from_nothing.files
        assert again.corpus == from_nothing.corpus
