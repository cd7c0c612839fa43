"""Answers of an application from the answer store."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from api.http import WrongRequestError
from api.state import ModelDescription
from recommender.errors import StoreError
from recommender.export import AnswerStore, StoredAnswer, VersionInfo, truncate_answer

log = logging.getLogger(__name__)


class StoreAnswers:
    """Plain look-ups from a store.

    Attributes:
        failure: why the store is not available; empty while it is.
    """

    def __init__(self, url: str) -> None:
        """Answer from the store at a URL such as `redis://HOST:6379/0`."""
        self._store = AnswerStore(url)
        self.failure = ""

    def plain(self, id: str, limit: int | None) -> tuple[str | None, bytes]:
        """Answer a plain look-up by ID; see `AnswerOne`.

        Raises:
            UnknownArticleError: no article answers to the ID.
            WrongRequestError: the limit exceeds the exported one.
            StoreError: the store is not available.
        """
        return self._limited(self._store.answer(id), limit)

    def plain_many(self, asked: Sequence[tuple[str, int | None]]) -> list[tuple[str | None, bytes] | None]:
        """Answer several plain look-ups in one round trip; see `AnswerMany`.

        `None` stands for an ID that is not an article's own, and for a limit that exceeds the exported one.

        Raises:
            StoreError: the store is not available.
        """
        info, bodies = self._store.answers([id for id, _ in asked])
        return [
            None if body is None or (limit or 0) > info.limit else self._limited(StoredAnswer(info, body), limit)
            for body, (_, limit) in zip(bodies, asked, strict=True)
        ]

    def at(self, url: str, limit: int | None) -> tuple[str | None, bytes]:
        """Answer a plain look-up by address; otherwise like `plain`."""
        return self._limited(self._store.answer_at(url), limit)

    def info(self) -> VersionInfo:
        """The version of the answers; see `AnswerStore.info`."""
        return self._store.info()

    def described(self) -> ModelDescription | None:
        """The version of the answers for metrics; `None` while the store is not available."""
        try:
            info = self.info()
        except StoreError:
            return None
        return ModelDescription(info.version, None, info.articles)

    def report(self, error: StoreError) -> None:
        """Log a failure of the store, once for each reason."""
        if self.failure != str(error):
            self.failure = str(error)
            log.error("%s", error)

    def _limited(self, found: StoredAnswer, limit: int | None) -> tuple[str | None, bytes]:
        info, body = found
        if self.failure:
            log.warning("the store answers again")
            self.failure = ""
        if limit is None or limit == info.limit:
            return info.tag, body
        if limit > info.limit:
            allowed = f"a whole number from 1 to {info.limit}"
            detail = f"the parameter 'limit' is '{limit}'; it must be {allowed}, the number of entries exported"
            raise WrongRequestError(detail, parameter="limit", allowed=allowed)
        return info.tag, truncate_answer(body, limit)
