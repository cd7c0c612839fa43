"""An evaluation to be read: as text for a terminal, and as one HTML page with plots."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from importlib import resources
from io import StringIO
from itertools import groupby
from math import inf
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeAlias

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from recommender.errors import RecommenderError
from recommender.evaluation import DEPTH, MAIN, MEASURES, OURS, Comparison, Evaluation, Figure, Group, System

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draw: TypeAlias = "Callable[[Axes], None]"

_PLAIN = "plain TF-IDF"
_UNORDERED = ("provider", "topic", "language")
_NO_DATES = "no dates"
_FEW = 10  # lists in a group; the mean of fewer says little
_COLUMNS = 100
_MOST_SUGGESTED_IN_TEXT = 3
_LOST_IN_TEXT = 10

# Of a plot, in its own points, of which a page makes 340 to 450 pixels; margins to the left, top, right and bottom.
_WIDTH = 380.0
_INTERVAL_MARGINS = (112.0, 0.0, 58.0, 20.0)
_BAR_MARGINS = (1.0, 0.0, 58.0, 20.0)
_COURSE_MARGINS = (38.0, 4.0, 4.0, 46.0)
_LEAST_SPAN = 0.01  # of an axis, where every value is zero
# Colours that nobody else draws in: the page knows them as variables, and so has two themes.
_INK, _MUTED, _RULE, _PAPER, _OURS, _OTHER = (f"#00000{number}" for number in range(1, 7))
_VARIABLES = {_INK: "ink", _MUTED: "muted", _RULE: "rule", _PAPER: "paper", _OURS: "ours", _OTHER: "plain"}
_STYLE: Mapping[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 12,
    "text.color": _INK,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": _RULE,
    "axes.axisbelow": True,
    **{f"axes.spines.{side}": False for side in ("left", "top", "right", "bottom")},
}


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
    template = resources.files("recommender").joinpath("report.html").read_text("utf-8")
    kinds = _by_kind(evaluation.groups)
    ranked, comparisons = _ranked(evaluation.systems), _closest_first(evaluation.comparisons)
    return environment.from_string(template).render(
        e=evaluation,
        depth=DEPTH,
        main=MAIN,
        measures=list(MEASURES),
        plain=_named(evaluation.systems, _PLAIN),
        against_plain=next((against for against in comparisons if against.baseline == _PLAIN), None),
        ranked=ranked,
        comparisons=comparisons,
        verdict=_verdict(comparisons),
        since=_day(evaluation.since),
        found=evaluation.links - evaluation.missed_links,
        systems_plot=_intervals_plot(f"{MAIN} of every way", {s.name: s.figures[MAIN] for s in ranked}, _decimal),
        differences_plot=_intervals_plot(
            f"{MAIN} of {OURS} less that of each baseline", {c.baseline: c.difference for c in comparisons}, _signed
        ),
        kinds=kinds,
        group_plots={kind: _group_plot(kind, groups) for kind, groups in kinds.items() if len(groups) > 1},
        few=_FEW,
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
    rows = [[f"where it wins and loses ({MAIN})", "lists", OURS, _PLAIN, "difference"]]
    for kind, members in _by_kind(groups).items():
        rows.append([kind, "", "", "", ""])
        for group in members:
            figures = [_decimal(group.ours), _decimal(group.plain), _signed(group.ours - group.plain)]
            rows.append([f"  {_cut(group.name, 40)}", f"{group.queries:,}", *figures])
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
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first + " " * (widths[0] - _columns(first))]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def _columns(text: str) -> int:
    """The columns of a terminal that a text takes; Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _cut(text: str, columns: int) -> str:
    if _columns(text) <= columns:
        return text
    while _columns(text) >= columns:
        text = text[:-1]
    return f"{text.rstrip()}…"


# --- plots


def _intervals_plot(title: str, rows: Mapping[str, Figure], form: Callable[[float], str]) -> Markup:
    """A row for each figure, with its interval, over a line at zero."""

    def draw(axes: Axes) -> None:
        for row, (name, figure) in enumerate(rows.items()):
            colour = _OTHER if OURS in rows and name != OURS else _OURS
            axes.plot([figure.low, figure.high], [row, row], color=colour, linewidth=2.5)
            axes.plot(figure.mean, row, "o", color=colour, markersize=7.5)
            _beside(axes, row, form(figure.mean))
        axes.axvline(0, color=_INK, linewidth=1)
        axes.set_yticks(range(len(rows)), rows, color=_INK, ha="left")
        axes.tick_params(axis="y", pad=_INTERVAL_MARGINS[0] - 1)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        _from_zero(axes, [end for figure in rows.values() for end in (figure.low, figure.high)])

    said = "; ".join(f"{name} {form(f.mean)}, 95 % from {form(f.low)} to {form(f.high)}" for name, f in rows.items())
    return _svg(title, said, draw, _INTERVAL_MARGINS, 27 * len(rows))


