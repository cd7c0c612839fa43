"""The tables of an inspection, for its text and its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from recommender.inspection.inspection import Inspection


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    Attributes:
        columns: the headings.
        rows: one text per column.
        numeric: the columns that hold numbers.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...]


def summary_of(one: Inspection) -> dict[str, str]:
    """The site, its articles, what is hidden, and what is compared."""
    return {
        "site": site_of(one),
        "articles": f"{one.articles:,}{_linked_only(one)}",
        "hidden": counted(one.hidden) or "none",
        "compared": shares_of(one),
    }


def tables_of(one: Inspection) -> list[Table]:
    """The tables of the articles' parts, settings in force, links and, if any, skipped files."""
    passed_over = tuple((tally.reason, f"{tally.count:,}", tally.example) for tally in one.passed_over)
    return [
        Table(("articles with", "number", "share"), tuple(_rows_of_parts(one)), ("number", "share")),
        Table(("in force", "value", "comes from"), tuple(rows_of_settings(one)), ("value",)),
        Table(("links", "number", "in"), tuple(_rows_of_links(one)), ("number",)),
        *([Table(("passed over", "files", "for instance"), passed_over, ("files",))] if passed_over else []),
    ]


def site_of(one: Inspection) -> str:
    """The kind of site, and why it was recognised as such."""
    return f"{one.site} ({one.reason})" if one.site else "no files"


def articles_of(one: Inspection) -> str:
    """The number of articles, and of linked-only ones."""
    return numbered(one.articles, "article") + _linked_only(one)


def _linked_only(one: Inspection) -> str:
    return f", and {one.linked_only:,} known only from links" if one.linked_only else ""


def shares_of(one: Inspection) -> str:
    """The fields and their shares."""
    shares = {"title": one.fields.title, "excerpt": one.fields.excerpt, "text": one.fields.text}
    return ", ".join(f"{name} {100 * share:.3g} %" for name, share in shares.items() if share)


def _rows_of_parts(one: Inspection) -> Iterator[tuple[str, ...]]:
    counts = {
        "date": one.dated,
        "excerpt": one.excerpted,
        "excerpt taken from the text": one.summarised,
        "text": one.with_text,
        "topics": one.with_topics,
        "address": one.addressed,
        "links in the text": one.linking_texts,
        **{f"language {language}": count for language, count in one.languages.items()},
    }
    if not one.languages:
        counts["language"] = 0
    for name, count in counts.items():
        yield name, f"{count:,}", f"{count / one.articles:.0%}" if one.articles else ""


def rows_of_settings(one: Inspection) -> Iterator[tuple[str, str, str]]:
    """Each setting, its value, and where it comes from."""
    for setting in one.settings:
        value = f"{setting.value:g}" if isinstance(setting.value, float | int) else setting.value or "none"
        yield setting.name, value, setting.origin


def _rows_of_links(one: Inspection) -> Iterator[tuple[str, ...]]:
    lists = sum(each.count for each in one.lists)
    yield "curated", f"{one.links:,}", numbered(lists, "list")
    for each in one.lists:
        yield f"`{each.key}`, as {each.shape}", "", numbered(each.count, "list")
    if one.written_lists:
        yield "written by this program", "", numbered(one.written_lists, "list")
    yield "in texts", f"{one.text_links:,}", numbered(one.linking_texts, "article")


def counted(counts: Mapping[str, int]) -> str:
    """Names, each with its count."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def numbered(count: int, noun: str) -> str:
    """A count with its noun, in the plural unless the count is 1."""
    return f"{count:,} {noun}{'s' * (count != 1)}"
