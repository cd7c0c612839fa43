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
from functools import cached_property, partial
from itertools import cycle
from pathlib import Path
from threading import Event, Thread

import numpy as np
import psutil
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from benchmarks import archive
from benchmarks.peers import Bm25s, BruteNeighbors, SparseDotTopn, Tantivy, brute_force
from recommender import Corpus, Recommender, Settings
from recommender.artefacts import LocalModels
from recommender.articles import published_days
from recommender.search import Index, Scoring
from recommender.tuning import Split, tune

LIMIT = 10
THREADS = 2
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
SETTINGS = Settings(learn=False)  # learning is a matter of the curated links' number, and has no peer

_ROUNDING = 1e-5  # float32 sums in another order; exact ties must still come in the order of the rows
_STEADY = 50_000  # articles: three months, from which on the window is narrower than the archive
_STRETCH = 1024  # neighbouring articles are asked for together, as a whole archive's are

_WORKER = """
import sys
from api import create_app
client = create_app(MODELS=sys.argv[1], ACCESS_LOG=False).test_client()
assert client.get(f"/articles/{sys.argv[2]}/related").status_code == 200
"""
_READER = """
import resource, sys
from recommender import Corpus
corpus = Corpus.from_path(sys.argv[1])
assert sum(1 for _ in corpus.in_rank_order()) == len(corpus.articles)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
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


def at_most(figure: str, value: float, bound: float, *, from_size: int = 0, size: int = 0) -> Figure:
    if size < from_size:
        return Figure(figure, value)
    return Figure(figure, value, f"at most {bound:g}", value <= bound)


@dataclass
class Bench:
    """The two sizes of archive, and what is made of them once, by the commands that a site would type.

    The small archive is read from Markdown files, the large one from lines: a million files would measure the disk.
    """

    small: int
    large: int
    folder: Path

    @cached_property
    def files(self) -> Path:
        """The small archive as Markdown files."""
        archive.write_files(self.folder / "files", self.small)
        return self.folder / "files"

    @cached_property
    def lines(self) -> Path:
        """The large archive as one `.jsonl` file."""
        archive.write_lines(self.folder / "archive.jsonl", self.large)
        return self.folder / "archive.jsonl"

    @cached_property
    def of_small(self) -> Recommender:
        models = self.folder / "small"
        if not models.exists():
            run(self.train(self.files, models))
        return Recommender.load(models)

    @cached_property
    def of_large(self) -> Recommender:
        if not self.large_models.exists():
            run(self.train(self.lines, self.large_models))
        return Recommender.load(self.large_models)

    @property
    def large_models(self) -> Path:
        return self.folder / "large"

    def train(self, corpus: Path, models: Path) -> list[str]:
        """The command that trains; without learning, which is a matter of the curated links and has no peer."""
        settings = self.folder / "settings.yaml"
        settings.write_text("learn: false\ncopies: any\n")  # brute force knows no copies
        command = Path(sys.executable).with_name("recommender")
        return [str(command), "train", str(corpus), "--models", str(models), "--settings", str(settings)]


def equality(bench: Bench) -> Iterator[Figure]:
    """Lists of random articles, ready and searched, in a batch and one by one, against the scores of every article."""
    yield _equality(f"generated, {bench.small:,}", bench.of_small)
    for name in ("ai-news", "gcp-news", "tidb-docs-zh", "sites/rust", "sites/electron", "sites/cds"):
        if not (REAL / name).is_dir():
            progress(f"{REAL / name} is absent: skipped")
            continue
        corpus = Corpus.from_path(REAL / name)
        tuned = tune(corpus, Split.without_later(corpus))
        plain = replace(tuned.settings, copies="any", series="ignore", published="any")  # those rules have tests
        fitted = Recommender(settings=plain).fit(corpus, term_factors=tuned.term_factors)
        yield _equality(name, fitted.precompute_lists())


def _equality(name: str, recommender: Recommender) -> Figure:
    articles, random = list(recommender), np.random.default_rng(0)
    rows = random.choice(len(articles), min(1000, len(articles)), replace=False)
    ids = [articles[row].id for row in rows]
    row_of = {article.id: row for row, article in enumerate(articles)}
    searching = _without_ready_lists(recommender, recommender.settings)
    searched = list(searching.related_many(ids, limit=LIMIT))
    searched[:100] = [searching.related(id, limit=LIMIT) for id in ids[:100]]
    ready = list(recommender.related_many(ids, limit=LIMIT))
    weights = np.where([article.hidden for article in articles], 0.0, recommender.weights)
    vectors = recommender.vectors[rows], recommender.candidate_vectors
    scores = brute_force(*vectors, published_days(articles), weights, rows, recommender.settings)
    equal = [
        both[0] == both[1]
        and _same([row_of[suggestion.article.id] for suggestion in both[0]], [s.score for s in both[0]], of_all)
        for *both, of_all in zip(ready, searched, scores, strict=True)
    ]
    return at_least(f"lists equal to brute force ({name})", float(np.mean(equal)), 1)


def _without_ready_lists(recommender: Recommender, settings: Settings = SETTINGS) -> Recommender:
    return Recommender.from_model(replace(recommender.to_model(), top_lists=None, settings=settings))


def _same(rows: list[int], scores: list[float], of_all: NDArray[np.float64]) -> bool:
    best = np.argsort(-of_all, kind="stable")[:LIMIT]
    best = best[of_all[best] > 0]
    if len(best) != len(rows) or not np.allclose(scores, of_all[rows], rtol=_ROUNDING, atol=0):
        return False
    difference = np.abs(of_all[rows] - of_all[best])
    return bool(np.all((best == rows) | ((difference > 0) & (difference < _ROUNDING * of_all[best]))))


def one_look_up(bench: Bench) -> Iterator[Figure]:
    """One article's answer, asked of both archives in turn: by searching, and from the precomputed lists."""
    both = bench.of_small, bench.of_large
    for how, recommenders in (("searched", [_without_ready_lists(one) for one in both]), ("ready", both)):
        times = alternate(*map(_look_up, recommenders), runs=20)
        yield Figure(f"one look-up, {how}, {bench.small:,} articles, microseconds", times[0] * 1e6)
        if how == "ready":
            yield at_most(f"one look-up, {how}, {bench.large:,} articles, microseconds", times[1] * 1e6, 25)
        else:
            name = f"one look-up, {how}, {bench.large:,} against {bench.small:,}"
            yield at_most(name, times[1] / times[0], 1.15, from_size=_STEADY, size=bench.small)


