"""Shortcomings of a corpus that make lists worse, as sentences with a cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from recommender.corpus import SHARED_ID
from recommender.inspection.inspection import Inspection
from recommender.sources import AMBIGUOUS_DATE, HIDING_STATUS, UNREADABLE_DATE, Problem

_FEW_ARTICLES = 20
_SOME = 0.1  # minimum share of affected articles, at which many lists suffer
_MOST = 0.5


def find_shortcomings(inspection: Inspection, problems: Sequence[Problem]) -> Iterator[str]:
    """The shortcomings, the most serious first."""
    if not inspection.articles:
        return
    for find in _ALL:
        yield from find(inspection)
    yield from _hiding_status(problems)
    yield from _dates(problems)
    yield from _shared_ids(inspection, problems)


def _addresses(one: Inspection) -> Iterator[str]:
    missing = one.articles - one.addressed
    if missing > _SOME * one.articles:
        pattern = "name a pattern (`--address /:year/:slug/`)"
        cure = f"Run this on the site's root, where its configuration is, {pattern}"
        if one.address_hint:
            cure = f"The site's code makes them: say how (`{one.address_hint}`)"
        elif one.site not in ("", "folder", "news-archive"):
            cure = f"Neither its configuration nor its front matter tells it: {pattern}"
        yield f"{_lack(missing, one, 'an address')}, so that an entry leads nowhere. {cure}, or give each a `url: …`."


def _texts(one: Inspection) -> Iterator[str]:
    if one.wordless > _SOME * one.articles:
        yield (
            f"{_lack(one.wordless, one, 'a text or an excerpt')}, so that titles alone are compared. "
            "Give each a `description: …`."
        )


def _undated(one: Inspection) -> Iterator[str]:
    missing = one.articles - one.dated
    if missing > _SOME * one.articles:
        decays = any(setting.name == "half_life_days" and setting.value is not None for setting in one.settings)
        harm = "time can't tell what is near them" if decays else "they come last among equals"
        if missing == one.articles:
            harm = "time does not count"
        yield f"{_lack(missing, one, 'a date')}, so that {harm}. Give each a `date: 2019-12-01`."


def _one_day(one: Inspection) -> Iterator[str]:
    if one.dated >= _FEW_ARTICLES and one.busiest_day > _MOST * one.dated:
        yield (
            f"{one.busiest_day:,} of {one.dated:,} dates are one day, perhaps that of an import. "
            "Give the days of first publication, or train with `half_life_days: null`."
        )


def _mixed_languages(one: Inspection) -> Iterator[str]:
    total = sum(one.guessed_languages.values())
    seen = [name for name, count in one.guessed_languages.items() if count >= max(2, _SOME * total)]
    if len(seen) > 1:
        yield (
            f"Articles without a language seem to be in {_in_words(seen)}, and lists will mix them. "
            "Give each a `lang: …`, or keep each language in a folder such as `en/`."
        )


def _hubs(one: Inspection) -> Iterator[str]:
    repeated = one.repeated_excerpt
    if repeated is not None and repeated.count > max(2, _SOME * one.articles):
        yield (
            f"{repeated.count:,} articles have the same excerpt, or begin with the same text, as {repeated.example}, "
            "and seem similar because of it. Give each its own."
        )


def _hidden(one: Inspection) -> Iterator[str]:
    hidden = sum(one.hidden.values())
    if hidden > _MOST * one.articles:
        counted = ", ".join(f"{reason} {count:,}" for reason, count in one.hidden.items())
        yield (
            f"{hidden:,} of {one.articles:,} articles are hidden and in no list ({counted}). "
            "Check whether `draft`, `status`, `published` and the dates are as intended."
        )


def _few(one: Inspection) -> Iterator[str]:
    if one.articles < _FEW_ARTICLES:
        yield (
            f"With {one.articles} article{'s' * (one.articles != 1)}, lists show nearly all there is. "
            "Name the folder that holds all posts, if there are more."
        )


_ALL: tuple[Callable[[Inspection], Iterator[str]], ...] = (
    _addresses,
    _texts,
    _mixed_languages,
    _hidden,
    _undated,
    _one_day,
    _hubs,
    _few,
)


def _hiding_status(problems: Sequence[Problem]) -> Iterator[str]:
    found = [problem for problem in problems if problem.kind == HIDING_STATUS]
    if found:
        count = f"{len(found):,} articles are" if len(found) > 1 else "1 article is"
        yield f"{count} in no list because of the `status`, as in {found[0]}."


def _dates(problems: Sequence[Problem]) -> Iterator[str]:
    for kind, so in ((UNREADABLE_DATE, "can't be read"), (AMBIGUOUS_DATE, "could be two days")):
        found = [problem for problem in problems if problem.kind == kind]
        if found:
            yield f"{len(found):,} date{'s' * (len(found) > 1)} {so}, as in {found[0]}."


def _shared_ids(one: Inspection, problems: Sequence[Problem]) -> Iterator[str]:
    found = [problem for problem in problems if problem.kind == SHARED_ID]
    if len(found) > max(2, _SOME / 2 * one.articles):
        yield (
            f"{len(found):,} IDs are those of several articles, which look-ups find by their path only, as in "
            f"{found[0]}. Give each an `id: …`."
        )


def _lack(count: int, one: Inspection, what: str) -> str:
    return f"No article has {what}" if count == one.articles else f"{count:,} of {one.articles:,} articles lack {what}"


def _in_words(names: Sequence[str]) -> str:
    names = [name.capitalize() for name in names]
    return f"{', '.join(names[:-1])} and {names[-1]}"
