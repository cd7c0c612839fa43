"""Plots as inline SVG: text stays text, colours are the page's variables, and the same figures give the same bytes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any, TypeAlias

from markupsafe import Markup

from recommender.errors import RecommenderError
from recommender.evaluation.baselines import PLAIN
from recommender.evaluation.evaluation import OURS, Figure, Group
from recommender.evaluation.trec import MAIN
from recommender.evaluation.width import cut

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draw: TypeAlias = "Callable[[Axes], None]"

FEW = 10
"""Lists in a group; the mean of fewer says little."""
_UNORDERED = ("provider", "topic", "language")
_NO_DATES = "no dates"
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


def require_matplotlib() -> tuple[Any, Any]:
    """Matplotlib and its figures: heavy, and so an extra.

    Raises:
        RecommenderError: it is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure as Canvas
    except ImportError as error:
        raise RecommenderError("plots need matplotlib: pip install '.[report]'") from error
    return mpl, Canvas


def intervals_plot(title: str, rows: Mapping[str, Figure], form: Callable[[float], str]) -> Markup:
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


def group_plot(kind: str, groups: Sequence[Group]) -> Markup:
    """How this program and plain TF-IDF did on each group, as bars, or as lines where the groups follow each other."""
    said = "; ".join(f"{g.name}: {OURS} {g.ours:.3f}, {PLAIN} {g.plain:.3f}, lists {g.queries:,}" for g in groups)
    if kind in _UNORDERED:
        return _svg(f"{MAIN} by {kind}", said, lambda axes: _bars(axes, groups), _BAR_MARGINS, 40 * len(groups))
    return _svg(f"{MAIN} by {kind}", said, lambda axes: _course(axes, groups), _COURSE_MARGINS, 180)


def _bars(axes: Axes, groups: Sequence[Group]) -> None:
    """Two bars a group, its name above them, where there is room for it also on a phone."""
    for row, group in enumerate(groups):
        axes.text(0, row - 0.36, cut(group.name, 40), va="center")
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
    axes.set_xticks(range(len(groups)), [cut(group.name, 10) for group in groups])
    axes.set_xlim(-0.5, len(groups) - 0.5)
    axes.set_ylim(0, 1.08 * max(_LEAST_SPAN, *(max(group.ours, group.plain) for group in groups)))
    axes.tick_params(axis="x", colors=_INK)
    axes.grid(axis="y")


def _strength(group: Group) -> float:
    return 1.0 if group.queries >= FEW else 0.4


def _svg(title: str, said: str, draw: Draw, margins: tuple[float, float, float, float], body: float) -> Markup:
    """A plot as inline SVG, its text as text, its colours as the page's variables; `said` is for screen readers."""
    mpl, canvas_of = require_matplotlib()
    left, top, right, bottom = margins
    height = top + body + bottom
    stream = StringIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the browser has the fonts that matplotlib lacks
        mpl.rcdefaults()
        mpl.rcParams.update({**_STYLE, "svg.hashsalt": title})
        canvas = canvas_of(figsize=(_WIDTH / 72, height / 72))
        box = (left / _WIDTH, bottom / height, (_WIDTH - left - right) / _WIDTH, body / height)
        draw(canvas.add_axes(box))
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        canvas.savefig(stream, format="svg", transparent=True, metadata=nothing)
    inner = re.sub(r'(?s)^.*?<svg[^>]*>|<style.*?</style>|(?<=<g) id="[^"]*"', "", stream.getvalue())
    for colour, variable in _VARIABLES.items():
        inner = inner.replace(colour, f"var(--{variable})")
    tag = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>')
    return tag.format(f"{_WIDTH:g}", f"{height:g}", f"{title}: {said}", title) + Markup(inner)  # noqa: S704 — matplotlib escapes texts
