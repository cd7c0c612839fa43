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

FORMAT = 11
MANIFEST = "manifest.json"
_CHECKSUM = "checksum"  # SHA-256 of the rest of the manifest, in hex
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "PyStemmer", "regex")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The inputs and options of an artefact's training, and the checksums of its files.

    Attributes:
        version: the name of its folder; later versions sort after earlier ones.
        created: when it was trained, ISO 8601, UTC.
        given: the settings fixed by the user; trainings by other commands than `train` reuse them.
        precision: the precision that the minimum score was chosen for; likewise reused.
        learnt: what was learnt from links, in one sentence.
        corpus: the fingerprint of the corpus that it was trained on.
        choice: the options for reading the corpus; likewise reused.
        counts: articles, files, links, terms.
        files: SHA-256 of every file in hex, by name.
        base_url: the prefix of the site's addresses; empty if unknown.
        inputs: a digest of all inputs of the training; empty if unknown.
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
    base_url: str = ""
    inputs: str = ""
    inspection: Mapping[str, Any] | None = None
    journal: JournalPosition | None = None

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
        values = {"format": FORMAT, **msgspec.to_builtins(self)}
        del values["version"]  # is the name of its folder
        for name in ("base_url", "inputs", "inspection", "journal"):
            if values[name] in ("", None):
                del values[name]
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
            Settings.from_mapping(values["given"])  # refuses what is not a setting
            if set(values["files"]) != file_names(settings):
                raise refusal(path, "its manifest does not name the files of an artefact")
            return msgspec.convert({**values, "version": version, "settings": settings}, cls)
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


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
