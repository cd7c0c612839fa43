"""Exports of all lists, one HTTP response body per line: one file, or a dataset of many, written by an engine's tasks.

Each partition is written by one task, so an interrupted run continues with the partitions that are missing. All
answers are of one model and of one snapshot of live changes, whenever and wherever a partition is written.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
from numpy.typing import NDArray

from recommender.artefacts import LocalModels, ModelFiles, Models
from recommender.errors import EngineError, ExportError
from recommender.export.live_snapshot import LIVE, LiveSnapshot
from recommender.export.partition_task import ExportJob, export_partition, load_recommender
from recommender.export.partitions import NAMES_SUFFIX, RUN, SUCCESS, ExportFormat, Plan, make_partitions
from recommender.parallel import Engine
from recommender.ranking import Options
from recommender.storage import FileStore, atomic_write, temporary_folder

TASK_SIZE = 4000
"""Articles per task: about a second of work and a few dozen megabytes."""


class Exporter:
    """Exports the lists of one version of a model."""

    def __init__(
        self,
        models: Models,
        version: str,
        *,
        limit: int | None = None,
        fields: Sequence[str] = (),
        options: Options | None = None,
        engine: Engine | None = None,
        task_size: int = TASK_SIZE,
        progress: bool = False,
    ) -> None:
        """Prepare an export.

        Args:
            models: in a folder that all workers see, or at a URL.
            limit: maximum number of entries per list; by default the model's setting.
            fields: of `ENTRY_FIELDS`, those that each entry has; by default the whole entry.
            options: of all look-ups.
            engine: a started one; by default processes of this machine.
            task_size: maximum number of articles per task.
        """
        self._models = LocalModels(models.path.resolve()) if models.path is not None else models
        self._version = version
        self._limit = models.manifest(version).settings.limit if limit is None else limit
        self._fields = tuple(fields)
        self._options: Options = msgspec.json.decode(msgspec.json.encode(options or {}))  # as a plan is read
        self._engine = engine or Engine()
        self._task_size = task_size
        self._progress = progress

    def to_folder(self, url: str, *, form: ExportFormat = "jsonl") -> int:
        """Write a dataset with a subfolder per month, and return the number of answers.

        An interrupted export of the same kind is continued, with the live changes that it was begun with.

        Raises:
            ExportError: the folder holds something else, or tasks failed.
            StorageError: it can't be written.
        """
        dataset = FileStore(url)
        with dataset.locked():
            names, live = dataset.names(), LiveSnapshot.take(self._models)
            if RUN in names:
                plan = _read_plan(dataset)
                if not self._is_same_export(plan, form):
                    raise ExportError(
                        f"{dataset.location}: holds an export of {plan.version}, {plan.limit} entries a list, "
                        f"as {plan.format}, {plan.task_size} articles a task: "
                        "use the same options, choose another --out, or remove it"
                    )
                if SUCCESS in names and plan.live != live.digest:
                    raise ExportError(
                        f"{dataset.location}: was exported before articles were posted or withdrawn; "
                        "choose another --out, or remove it"
                    )
            elif names - {LIVE}:
                raise ExportError(f"{dataset.location}: holds other files; choose an empty or a new folder")
            else:
                plan = self._begin(dataset, live, form, by_month=True)
            self._run(plan, dataset)
            dataset.complete(SUCCESS)
        return plan.articles

    def to_file(self, file: Path) -> int:
        """Write one file of JSON lines in rank order, and return the number of answers.

        The names and addresses of the articles stand in a file beside it. Partitions are written to a hidden folder
        there, and joined at the end; an interrupted export is continued unless anything has changed since.

        Raises:
            ExportError: the file can't be written, or tasks failed.
        """
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):  # such as a named pipe or /dev/stdout
            with _export_errors(file), file.open("wb") as stream:
                return self.to_stream(stream)
        target = file.resolve()
        folder = target.with_name(f".{target.name}.parts")
        with _export_errors(file):
            folder.mkdir(exist_ok=True)
        dataset = FileStore(str(folder))
        with dataset.locked():
            live = LiveSnapshot.take(self._models)
            plan = _read_plan(dataset) if RUN in dataset.names() else None
            if plan is None or plan.live != live.digest or not self._is_same_export(plan, "jsonl"):
                dataset.clear()
                plan = self._begin(dataset, live, "jsonl", by_month=False)
            self._run(plan, dataset)
            beside = file.with_name(file.name + NAMES_SUFFIX)
            with _export_errors(file), atomic_write(beside) as names, atomic_write(file) as stream:
                digest = _concatenate(plan, folder, stream)
                _write_names(plan, folder, names, digest=digest)
            shutil.rmtree(folder)
        return plan.articles

    def to_stream(self, stream: IO[bytes]) -> int:
        """Write the same lines to a stream, with partitions in a temporary folder of this machine.

        Raises:
            ExportError: the engine is not the local one, or tasks failed.
        """
        if self._engine.name != "local":
            raise ExportError(f"the engine {self._engine.name} writes files; name a file or a folder with --out")
        with temporary_folder("related-articles-export-") as folder:
            dataset = FileStore(str(folder))
            plan = self._begin(dataset, LiveSnapshot.take(self._models), "jsonl", by_month=False)
            self._run(plan, dataset)
            _concatenate(plan, folder, stream)
        return plan.articles

    def _is_same_export(self, plan: Plan, form: ExportFormat) -> bool:
        wanted = (self._version, self._limit, self._fields, self._options, form, self._task_size)
        return wanted == (plan.version, plan.limit, plan.fields, plan.options, plan.format, plan.task_size)

    def _begin(self, dataset: FileStore, live: LiveSnapshot, form: ExportFormat, *, by_month: bool) -> Plan:
        """Write the plan and the live changes to an empty folder."""
        live.write(dataset)
        days = self._published_days(dataset, live)
        plan = Plan(
            version=self._version,
            live=live.digest,
            limit=self._limit,
            fields=self._fields,
            options=dict(self._options),
            format=form,
            task_size=self._task_size,
            articles=len(days),
            partitions=make_partitions(days, task_size=self._task_size, by_month=by_month),
        )
        dataset.write(RUN, msgspec.json.encode(plan) + b"\n")
        return plan

    def _published_days(self, dataset: FileStore, live: LiveSnapshot) -> NDArray[np.float64]:
        """Days since 1970-01-01 of all articles in rank order, float64 (articles,)."""
        if self._models.path is None:  # nothing else of a remote model is needed here
            return ModelFiles(self._models.folder(self._version)).read_array("index.days")
        return load_recommender(self._models, self._version, dataset.url, live.digest).published_days

    def _run(self, plan: Plan, dataset: FileStore) -> None:
        """Write the partitions that are missing."""
        names = dataset.names()
        missing = [partition for partition in plan.partitions if partition.file(plan.format) not in names]
        job = ExportJob(
            self._models, plan.version, dataset.url, plan.live, plan.limit, self._fields, self._options, plan.format
        )
        # A few articles take less time than starting a process.
        is_small = self._engine.name == "local" and plan.articles <= plan.task_size
        try:
            (replace(self._engine, workers=1) if is_small else self._engine).run(
                export_partition,
                ((job, partition) for partition in missing),
                total=len(missing),
                description="exporting",
                unit=" partitions",
                progress=self._progress,
            )
        except EngineError as error:
            raise ExportError(
                f"{dataset.location}: {error}; finished partitions are kept, and the same command continues"
            ) from error
        if lost := {partition.file(plan.format) for partition in missing} - dataset.names():
            raise ExportError(
                f"{dataset.location}: {min(lost)} was written but is missing; the workers must see the same folder"
            )


def _read_plan(dataset: FileStore) -> Plan:
    try:
        return msgspec.json.decode(dataset.read(RUN), type=Plan)
    except msgspec.MsgspecError as error:
        raise ExportError(
            f"{dataset.location}/{RUN}: is not the plan of an export; remove {dataset.location}"
        ) from error


def _concatenate(plan: Plan, folder: Path, stream: IO[bytes]) -> str:
    """Write the answers of all partitions; returns their SHA-256 digest, in hexadecimal."""
    digest = hashlib.sha256()
    for partition in plan.partitions:
        answers = (folder / partition.file(plan.format)).read_bytes()
        digest.update(answers)
        stream.write(answers)
    return digest.hexdigest()


def _write_names(plan: Plan, folder: Path, stream: IO[bytes], *, digest: str) -> None:
    head = {"version": plan.version, "live": plan.live, "limit": plan.limit, "articles": plan.articles}
    stream.write(msgspec.json.encode({**head, "sha256": digest}) + b"\n")
    for partition in plan.partitions:
        stream.write((folder / partition.names_file).read_bytes())


@contextmanager
def _export_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"{file}: can't be written: {error.strerror or error}") from error
