"""The figures: a function each, that measures both sides in one run and says which bound it has to meet."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event, Thread

import numpy as np
import psutil
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks import archive
from benchmarks.peers import Bm25s, BruteNeighbors, SparseDotTopn, Tantivy, brute_force
from recommender import Corpus, Recommender, Settings, artefact
from recommender.neighbors import Decay
from recommender.rules import days_of

LIMIT = 10
THREADS = 2
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
SETTINGS = Settings(learn=False)  # learning is a matter of the curated links' number, and has no peer

_ROUNDING = 1e-5  # float32 sums in another order; exact ties must still come in the order of the rows
_STRETCH = 1024  # neighbouring articles are asked for together, as a whole archive's are

_WORKER = """
import sys
from api import create_app
client = create_app(MODELS=sys.argv[1], VERSION=sys.argv[2], VERIFIED=True).test_client()
assert client.get(f"/articles/{sys.argv[3]}/related").status_code == 200
"""
_EMPTY_APP = """
import sys
from flask import Flask
app = Flask("empty")
app.add_url_rule("/", view_func=lambda: "")
assert app.test_client().get("/").status_code == 200
"""
_WAIT = "print('answered', flush=True); sys.stdin.read()"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table; without a bound it is for information."""

    figure: str
    value: float
    bound: str | None = None
    met: bool | None = None


def at_least(figure: str, value: float, bound: float, *, from_size: int = 0, size: int = 0) -> Figure:
    """A bound that holds from some size of archive on; on a smaller one the figure is for information."""
    if size < from_size:
        return Figure(figure, value)
    return Figure(figure, value, f"at least {bound:g}", value >= bound)


def at_most(figure: str, value: float, bound: float) -> Figure:
    return Figure(figure, value, f"at most {bound:g}", value <= bound)


@dataclass
class Bench:
    """The two sizes of archive, and what is made of them once: recommenders in memory, files in a folder."""

    small: int
    large: int
    folder: Path

    @cached_property
    def corpus(self) -> Corpus:
        return archive.corpus(self.small)

    @cached_property
    def fitted(self) -> Recommender:
        """The small archive's recommender."""
        return Recommender(settings=SETTINGS).fit(self.corpus)

    @cached_property
    def fitted_large(self) -> Recommender:
        """The large one's; its artefact is published on the way, and its corpus not kept."""
        corpus = archive.corpus(self.large)
        recommender = Recommender(settings=SETTINGS).fit(corpus)
        artefact.publish(recommender, corpus, self.models)
        return recommender

    @cached_property
    def files(self) -> Path:
        """The small archive as Markdown files."""
        archive.write_files(self.folder / "files", self.small)
        return self.folder / "files"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    def forget(self) -> None:
        """Give the recommenders' memory back."""
        for name in ("corpus", "fitted", "fitted_large"):
            self.__dict__.pop(name, None)


def equality(bench: Bench) -> Iterator[Figure]:
    """Lists of random articles, in a batch and one by one, against the scores of every article."""
    yield _equality(f"generated, {bench.small:,}", bench.fitted)
    for name in ("ai-news", "gcp-news", "tidb-docs-zh"):
        if (REAL / name).is_dir():
            yield _equality(name, Recommender(settings=SETTINGS).fit(Corpus.from_path(REAL / name)))
        else:
            progress(f"{REAL / name} is absent: skipped")


def _equality(name: str, recommender: Recommender) -> Figure:
    articles, random = recommender.articles_, np.random.default_rng(0)
    rows = random.choice(len(articles), min(1000, len(articles)), replace=False)
    ids = [articles[row].id for row in rows]
    row_of = {article.id: row for row, article in enumerate(articles)}
    lists = list(recommender.related_to_each(ids, limit=LIMIT))
    lists[:100] = [recommender.related(id, limit=LIMIT) for id in ids[:100]]
    weights = np.where([article.hidden for article in articles], 0.0, recommender.weights_)
    scores = brute_force(recommender.vectors_, days_of(articles), weights, rows, recommender.settings)
    equal = [
        _same([row_of[suggestion.article.id] for suggestion in suggestions], [s.score for s in suggestions], of_all)
        for suggestions, of_all in zip(lists, scores, strict=True)
    ]
    return at_least(f"lists equal to brute force ({name})", float(np.mean(equal)), 1)


def _same(rows: list[int], scores: list[float], of_all: NDArray[np.float64]) -> bool:
    best = np.argsort(-of_all, kind="stable")[:LIMIT]
    best = best[of_all[best] > 0]
    if len(best) != len(rows) or not np.allclose(scores, of_all[rows], rtol=_ROUNDING, atol=0):
        return False
    difference = np.abs(of_all[rows] - of_all[best])
    return bool(np.all((best == rows) | ((difference > 0) & (difference < _ROUNDING * of_all[best]))))


def one_look_up(bench: Bench) -> Iterator[Figure]:
    """One article's list, asked of both archives in turn."""
    small, large = _look_up(bench.fitted), _look_up(bench.fitted_large)
    times = alternate(small, large, runs=300)
    yield Figure(f"one look-up, {bench.small:,} articles, ms", times[0] * 1e3)
    yield at_most(f"one look-up, {bench.large:,} against {bench.small:,}", times[1] / times[0], 1.15)


