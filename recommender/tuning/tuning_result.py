"""The result of tuning: settings, term factors, the links they were learnt from, and the expected gain."""

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
        settings: the defaults, unless others are reliably better.
        lists, links: how many were used for training.
        since: lists from this date on were kept for evaluation.
        changed: the learnt settings that differ from the corpus's defaults, with their values.
        gain: gain in nDCG@10 over the defaults on the newest lists, of settings learnt from the older ones; if it is
            negative, the defaults are kept.
        evidence: the kind of links used for training.
        rhythm: of the site, if nothing else sets the time decay; links are learnt from after it is applied.
        precision: the share of correct suggestions that the minimum score was set for, if requested.
        term_factors: factors of term weights, by field and term.
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
        """The result in one sentence."""
        if self.precision is None:
            return self._learnt()
        floor = f"left out below a score of {self.settings.min_score:.3f}: fewer than {self.precision:.0%} are correct"
        return f"{self._learnt()}; {floor}"

    def _learnt(self) -> str:
        if not self.settings.learn:
            return "nothing learnt: the settings say so"
        if self.lists < MIN_LISTS:
            kind = "curated lists" if self.evidence == "curated" else "dated texts with links"
            few = f"{self.lists} {kind}, and at least {MIN_LISTS} are needed to tell a gain from chance"
            if self.rhythm is None:
                return f"nothing learnt: {few}; the defaults are used"
            return f"learnt from the site's rhythm: {self.rhythm}; nothing else: {few}"
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
        rhythm = "" if self.rhythm is None else f"from the site's rhythm: {self.rhythm}; "
        if not learnt:
            lost = f", settings learnt from older lists lose {-self.gain:.3f} nDCG@10 on the newest" * (self.gain < 0)
            return f"{rhythm}the defaults are kept: {source}{lost or ', nothing is better'}"
        gain = f"gain over the defaults on the newest lists {self.gain:+.3f} nDCG@10"
        return f"{rhythm}learnt {source}: {', '.join(learnt)}; {gain}"
