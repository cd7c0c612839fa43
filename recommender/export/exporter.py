"""Lists into a pipeline: one HTTP answer a line, or a row of Parquet, made part by part on any engine.

Each part is the work of one task, which writes its own file; what is there when a run is broken off is not made again.
The answers are those of the model and of what was live when the export began, wherever and whenever a part is made.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender.artefacts import LocalModels, ModelFiles, Models
from recommender.corpus import LiveChanges
from recommender.errors import EngineError, ExportError
from recommender.export.parquet import to_parquet
from recommender.export.partitions import RUN, SUCCESS, ExportFormat, Partition, Plan, make_partitions
from recommender.parallel import Engine
from recommender.ranking import LiveOverlay, Recommender
from recommender.storage import FileStore, atomic_write

TASK_SIZE = 4000
"""Articles a task: about a second's work, and a few dozen megabytes."""

Made = TypeVar("Made")

LIVE = "_live.jsonl"


class Exporter:
    """A version of a model, verified, on its way out."""

    def __init__(
        self,
        models: Models,
        version: str,
        *,
        limit: int | None = None,
        engine: Engine | None = None,
        task_size: int = TASK_SIZE,
        progress: bool = False,
    ) -> None:
        """Take a version from a folder that all workers see, or from a URL.

        Args:
            limit: entries a list at most; by default the model's setting.
            engine: one that is started.
            task_size: articles a task at most.
        """
        self._models = LocalModels(models.path.resolve()) if models.path is not None else models
        self._version = version
        self._limit = models.manifest(version).settings.limit if limit is None else limit
        self._engine = engine or Engine()
        self._task_size = task_size
        self._progress = progress

    def to_folder(self, url: str, *, form: ExportFormat = "jsonl") -> int:
        """Write a dataset, with a folder a month, and return how many answers it holds.

        A run that was broken off is gone on with, over the live articles that it began with.

        Raises:
            ExportError: the folder holds anything else, or there are articles without an answer.
            StorageError: it can't be written.
        """
        dataset = FileStore(url)
        with dataset.locked():
            there, live = dataset.names(), _live_now(self._models)
            if RUN in there:
                plan = _plan_in(dataset)
                if not self._asks_for(plan, form):
                    raise ExportError(
                        f"{dataset.location}: holds an export of {plan.version}, {plan.limit} entries a list, "
                        f"as {plan.format}, {plan.task_size} articles a task: "
                        "ask for the same, or name another --out, or remove it"
                    )
                if SUCCESS in there and plan.live != _digest(live):
                    raise ExportError(
                        f"{dataset.location}: holds an export from before articles were posted or withdrawn: "
                        "name another --out, or remove it"
                    )
            elif there - {LIVE}:
                raise ExportError(
                    f"{dataset.location}: holds something else: name a folder that is empty, or not there yet"
                )
            else:
                plan = self._begun(dataset, live, form, by_month=True)
            self._run(plan, dataset)
            dataset.complete(SUCCESS)
        return plan.articles

    def to_file(self, file: Path) -> int:
        """Write one file of JSON lines, in rank order, and return how many there are.

        The parts lie in a hidden folder beside the file until all are there; a run that was broken off is gone on with
        unless anything has changed since.

        Raises:
            ExportError: it can't be written, or there are articles without an answer.
        """
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):  # a pipe, which has nothing beside it
            with _telling(file), file.open("wb") as stream:
                return self.to_stream(stream)
        target = file.resolve()
        folder = target.with_name(f".{target.name}.parts")
        with _telling(file):
            folder.mkdir(exist_ok=True)
        dataset = FileStore(str(folder))
        with dataset.locked():
            live = _live_now(self._models)
            plan = _plan_in(dataset) if RUN in dataset.names() else None
            if plan is None or plan.live != _digest(live) or not self._asks_for(plan, "jsonl"):
                dataset.clear()
                plan = self._begun(dataset, live, "jsonl", by_month=False)
            self._run(plan, dataset)
            with _telling(file), atomic_write(file) as stream:
                _join(plan, folder, stream)
            shutil.rmtree(folder)
        return plan.articles

    def to_stream(self, stream: IO[bytes]) -> int:
        """The same into a stream, for which the parts lie in a temporary folder of this machine.

        Raises:
            ExportError: the engine is not the local one, or there are articles without an answer.
        """
        if self._engine.name != "local":
            raise ExportError(f"the engine {self._engine.name} writes files: name one, or a folder, with --out")
        with tempfile.TemporaryDirectory(prefix="related-articles-") as folder:
            dataset = FileStore(folder)
            plan = self._begun(dataset, _live_now(self._models), "jsonl", by_month=False)
            self._run(plan, dataset)
            _join(plan, Path(folder), stream)
        return plan.articles

    def _asks_for(self, plan: Plan, form: ExportFormat) -> bool:
        asked = (self._version, self._limit, form, self._task_size)
        return asked == (plan.version, plan.limit, plan.format, plan.task_size)

    def _begun(self, dataset: FileStore, live: bytes, form: ExportFormat, *, by_month: bool) -> Plan:
        """Write down, in an empty folder, what is to be done."""
        if live:
            dataset.write(LIVE, live)
        days = self._days(dataset, live)
        plan = Plan(
            version=self._version,
            live=_digest(live),
            limit=self._limit,
            format=form,
            task_size=self._task_size,
            articles=len(days),
            parts=make_partitions(days, task_size=self._task_size, by_month=by_month),
        )
        dataset.write(RUN, plan.as_json())
        return plan

    def _days(self, dataset: FileStore, live: bytes) -> NDArray[np.float64]:
        """Those of all articles, in rank order."""
        if self._models.path is None:  # nothing else of a remote model is needed here
            return ModelFiles(self._models.folder(self._version)).read_array("index.days")
        recommender = _opened(self._models, self._version, dataset.url, _digest(live))
        return recommender.published_days

    def _run(self, plan: Plan, dataset: FileStore) -> None:
        """Make the parts that are not there yet."""
        there = dataset.names()
        missing = [part for part in plan.parts if part.name(plan.format) not in there]
        work = PartitionTask(self._models, plan.version, dataset.url, plan.live, plan.limit, plan.format)
        few = self._engine.name == "local" and plan.articles <= plan.task_size  # not worth another process
        try:
            (replace(self._engine, workers=1) if few else self._engine).run(
                export_partition,
                ((work, part) for part in missing),
                total=len(missing),
                description="exporting",
                unit=" parts",
                progress=self._progress,
            )
        except EngineError as error:
            raise ExportError(
                f"{dataset.location}: {error}; what is finished stays, and the same command goes on from there"
            ) from error
        if lost := {part.name(plan.format) for part in missing} - dataset.names():
            raise ExportError(
                f"{dataset.location}: {min(lost)} was written, and is not there: the workers must see this very folder"
            )


