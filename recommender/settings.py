"""Every knob of the program, with its unit, its default and the reason for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self, get_args

import yaml

from recommender.errors import SettingsError

Terms = Literal["ngrams", "stems", "words"]
Published = Literal["any", "only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What training and look-ups go by; `replace` and `from_mapping` override some and keep the rest."""

    # --- what a text is made of
    title_terms: Terms = "ngrams"
    """Titles are short and inflected: n-grams of characters meet where whole words miss."""
    title_ngrams: tuple[int, int] = (3, 3)
    """Least and greatest length, in characters, of an n-gram within a word of a title."""
    excerpt_terms: Terms = "ngrams"
    """As good as stems and n-grams together, and in need of no language; `stems` is four times lighter."""
    excerpt_ngrams: tuple[int, int] = (4, 4)
    """The same lengths for the excerpt, which is long enough for rarer ones."""
    excerpt_holds_title: bool = True
    """The excerpt's field holds the title's words too: what one article's title says, another's excerpt may."""
    unspaced_ngrams: tuple[int, int] = (2, 3)
    """The lengths for scripts that put no spaces between words (Chinese, Japanese, Thai …), in every field."""
    idf_power: float = 0.75
    """IDF to this power weighs a term, 0 to 2: in short texts common words tell more than IDF alone allows."""

    # --- how two articles are compared
    title_weight: float = 0.5
    """The title's share of the similarity, 0 to 1; the excerpt's field has the rest."""
    half_life_days: float | None = 7.0
    """Days apart that halve a score; `None` leaves time out. News fades within weeks."""
    newer_stretch: float = 1.5
    """The half-life is so many times as long towards newer candidates: editors follow a story forwards."""
    older_weight: float = 1.0
    """What a score is multiplied by where the candidate is the older one, 0 to 1."""
    hub_exponent: float = 0.4
    """How far articles that are near to everything step back, 0 (not at all) to 1."""

    learn: bool = True
    """Whether `train` learns from curated links what of the above is better otherwise."""

    # --- what is suggested
    limit: int = 10
    """Entries in a list when the caller names no number."""
    min_score: float = 0.0
    """Suggestions that score less are left out, 0 to 1; whatever shares no term is left out always."""
    published: Published = "any"
    """`only` never suggests articles that say `published: false`; on some sites most of them do."""

    def __post_init__(self) -> None:
        """Check every field once.

        Raises:
            SettingsError: naming the field, its value and what it may be.
        """
        for name in ("title_terms", "excerpt_terms"):
            _check(self, name, getattr(self, name) in get_args(Terms), f"one of {', '.join(get_args(Terms))}")
        _check(self, "published", self.published in get_args(Published), "any or only")
        for name in ("title_ngrams", "excerpt_ngrams", "unspaced_ngrams"):
            _check(self, name, _is_range(getattr(self, name)), "two whole numbers from 1 to 8, the smaller first")
        for name in ("title_weight", "older_weight", "hub_exponent", "min_score"):
            _check(
                self, name, _is_number(getattr(self, name)) and 0 <= getattr(self, name) <= 1, "a number from 0 to 1"
            )
        for name in ("excerpt_holds_title", "learn"):
            _check(self, name, isinstance(getattr(self, name), bool), "true or false")
        power, stretch = self.idf_power, self.newer_stretch
        _check(self, "idf_power", _is_number(power) and 0 <= power <= 2, "a number from 0 to 2")
        _check(self, "newer_stretch", _is_number(stretch) and 0 < stretch <= 100, "a number above 0, at most 100")
        half_life = self.half_life_days
        _check(
            self, "half_life_days", half_life is None or (_is_number(half_life) and half_life > 0), "above 0, or null"
        )
        _check(self, "limit", type(self.limit) is int and 1 <= self.limit <= 1000, "a whole number from 1 to 1000")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], *, base: Self | None = None) -> Self:
        """Override some fields of `base` (the defaults, if none is given) and keep the rest.

        Raises:
            SettingsError: a name that is no setting, or a value out of its range.
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise SettingsError(f"{name!r} is no setting; there are {', '.join(known)}")
        pairs = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        return cls(**{**asdict(base or cls()), **pairs})

    def to_mapping(self) -> dict[str, Any]:
        """The settings as plain values, such as JSON and `from_mapping` take."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def _check(settings: Settings, name: str, holds: bool, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"{name} is {getattr(settings, name)!r}; it must be {allowed}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_range(value: object) -> bool:
    if not (isinstance(value, tuple) and len(value) == 2 and all(type(end) is int for end in value)):
        return False
    least, greatest = value
    return bool(1 <= least <= greatest <= 8)


def read_overrides(path: Path) -> dict[str, Any]:
    """Read the settings that a YAML file overrides, one `name: value` a line, checked.

    Raises:
        SettingsError: the file can't be read, is not YAML, or holds what is no setting.
    """
    try:
        values = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: the settings can't be read: {error}") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: settings are `name: value` lines")
    overrides = {str(name): value for name, value in values.items()}
    try:
        Settings.from_mapping(overrides)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error
    return overrides
