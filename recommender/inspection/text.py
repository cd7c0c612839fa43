"""An inspection as plain text: in full, in five lines, and its problems one per line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recommender.errors import printable
from recommender.inspection.inspection import Inspection
from recommender.inspection.tables import (
    Table,
    articles_of,
    counted,
    numbered,
    rows_of_settings,
    shares_of,
    site_of,
    summary_of,
    tables_of,
)
from recommender.inspection.tally import Tally

_MOST_ALONE = 20  # unique problems that are printed before the rest is summarised


def as_text(inspection: Inspection) -> str:
    """The complete inspection, in aligned columns; ends with a line break."""
    one = inspection
    parts = [_aligned(tuple(summary_of(one).items())), *(_table(table) for table in tables_of(one))]
    if one.problems:
        parts.append("\n".join(["skipped or doubtful", *(f"  {line}" for line in problem_lines(one, most=None))]))
    if one.shortcomings:
        parts.append("\n".join(["shortcomings", *(f"  {printable(text)}" for text in one.shortcomings)]))
    return "\n\n".join(parts) + "\n"


def as_lines(inspection: Inspection) -> list[str]:
    """The most important parts of an inspection, in five lines."""
    one = inspection
    parts = {"date": one.dated, "excerpt": one.excerpted, "text": one.with_text, "address": one.addressed}
    passed_over = sum(tally.count for tally in one.passed_over)
    lines = [
        f"{site_of(one)}: {articles_of(one)}"
        + (f"; {numbered(passed_over, 'file')} passed over" if passed_over else ""),
        f"they have: {counted(parts)}"
        + (f"; {numbered(one.summarised, 'excerpt')} taken from the text" if one.summarised else ""),
        f"languages: {counted(one.languages) or 'none declared'}"
        + (f"; hidden: {counted(one.hidden)}" if one.hidden else ""),
        f"before learning: {shares_of(one)}; "
        + ", ".join(
            f"{name} {value} ({origin})" for name, value, origin in rows_of_settings(one) if _matters(name, origin)
        ),
        f"{numbered(one.links, 'curated link')} in {numbered(sum(each.count for each in one.lists), 'list')}, "
        f"{numbered(one.text_links, 'link')} in texts"
        + (f"; {numbered(one.written_lists, 'list')} written by this program don't count" if one.written_lists else ""),
    ]
    return [printable(line) for line in lines]


def problem_lines(inspection: Inspection, *, most: int | None = _MOST_ALONE) -> Iterator[str]:
    """Problems, one line per kind, with a count and an example.

    Args:
        most: maximum number of unique problems; `None` for all.
    """
    alone = 0
    for tally in inspection.problems:
        alone += tally.count == 1
        if tally.count > 1 or most is None or alone <= most:
            yield printable(_problem(tally))
    further = inspection.further_problems + (max(alone - most, 0) if most is not None else 0)
    if further:
        yield f"and {further:,} more: `recommender inspect` lists all"


def _problem(tally: Tally) -> str:
    if tally.count == 1:
        return f"{tally.example}: {tally.reason}"
    return f"{tally.count:,} × {tally.reason}; for instance {tally.example}"


def _matters(name: str, origin: str) -> bool:
    """Whether a setting is worth naming in five lines, which already give the fields' shares."""
    return name == "half_life_days" or (origin != "default" and not name.endswith("_weight"))


def _table(table: Table) -> str:
    alignment = ["right" if column in table.numeric else "left" for column in table.columns]
    return _aligned((table.columns, *table.rows), alignment)


def _aligned(rows: tuple[tuple[str, ...], ...], alignment: Sequence[str] | None = None) -> str:
    from tabulate import tabulate

    cells = [[printable(cell) for cell in row] for row in rows]
    return tabulate(cells, tablefmt="plain", disable_numparse=True, colalign=alignment)