def one_look_up_against_neighbors(bench: Bench) -> Iterator[Figure]:
    vectors, rows = bench.fitted.vectors_, iter(_spread(bench.small, 100))
    peer = BruteNeighbors(vectors)
    ours, theirs = alternate(
        _look_up(bench.fitted), lambda: peer(csr_array(vectors[[next(rows)]]), limit=LIMIT), runs=9
    )
    name = f"one look-up, {bench.small:,}: NearestNeighbors' time / ours"
    yield at_least(name, theirs / ours, 100, from_size=100_000, size=bench.small)


def _look_up(recommender: Recommender) -> Callable[[], object]:
    ids = iter([recommender.articles_[row].id for row in _spread(len(recommender.articles_), 1000)])
    return lambda: recommender.related(next(ids), limit=LIMIT)


def batch(bench: Bench) -> Iterator[Figure]:
    """All articles' lists (of a large archive a sample), an article, against sparse_dot_topn with as many threads."""
    ours = {}
    for recommender, bound, from_size in ((bench.fitted, 5, 100_000), (bench.fitted_large, 80, 1_000_000)):
        size = len(recommender.articles_)
        ours[size], theirs = _batch(recommender)
        yield Figure(f"batch over {size:,}, lists a second", 1 / ours[size])
        name = f"batch over {size:,}: sparse_dot_topn's time / ours"
        yield at_least(name, theirs / ours[size], bound, from_size=from_size, size=size)
    yield at_most(
        f"batch, cost an article, {bench.large:,} against {bench.small:,}", ours[bench.large] / ours[bench.small], 1.1
    )


def without_half_life(bench: Bench) -> Iterator[Figure]:
    r = bench.fitted
    timeless = Recommender.from_learned(
        r.articles_, r.model_, r.index_, settings=replace(SETTINGS, half_life_days=None)
    )
    ours, theirs = _batch(timeless, stretches=2)
    yield at_least(f"half-life off, {bench.small:,}: sparse_dot_topn's time / ours", theirs / ours, 1)