class PartitionTask(NamedTuple):
    """What all tasks of a run are told.

    Attributes:
        url: of the dataset.
        live: the digest of what was live when the export began.
    """

    models: Models
    version: str
    url: str
    live: str
    limit: int
    form: ExportFormat


def export_partition(work: PartitionTask, part: Partition) -> int:
    """The task: answer for the articles of one part, and write them, whole or not at all; returns its number.

    Raises:
        ExportError: an article has no answer, or the files can't be written.
    """
    recommender = _opened(work.models, work.version, work.url, work.live)
    limit = work.limit
    answers = _each(part, recommender, lambda start, stop: recommender.answers(limit=limit, start=start, stop=stop))
    known = _each(part, recommender, lambda start, stop: recommender.identifiers(start=start, stop=stop))
    names = [msgspec.json.encode({"id": id, "names": names, "urls": urls}) for id, names, urls in known]
    dataset = FileStore(work.url)
    dataset.write(part.names, b"".join(line + b"\n" for line in names))
    content = to_parquet(answers) if work.form == "parquet" else b"".join(line + b"\n" for line in answers)
    dataset.write(part.name(work.form), content)
    return part.number


def _each(part: Partition, recommender: Recommender, made: Callable[[int, int], Iterable[Made]]) -> list[Made]:
    """What is made of each article of a part; where that fails, the article is looked for and named."""
    try:
        return list(made(part.first, part.last + 1))
    except Exception as error:
        for place in range(part.first, part.last + 1):
            try:
                list(made(place, place + 1))
            except Exception as own:
                raise ExportError(
                    f"part {part.number}: the article {_name(recommender, place)} has no answer "
                    f"({type(own).__name__}: {own})"
                ) from own
        raise ExportError(f"part {part.number}: {type(error).__name__}: {error}") from error


def _name(recommender: Recommender, place: int) -> str:
    try:
        return repr(recommender[place].id)
    except Exception:  # noqa: BLE001 - that may be what is wrong with it
        return f"in row {place}"


@lru_cache(maxsize=1)
def _opened(models: Models, version: str, url: str, live: str) -> Recommender:
    """The model with what was live when the export began: once a process."""
    base = Recommender.load(models, version)
    if not live:
        return base
    dataset = FileStore(url)
    text = dataset.read(LIVE)
    if _digest(text) != live:
        raise ExportError(f"{dataset.location}/{LIVE}: is damaged; remove {dataset.location}, and begin again")
    records = tuple(map(msgspec.json.decode, text.splitlines()))
    return LiveOverlay(base).with_changes(LiveChanges.from_records(records)).recommender


def _live_now(models: Models) -> bytes:
    """What is posted and withdrawn, a line each, withdrawals first; the same for the same state."""
    if models.path is None:
        return b""
    live_changes = LiveChanges.load(models.path)
    lines = [(("post" in record), msgspec.json.encode(record)) for record in live_changes.to_records()]
    return b"".join(line + b"\n" for _, line in sorted(lines))


def _digest(live: bytes) -> str:
    return hashlib.sha256(live).hexdigest()[:16] if live else ""


def _plan_in(dataset: FileStore) -> Plan:
    try:
        return Plan.from_json(dataset.read(RUN))
    except msgspec.MsgspecError as error:
        raise ExportError(f"{dataset.location}/{RUN}: is no plan of an export; remove {dataset.location}") from error


def _join(plan: Plan, folder: Path, stream: IO[bytes]) -> None:
    for part in plan.parts:
        with (folder / part.name(plan.format)).open("rb") as lines:
            shutil.copyfileobj(lines, stream)


@contextmanager
def _telling(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"{file}: can't be written: {error.strerror or error}") from error
