"""Defaults of settings that depend on the corpus: its texts, excerpts, languages, flags, and how often it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

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
    with `published: false`, it is not suggested, unless most articles are such.

    Args:
        given: settings that the user has set.

    Raises:
        SettingsError: `given` holds an unknown setting, or a value that is out of range.
    """
    count = texts = excerpts = unpublished = 0
    languages: set[str] = set()
    days: list[float] = []
    for article in corpus.articles:
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
    return Settings.from_mapping({**chosen, **(given or {})})
