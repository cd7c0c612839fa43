"""The settings in force, and where each comes from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from recommender.settings import Settings

Origin: TypeAlias = Literal["given", "learnt in training", "chosen for this corpus", "of random pairs", "default"]

_SHOWN = (
    *("title_weight", "text_weight", "half_life_days", "evergreen", "window_days", "other_provider"),
    *("language", "published", "copies", "series", "min_similarity", "min_score"),
)


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting, its value, and where the value comes from."""

    name: str
    value: float | str | None
    origin: Origin


def settings_in_force(
    settings: Settings, *, chosen: Settings, given: Collection[str] = ()
) -> tuple[SettingInForce, ...]:
    """The settings that affect lists, with the origin of each value.

    Args:
        settings: the settings in force.
        chosen: the corpus's default settings, before tuning.
        given: the names of the settings set by the user.
    """
    default = Settings()

    def origin(name: str) -> Origin:
        if name in given:
            return "given"
        if getattr(settings, name) != getattr(chosen, name):
            return "of random pairs" if name == "min_similarity" else "learnt in training"
        return "default" if getattr(settings, name) == getattr(default, name) else "chosen for this corpus"

    return tuple(SettingInForce(name, getattr(settings, name), origin(name)) for name in _SHOWN)
