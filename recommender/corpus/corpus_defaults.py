"""Defaults of settings that depend on the corpus: its texts, excerpts, languages, flags, and how often it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recommender.corpus.copies import CopyFinder
from recommender.corpus.corpus import Corpus
from recommender.settings import Settings

_MOST = 0.5
_TITLE_BESIDE_TEXT = 0.05
_TEXT_BESIDE_EXCERPT = 0.85
_DAYS_BETWEEN_NEWS = 1.0  # a site with fewer articles than one in so many days is no news site


def choose_defaults(corpus: Corpus, given: Mapping[str, Any] | None = None) -> Settings:
    """The settings that a corpus starts from.

    Where most articles have a text, it decides, and time does not count: such a site has articles that stay true. Where
    articles declare several languages, lists keep to one. Where the site's generator builds no page for an article
    with `published: false`, it is not suggested, unless most articles are such. Copies are suggested where half of the
    curated lists that could link copies do.

    Args:
        given: settings that the user has set.

    Raises:
        SettingsError: `given` holds an unknown setting, or a value that is out of range.
    """
    count = texts = excerpts = unpublished = 0
    languages: set[str] = set()
    days: list[float] = []
    finder = CopyFinder()
    for article in corpus.articles:
        if corpus.links:
            finder.add(article)
        if not article.path:
            continue  # known from another's list only
        count += 1
        texts += bool(article.text)
        excerpts += "excerpt" in article.entry
        unpublished += not article.published
        languages |= {article.language} if article.language else set()
        days += [] if article.published_at is None else [article.published_at]
    chosen: dict[str, Any] = {}
    if texts > _MOST * count:
        chosen |= {"title_weight": _TITLE_BESIDE_TEXT, "half_life_days": None}
        chosen["text_weight"] = _TEXT_BESIDE_EXCERPT if excerpts > _MOST * count else 1.0
    elif len(days) > 1 and np.median(np.diff(np.sort(days))) > _DAYS_BETWEEN_NEWS:
        chosen["half_life_days"] = None
    if len(languages) > 1:
        chosen["language"] = "own"
    site = corpus.found_files.site if corpus.found_files is not None else None
    if site is not None and site.hides_unpublished and 0 < unpublished <= _MOST * count:
        chosen["published"] = "only"
    if _links_copies(corpus, finder):
        chosen["copies"] = "any"
    return Settings.from_mapping({**chosen, **(given or {})})


def _links_copies(corpus: Corpus, finder: CopyFinder) -> bool:
    """Whether lists link copies of their article, or two of one text: half of those where anything has a copy do."""
    originals = finder.find().originals
    has_copy = np.bincount(originals, minlength=len(originals))[originals] > 1
    if not has_copy.any():
        return False
    texts = {
        article.id: int(original)
        for article, original, copied in zip(corpus.articles, originals, has_copy, strict=True)
        if copied
    }
    could = do = 0
    for id, targets in corpus.links.items():
        if copied := [texts[one] for one in (id, *targets) if one in texts]:
            could += 1
            do += len(set(copied)) < len(copied)
    return do > 0 and do >= _MOST * could
