"""The manifest of an artefact: the inputs and options of its training, and the checksums of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Self

import msgspec

from recommender.artefacts.model_files import file_names
from recommender.corpus import Corpus
from recommender.errors import ArtefactError, SettingsError
from recommender.journal import JournalPosition
from recommender.settings import Settings
from recommender.sources import FileChoice

FORMAT = 10
MANIFEST = "manifest.json"
_CHECKSUM = "checksum"  # SHA-256 of the rest of the manifest, in hex
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "PyStemmer", "regex")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The inputs and options of an artefact's training, and the checksums of its files.

    Attributes:
        version: the name of its folder; later versions sort after earlier ones.
        created: when it was trained, ISO 8601, UTC.
        given: the settings fixed by the user; later trainings reuse them.
        precision: the precision that the minimum score was chosen for; later trainings reuse it.
        choice: the options for reading the corpus; later trainings reuse them.
        learnt: what was learnt from links, in one sentence.
        corpus: the fingerprint of the corpus that it was trained on.
        inputs: a digest of all inputs of the training; empty if unknown.
        base_url: the prefix of the site's addresses; empty if unknown.
        counts: articles, files, links, terms.
        files: SHA-256 of every file in hex, by name.
        inspection: the inspection of the corpus, as plain values; `None` if not kept.
        journal: how far the journal of live articles had been read; `None` if there was none.
    """

    version: str
    created: str
    settings: Settings
    given: Mapping[str, Any]
    precision: float | None
    learnt: str
    corpus: str
    choice: FileChoice
    counts: dict[str, int]
    libraries: dict[str, str]
    files: dict[str, str]
    inspection: Mapping[str, Any] | None = None
    journal: JournalPosition | None = None
    base_url: str = ""
    inputs: str = ""

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        digests: Mapping[str, str],
        *,
        terms: int,
        settings: Settings,
        given: Mapping[str, Any] | None = None,
        precision: float | None = None,
        learnt: str = "",
        inspection: Mapping[str, Any] | None = None,
        inputs: str = "",
    ) -> Self:
        """The manifest of a model that was trained just now; its version is named after the time and its files.

        Args:
            digests: SHA-256 of every file in hex, by name in ascending order.
            terms: the number of terms learnt.
        """
        now = datetime.now(UTC)
        links = sum(len(targets) for _, targets in corpus.links.items())
        return cls(
            version=version_name(now, hashlib.sha256(_json(digests)).hexdigest()[:8]),
            created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            settings=settings,
            given=given or {},
            precision=precision,
            learnt=learnt,
            corpus=corpus.fingerprint,
            choice=corpus.found_files.choice if corpus.found_files else FileChoice(),
            counts={"articles": len(corpus.articles), "files": corpus.files, "links": links, "terms": terms},
            libraries={name: installed_version(name) for name in _LIBRARIES},
            files=dict(digests),
            inspection=inspection,
            journal=corpus.live.position,
            base_url=corpus.found_files.site.base_urls.get("", "") if corpus.found_files else "",
            inputs=inputs,
        )

    def to_json(self) -> bytes:
        """The content of a manifest file, with a checksum of its own."""
        values = {
            "format": FORMAT,
            "created": self.created,
            "settings": self.settings.to_mapping(),
            "given": dict(self.given),
            "precision": self.precision,
            "learnt": self.learnt,
            "corpus": self.corpus,
            "choice": msgspec.to_builtins(self.choice),
            "counts": self.counts,
            "libraries": self.libraries,
            "files": self.files,
            **({"base_url": self.base_url} if self.base_url else {}),
            **({"inputs": self.inputs} if self.inputs else {}),
            **({} if self.inspection is None else {"inspection": dict(self.inspection)}),
            **({} if self.journal is None else {"journal": list(self.journal)}),
        }
        values = json.loads(_json(values))  # as they will be read back
        text = json.dumps({**values, _CHECKSUM: hashlib.sha256(_json(values)).hexdigest()}, indent=2)
        return text.encode() + b"\n"

    @classmethod
    def from_json(cls, text: bytes, *, version: str, path: str | Path) -> Self:
        """Read what `to_json` wrote; `path` is that of the artefact, for error messages.

        Raises:
            ArtefactError: it is damaged, or of another format.
        """
        try:
            values = json.loads(text)
            checksum = values.pop(_CHECKSUM, None)
            if values["format"] != FORMAT:
                raise refusal(path, f"it is of format {values['format']!r}, this program reads {FORMAT}")
            if checksum != hashlib.sha256(_json(values)).hexdigest():
                raise refusal(path, "its manifest is damaged: it is not the one that was published")
            settings = Settings.from_mapping(values["settings"])
            if set(values["files"]) != file_names(settings):
                raise refusal(path, "its manifest does not name the files of an artefact")
            return cls(
                version=version,
                created=str(values["created"]),
                settings=settings,
                given=_settings(values["given"]),
                precision=None if values["precision"] is None else float(values["precision"]),
                learnt=str(values["learnt"]),
                corpus=str(values["corpus"]),
                choice=msgspec.convert(values["choice"], FileChoice),
                counts={str(name): int(count) for name, count in values["counts"].items()},
                libraries={str(name): str(number) for name, number in values["libraries"].items()},
                files={str(name): str(digest) for name, digest in values["files"].items()},
                inspection=values.get("inspection"),
                journal=msgspec.convert(values.get("journal"), JournalPosition | None),
                base_url=str(values.get("base_url", "")),
                inputs=str(values.get("inputs", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, SettingsError, RecursionError) as error:
            raise refusal(path, f"{MANIFEST} can't be read ({error})") from error


def version_name(moment: datetime, suffix: str) -> str:
    """The name of a version made at a moment in UTC; the suffix makes it unique."""
    return f"{moment:%Y%m%dT%H%M%S.%fZ}-{suffix}"


def refusal(path: str | Path, reason: str) -> ArtefactError:
    """The error for an artefact that is refused."""
    return ArtefactError(
        f"{path}: refused: {reason}; run `recommender train CORPUS`, or go back with `recommender models use VERSION`"
    )


@contextmanager
def refusing(path: str | Path) -> Iterator[None]:
    """Raise any error in reading an artefact's files as an `ArtefactError`."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        raise refusal(path, f"its content is invalid ({error})") from error


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides of settings, checked."""
    Settings.from_mapping(values)
    return dict(values)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
