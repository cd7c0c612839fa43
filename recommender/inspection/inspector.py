"""Inspects a corpus."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from recommender.articles import Article, get_entry_url
from recommender.corpus import Corpus, in_any_order
from recommender.inspection.inspection import Inspection, ListCount
from recommender.inspection.shortcomings import find_shortcomings
from recommender.inspection.tally import Tally, tally_passed_over, tally_problems
from recommender.settings import Settings
from recommender.sources import Problem
from recommender.text import is_unspaced, language_of

_GUESSED = 500  # maximum number of articles whose language is guessed
_MIN_GUESSABLE = 200  # characters needed for a guess
_COMPARED = 20_000  # articles whose excerpts are compared
_SECONDS_A_DAY = 86_400
_DEAD_LINK = "a curated link to no article here, or to a hidden one"


def inspect(corpus: Corpus, settings: Settings, *, chosen: Settings, given: Collection[str] = ()) -> Inspection:
    """Inspect a corpus; for the settings see `settings_in_force`."""
    step = max(1, len(corpus.articles) // _GUESSED)
    counter = _Counter(now=time.time() / _SECONDS_A_DAY, published=settings.published, step=step)
    for article in corpus.articles:
        counter.add(article)
    found = corpus.found_files
    inspection = replace(
        counter.result(),
        site="" if found is None else found.site.generator,
        reason="" if found is None else found.site.reason,
        address_hint="" if found is None else found.site.address_hint,
        passed_over=() if found is None else tally_passed_over(found),
        problems=tally_problems((*corpus.problems, *_dead_links(corpus))),
        lists=tuple(
            ListCount(form.key, form.shape, count)
            for form, count in sorted(corpus.list_forms.items(), key=lambda item: (-item[1], item[0]))
        ),
        links=sum(len(targets) for _, targets in corpus.links.items()),
        written_lists=sum(file.list_state == "written" for file in in_any_order(corpus.article_files)),
        text_links=sum(len(targets) for _, targets in corpus.text_links.items()),
        linking_texts=len(corpus.text_links),
    ).with_settings(settings, chosen=chosen, given=given)
    return replace(inspection, shortcomings=tuple(find_shortcomings(inspection, corpus.problems)))


def _dead_links(corpus: Corpus) -> Iterator[Problem]:
    """The curated links that lead nowhere, as problems of their files."""
    for fault in corpus.link_faults:
        if fault.kind == "dead":
            yield Problem(fault.path, fault.reason, kind=_DEAD_LINK)


class _Counter:
    """Counts the properties of articles, one article at a time."""

    def __init__(self, *, now: float, published: str, step: int) -> None:
        self._now, self._published, self._step = now, published, step
        self._counts: Counter[str] = Counter()  # fields of an `Inspection`
        self._languages: Counter[str] = Counter()
        self._guessed: Counter[str] = Counter()
        self._hidden: Counter[str] = Counter()
        self._days: Counter[int] = Counter()
        self._excerpts: dict[str, list[str]] = {}

    def add(self, article: Article) -> None:
        counts = self._counts
        if not article.path:
            counts["linked_only"] += 1
            return
        counts["articles"] += 1
        counts["dated"] += article.published_at is not None
        counts["excerpted"] += "excerpt" in article.entry
        counts["summarised"] += bool(article.summary)
        counts["with_text"] += bool(article.text)
        counts["with_topics"] += bool(article.topics)
        counts["addressed"] += get_entry_url(article.entry) is not None
        counts["wordless"] += not (article.excerpt or article.text)
        if article.published_at is not None:
            self._days[int(article.published_at // 1)] += 1
        if hiding := self._why_hidden(article):
            self._hidden[hiding] += 1
        if article.language is not None:
            self._languages[article.language] += 1
        elif counts["articles"] % self._step == 0:
            sample = f"{article.title} {article.excerpt} {article.text[:1000]}"
            if len(sample) >= _MIN_GUESSABLE:
                language = language_of(sample)
                # English is also the fallback guess, for example for code within text in a script without spaces.
                if language != "english" or not is_unspaced(article.title):
                    self._guessed[language] += 1
        if counts["articles"] <= _COMPARED and article.excerpt:
            self._excerpts.setdefault(article.excerpt, []).append(article.path)

    def result(self) -> Inspection:
        paths = max(self._excerpts.values(), key=len, default=[])
        counts: dict[str, Any] = dict(self._counts)
        return Inspection(
            **counts,
            languages=dict(self._languages.most_common()),
            guessed_languages=dict(self._guessed.most_common()),
            hidden=dict(self._hidden.most_common()),
            busiest_day=max(self._days.values(), default=0),
            repeated_excerpt=Tally("the same excerpt", len(paths), paths[0]) if len(paths) > 1 else None,
        )

    def _why_hidden(self, article: Article) -> str:
        if article.hidden:
            return "draft or withdrawn"
        if article.visible_from is not None and article.visible_from > self._now:
            return "still to come"
        if article.visible_until is not None and article.visible_until <= self._now:
            return "expired"
        return "published: false" if self._published == "only" and not article.published else ""
