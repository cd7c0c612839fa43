"""Commands run within the test's process, and the files that they read and write."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner, Result

from recommender import Corpus
from recommender.cli import main


def run(*arguments: object) -> Result:
    """Run `recommender` with these arguments, and leave the environment as it was: `serve` tells its workers by it."""
    with patch.dict(os.environ):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_archive(corpus: Corpus, file: Path) -> Path:
    """Write the articles and curated links of a corpus to a `.jsonl` file, and return the file."""
    with file.open("w") as stream:
        for article in corpus.articles:
            line = {"id": article.id, **article.entry, "related": list(corpus.links[article.id])}
            stream.write(json.dumps(line) + "\n")
    return file


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a folder, by relative path."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
