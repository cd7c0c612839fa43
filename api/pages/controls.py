"""Controls: settings that an editor tries in the explorer, and the trained ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import yaml
from msgspec import UNSET

from api.http import TrialSettings, WrongRequestError
from recommender import Recommender

_STEPS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 365.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """Settings being tried, and the trained ones.

    Attributes:
        half_life_days: 0 ignores dates.
        trained: the trained values of these settings, by name.
        weighable: whether the title's share can differ from the trained one.
    """

    half_life_days: float
    title_weight: float
    min_score: float
    limit: int
    trained: Mapping[str, float]
    weighable: bool

    @classmethod
    def of(cls, recommender: Recommender, asked: TrialSettings) -> Self:
        """The settings in a request; the trained ones by default.

        Raises:
            WrongRequestError: the title's share can't differ from the trained one.
        """
        settings = recommender.settings
        weighable = 0 < settings.title_weight < 1
        if not weighable and asked.title_weight not in {UNSET, settings.title_weight}:
            allowed = f"{settings.title_weight:g}: the model was trained with this weight, so one field has no share"
            raise WrongRequestError(
                f"title_weight is {asked.title_weight:g}; it must be {allowed}",
                parameter="title_weight",
                allowed=allowed,
            )
        trained: dict[str, Any] = {
            "half_life_days": settings.half_life_days or 0.0,
            "title_weight": settings.title_weight,
            "min_score": settings.min_score,
            "limit": settings.limit,
        }
        return cls(**(trained | _given(asked)), trained=trained, weighable=weighable)

    @staticmethod
    def tried(asked: TrialSettings) -> dict[str, str]:
        """The settings in a request, as parameters of an address."""
        return {name: f"{value:g}" for name, value in _given(asked).items()}

    @property
    def steps(self) -> tuple[float, ...]:
        """The slider's half-lives, in days; 0, at its end, ignores dates."""
        own = filter(None, (self.trained["half_life_days"], self.half_life_days))
        return (*sorted({*_STEPS, *own}), 0.0)

    @property
    def step(self) -> int:
        """The slider's position: an index into `steps`."""
        return self.steps.index(self.half_life_days)

    @property
    def changed(self) -> dict[str, str]:
        """The settings that differ from the trained ones, as parameters of an address."""
        now = {name: f"{getattr(self, name):g}" for name in self.trained}
        return {name: text for name, text in now.items() if text != f"{self.trained[name]:g}"}

    @property
    def overrides(self) -> dict[str, float | None]:
        """The same as values of `Settings`."""
        values = {name: getattr(self, name) for name in self.changed}
        return {name: value if value or name != "half_life_days" else None for name, value in values.items()}

    @property
    def yaml(self) -> str:
        """The same as a file for `recommender train --settings`; empty if none differ."""
        return yaml.safe_dump(self.overrides, sort_keys=False) if self.changed else ""

    def applied_to(self, recommender: Recommender) -> Recommender:
        """The recommender with these settings; the trained one, with its precomputed lists, if none differ."""
        if not self.changed.keys() - {"limit"}:
            return recommender
        return recommender.with_settings(
            half_life_days=self.half_life_days or None, title_weight=self.title_weight, min_score=self.min_score
        )


def _given(asked: TrialSettings) -> dict[str, Any]:
    values = {name: getattr(asked, name) for name in TrialSettings.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}
