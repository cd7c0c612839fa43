"""Reading an export back: a dataset folder, or one file of answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

import fsspec
import msgspec

from recommender.errors import FAULTS, ExportError, RecommenderError, without_secrets
from recommender.export.answer_store import EncodedAnswer, decode_answer
from recommender.export.parquet import from_parquet, require_pyarrow
from recommender.export.partitions import NAMES_SUFFIX, RUN, SUCCESS

_NAMES = "_names"


class Names(msgspec.Struct, frozen=True, omit_defaults=True):
    """The other IDs and the normalised addresses of an article, and whether it is for readers."""

    id: str
    names: list[str] = []
    urls: list[str] = []
    public: bool = True


class _Run(msgspec.Struct, frozen=True):
    version: str
    limit: int
    articles: int
    live: str = ""
    format: str = "jsonl"
    sha256: str = ""


class ExportReader:
    """An export at a path or at a URL that fsspec knows.

    Attributes:
        version: the model's version.
        live: digest of the live changes; empty if there are none.
        limit: maximum number of entries per list.
        articles: number of answers.
    """

    def __init__(self, url: str) -> None:
        """Open an export.

        Raises:
            ExportError: it doesn't exist, is incomplete, or needs pyarrow, which is not installed.
        """
        self._location = location = without_secrets(url)
        with self._export_errors():
            self._files, self._path = fsspec.core.url_to_fs(url)
            self._is_file = not self._files.isdir(self._path)
            if self._is_file and not self._files.exists(self._path):
                raise ExportError(f"{location}: does not exist; `recommender export CORPUS --out {location}` writes it")
            run = self._file_run() if self._is_file else self._run()
            self._answers = [self._path] if self._is_file else self._partitions("month=*")
            self._names = [self._path + NAMES_SUFFIX] if self._is_file else self._partitions(_NAMES)
        self._sha256 = run.sha256
        self.version, self.live = run.version, run.live
        self.limit, self.articles = run.limit, run.articles

    def answers(self) -> Iterator[tuple[EncodedAnswer, bytes]]:
        """Every answer, decoded and as bytes.

        Raises:
            ExportError: a line is not an answer, or answers are missing.
        """
        count, digest = 0, hashlib.sha256()
        for path in self._answers:
            for number, line in self._lines(path):
                if self._is_file:
                    digest.update(line + b"\n")
                try:
                    answer = decode_answer(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise self._line_error(path, number) from error
                if line != _encode(answer):
                    raise self._line_error(path, number)
                count += 1
                yield answer, line
        if count != self.articles:
            raise ExportError(f"{self._location}: holds {count:,} answers of {self.articles:,}; export once more")
        if self._is_file and digest.hexdigest() != self._sha256:
            names = self._location + NAMES_SUFFIX
            raise ExportError(f"{self._location}: is not the export that {names} belongs to; export once more")

    def names(self) -> Iterator[Names]:
        """The other names of each article.

        Raises:
            ExportError: a line can't be decoded.
        """
        decode = msgspec.json.Decoder(Names).decode
        for path in self._names:
            for number, line in islice(self._lines(path), int(self._is_file), None):  # a file's first line is its run
                try:
                    yield decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise ExportError(f"{path}:{number}: is not a record of names; export again") from error

    def _run(self) -> _Run:
        cure = f"run `recommender export CORPUS --out {self._location}` to its end"
        if not self._files.exists(f"{self._path}/{SUCCESS}"):
            raise ExportError(f"{self._location}: has no {SUCCESS}, so the export is incomplete; {cure}")
        try:
            run = msgspec.json.decode(self._files.cat_file(f"{self._path}/{RUN}"), type=_Run)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise ExportError(f"{self._location}: its {RUN} can't be read ({error}); {cure}") from error
        if run.format == "parquet":
            require_pyarrow()
        return run

    def _file_run(self) -> _Run:
        names = self._location + NAMES_SUFFIX
        try:
            with self._files.open(self._path + NAMES_SUFFIX, "rb") as stream:
                return msgspec.json.decode(stream.readline(), type=_Run)
        except FileNotFoundError as error:
            raise ExportError(
                f"{names}: does not exist; `recommender export --out FILE` writes it beside FILE, with the other "
                "names and addresses of the articles: move both"
            ) from error
        except msgspec.DecodeError as error:
            raise ExportError(f"{names}: its first line can't be read ({error}); export once more") from error

    def _partitions(self, folder: str) -> list[str]:
        found = self._files.glob(f"{self._path}/{folder}/part-*")
        return sorted(map(str, found), key=lambda path: path.rpartition("/")[2])

    def _lines(self, path: str) -> Iterator[tuple[int, bytes]]:
        with self._export_errors():
            if path.endswith(".parquet"):
                yield from enumerate(from_parquet(self._files.cat_file(path)), start=1)
                return
            stream: IO[bytes]
            with self._files.open(path, "rb") as stream:
                for number, line in enumerate(stream, start=1):
                    yield number, line.removesuffix(b"\n")

    def _line_error(self, path: str, number: int) -> ExportError:
        name = Path(path).name
        return ExportError(f"{self._location}: {name}:{number}: is not an answer written by `recommender export`")

    @contextmanager
    def _export_errors(self) -> Iterator[None]:
        try:
            yield
        except (RecommenderError, *FAULTS):
            raise
        except Exception as error:  # each store has errors of its own
            reason = without_secrets(str(error)) or type(error).__name__
            raise ExportError(f"{self._location}: can't be read: {reason}") from error


def _encode(answer: EncodedAnswer) -> bytes:
    return b'{"id":' + msgspec.json.encode(answer.id) + b',"related":[' + b",".join(answer.related) + b"]}"
