"""Defaults of settings that depend on the corpus: its texts, excerpts, languages, flags, and how often it publishes."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from recommender.corpus.copies import CopyFinder
from recommender.corpus.corpus import Corpus
from recommender.corpus.spill_tables import in_any_order
from recommender.settings import Settings

_MOST = 0.5
_LISTS_OF_PARTS = 5  # minimum number of lists to judge from
_TITLE_BESIDE_TEXT = 0.05
_TEXT_BESIDE_EXCERPT = 0.85
_COUNT_POWER_WITHOUT_DATES = 0.7
_DAYS_BETWEEN_NEWS = 1.0  # maximum mean number of days between two articles of a news site


def choose_defaults(corpus: Corpus, given: Mapping[str, Any] | None = None) -> Settings:
    """The default settings for a corpus.

    - If most articles have a text, it has the main weight and there is no time decay: such articles stay relevant.
      If most have no date either, repeated terms count more: they are documentation.
    - If articles declare several languages, lists keep to one.
    - If the site's generator builds no page for an article with `published: false`, such articles are not suggested,
      unless most articles have that flag.
    - Copies are suggested if half of the curated lists that could link copies do.
    - Other parts of a series come first, unless most of at least five curated lists of parts link none of them.

    Args:
        given: settings set by the user.

    Raises:
        SettingsError: `given` has an unknown setting or a value out of range.
    """
    count = texts = excerpts = unpublished = 0
    languages: set[str] = set()
    days = array("d")
    finder, ids = CopyFinder(), array("q")  # hashes of the IDs, which take less memory
    series: dict[str, tuple[str, ...]] = {}
    has_links, seeks_copies = bool(corpus.links), bool(corpus.links) and "copies" not in (given or {})
    for article in in_any_order(corpus.articles):
        if seeks_copies:
            finder.add(article)
            ids.append(hash(article.id))
        if has_links and article.series.names:
            series[article.id] = article.series.names
        if not article.path:
            continue  # a linked-only article
        count += 1
        texts += bool(article.text)
        excerpts += "excerpt" in article.entry
        unpublished += not article.published
        languages |= {article.language} if article.language else set()
        if article.published_at is not None:
            days.append(article.published_at)
    chosen: dict[str, Any] = {}
    if texts > _MOST * count:
        chosen |= {"title_weight": _TITLE_BESIDE_TEXT, "half_life_days": None}
        chosen["text_weight"] = _TEXT_BESIDE_EXCERPT if excerpts > _MOST * count else 1.0
        if len(days) < _MOST * count:
            chosen["text_count_power"] = _COUNT_POWER_WITHOUT_DATES
    elif len(days) > 1 and np.median(np.diff(np.sort(days))) > _DAYS_BETWEEN_NEWS:
        chosen["half_life_days"] = None
    if len(languages) > 1:
        chosen["language"] = "own"
    site = corpus.found_files.site if corpus.found_files is not None else None
    if site is not None and site.hides_unpublished and 0 < unpublished <= _MOST * count:
        chosen["published"] = "only"
    if seeks_copies and _links_copies(corpus.links, finder, ids):
        chosen["copies"] = "any"
    if _leaves_series_out(corpus, series):
        chosen["series"] = "ignore"
    return Settings.from_mapping({**chosen, **(given or {})})


def _links_copies(links: Mapping[str, Sequence[str]], finder: CopyFinder, ids: Sequence[int]) -> bool:
    """Whether lists link copies (of their own article, or two of one text), in half of the lists that could.

    Args:
        finder: all articles.
        ids: the hashes of their IDs.
    """
    originals = finder.find().originals
    has_copy = np.bincount(originals, minlength=len(originals))[originals] > 1
    if not has_copy.any():
        return False
    texts = {id: int(original) for id, original, copied in zip(ids, originals, has_copy, strict=True) if copied}
    could = do = 0
    for id, targets in links.items():
        if copied := [texts[one] for one in map(hash, (id, *targets)) if one in texts]:
            could += 1
            do += len(set(copied)) < len(copied)
    return do > 0 and do >= _MOST * could


def _leaves_series_out(corpus: Corpus, series: Mapping[str, Sequence[str]]) -> bool:
    """Whether most curated lists of parts of a series link no other part of it.

    Args:
        series: the names of each article's series.
    """
    sizes = Counter(chain.from_iterable(series.values()))
    of_parts = without = 0
    for id, targets in corpus.links.items():
        own = {name for name in series.get(id, ()) if sizes[name] > 1}
        if own:
            of_parts += 1
            without += all(own.isdisjoint(series.get(target, ())) for target in targets)
    return of_parts >= _LISTS_OF_PARTS and without > _MOST * of_parts