def one_look_up_against_neighbors(bench: Bench) -> Iterator[Figure]:
    vectors, rows = bench.of_small.vectors, cycle(spread(bench.small, 100))
    peer = BruteNeighbors(vectors)
    look_up = _look_up(_without_ready_lists(bench.of_small))

    def scan() -> None:
        peer(csr_array(vectors[[next(rows)]]), limit=LIMIT)

    ours, theirs = alternate(look_up, scan, runs=9)
    name = f"one look-up, searched, {bench.small:,}: NearestNeighbors' time / ours"
    yield at_least(name, theirs / ours, 100, from_size=100_000, size=bench.small)
    [first, _] = alternate(look_up, scan, runs=9, turn=0)
    yield Figure("the same, each look-up with caches that a scan has emptied", theirs / first)


def _look_up(recommender: Recommender) -> Callable[[], object]:
    ids = cycle([recommender[row].id for row in spread(len(recommender), 1000)])
    return lambda: recommender.answer(next(ids), limit=LIMIT)


def batch(bench: Bench) -> Iterator[Figure]:
    """All articles' lists (of a large archive a sample), an article, against sparse_dot_topn with as many threads."""
    ours = {}
    for recommender, bound, from_size in ((bench.of_small, 5, 100_000), (bench.of_large, 80, 1_000_000)):
        size = len(recommender)
        ours[size], theirs = _batch(recommender)
        yield Figure(f"batch over {size:,}, lists a second", 1 / ours[size])
        name = f"batch over {size:,}: sparse_dot_topn's time / ours"
        yield at_least(name, theirs / ours[size], bound, from_size=from_size, size=size)
    name = f"batch, cost an article, {bench.large:,} against {bench.small:,}"
    yield at_most(name, ours[bench.large] / ours[bench.small], 1.1, from_size=_STEADY, size=bench.small)


def without_half_life(bench: Bench) -> Iterator[Figure]:
    timeless = _without_ready_lists(bench.of_small, replace(SETTINGS, half_life_days=None))
    ours, theirs = _batch(timeless, stretches=2)
    yield at_least(f"half-life off, {bench.small:,}: sparse_dot_topn's time / ours", theirs / ours, 1)


