"""Every kind of answer, written to a folder: `diff -r` of two such folders shows what a change has changed.

    make answers OUT=FOLDER

Of the seeds, and of the real articles where they are: an export with ten entries a list, `enrich --diff`, and a few
hundred HTTP answers with their headers. It uses nothing but the command and the two front doors, so it runs on other
versions of the program too.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient

from api import create_app
from recommender import Corpus, Recommender

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data"
CORPORA = {"seeds": ROOT / "seeds", **{name: REAL / name for name in ("ai-news", "gcp-news", "tidb-docs-zh")}}
RECOMMENDER = Path(sys.executable).with_name("recommender")
_QUERIES = (
    "",
    "limit=3",
    "limit=100",
    "explain=true&limit=2",
    "min_score=0.2",
    "published=only",
    "curated=first&limit=5",
    "max_age_days=3",
    "provider_cap=1",
    "fill=section&limit=100",
    "exclude={other}",
    "curated=first&published=only&max_age_days=30&limit=4",
)
_WRONG = (
    "limit=0",
    "limit=ten",
    "limit=3&limit=4",
    "min_score=2",
    "published=all",
    "nothing=1",
    "exclude=,",
    "explain=1",
)
_POSTED = {
    "title": "A comet over the harbour bridge",
    "id": "posted",
    "excerpt": "It was seen by the ferry's night watch.",
}


def main(out: Path) -> None:
    """Write all answers of all corpora that are there below `out`."""
    for name, corpus in CORPORA.items():
        if not corpus.exists():
            print(f"{name}: not here, left out")
            continue
        folder = out / name
        folder.mkdir(parents=True)
        with TemporaryDirectory() as models:
            _run(folder / "train.txt", "train", corpus, "--models", models, errors_too=False)
            _run(folder / "export.jsonl", "export", corpus, "--models", models, "--out", "-", "--limit", "10")
            if corpus.is_dir() and list(corpus.rglob("*.md")):
                _run(folder / "enrich.diff", "enrich", corpus, "--models", models, "--diff")
        if name in ("seeds", "ai-news"):
            recommender = Recommender().fit(Corpus.from_path(corpus))
            _ask(create_app(recommender, VERSION="answers", ACCESS_LOG=False).test_client(), folder)
        print(f"{name}: written to {folder}")


def _run(file: Path, *arguments: object, errors_too: bool = True) -> None:
    done = subprocess.run([RECOMMENDER, *map(str, arguments)], stdout=subprocess.PIPE, check=True, cwd=ROOT)
    if errors_too:
        file.write_bytes(done.stdout)


def _ask(client: FlaskClient, folder: Path) -> None:
    """Write the answers of some articles, by ID and by address, of drafts, and of wrong requests."""
    lines = (folder / "export.jsonl").read_text().splitlines()
    chance = random.Random(0)
    sample = [json.loads(line) for line in chance.sample(lines, min(60, len(lines)))]
    paths = []
    for position, answer in enumerate(sample):
        id, other = quote(answer["id"], safe=""), quote(sample[position - 1]["id"])
        query = _QUERIES[position % len(_QUERIES)].format(other=other)
        paths += [
            f"/articles/{id}/related?{query}".rstrip("?"),
            f"/articles/{id}",
            f"/articles/{id}/related.html?limit=4",
        ]
        for entry in answer["related"][:1]:
            address = quote(entry.get("sourceUrl") or entry.get("webUrl") or "", safe="")
            paths.append(f"/related?url={address}&limit=2")
    first = quote(sample[0]["id"], safe="")
    paths += [f"/articles/{first}/related?{query}" for query in _WRONG]
    paths += [f"/articles/{first[:-1]}/related", "/articles/nothing/related", "/related", "/articles", "/nowhere"]
    paths += ["/articles?q=comet", "/articles?q=google%20ai&limit=20", "/widget.js", "/healthz", "/readyz"]
    with (folder / "http.txt").open("wb") as stream:

        def write(method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any) -> None:
            answer = client.open(path, method=method, headers={"X-Request-ID": "1", **(headers or {})}, **request)
            head = "".join(f"{name}: {value}\n" for name, value in answer.headers)
            stream.write(f"{method} {path}\n{answer.status}\n{head}\n".encode() + answer.data + b"\n\n")

        for path in paths:
            write("GET", path)
        for path in paths[:20]:
            write("GET", path, headers={"Accept-Encoding": "gzip", "Origin": "https://site.example"})
            write("HEAD", path)
        write("OPTIONS", paths[0])
        write("DELETE", f"/articles/{first}")
        for body in (_POSTED, {"title": "Comet"}, {"title": "Comet", "date": "2019-12-01"}, {}, {"title": "x", "y": 1}):
            write("POST", "/related?limit=3", json=body)
        write("POST", "/related", data="{", content_type="application/json")
        write("POST", "/articles", json=_POSTED)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
