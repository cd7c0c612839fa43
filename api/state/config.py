"""`Config`: the server's settings; each is an environment variable, RECOMMENDER_ and the name in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self, TypeAlias

import msgspec
from msgspec import Meta

from api.state.request_counter import RequestCounter
from recommender.articles import ENTRY_FIELDS
from recommender.errors import SettingsError
from recommender.settings import Published, annotations_of, check_setting

PREFIX = "RECOMMENDER_"
_YEAR = 31_536_000  # seconds

_Path: TypeAlias = Annotated[Path, Meta(description="a path")]
_OptionalPath: TypeAlias = Annotated[Path | None, Meta(description="a path")]
_Text: TypeAlias = Annotated[str, Meta(description="a text")]
_OptionalText: TypeAlias = Annotated[str | None, Meta(description="a text")]
_Switch: TypeAlias = Annotated[bool, Meta(description="true or false")]
_Count: TypeAlias = Annotated[int, Meta(ge=0, le=_YEAR, description=f"a whole number from 0 to {_YEAR}")]
_Threads: TypeAlias = Annotated[int, Meta(ge=1, le=64, description="a whole number from 1 to 64")]
_Origin: TypeAlias = Annotated[
    str, Meta(pattern=r"^(\*|https?://[^/*\s]+)$", description="origins such as https://www.site.example, or *")
]
_Field: TypeAlias = Annotated[
    str, Meta(pattern=f"^({'|'.join(ENTRY_FIELDS)})$", description=f"names of {', '.join(ENTRY_FIELDS)}")
]
_Fields: TypeAlias = Annotated[tuple[str, ...], Meta(description="fields of entries")]
_Origins: TypeAlias = Annotated[tuple[str, ...], Meta(description="origins")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of an application, validated on construction."""

    models: _Path = Path("models")
    """Folder of the trained models."""
    store: _OptionalText = field(default=None, repr=False)
    """URL where `recommender load` put answers, such as `redis://HOST:6379/0`; no model is loaded then."""
    edit: _OptionalPath = None
    """Folder of the corpus whose files the explorer may edit; only this machine is served then."""
    token: _Text = field(default="", repr=False)
    """Token for posting and withdrawing articles, sent as `Authorization: Bearer …`; without one nobody can."""
    published: Annotated[Published, Meta(description="any or only")] = "any"
    """`only` keeps articles with `published: false` out of every list, whatever a request asks for."""
    fields: _Fields = ()
    """Fields of each entry, separated by commas, if a request names none; by default the whole entry."""
    max_age: _Count = 60
    """Seconds for which a browser or proxy may reuse an answer without asking."""
    stale_while_revalidate: _Count = 600
    """Further seconds during which it may reuse the answer while revalidating it."""
    compression: _Switch = True
    """Whether answers are compressed; set `false` if a proxy in front does so."""
    cors_origins: _Origins = ()
    """Origins whose pages may send requests, separated by commas, or `*`; by default none."""
    rate_limit: _OptionalText = None
    """Maximum rate of requests of one client, such as `100/minute`; by default no limit. Needs the extra `ratelimit`.

    Several limits are separated by semicolons."""
    rate_limit_storage: _Text = "memory://"
    """Storage of the counts; `redis://HOST:6379` counts the requests of all workers together."""
    trusted_proxies: _Count = 0
    """Number of proxies in front whose X-Forwarded-For is trusted."""
    threads: _Threads = 2
    """Number of requests that a worker computes at a time; plain look-ups by ID are answered besides."""
    access_log: _Switch = True
    """Whether each request is logged on standard output, as one JSON object per line."""

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SettingsError: a setting has an invalid value; the error says which values are allowed.
        """
        for name, annotation in annotations_of(Config).items():
            check_setting(PREFIX + name.upper(), getattr(self, name), annotation)
        for name in self.fields:
            check_setting(f"{PREFIX}FIELDS", name, _Field)
        for origin in self.cors_origins:
            check_setting(f"{PREFIX}CORS_ORIGINS", origin, _Origin)
        if self.rate_limit:
            RequestCounter(self.rate_limit, self.rate_limit_storage)
        # A store has the lists as exported, whose entries do not say whether their articles are published.
        if self.store is not None and self.published != "any":
            raise SettingsError(f"{PREFIX}PUBLISHED is {self.published!r}; it must be any where a store answers")
        if self.store is not None and self.fields:
            raise SettingsError(f"{PREFIX}FIELDS is set where a store answers; export with --fields instead")

    @property
    def shares_rate_limit(self) -> bool:
        """Whether the rate limit involves a request to a storage for each look-up."""
        return bool(self.rate_limit) and not self.rate_limit_storage.startswith("memory:")

    @classmethod
    def of(cls, environment: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Self:
        """The settings of an environment; `overrides`, by their names in capitals, take precedence.

        Raises:
            SettingsError: a setting has an invalid value.
        """
        values: dict[str, Any] = {}
        for name, annotation in annotations_of(Config).items():
            text = environment.get(PREFIX + name.upper(), "").strip()
            if text:
                values[name] = _read(text, annotation)
            if overrides and name.upper() in overrides:
                value = overrides[name.upper()]
                values[name] = _read(value, annotation) if isinstance(value, str) else value
        return cls(**values)


def _read(text: str, annotation: Any) -> object:
    """Convert a text to an annotated type; if impossible, return the text itself, for the check's error to quote."""
    if annotation is _Fields:
        return tuple(part.strip() for part in text.split(","))
    if annotation is _Origins:
        # As browsers send them.
        return tuple(part.strip().rstrip("/").lower() for part in text.split(",") if part.strip())
    try:
        return msgspec.convert(text, annotation, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError:
        return text
