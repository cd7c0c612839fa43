"""`Inspection`: the contents of a corpus, how they were read, and the settings in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import msgspec

from recommender.inspection.settings_in_force import SettingInForce, settings_in_force
from recommender.inspection.tally import Tally
from recommender.settings import Settings

_MOST_PROBLEMS = 20  # maximum number stored with a model


@dataclass(frozen=True, slots=True)
class ListCount:
    """The number of curated lists with a certain key and shape."""

    key: str
    shape: str
    count: int


@dataclass(frozen=True, slots=True)
class FieldShares:
    """The share of each field in the similarity, 0 to 1; they add up to 1."""

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
    """The contents of a corpus, as plain values.

    Attributes:
        site: the kind of site, and `reason`, why it was recognised; empty for a corpus not read from files.
        address_hint: if only the site's code defines its addresses, the option that would set them.
        articles: number of articles with a file or a line; `linked_only`, of those known only from others' lists.
        dated, excerpted, summarised, with_text, with_topics, addressed: number of articles with a date, an excerpt of
            their own, one taken from the text, a text, topics, an address; `wordless`: with neither excerpt nor text.
        languages: number of articles that declare each language, the most frequent first.
        guessed_languages: number of articles, among up to 500 without a language, that seem to be in each.
        hidden: number of articles that are never suggested at this moment, by reason.
        busiest_day: the highest number of articles with the same day as their date.
        repeated_excerpt: the most frequent excerpt, if several articles have it.
        passed_over: skipped files; `problems`: files skipped or read with doubts; `further_problems`: the number of
            problems not listed.
        lists: curated lists by key and shape, the most frequent first; `links`: the number of links in them.
        written_lists: number of lists that this program wrote, which are not curated.
        text_links: number of links between articles in their texts; `linking_texts`: of articles that have any.
        fields, settings: the settings in force.
        shortcomings: one or two sentences each, with a cure.
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
        """The inspection without names and quotations of files, for people who may not know of every article."""
        passed_over = tuple(replace(tally, example="") for tally in self.passed_over)
        further = self.further_problems + sum(tally.count for tally in self.problems)
        return replace(self, passed_over=passed_over, problems=(), further_problems=further, shortcomings=())

    def to_mapping(self) -> dict[str, Any]:
        """The inspection as plain values, for JSON and `from_mapping`."""
        return msgspec.json.decode(msgspec.json.encode(self), type=dict[str, Any])

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """The reverse of `to_mapping`.

        Raises:
            msgspec.ValidationError: the values are invalid.
        """
        return msgspec.convert(values, cls)