def _batch(recommender: Recommender, *, stretches: int = 16) -> list[float]:
    """Seconds an article of ours and of sparse_dot_topn, arrays in and arrays out."""
    index, vectors, size = recommender.index_, recommender.vectors_, len(recommender.articles_)
    peer = SparseDotTopn(vectors)
    asked = np.asarray(_stretches(size, stretches), np.int32)
    own = csr_array(vectors[asked])
    decay = Decay.of(recommender.settings)
    queries = csr_array(vectors[_spread(size, min(len(asked), max(200, 100_000_000 // size)))])
    seconds = alternate(
        lambda: index.nearest(
            own, query_days=index.days[asked], excluded=asked[:, None], decay=decay, limit=LIMIT, workers=THREADS
        ),
        lambda: peer(queries, limit=LIMIT, threads=THREADS),
        runs=3,
    )
    return [seconds[0] / len(asked), seconds[1] / queries.shape[0]]


def postings(bench: Bench) -> Iterator[Figure]:
    """Processor time of the batch over the postings that the window holds which a list's last score closes.

    The window is the narrowest that proves the list: beyond it no article can reach the last score. Tighter bounds
    touch fewer postings, and wider steps more; neither changes what is counted here.
    """
    r, s = bench.fitted, SETTINGS
    days = days_of(r.articles_)
    asked = _stretches(bench.small, 2)
    ids = [r.articles_[row].id for row in asked]
    counts = []
    for row, suggestions in zip(asked[::16], r.related_to_each(ids[::16], limit=LIMIT), strict=True):
        reach = np.inf
        if len(suggestions) == LIMIT and s.half_life_days is not None:
            reach = s.half_life_days * np.log2(1 / suggestions[-1].score)
        near = (days - days[row] <= reach * s.newer_stretch) & (days[row] - days <= reach)
        terms = np.zeros(r.vectors_.shape[1], np.bool_)
        terms[csr_array(r.vectors_[[row]]).indices] = True
        counts.append(int(terms[csr_array(r.vectors_[np.flatnonzero(near)]).indices].sum()))
    begun = time.process_time()
    for _ in r.related_to_each(ids, limit=LIMIT):
        pass
    a_list = (time.process_time() - begun) / len(ids)
    yield Figure(f"postings in a list's window, {bench.small:,}", float(np.mean(counts)))
    yield at_most("a posting on the batch path, ns of processor time", a_list / float(np.mean(counts)) * 1e9, 5)


def other_engines(bench: Bench) -> Iterator[Figure]:
    """Engines that answer by their own scoring: no bound, a sense of scale."""
    articles = bench.fitted.articles_
    queries = [articles[row] for row in _spread(bench.small, 300)]
    bm25, more_like_this = Bm25s(articles), Tantivy(articles)
    seconds = alternate(
        lambda: bm25(queries, limit=LIMIT, threads=THREADS), lambda: more_like_this(queries, limit=LIMIT), runs=3
    )
    yield Figure(f"bm25s, {bench.small:,}, lists a second", len(queries) / seconds[0])
    yield Figure(f"tantivy more-like-this, {bench.small:,}, lists a second", len(queries) / seconds[1])


def training(bench: Bench) -> Iterator[Figure]:
    """The command, cold and after one file in a hundred has changed, against reading + libyaml + TfidfVectorizer."""
    models = bench.folder / "trained"
    reference = [sys.executable, "-m", "benchmarks.peers", str(bench.files)]

    def cold() -> None:
        shutil.rmtree(models, ignore_errors=True)
        _run(_train(bench, bench.files, models))

    ours, theirs = alternate(cold, lambda: _run(reference), runs=3 if bench.small < 50_000 else 1)
    yield Figure(f"train {bench.small:,} files cold, seconds", ours)
    yield at_most(f"train {bench.small:,} files cold, against read + libyaml + TfidfVectorizer", ours / theirs, 1.5)
    for file in sorted(bench.files.iterdir())[::100]:
        file.write_text(file.read_text().replace('title: "', 'title: "Changed ', 1))
    begun = time.perf_counter()
    _run(_train(bench, bench.files, models))
    yield at_most("the same, 1 % changed, against cold", (time.perf_counter() - begun) / ours, 0.25)


def workers(bench: Bench) -> Iterator[Figure]:
    """Two workers on one artefact: from the process's start to its answer, and what the second has for itself."""
    _ = bench.fitted_large
    version = artefact.current(bench.models)
    id = bench.fitted_large.articles_[bench.large // 2].id
    worker = [sys.executable, "-c", _WORKER + _WAIT, str(bench.models), version, id]
    empty = [sys.executable, "-c", _EMPTY_APP + _WAIT]
    with _answering(worker), _answering(worker) as (seconds, private), _answering(empty) as (_, of_empty):
        yield at_most(f"a worker's start on {bench.large:,} to its first answer, seconds", seconds, 1.5)
        yield at_most("a second worker's private memory above an empty Flask app's, MB", (private - of_empty) / 1e6, 80)


def memory(bench: Bench) -> Iterator[Figure]:
    """The most that training's processes hold together, shared pages counted once."""
    bench.forget()
    lines = bench.folder / "archive.jsonl"
    archive.write_lines(lines, bench.large)
    peak = _run(_train(bench, lines, bench.folder / "trained"), watched=True)
    yield at_most(f"peak memory of training {bench.large:,}, GiB", peak / 2**30, 12)


FIGURES: Sequence[Callable[[Bench], Iterator[Figure]]] = (
    equality,
    one_look_up,
    one_look_up_against_neighbors,
    batch,
    without_half_life,
    postings,
    other_engines,
    workers,
    training,
    memory,
)


def alternate(*sides: Callable[[], object], runs: int) -> list[float]:
    """Median seconds of each side; the sides take turns, so that whatever else the machine does hits all alike."""
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(runs):
        for side, of_side in zip(sides, seconds, strict=True):
            begun = time.perf_counter()
            side()
            of_side.append(time.perf_counter() - begun)
    return [statistics.median(of_side) for of_side in seconds]


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _spread(size: int, count: int) -> NDArray[np.int64]:
    """Rows throughout an archive, in random order."""
    return np.random.default_rng(0).permutation(size)[:count]


def _stretches(size: int, count: int) -> list[int]:
    """All rows, or so many stretches of neighbouring ones throughout an archive."""
    if size <= count * _STRETCH:
        return list(range(size))
    starts = np.linspace(0, size - _STRETCH, count).astype(int)
    return [row for start in starts.tolist() for row in range(start, start + _STRETCH)]


def _train(bench: Bench, corpus: Path, models: Path) -> list[str]:
    settings = bench.folder / "settings.yaml"
    settings.write_text("learn: false\n")
    command = Path(sys.executable).with_name("recommender")
    return [str(command), "train", str(corpus), "--models", str(models), "--settings", str(settings)]


def _run(command: Sequence[str], *, watched: bool = False) -> int:
    """Run a command to its end; watched, return the greatest sum of its processes' proportional memory, in bytes."""
    peak, ended = 0, Event()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:

        def watch() -> None:
            nonlocal peak
            while not ended.wait(0.2):
                peak = max(peak, _together(process.pid))

        if watched:
            Thread(target=watch, daemon=True).start()
        _, errors = process.communicate()
        ended.set()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {errors.strip()}")
    return peak


def _together(pid: int) -> int:
    try:
        parent = psutil.Process(pid)
        return sum(process.memory_full_info().pss for process in (parent, *parent.children(recursive=True)))
    except psutil.Error:  # one ended meanwhile
        return 0


@contextmanager
def _answering(command: Sequence[str]) -> Iterator[tuple[float, int]]:
    """Run a worker until the block ends; yields its seconds to the first answer and its private bytes."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        if process.stdout.readline() != "answered\n":
            raise RuntimeError("the worker did not answer")
        yield time.perf_counter() - begun, psutil.Process(process.pid).memory_full_info().uss
        process.stdin.close()
