"""The evaluation report: text for a terminal, and one HTML page with plots."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from math import inf
from textwrap import wrap

import wcwidth
from jinja2 import Environment, PackageLoader, StrictUndefined
from tabulate import tabulate

from recommender.evaluation.axis import Axis
from recommender.evaluation.baselines import PLAIN
from recommender.evaluation.evaluation import OURS, Comparison, Estimate, Evaluation, System
from recommender.evaluation.groups import ALL_JUDGED, NO_DATES, NO_SUGGESTIONS, OF_ANY_LENGTH, UNORDERED_KINDS, Group
from recommender.evaluation.trec import DEPTH, MAIN, MEASURES

_COLUMNS = 100
_MOST_SUGGESTED_IN_TEXT = 3
_LOST_IN_TEXT = 10
_FEW = 10  # lists; the page greys out means of smaller groups, which say little


def as_text(evaluation: Evaluation) -> str:
    """The report as tables for a terminal, at most a hundred columns wide except for long names and IDs."""
    sections = [
        _summary_lines(evaluation),
        _table(_system_rows(f"lists of at most {evaluation.max_links}", _by_main_measure(evaluation.systems))),
        _table(_comparison_rows(_strongest_first(evaluation.comparisons))),
        _table(_system_rows(f"lists of any length ({evaluation.all_queries:,})", evaluation.all_lists)),
        _table(_group_rows(evaluation.groups)),
        [f"{evaluation.missed_links:,} of {evaluation.links:,} links are not among the first {DEPTH}."],
        _spread_lines(evaluation),
        _lost_lines(evaluation),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def as_html(evaluation: Evaluation) -> str:
    """The report as one page: no script, no request to another host, the same bytes for the same evaluation."""
    ranked, comparisons = _by_main_measure(evaluation.systems), _strongest_first(evaluation.comparisons)
    template = _templates().get_template("report.html")
    return template.render(
        e=evaluation,
        plain=next((system for system in evaluation.systems if system.name == PLAIN), None),
        against_plain=next((against for against in comparisons if against.baseline == PLAIN), None),
        ranked=ranked,
        comparisons=comparisons,
        verdict=_verdict(comparisons),
        since=_day(evaluation.since),
        found=evaluation.links - evaluation.missed_links,
        mains={system.name: system.figures[MAIN] for system in ranked},
        differences={against.baseline: against.difference for against in comparisons},
        kinds=_by_kind(evaluation.groups),
        settings={name: json.dumps(value, ensure_ascii=False) for name, value in evaluation.settings.items()},
    )


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("recommender", "evaluation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        decimal=_decimal,
        signed=_signed,
        percent=_percent,
        p_value=_p_value,
        times=_times,
        number="{:,}".format,
        shorten=_shorten,
        Axis=Axis,
        ours=OURS,
        plain_name=PLAIN,
        main=MAIN,
        measures=list(MEASURES),
        depth=DEPTH,
        few=_FEW,
        no_dates=NO_DATES,
        unordered_kinds=UNORDERED_KINDS,
        all_judged=ALL_JUDGED,
        of_any_length=OF_ANY_LENGTH,
        no_suggestions=NO_SUGGESTIONS,
    )
    return environment


# --- both formats


def _by_main_measure(systems: Sequence[System]) -> list[System]:
    return [*systems[:1], *sorted(systems[1:], key=lambda system: -system.figures[MAIN].mean)]


def _strongest_first(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The strongest baseline first, as in `_by_main_measure`."""
    return sorted(comparisons, key=lambda comparison: comparison.difference.mean)


def _by_kind(groups: Iterable[Group]) -> dict[str, list[Group]]:
    return {kind: list(members) for kind, members in groupby(groups, key=lambda group: group.kind)}


def _decimal(value: float) -> str:
    return f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _p_value(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _times(ratio: float) -> str:
    return "∞" if ratio == inf else f"{ratio:,.{2 if ratio < 10 else 0}f}×"


def _shorten(text: str, columns: int) -> str:
    """The text, cut to a number of terminal columns, of which Chinese characters take two."""
    if wcwidth.width(text) <= columns:
        return text
    return f"{wcwidth.clip(text, 0, columns - 1).rstrip()}…"


def _day(moment: str | None) -> str | None:
    if moment is None:
        return None
    date = datetime.fromisoformat(moment)
    return f"{date.day} {date:%B %Y}"


def _verdict(comparisons: Sequence[Comparison]) -> str:
    """Which baselines this program differs from significantly, at p < 0.05."""
    significant = [against for against in comparisons if against.p_value < 0.05]
    better = [against.baseline for against in significant if against.difference.mean > 0]
    worse = [against.baseline for against in significant if against.difference.mean < 0]
    similar = [against.baseline for against in comparisons if against not in significant]
    parts = [
        f"{words} {_listed(names)}"
        for words, names in (
            ("better than", better),
            ("worse than", worse),
            ("not significantly different from", similar),
        )
        if names
    ]
    return f"At p < 0.05 it is {'; '.join(parts)}." if parts else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# --- plain text


def _summary_lines(evaluation: Evaluation) -> list[str]:
    since = f" since {_day(evaluation.since)}" if evaluation.since else ""
    if evaluation.truth == "curated":
        lists, average = f"curated lists of at most {evaluation.max_links} links", ""
    else:
        linked = "earlier" if evaluation.since else "other"
        lists, average = f"texts with at most {evaluation.max_links} links to {linked} articles", " on average"
    head = (
        f"{evaluation.corpus}: {evaluation.queries:,} {lists}{since}, "
        f"{evaluation.links:,} links, {evaluation.candidates:,} candidates{average}"
    )
    sentences = [head, evaluation.learnt, evaluation.served]
    if evaluation.words_left_out:
        sentences.append(f"left out of the texts: the words of {evaluation.words_left_out:,} links to other articles")
    sentences.append(f"baselines compare the words of {evaluation.words_from}")
    return [line for sentence in sentences for line in wrap(sentence, _COLUMNS)]


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
        rows.append([against.baseline, _times(against.ratio), difference, _p_value(against.p_value)])
    return rows


def _group_rows(groups: Iterable[Group]) -> list[list[str]]:
    rows = [[f"where it wins and loses ({MAIN})", "lists", OURS, PLAIN, "difference"]]
    for kind, members in _by_kind(groups).items():
        rows.append([kind, "", "", "", ""])
        for group in members:
            figures = [_decimal(group.ours), _decimal(group.plain), _signed(group.ours - group.plain)]
            rows.append([f"  {_shorten(group.name, 40)}", f"{group.queries:,}", *figures])
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
        f"Against the earlier model: {len(evaluation.lost):,} links lost, {len(evaluation.gained):,} gained."
        + (" Lost:" if shown else ""),
        *(f"  {id}\n    → {target}" for id, target in shown),
        *([f"  … and {rest:,} more"] if rest else []),
    ]


def _interval(estimate: Estimate, format_value: Callable[[float], str]) -> str:
    return f"{format_value(estimate.mean)} [{format_value(estimate.low)}, {format_value(estimate.high)}]"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table: the first row is its header, the first column left-aligned, the others right-aligned."""
    alignment = ["left", *["right"] * (len(rows[0]) - 1)]
    # The header is passed as an ordinary row, since tabulate widens the columns for a header.
    table = tabulate(rows, tablefmt="plain", colalign=alignment, disable_numparse=True, preserve_whitespace=True)
    return table.splitlines()
