"""What tuning found, from how many links, and with what expected gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recommender.settings import Settings
from recommender.tuning.rhythm import Rhythm
from recommender.tuning.split import MIN_LISTS, Evidence
from recommender.tuning.term_weights import TermFactors


@dataclass(frozen=True, slots=True)
class TuningResult:
    """The settings and term factors to train with.

    Attributes:
        settings: the defaults, where nothing better is certain.
        lists, links: how many were learnt from.
        since: lists from this date on were kept for the evaluation.
        changed: the settings that were learnt and differ from the corpus's defaults, with their value.
        gain: nDCG@10 above that of the defaults, on the newest lists, of what the others teach; negative where the
            defaults are kept because of it.
        evidence: which links were learnt from.
        rhythm: of the site, where nothing else says how time counts; it comes before what links teach.
        precision: the share of right suggestions that the minimum score was set for, if one was asked for.
        term_factors: what to multiply a term's weight by, by field and term.
    """

    settings: Settings
    lists: int = 0
    links: int = 0
    since: str | None = None
    changed: Mapping[str, Any] = field(default_factory=dict)
    gain: float = 0.0
    evidence: Evidence = "curated"
    precision: float | None = None
    term_factors: TermFactors = field(default_factory=dict)
    rhythm: Rhythm | None = None

    def summary(self) -> str:
        """The result in a sentence."""
        if self.precision is None:
            return self._learnt()
        floor = f"below a score of {self.settings.min_score:.3f} fewer than {self.precision:.0%} are right: left out"
        return f"{self._learnt()}; {floor}"

    def _learnt(self) -> str:
        if not self.settings.learn:
            return "nothing learnt: the settings say so"
        if self.lists < MIN_LISTS:
            kind = "curated lists" if self.evidence == "curated" else "texts with links"
            few = f"{self.lists} {kind}, and at least {MIN_LISTS} are needed to tell a gain from chance"
            if self.rhythm is None:
                return f"nothing learnt: {few}; the defaults are used"
            return f"learnt from the site's rhythm: {self._rhythm()}; nothing else: {few}"
        lists = "lists" if self.evidence == "curated" else "texts"
        source = f"from {self.links:,} links in {self.lists:,} {lists}" + (
            f" before {self.since}" if self.since else ""
        )
        learnt = [
            f"{name} {'none' if value is None else value}"
            for name, value in self.changed.items()
            if value != getattr(self.rhythm, name, None)
        ]
        terms = sum(len(factors) for factors in self.term_factors.values())
        if terms:
            learnt.append(f"the weights of {terms:,} terms")
        rhythm = "" if self.rhythm is None else f"from the site's rhythm: {self._rhythm()}; "
        if not learnt:
            lost = f", what the older lists teach loses {-self.gain:.3f} nDCG@10 on the newest" if self.gain < 0 else ""
            return f"{rhythm}the defaults are kept: {source}{lost or ', nothing is better'}"
        gain = f"gain over the defaults on the newest lists {self.gain:+.3f} nDCG@10"
        return f"{rhythm}learnt {source}: {', '.join(learnt)}; {gain}"

    def _rhythm(self) -> str:
        if self.rhythm is None:
            return ""
        return (
            f"half_life_days {self.rhythm.half_life_days:g}, evergreen {self.rhythm.evergreen:g} (articles that are "
            f"alike lie {self.rhythm.contrast:g} times as often near in time as far away)"
        )