def _batch(recommender: Recommender, *, stretches: int = 16) -> list[float]:
    """Seconds an article of ours and of sparse_dot_topn, arrays in and arrays out."""
    index, vectors, size = recommender.to_model().index, recommender.vectors, len(recommender)
    peer = SparseDotTopn(vectors)
    asked = np.asarray(_stretches(size, stretches), np.int32)
    own = csr_array(vectors[asked])
    scoring = Scoring.from_settings(recommender.settings, recommender.to_model().index.days)
    queries = csr_array(vectors[spread(size, min(len(asked), max(200, 100_000_000 // size)))])
    seconds = alternate(
        lambda: index.nearest(
            own, query_days=index.days[asked], excluded=asked[:, None], scoring=scoring, limit=LIMIT, workers=THREADS
        ),
        lambda: peer(queries, limit=LIMIT, threads=THREADS),
        runs=3,
    )
    return [seconds[0] / len(asked), seconds[1] / queries.shape[0]]


def evergreen(bench: Bench) -> Iterator[Figure]:
    """The same where a share of every score is evergreen, so that time alone leaves nothing out."""
    lasting = _without_ready_lists(bench.of_small, replace(SETTINGS, evergreen=0.2))
    ours, theirs = _batch(lasting, stretches=8)
    name = f"evergreen 0.2, batch over {bench.small:,}: sparse_dot_topn's time / ours"
    yield at_least(name, theirs / ours, 5, from_size=100_000, size=bench.small)
    [searched] = alternate(_look_up(lasting), runs=20)
    yield at_most(f"evergreen 0.2, one look-up, searched, {bench.small:,}, milliseconds", searched * 1e3, 2)


def postings(bench: Bench) -> Iterator[Figure]:
    """What a list takes in a batch on one core, over the postings that were read for it."""
    index = bench.of_small.to_model().index
    asked = np.asarray(_stretches(bench.small, 4), np.int32)
    own, scoring = csr_array(index.vectors[asked]), Scoring.from_settings(SETTINGS, index.days)
    read, seconds = 0, []
    for _ in range(3):
        begun = time.process_time()
        read = index.nearest(
            own, query_days=index.days[asked], excluded=asked[:, None], scoring=scoring, limit=LIMIT, workers=1
        ).postings_read
        seconds.append(time.process_time() - begun)
    yield Figure(f"postings read for a list, {bench.small:,}", read / len(asked))
    yield at_most("a posting on the batch path, all else included, ns", statistics.median(seconds) / read * 1e9, 5)


def bad_input(bench: Bench) -> Iterator[Figure]:
    """Archives that time tells nothing of, or words nothing: a list's cost, against a full scan of them."""
    index = bench.of_small.to_model().index
    rows = slice(0, min(bench.small, 20_000))
    vectors, days = csr_array(index.vectors[rows]), np.asarray(index.days[rows])
    count, terms = vectors.shape
    everywhere = csr_array(hstack([vectors, csr_array(np.full((count, 1), 0.1, np.float32))], format="csr"))
    one = csr_array(vectors[:1])
    copies = csr_array(
        (
            np.tile(one.data, bench.large),
            np.tile(one.indices, bench.large),
            np.arange(bench.large + 1, dtype=np.int64) * one.nnz,
        ),
        shape=(bench.large, terms),
    )
    for name, of_case, days_of_case in (
        ("no dates", vectors, np.full(count, np.nan)),
        ("one date", vectors, np.zeros(count)),
        ("half of the dates in the far future", vectors, np.where(np.arange(count) < count // 2, 3e6, days)),
        ("one term in every article", everywhere, days),
        (f"{bench.large:,} copies of one article", copies, np.zeros(bench.large)),
    ):
        case = Index.build(of_case, days_of_case)
        asked = np.asarray(spread(of_case.shape[0], max(4, min(300, 3_000_000 // of_case.shape[0]))), np.int32)
        own = csr_array(of_case[asked])
        peer = SparseDotTopn(of_case)
        search = partial(
            case.nearest, own, query_days=case.days[asked], excluded=asked[:, None], scoring=Scoring(7.0), limit=LIMIT
        )
        seconds = alternate(partial(search, workers=1), partial(peer, own, limit=LIMIT, threads=1), runs=3)
        yield at_most(f"bad input, {name}: our time / a full scan's", seconds[0] / seconds[1], 1)


def other_engines(bench: Bench) -> Iterator[Figure]:
    """Engines that answer by their own scoring: no bound, a sense of scale."""
    articles = list(bench.of_small)
    queries = [articles[row] for row in spread(bench.small, 300)]
    bm25, more_like_this = Bm25s(articles), Tantivy(articles)
    seconds = alternate(
        lambda: bm25(queries, limit=LIMIT, threads=THREADS), lambda: more_like_this(queries, limit=LIMIT), runs=3
    )
    yield Figure(f"bm25s, {bench.small:,}, lists a second", len(queries) / seconds[0])
    yield Figure(f"tantivy more-like-this, {bench.small:,}, lists a second", len(queries) / seconds[1])


def training(bench: Bench) -> Iterator[Figure]:
    """The command, cold and after one file in a hundred has changed, against reading + libyaml + TfidfVectorizer."""
    models = bench.folder / "small"
    reference = [sys.executable, "-m", "benchmarks.peers", str(bench.files)]

    def cold() -> None:
        shutil.rmtree(models, ignore_errors=True)
        run(bench.train(bench.files, models))

    ours, theirs = alternate(cold, lambda: run(reference), runs=3 if bench.small < 50_000 else 1)
    yield Figure(f"train {bench.small:,} files cold, seconds", ours)
    yield at_most(f"train {bench.small:,} files cold, against read + libyaml + TfidfVectorizer", ours / theirs, 1.5)
    for file in sorted(bench.files.iterdir())[::100]:
        file.write_text(file.read_text().replace('title: "', 'title: "Changed ', 1))
    begun = time.perf_counter()
    run(bench.train(bench.files, models))
    yield at_most("the same, 1 % changed, against cold", (time.perf_counter() - begun) / ours, 0.35)


def memory(bench: Bench) -> Iterator[Figure]:
    """The most that training's processes hold together, shared pages counted once."""
    command = bench.train(bench.lines, bench.large_models)
    begun = time.perf_counter()
    peak = run(command, watched=True)
    yield Figure(f"train {bench.large:,} lines cold, seconds", time.perf_counter() - begun)
    yield at_most(f"peak memory of training {bench.large:,}, GiB", peak / 2**30, 12)


def reading(bench: Bench) -> Iterator[Figure]:
    """The most that the process holds that reads an archive's lines and goes through its articles."""
    few = bench.folder / "few.jsonl"
    archive.write_lines(few, bench.small)
    peaks = []
    for file in (few, bench.lines):
        done = subprocess.run([sys.executable, "-c", _READER, str(file)], stdout=subprocess.PIPE, check=True)
        peaks.append(int(done.stdout))
    yield Figure(f"peak memory of reading {bench.small:,} lines, MiB", peaks[0] / 2**10)
    name = f"peak memory of reading lines, {bench.large:,} against {bench.small:,}"
    yield at_most(name, peaks[1] / peaks[0], 1.2, from_size=100_000, size=bench.small)


def workers(bench: Bench) -> Iterator[Figure]:
    """Two workers on one artefact: from the process's start to its answer, and what the second has for itself."""
    id = bench.of_large[bench.large // 2].id
    LocalModels(bench.large_models).ensure_verified()  # as `serve` does once for all of its workers
    worker = [sys.executable, "-c", _WORKER + _WAIT, str(bench.large_models), id]
    empty = [sys.executable, "-c", _EMPTY_APP + _WAIT]
    with _answering(worker), _answering(worker) as (seconds, private), _answering(empty) as (_, of_empty):
        yield at_most(f"a worker's start on {bench.large:,} to its first answer, seconds", seconds, 1.5)
        yield at_most("a second worker's private memory above an empty Flask app's, MB", (private - of_empty) / 1e6, 80)


FIGURES: Sequence[Callable[[Bench], Iterator[Figure]]] = (
    training,
    memory,
    reading,
    workers,
    equality,
    one_look_up,
    one_look_up_against_neighbors,
    batch,
    without_half_life,
    evergreen,
    postings,
    bad_input,
    other_engines,
)


def alternate(*sides: Callable[[], object], runs: int, turn: float = 0.25) -> list[float]:
    """Median seconds of a call of each side; they take turns, so that whatever else the machine does hits all alike.

    A side's turn lasts `turn` seconds at least, so that few of its calls find the caches as the other left them.
    """
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(runs):
        for side, of_side in zip(sides, seconds, strict=True):
            started = begun = time.perf_counter()
            while begun == started or begun - started < turn:
                side()
                ended = time.perf_counter()
                of_side.append(ended - begun)
                begun = ended
    return [statistics.median(of_side) for of_side in seconds]


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def spread(size: int, count: int) -> NDArray[np.int64]:
    """Rows throughout an archive, in random order."""
    return np.random.default_rng(0).permutation(size)[:count]


def _stretches(size: int, count: int) -> list[int]:
    """All rows, or so many stretches of neighbouring ones throughout an archive."""
    if size <= count * _STRETCH:
        return list(range(size))
    starts = np.linspace(0, size - _STRETCH, count).astype(int)
    return [row for start in starts.tolist() for row in range(start, start + _STRETCH)]


def run(command: Sequence[str], *, watched: bool = False) -> int:
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
