"""Config: every setting of the web side; each is an environment variable, RECOMMENDER_ and the name in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, get_args

from recommender.errors import SettingsError
from recommender.settings import Published

PREFIX = "RECOMMENDER_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the application goes by beside its model."""

    models: Path = Path("models")
    """Folder of the trained models."""
    store: str | None = field(default=None, repr=False)
    """Where `recommender load` put answers, such as `redis://HOST:6379/0`; then no model is loaded."""
    token: str = field(default="", repr=False)
    """What posting and withdrawing articles needs, as `Authorization: Bearer …`; without one nobody can."""
    published: Published = "any"
    """`only` keeps articles that say `published: false` out of every list, whatever a request asks for."""
    max_age: int = 60
    """Seconds that a browser or proxy may give an answer again without asking."""
    stale_while_revalidate: int = 600
    """Seconds after those in which it may still give it while it asks."""
    compression: bool = True
    """Whether answers are compressed; `false` where a proxy in front does so."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may ask, with commas between them, or `*`; none may by default."""
    rate_limit: str | None = None
    """What one client may ask of a worker, such as `100/minute`; no limit by default. Needs the extra `ratelimit`."""
    rate_limit_storage: str = "memory://"
    """Where requests are counted; `redis://HOST:6379` makes one count of all workers."""
    trusted_proxies: int = 0
    """Proxies in front whose X-Forwarded-For is believed."""
    access_log: bool = True
    """Whether each request is logged on standard output, one JSON object a line."""

    def __post_init__(self) -> None:
        """Check every field once.

        Raises:
            SettingsError: naming the setting, its value and what it may be.
        """
        _check("published", self.published, self.published in get_args(Published), "any or only")
        # What was exported is what there is: an entry does not tell whether its article is published.
        _check("published", self.published, self.store is None or self.published == "any", "any where a store answers")
        for name in ("max_age", "stale_while_revalidate", "trusted_proxies"):
            value = getattr(self, name)
            _check(name, value, 0 <= value <= 31_536_000, "a whole number from 0 to 31536000")
        for origin in self.cors_origins:
            whole = origin == "*" or (origin.startswith(("http://", "https://")) and origin.count("/") == 2)
            _check("cors_origins", origin, whole, "origins such as https://www.site.example, or *")

    @classmethod
    def of(cls, environment: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Self:
        """The settings of an environment, with others by their names in capitals in their place.

        Raises:
            SettingsError: a variable holds what its setting may not be.
        """
        values: dict[str, Any] = {}
        for own in fields(cls):
            name = own.name.upper()
            text = environment.get(PREFIX + name, "").strip()
            if text:
                values[own.name] = _read(name, text, str(own.type))
            if overrides and name in overrides:
                value = overrides[name]
                values[own.name] = Path(value) if value is not None and own.type.startswith("Path") else value
        return cls(**values)

    @classmethod
    def names(cls) -> frozenset[str]:
        """The settings' names in capitals."""
        return frozenset(own.name.upper() for own in fields(cls))


def _read(name: str, text: str, kind: str) -> object:
    if kind == "bool":
        _check(name, text, text.lower() in ("true", "false"), "true or false")
        return text.lower() == "true"
    if kind == "int":
        _check(name, text, text.isascii() and text.isdigit() and len(text) < 10, "a whole number")
        return int(text)
    if kind.startswith("Path"):
        return Path(text)
    if kind.startswith("tuple"):
        return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    return text


def _check(name: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"{PREFIX}{name.upper()} is {value!r}; it must be {allowed}")
