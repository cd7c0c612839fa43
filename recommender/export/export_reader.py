"""What an export has left, read back: a dataset folder, or one file of answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import fsspec
import msgspec

from recommender.errors import ExportError, RecommenderError, without_secrets
from recommender.export.answer_store import EncodedAnswer, decode_answer
from recommender.export.parquet import from_parquet, require_pyarrow
from recommender.export.partitions import RUN, SUCCESS

_NAMES = "_names"


class Names(msgspec.Struct, frozen=True):
    """By what else an article is known: other IDs, and normalised addresses."""

    id: str
    names: list[str] = []
    urls: list[str] = []


class _Run(msgspec.Struct, frozen=True):
    version: str | None = None
    live: str = ""
    limit: int | None = None
    articles: int | None = None
    format: str = "jsonl"


class ExportReader:
    """An export at a path, or at an address that fsspec knows.

    Attributes:
        version: of the model; `None` where that is not told.
        live: a digest of what was posted and withdrawn since that was trained; empty where nothing was.
        limit: entries of a list at most; `None` where that is not told.
        articles: how many there are; `None` where that is not told.
    """

    def __init__(self, url: str) -> None:
        """Look what is there.

        Raises:
            ExportError: nothing, an export that has not ended, or of a format that can't be read back.
        """
        self._place = place = without_secrets(url)
        with self._readable():
            self._files, self._path = fsspec.core.url_to_fs(url)
            folder = self._files.isdir(self._path)
            if not folder and not self._files.exists(self._path):
                raise ExportError(f"{place}: is not there; `recommender export CORPUS --out {place}` makes it")
            run = self._run() if folder else _Run()
            self._answers = self._parts("month=*") if folder else [self._path]
            self._names = self._parts(_NAMES) if folder else []
        self.version, self.live = run.version, run.live
        self.limit, self.articles = run.limit, run.articles

    def answers(self) -> Iterator[tuple[EncodedAnswer, bytes]]:
        """Every answer, read and as it is written.

        Raises:
            ExportError: a line is no answer, or there are not as many as there should be.
        """
        count = 0
        for path in self._answers:
            for number, line in self._lines(path):
                try:
                    answer = decode_answer(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise self._no_answer(path, number) from error
                if line != _written(answer):
                    raise self._no_answer(path, number)
                count += 1
                yield answer, line
        if self.articles not in (None, count):
            raise ExportError(f"{self._place}: holds {count:,} answers of {self.articles:,}; export once more")

    def names(self) -> Iterator[Names]:
        """By what else each article is known; nothing where a file of answers is all there is.

        Raises:
            ExportError: a line tells something else.
        """
        decode_answer = msgspec.json.Decoder(Names).decode
        for path in self._names:
            for number, line in self._lines(path):
                try:
                    yield decode_answer(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise ExportError(f"{path}:{number}: tells no names; export once more") from error

    def _run(self) -> _Run:
        cure = f"run `recommender export CORPUS --out {self._place}` to its end"
        if not self._files.exists(f"{self._path}/{SUCCESS}"):
            raise ExportError(f"{self._place}: has no {SUCCESS}, so the export has not ended; {cure}")
        try:
            run = msgspec.json.decode(self._files.cat_file(f"{self._path}/{RUN}"), type=_Run)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise ExportError(f"{self._place}: its {RUN} can't be read ({error}); {cure}") from error
        if run.format == "parquet":
            require_pyarrow()
        return run

    def _parts(self, folder: str) -> list[str]:
        found = self._files.glob(f"{self._path}/{folder}/part-*")
        return sorted(map(str, found), key=lambda path: path.rpartition("/")[2])

    def _lines(self, path: str) -> Iterator[tuple[int, bytes]]:
        with self._readable():
            if path.endswith(".parquet"):
                yield from enumerate(from_parquet(self._files.cat_file(path)), start=1)
                return
            stream: IO[bytes]
            with self._files.open(path, "rb") as stream:
                for number, line in enumerate(stream, start=1):
                    yield number, line.removesuffix(b"\n")

    def _no_answer(self, path: str, number: int) -> ExportError:
        name = Path(path).name
        return ExportError(f"{self._place}: {name}:{number}: is no answer as `recommender export` writes it")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except RecommenderError:
            raise
        except Exception as error:  # each store has errors of its own
            reason = without_secrets(str(error)) or type(error).__name__
            raise ExportError(f"{self._place}: can't be read: {reason}") from error


def _written(answer: EncodedAnswer) -> bytes:
    return b'{"id":' + msgspec.json.encode(answer.id) + b',"related":[' + b",".join(answer.related) + b"]}"
