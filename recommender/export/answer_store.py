"""Answers in Redis, looked up by ID, by another name or by address: one round trip each.

Every key names the version that it belongs to, and one more, the pointer, names the version in use:

    related:current                     the version in use
    related:<version>:about             what it is, as JSON
    related:<version>:answer:<id>       an answer as it leaves
    related:<version>:name:<name>       the ID of the article that answers to another name,
    related:<version>:url:<address>     or is at an address (`normalise_url`)

A look-up asks for the pointer and the answer at once. So it never mixes versions and sees a switch at once, whatever
has become of the version that it expected. (A Redis Cluster, where the two may lie apart, can't be asked so.)
"""

from __future__ import annotations

import os
import time
from collections import deque
from types import ModuleType
from typing import Any, NamedTuple

import msgspec

from recommender.articles import normalise_url
from recommender.errors import SettingsError, StoreError, UnknownArticleError, without_secrets

CURRENT = "related:current"
_TIMEOUT = 0.5  # seconds for connecting, and for an answer
_PAUSE = 0.25  # seconds after a failure in which it is not asked again
_SWITCHES = 5  # within one look-up
_LIST = b'"related":['


class VersionInfo(msgspec.Struct, frozen=True):
    """What a version of the answers is.

    Attributes:
        version: of the model that gave them.
        tag: differs between any two whose answers differ; it is the model's version where no others of that model's
            were loaded before.
        limit: the most entries that an answer may hold.
        articles: how many there are.
        loaded: when, ISO 8601.
    """

    version: str
    tag: str
    limit: int
    articles: int
    loaded: str


class StoredAnswer(NamedTuple):
    """An answer, whole, and the version that it is of."""

    about: VersionInfo
    body: bytes


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer, its entries as they are written."""

    id: str
    related: list[msgspec.Raw]


class _Version(NamedTuple):
    name: bytes
    about: VersionInfo


_NONE = _Version(b"", VersionInfo("", "", 0, 0, ""))  # no key has this version

decode_answer = msgspec.json.Decoder(Answer).decode


def redis_key(version: bytes, kind: str, name: str | None = None) -> bytes:
    """The key of something of a version; half of a surrogate pair, which UTF-8 does not know, is a question mark."""
    rest = kind if name is None else f"{kind}:{name}"
    return b"related:" + version + b":" + rest.encode(errors="replace")


def truncate_answer(body: bytes, limit: int) -> bytes:
    """An answer with its first `limit` entries, byte for byte as a model answers when it is asked for so many."""
    entries = decode_answer(body).related
    if len(entries) <= limit:
        return body
    return body[: body.index(_LIST) + len(_LIST)] + b",".join(entries[:limit]) + b"]}"


def redact_url(url: str) -> str:
    """A store's address without what is secret in it."""
    return without_secrets(url.partition("?")[0])


def import_redis() -> ModuleType:
    """redis-py.

    Raises:
        SettingsError: it is not installed.
    """
    try:
        import redis
    except ImportError as error:
        raise SettingsError("answers in Redis need an extra: pip install '.[redis]'") from error
    return redis


