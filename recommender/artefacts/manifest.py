"""What an artefact says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Self

from recommender.artefacts.model_files import NAMES
from recommender.errors import ArtefactError, SettingsError
from recommender.settings import Settings

FORMAT = 5
MANIFEST = "manifest.json"
_SEAL = "seal"  # of the manifest: sha256 of all else in it
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "PyStemmer", "regex")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artefact says of itself.

    Attributes:
        version: the name of its folder; later ones sort after earlier ones.
        given: the settings that the user fixed; a later training goes by them again.
        precision: what the least score was set by, likewise.
        learnt: what links have taught, in a sentence.
        corpus: the fingerprint of the corpus it was trained on.
        counts: articles, files, links, terms.
        files: sha256 of every file, as hex, by name.
    """

    version: str
    created: str
    settings: Settings
    given: Mapping[str, Any]
    precision: float | None
    learnt: str
    corpus: str
    counts: dict[str, int]
    libraries: dict[str, str]
    files: dict[str, str]

    def to_json(self) -> bytes:
        """For a file, under a seal of its own."""
        values = {
            "format": FORMAT,
            "created": self.created,
            "settings": self.settings.to_mapping(),
            "given": dict(self.given),
            "precision": self.precision,
            "learnt": self.learnt,
            "corpus": self.corpus,
            "counts": self.counts,
            "libraries": self.libraries,
            "files": self.files,
        }
        values = json.loads(_json(values))  # as it will be read
        text = json.dumps({**values, _SEAL: hashlib.sha256(_json(values)).hexdigest()}, indent=2)
        return text.encode() + b"\n"

    @classmethod
    def from_json(cls, text: bytes, *, version: str, place: str | Path) -> Self:
        """What `to_json` gave, at some place.

        Raises:
            ArtefactError: it is damaged, or of another format.
        """
        try:
            values = json.loads(text)
            seal = values.pop(_SEAL, None)
            if values["format"] != FORMAT:
                raise refused(place, f"it is of format {values['format']!r}, this program reads {FORMAT}")
            if seal != hashlib.sha256(_json(values)).hexdigest():
                raise refused(place, "its manifest is damaged: it is not the one that was published")
            if set(values["files"]) != NAMES:
                raise refused(place, "its manifest does not name the files of an artefact")
            return cls(
                version=version,
                created=str(values["created"]),
                settings=Settings.from_mapping(values["settings"]),
                given=_settings(values["given"]),
                precision=None if values["precision"] is None else float(values["precision"]),
                learnt=str(values["learnt"]),
                corpus=str(values["corpus"]),
                counts={str(name): int(count) for name, count in values["counts"].items()},
                libraries={str(name): str(number) for name, number in values["libraries"].items()},
                files={str(name): str(digest) for name, digest in values["files"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError, SettingsError, RecursionError) as error:
            raise refused(place, f"{MANIFEST} can't be read ({error})") from error


def manifest_of(
    digests: Mapping[str, str],
    *,
    settings: Settings,
    given: Mapping[str, Any],
    precision: float | None,
    learnt: str,
    corpus: str,
    counts: Mapping[str, int],
) -> Manifest:
    """The manifest of files whose sha256, as hex, are given by name, ascending; it names the version that they are."""
    now = datetime.now(UTC)
    content = hashlib.sha256(_json(digests)).hexdigest()[:8]
    return Manifest(
        version=version_at(now, content),
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        settings=settings,
        given=given,
        precision=precision,
        learnt=learnt,
        corpus=corpus,
        counts=dict(counts),
        libraries={name: installed_version(name) for name in _LIBRARIES},
        files=dict(digests),
    )


def version_at(moment: datetime, content: str) -> str:
    """The name of a version that was made at a moment in UTC; `content` tells it from others of that moment."""
    return f"{moment:%Y%m%dT%H%M%S.%fZ}-{content}"


def refused(place: str | Path, reason: str) -> ArtefactError:
    """The error that tells why an artefact is not used."""
    return ArtefactError(
        f"{place}: refused: {reason}; run `recommender train CORPUS`, or go back with `recommender models use VERSION`"
    )


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides of settings, checked."""
    Settings.from_mapping(values)
    return dict(values)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
