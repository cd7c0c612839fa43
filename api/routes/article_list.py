"""A list of all articles, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from itertools import islice

import numpy as np

from api.http import WrongRequestError
from recommender import Article, Recommender
from recommender.sites import normalise_language

_MOST_SCANNED = 2000  # maximum number of articles read for a page that few match
_CURSOR = "`next` of the previous answer"


def page_of(
    recommender: Recommender, *, limit: int, cursor: str = "", language: str = "", since: float | None, drafts: bool
) -> tuple[list[Article], str | None]:
    """A page of the articles, the newest first, and the cursor of the next page; `None` after the last.

    A page may hold fewer articles than `limit`, or none, before the last.

    Args:
        cursor: of the page; empty for the first.
        language: as articles declare it; empty for all.
        since: the earliest date of publication, in days since 1970-01-01 UTC; `None` for any.
        drafts: whether articles that may not be suggested are listed, too.

    Raises:
        WrongRequestError: the cursor is invalid.
    """
    days = -recommender.published_days
    order = np.where(np.isnan(days), np.inf, days)  # ascending
    start = _position_after(recommender, order, cursor) if cursor else 0
    stop = len(order) if since is None else int(np.searchsorted(order, -since, "right"))
    language = normalise_language(language)
    found: list[Article] = []
    position = start
    for identifiers in islice(recommender.identifiers(start=start, stop=stop), _MOST_SCANNED):
        if len(found) == limit:
            break
        article = recommender[position]
        if (drafts or identifiers.listed) and language in ("", article.language):
            found.append(article)
        position += 1
    if position >= stop:
        return found, None
    return found, _cursor(float(order[position - 1]), recommender[position - 1].id)


def _position_after(recommender: Recommender, order: np.ndarray, cursor: str) -> int:
    try:
        day, id = json.loads(base64.urlsafe_b64decode(cursor))
        day = np.inf if day is None else float(day)
        start, stop = (int(np.searchsorted(order, day, side)) for side in ("left", "right"))
        return bisect_right(range(len(order)), str(id), lo=start, hi=stop, key=lambda at: recommender[at].id)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        detail = f"the parameter 'cursor' is {cursor[:100]!r}; it must be {_CURSOR}"
        raise WrongRequestError(detail, parameter="cursor", allowed=_CURSOR) from error


def _cursor(day: float, id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([None if day == np.inf else day, id]).encode()).decode()