class AnswerStore:
    """The answers of the version in use, whichever that is at the moment.

    Threads may share it, and a process that is forked makes connections of its own. Where Redis fails, one question in
    a while finds out whether it is back; the others fail at once.
    """

    def __init__(self, url: str) -> None:
        """Know where the answers are; nothing is asked yet.

        Args:
            url: `redis://HOST:PORT/DB`, or another that redis-py knows.

        Raises:
            SettingsError: there is no such address, or redis-py is not installed.
        """
        self.name = redact_url(url)
        self._redis = import_redis()
        try:
            self._pool = self._redis.ConnectionPool.from_url(
                url,
                socket_timeout=_TIMEOUT,
                socket_connect_timeout=_TIMEOUT,
                retry=self._redis.retry.Retry(self._redis.backoff.NoBackoff(), 0),
            )
        except (ValueError, TypeError) as error:
            raise SettingsError(f"{self.name}: is no store; it must be redis://HOST:PORT/DB") from error
        # redis-py's own pool costs as much as the question.
        self._idle: deque[Any] = deque()
        self._process = os.getpid()
        self._seen = _NONE
        self._away_until = 0.0
        self._failure = ""

    def answer(self, id: str) -> StoredAnswer:
        """The answer of the article that answers to an ID.

        Raises:
            UnknownArticleError: none does.
            StoreError: the store can't be asked, or holds no answers.
        """
        for _ in range(_SWITCHES):
            version, body = self._get("answer", id)
            if body is not None:
                return StoredAnswer(version.about, body)
            named, body = self._named("name", id)
            if body is not None:
                return StoredAnswer(named.about, body)
            if named is version:
                raise UnknownArticleError(id, closest=None)
        raise self._restless()

    def answer_at(self, url: str) -> StoredAnswer:
        """The answer of the article at an address; scheme, `www.`, fragment and trailing slash don't matter.

        Raises:
            UnknownArticleError: none has this address.
            StoreError: the store can't be asked, or holds no answers.
        """
        version, body = self._named("url", normalise_url(url))
        if body is None:
            raise UnknownArticleError(url)
        return StoredAnswer(version.about, body)

    def about(self) -> VersionInfo:
        """What is in use now.

        Raises:
            StoreError: the store can't be asked, or holds no answers.
        """
        return self._get("about")[0].about

    def close(self) -> None:
        """Close what connections are idle."""
        while self._idle:
            self._idle.pop().disconnect()

    def _named(self, kind: str, name: str) -> tuple[_Version, bytes | None]:
        """The answer of an article by another name or an address, `None` if there is none."""
        for _ in range(_SWITCHES):
            version, id = self._get(kind, name)
            if id is None:
                return version, None
            same, body = self._get("answer", id.decode())
            if same is version:
                return version, body
        raise self._restless()

    def _get(self, kind: str, name: str | None = None) -> tuple[_Version, bytes | None]:
        """What the version in use has under a key, and which version that is."""
        for _ in range(_SWITCHES):
            seen = self._seen
            current, value = self._ask("MGET", CURRENT, redis_key(seen.name, kind, name))
            if current == seen.name:
                return seen, value
            if current is None:
                raise StoreError(f"{self.name}: holds no answers; run `recommender load OUT --to {self.name}`")
            about = self._ask("GET", redis_key(current, "about"))
            if about is not None:  # else it has been removed since
                self._seen = _Version(current, self._read(about))
        raise self._restless()

    def _read(self, about: bytes) -> VersionInfo:
        try:
            return msgspec.json.decode(about, type=VersionInfo)
        except msgspec.DecodeError as error:
            raise StoreError(f"{self.name}: holds what this program does not load ({error}); load once more") from error

    def _ask(self, *command: str | bytes) -> Any:
        if self._process != os.getpid():
            self._idle, self._process = deque(), os.getpid()  # those are the parent's
        if self._away_until:
            now = time.monotonic()
            if now < self._away_until:
                raise StoreError(self._failure)
            self._away_until = now + 2 * _TIMEOUT  # this one finds out; the others needn't wait with it
        while True:
            try:
                connection, used = self._idle.pop(), True
            except IndexError:
                connection, used = self._pool.make_connection(), False
            try:
                connection.send_command(*command)
                answer = connection.read_response()
            except (self._redis.RedisError, OSError) as error:
                connection.disconnect()
                closed = isinstance(error, self._redis.ConnectionError)
                if used and closed:
                    continue  # it may have been closed while it was idle
                self._failure = f"{self.name}: can't be asked: {error}"
                self._away_until = time.monotonic() + _PAUSE
                raise StoreError(self._failure) from error
            except BaseException:
                connection.disconnect()
                raise
            self._idle.append(connection)
            self._away_until = 0.0
            return answer

    def _restless(self) -> StoreError:
        return StoreError(f"{self.name}: its version in use does not stay, or is not whole; load once more")