def _group_plot(kind: str, groups: Sequence[Group]) -> Markup:
    said = "; ".join(f"{g.name}: {OURS} {g.ours:.3f}, {_PLAIN} {g.plain:.3f}, lists {g.queries:,}" for g in groups)
    if kind in _UNORDERED:
        return _svg(f"{MAIN} by {kind}", said, lambda axes: _bars(axes, groups), _BAR_MARGINS, 40 * len(groups))
    return _svg(f"{MAIN} by {kind}", said, lambda axes: _course(axes, groups), _COURSE_MARGINS, 180)


def _bars(axes: Axes, groups: Sequence[Group]) -> None:
    """Two bars a group, its name above them, where there is room for it also on a phone."""
    for row, group in enumerate(groups):
        axes.text(0, row - 0.36, _cut(group.name, 40), va="center")
        axes.barh(row - 0.03, group.ours, 0.25, color=_OURS, alpha=_strength(group))
        axes.barh(row + 0.18, group.plain, 0.13, color=_OTHER, alpha=_strength(group))
        _beside(axes, row, f"{group.queries:,}")
    _beside(axes, -0.36, "lists", color=_MUTED)
    axes.set_yticks([])
    axes.set_ylim(len(groups) - 0.6, -0.6)
    _from_zero(axes, [max(group.ours, group.plain) for group in groups])


def _beside(axes: Axes, row: float, text: str, color: str = _INK) -> None:
    axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", color=color)


def _from_zero(axes: Axes, values: Sequence[float]) -> None:
    axes.set_xlim(1.05 * min([0, *values]), 1.05 * max([_LEAST_SPAN, *values]))
    axes.locator_params(axis="x", nbins=6)
    axes.grid(axis="x")


def _course(axes: Axes, groups: Sequence[Group]) -> None:
    """Groups that follow each other: a line for this program, one for plain TF-IDF, over the numbers of lists."""
    ordered = [place for place, group in enumerate(groups) if group.name != _NO_DATES]
    for values, colour, fill, line in (
        ([group.plain for group in groups], _OTHER, _PAPER, "--"),
        ([group.ours for group in groups], _OURS, _OURS, "-"),
    ):
        axes.plot(ordered, [values[place] for place in ordered], color=colour, linestyle=line, linewidth=1.5)
        for place, group in enumerate(groups):
            axes.plot(place, values[place], "o", color=colour, mfc=fill, markersize=7.5, alpha=_strength(group))
    for place, group in enumerate(groups):
        axes.text(place, -0.22, f"{group.queries:,}", transform=axes.get_xaxis_transform(), ha="center")
    axes.text(-0.02, -0.22, "lists", transform=axes.transAxes, ha="right", color=_MUTED)
    axes.set_xticks(range(len(groups)), [_cut(group.name, 10) for group in groups])
    axes.set_xlim(-0.5, len(groups) - 0.5)
    axes.set_ylim(0, 1.08 * max(_LEAST_SPAN, *(max(group.ours, group.plain) for group in groups)))
    axes.tick_params(axis="x", colors=_INK)
    axes.grid(axis="y")


def _strength(group: Group) -> float:
    return 1.0 if group.queries >= _FEW else 0.4


def _svg(title: str, said: str, draw: Draw, margins: tuple[float, float, float, float], body: float) -> Markup:
    """A plot as inline SVG, its text as text, its colours as the page's variables; `said` is for screen readers."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 — heavy, and an extra
        from matplotlib.figure import Figure as Canvas  # noqa: PLC0415
    except ImportError as error:
        raise RecommenderError("plots need matplotlib: pip install 'related-articles[report]'") from error
    left, top, right, bottom = margins
    height = top + body + bottom
    stream = StringIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the browser has the fonts that matplotlib lacks
        mpl.rcdefaults()
        mpl.rcParams.update({**_STYLE, "svg.hashsalt": title})
        canvas = Canvas(figsize=(_WIDTH / 72, height / 72))
        box = (left / _WIDTH, bottom / height, (_WIDTH - left - right) / _WIDTH, body / height)
        draw(canvas.add_axes(box))
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        canvas.savefig(stream, format="svg", transparent=True, metadata=nothing)
    inner = re.sub(r'(?s)^.*?<svg[^>]*>|<style.*?</style>|(?<=<g) id="[^"]*"', "", stream.getvalue())
    for colour, variable in _VARIABLES.items():
        inner = inner.replace(colour, f"var(--{variable})")
    tag = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>')
    return tag.format(f"{_WIDTH:g}", f"{height:g}", f"{title}: {said}", title) + Markup(inner)  # noqa: S704 — matplotlib escapes texts
