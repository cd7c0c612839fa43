"""An evaluation to be read: as text for a terminal, and as one HTML page with plots."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib import resources
from itertools import groupby
from math import inf
from textwrap import wrap

from jinja2 import Environment, StrictUndefined

from recommender.evaluation.baselines import PLAIN
from recommender.evaluation.evaluation import OURS, Comparison, Evaluation, Figure, Group, System
from recommender.evaluation.plots import FEW, group_plot, intervals_plot
from recommender.evaluation.trec import DEPTH, MAIN, MEASURES
from recommender.evaluation.width import columns_of, cut

_COLUMNS = 100
_MOST_SUGGESTED_IN_TEXT = 3
_LOST_IN_TEXT = 10


def as_text(evaluation: Evaluation) -> str:
    """The result as tables for a terminal, at most a hundred columns wide but for long names and IDs."""
    sections = [
        _head(evaluation),
        _table(_system_rows(f"lists of at most {evaluation.max_links}", _ranked(evaluation.systems))),
        _table(_comparison_rows(_closest_first(evaluation.comparisons))),
        _table(_system_rows(f"lists of any length ({evaluation.all_queries:,})", evaluation.all_lists)),
        _table(_group_rows(evaluation.groups)),
        [f"{evaluation.missed_links:,} of {evaluation.links:,} links are not among the first {DEPTH}."],
        _spread_lines(evaluation),
        _lost_lines(evaluation),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def as_html(evaluation: Evaluation) -> str:
    """The result as one page: no script, nothing from another host, and the same bytes for the same evaluation.

    Raises:
        RecommenderError: matplotlib is missing.
    """
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    forms = {"decimal": _decimal, "signed": _signed, "percent": _percent, "chance": _chance, "times": _times}
    environment.globals.update(forms, number="{:,}".format)
    template = resources.files("recommender.evaluation").joinpath("report.html").read_text("utf-8")
    kinds = _by_kind(evaluation.groups)
    ranked, comparisons = _ranked(evaluation.systems), _closest_first(evaluation.comparisons)
    return environment.from_string(template).render(
        e=evaluation,
        depth=DEPTH,
        main=MAIN,
        measures=list(MEASURES),
        plain=_named(evaluation.systems, PLAIN),
        against_plain=next((against for against in comparisons if against.baseline == PLAIN), None),
        ranked=ranked,
        comparisons=comparisons,
        verdict=_verdict(comparisons),
        since=_day(evaluation.since),
        found=evaluation.links - evaluation.missed_links,
        systems_plot=intervals_plot(f"{MAIN} of every way", {s.name: s.figures[MAIN] for s in ranked}, _decimal),
        differences_plot=intervals_plot(
            f"{MAIN} of {OURS} less that of each baseline", {c.baseline: c.difference for c in comparisons}, _signed
        ),
        kinds=kinds,
        group_plots={kind: group_plot(kind, groups) for kind, groups in kinds.items() if len(groups) > 1},
        few=FEW,
        settings={name: json.dumps(value, ensure_ascii=False) for name, value in evaluation.settings.items()},
    )


# --- what both say


def _ranked(systems: Sequence[System]) -> list[System]:
    return [*systems[:1], *sorted(systems[1:], key=lambda system: -system.figures[MAIN].mean)]


def _closest_first(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """In the order of `_ranked`: the strongest baseline leads."""
    return sorted(comparisons, key=lambda comparison: comparison.difference.mean)


def _named(systems: Iterable[System], name: str) -> System | None:
    return next((system for system in systems if system.name == name), None)


def _by_kind(groups: Iterable[Group]) -> dict[str, list[Group]]:
    return {kind: list(members) for kind, members in groupby(groups, key=lambda group: group.kind)}


def _decimal(value: float) -> str:
    return f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _chance(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _times(ratio: float) -> str:
    return "∞" if ratio == inf else f"{ratio:,.{2 if ratio < 10 else 0}f}×"


def _day(moment: str | None) -> str | None:
    if moment is None:
        return None
    date = datetime.fromisoformat(moment)
    return f"{date.day} {date:%B %Y}"


def _verdict(comparisons: Sequence[Comparison]) -> str:
    """Whom this program beats beyond chance, at a p of 0.05."""
    sure = [against for against in comparisons if against.p_value < 0.05]
    better = [against.baseline for against in sure if against.difference.mean > 0]
    worse = [against.baseline for against in sure if against.difference.mean < 0]
    level = [against.baseline for against in comparisons if against not in sure]
    parts = [
        f"{words} {_listed(names)}"
        for words, names in (("better than", better), ("worse than", worse), ("not to be told apart from", level))
        if names
    ]
    return f"Beyond chance it is {'; '.join(parts)}." if parts else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# --- text


def _head(evaluation: Evaluation) -> list[str]:
    since = f" since {_day(evaluation.since)}" if evaluation.since else ""
    head = (
        f"{evaluation.corpus}: {evaluation.queries:,} lists of at most {evaluation.max_links} links{since}, "
        f"{evaluation.links:,} links, {evaluation.candidates:,} candidates"
    )
    return [*wrap(head, _COLUMNS), *wrap(evaluation.learnt, _COLUMNS)]


def _system_rows(title: str, systems: Iterable[System]) -> list[list[str]]:
    others = [name for name in MEASURES if name != MAIN]
    rows = [[title, f"{MAIN} [95 % interval]", *others, "coverage"]]
    for system in systems:
        figures = [_decimal(system.figures[name].mean) for name in others]
        rows.append([system.name, _interval(system.figures[MAIN], _decimal), *figures, _percent(system.coverage)])
    return rows


def _comparison_rows(comparisons: Iterable[Comparison]) -> list[list[str]]:
    rows = [[f"{OURS} against", "ratio", "difference [95 % interval]", "p"]]
    for against in comparisons:
        difference = _interval(against.difference, _signed)
        rows.append([against.baseline, _times(against.ratio), difference, _chance(against.p_value)])
    return rows


def _group_rows(groups: Iterable[Group]) -> list[list[str]]:
    rows = [[f"where it wins and loses ({MAIN})", "lists", OURS, PLAIN, "difference"]]
    for kind, members in _by_kind(groups).items():
        rows.append([kind, "", "", "", ""])
        for group in members:
            figures = [_decimal(group.ours), _decimal(group.plain), _signed(group.ours - group.plain)]
            rows.append([f"  {cut(group.name, 40)}", f"{group.queries:,}", *figures])
    return rows


def _spread_lines(evaluation: Evaluation) -> list[str]:
    spread = evaluation.spread
    return [
        f"{_percent(spread.never_suggested, 1)} of the articles are in no list; most often suggested:",
        *(f"{count:5,}×  {title}" for _, title, count in spread.most_suggested[:_MOST_SUGGESTED_IN_TEXT]),
    ]


def _lost_lines(evaluation: Evaluation) -> list[str]:
    if evaluation.lost is None:
        return []
    shown = evaluation.lost[:_LOST_IN_TEXT]
    rest = len(evaluation.lost) - len(shown)
    return [
        f"Against the earlier model: {len(evaluation.lost):,} links lost, {evaluation.gained:,} gained."
        + (" Lost:" if shown else ""),
        *(f"  {id}\n    → {target}" for id, target in shown),
        *([f"  … and {rest:,} more"] if rest else []),
    ]


def _interval(figure: Figure, form: Callable[[float], str]) -> str:
    return f"{form(figure.mean)} [{form(figure.low)}, {form(figure.high)}]"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, the first column to the left and the others to the right."""
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first + " " * (widths[0] - columns_of(first))]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines
