"""`Inspection`: what a corpus holds, how it was read, and what is in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import msgspec

from recommender.inspection.settings_in_force import SettingInForce, settings_in_force
from recommender.inspection.tally import Tally
from recommender.settings import Settings

_MOST_PROBLEMS = 20  # that are kept with a model


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many curated lists have a key and a shape."""

    key: str
    shape: str
    count: int


@dataclass(frozen=True, slots=True)
class FieldShares:
    """The share of each field in the similarity, 0 to 1; together they are 1."""

    title: float
    excerpt: float
    text: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The shares under some settings."""
        rest = 1 - settings.title_weight
        text = rest * settings.text_weight
        return cls(round(settings.title_weight, 4), round(rest - text, 4), round(text, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a corpus holds, as plain values.

    Attributes:
        site: the kind of site, and `reason` why the corpus is taken for one; empty where it was not read from files.
        address_hint: where only the site's code tells addresses, the option that would say them.
        articles: those that have a file or a line; `linked_only` are known only from others' lists.
        dated, excerpted, summarised, with_text, with_topics, addressed: how many of them have a date, a given excerpt,
            one taken from the text, a text, topics, an address; `wordless` have neither excerpt nor text.
        languages: how many are of each language, the most frequent first; the others' is unknown.
        guessed_languages: how many of up to 500 articles without a language seem to be in each.
        hidden: how many are never suggested at this moment, by the reason.
        busiest_day: the most articles that have one day as their date.
        repeated_excerpt: how many articles have the most frequent excerpt, where it is several.
        passed_over: files that are no articles; `problems`, what was skipped or read with a doubt, and
            `further_problems` how many there are besides.
        lists: curated lists by key and shape, the most frequent first; `links`, all links in them.
        written_lists: lists that this program wrote, which don't count.
        text_links: links between articles in their texts; `linking_texts`, the articles that have some.
        fields, settings: what is in force.
        shortcomings: what will disappoint the owner, each a sentence or two with a cure.
    """

    site: str = ""
    reason: str = ""
    address_hint: str = ""
    articles: int = 0
    linked_only: int = 0
    dated: int = 0
    excerpted: int = 0
    summarised: int = 0
    with_text: int = 0
    with_topics: int = 0
    addressed: int = 0
    wordless: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    guessed_languages: Mapping[str, int] = field(default_factory=dict)
    hidden: Mapping[str, int] = field(default_factory=dict)
    busiest_day: int = 0
    repeated_excerpt: Tally | None = None
    passed_over: tuple[Tally, ...] = ()
    problems: tuple[Tally, ...] = ()
    further_problems: int = 0
    lists: tuple[ListCount, ...] = ()
    links: int = 0
    written_lists: int = 0
    text_links: int = 0
    linking_texts: int = 0
    fields: FieldShares = field(default_factory=lambda: FieldShares.of(Settings()))
    settings: tuple[SettingInForce, ...] = ()
    shortcomings: tuple[str, ...] = ()

    def with_settings(self, settings: Settings, *, chosen: Settings, given: Collection[str] = ()) -> Self:
        """The same corpus under other settings; see `settings_in_force`."""
        in_force = settings_in_force(settings, chosen=chosen, given=given)
        return replace(self, fields=FieldShares.of(settings), settings=in_force)

    def abridged(self) -> Self:
        """The inspection with the first twenty problems."""
        further = sum(tally.count for tally in self.problems[_MOST_PROBLEMS:])
        return replace(self, problems=self.problems[:_MOST_PROBLEMS], further_problems=self.further_problems + further)

    def without_names(self) -> Self:
        """The inspection without what names files or quotes them, for those who may not know of every article."""
        passed_over = tuple(replace(tally, example="") for tally in self.passed_over)
        further = self.further_problems + sum(tally.count for tally in self.problems)
        return replace(self, passed_over=passed_over, problems=(), further_problems=further, shortcomings=())

    def to_mapping(self) -> dict[str, Any]:
        """The inspection as plain values, for JSON and `from_mapping`."""
        values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return values

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """The inspection that `to_mapping` gave.

        Raises:
            msgspec.ValidationError: it holds something else.
        """
        return msgspec.convert(values, cls)
