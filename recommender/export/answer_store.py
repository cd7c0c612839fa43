"""Look-ups of answers that were loaded into Redis: by ID, by another name, or by address.

Every key names the version that it belongs to; the pointer names the version in use. Answers and names are spread over
256 hashes of each kind by the CRC-32 of the field, so that a version of a million articles has no more than 769 keys to
expire or make persistent, and none that takes Redis long to free:

    related:current                     string: the version in use
    related:<version>:info              string: `VersionInfo` as JSON
    related:<version>:answers:<00-ff>   hash: ID -> answer, as HTTP gives it
    related:<version>:names:<00-ff>     hash: another name -> ID
    related:<version>:urls:<00-ff>      hash: address (see `normalise_url`) -> ID

A look-up reads the pointer and the answer in one round trip (two for another name or an address), and repeats that if
the pointer has changed. So it never mixes versions, and sees a switch at once. Redis Cluster is not supported: it may
keep the two on different nodes.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Literal, NamedTuple, TypeAlias, get_args
from zlib import crc32

import msgspec

from recommender.articles import get_address_keys
from recommender.errors import SettingsError, StoreError, UnknownArticleError, without_secrets

Kind: TypeAlias = Literal["answers", "names", "urls"]

CURRENT = "related:current"
_TIMEOUT = 0.5  # seconds for connecting, and for an answer
_PAUSE = 0.25  # seconds after a failure before Redis is tried again
_MAX_SWITCHES = 5  # of the version in use, within one look-up
_BUCKETS = 256  # hashes of each kind
_LIST = b'"related":['


class VersionInfo(msgspec.Struct, frozen=True):
    """A version of the answers.

    Attributes:
        version: the model's version.
        tag: differs between any two versions whose answers differ; the model's version unless other answers of the
            same model were loaded before.
        limit: maximum number of entries of an answer.
        articles: number of answers.
        loaded: time of loading, ISO 8601.
    """

    version: str
    tag: str
    limit: int
    articles: int
    loaded: str


class StoredAnswer(NamedTuple):
    """An untruncated answer, and the version that it belongs to."""

    info: VersionInfo
    body: bytes


class EncodedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer, its entries undecoded."""

    id: str
    related: list[msgspec.Raw]


class _Version(NamedTuple):
    name: bytes
    info: VersionInfo


_NONE = _Version(b"", VersionInfo("", "", 0, 0, ""))  # no version has this name

decode_answer = msgspec.json.Decoder(EncodedAnswer).decode


def info_key(version: bytes) -> bytes:
    """The key of a version's `VersionInfo`."""
    return b"related:%b:info" % version


def hash_key(version: bytes, kind: Kind, name: str) -> tuple[bytes, bytes]:
    """The hash key, and the field in it, of an ID, another name or an address; lone surrogates become `?`."""
    field = name.encode(errors="replace")
    return b"related:%b:%b:%02x" % (version, kind.encode(), crc32(field) % _BUCKETS), field


def version_keys(version: bytes) -> list[bytes]:
    """All keys that a version may have."""
    kinds = [kind.encode() for kind in get_args(Kind)]
    hashes = [b"related:%b:%b:%02x" % (version, kind, bucket) for kind in kinds for bucket in range(_BUCKETS)]
    return [info_key(version), *hashes]


def truncate_answer(body: bytes, limit: int) -> bytes:
    """An answer cut to its first `limit` entries, byte for byte as a look-up with this limit gives it."""
    entries = decode_answer(body).related
    if len(entries) <= limit:
        return body
    return body[: body.index(_LIST) + len(_LIST)] + b",".join(entries[:limit]) + b"]}"


def redact_url(url: str) -> str:
    """A store's URL without user, password and query, for messages."""
    return without_secrets(url.partition("?")[0])


def import_redis() -> ModuleType:
    """The module redis-py, which is an extra.

    Raises:
        SettingsError: it is not installed.
    """
    try:
        import redis
    except ImportError as error:
        raise SettingsError("answers in Redis need an extra: pip install '.[redis]'") from error
    return redis


class AnswerStore:
    """Reads answers of the version in use.

    Instances are thread-safe, and a forked process opens connections of its own. While Redis fails, one look-up per
    quarter of a second retries it; the others fail at once. Look-ups raise a `StoreError` if Redis can't be reached, or
    holds no answers.
    """

    def __init__(self, url: str) -> None:
        """Take the URL; the first look-up connects.

        Args:
            url: `redis://HOST:PORT/DB`, or any other URL that redis-py knows.

        Raises:
            SettingsError: the URL is invalid, or redis-py is not installed.
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
            raise SettingsError(f"{self.name}: is not a store; it must be redis://HOST:PORT/DB") from error
        # redis-py's own pool takes as long as the look-up itself.
        self._idle_connections: deque[Any] = deque()
        self._pid = os.getpid()
        self._in_use = _NONE
        self._retry_at = 0.0
        self._failure = ""

    def answer(self, id: str) -> StoredAnswer:
        """The answer of an article by its ID or another of its names.

        Raises:
            UnknownArticleError: no article has this ID or name.
        """
        for _ in range(_MAX_SWITCHES):
            version, [body] = self._get("answers", id)
            if body is not None:
                return StoredAnswer(version.info, body)
            named, body = self._get_by("names", id)
            if body is not None:
                return StoredAnswer(named.info, body)
            if named is version:
                raise UnknownArticleError(id, closest=None)
        raise self._unstable()

    def answers(self, ids: Sequence[str]) -> tuple[VersionInfo, list[bytes | None]]:
        """The version in use, and the answers of articles by their IDs alone, in one round trip; `None` if unknown."""
        version, bodies = self._get("answers", *ids)
        return version.info, bodies

    def answer_at(self, url: str) -> StoredAnswer:
        """The answer of the article at an address, or failing that at its path on the site; see `normalise_url`.

        Raises:
            UnknownArticleError: no article has this address.
        """
        for key in get_address_keys(url):
            version, body = self._get_by("urls", key)
            if body is not None:
                return StoredAnswer(version.info, body)
        raise UnknownArticleError(url)

    def info(self) -> VersionInfo:
        """The version in use."""
        return self._get("answers")[0].info

    def close(self) -> None:
        """Close idle connections."""
        while self._idle_connections:
            self._idle_connections.pop().disconnect()

    def _get_by(self, kind: Kind, name: str) -> tuple[_Version, bytes | None]:
        """The answer of an article by another name or an address; `None` if there is none."""
        for _ in range(_MAX_SWITCHES):
            version, [id] = self._get(kind, name)
            if id is None:
                return version, None
            same, [body] = self._get("answers", id.decode())
            if same is version:
                return version, body
        raise self._unstable()

    def _get(self, kind: Kind, *names: str) -> tuple[_Version, list[bytes | None]]:
        """The version in use, and what it has in the field of each name."""
        for _ in range(_MAX_SWITCHES):
            in_use = self._in_use
            look_ups = [("HGET", *hash_key(in_use.name, kind, name)) for name in names]
            current, *values = self._ask(("GET", CURRENT), *look_ups)
            if current == in_use.name:
                return in_use, values
            if current is None:
                raise StoreError(f"{self.name}: holds no answers; run `recommender load OUT --to {self.name}`")
            [info] = self._ask(("GET", info_key(current)))
            if info is not None:  # otherwise the version has expired since
                self._in_use = _Version(current, self._read(info))
        raise self._unstable()

    def _read(self, info: bytes) -> VersionInfo:
        try:
            return msgspec.json.decode(info, type=VersionInfo)
        except msgspec.DecodeError as error:
            raise StoreError(f"{self.name}: holds data of another format ({error}); load once more") from error

    def _ask(self, *commands: tuple[str | bytes, ...]) -> list[Any]:
        """The replies to some commands, which are sent in one round trip."""
        if self._pid != os.getpid():
            self._idle_connections, self._pid = deque(), os.getpid()  # the parent's connections stay with the parent
        if self._retry_at:
            now = time.monotonic()
            if now < self._retry_at:
                raise StoreError(self._failure)
            self._retry_at = now + 2 * _TIMEOUT  # this look-up tries it; meanwhile the others fail at once
        while True:
            try:
                connection, used = self._idle_connections.pop(), True
            except IndexError:
                connection, used = self._pool.make_connection(), False
            try:
                connection.send_packed_command(connection.pack_commands(commands))
                replies = [connection.read_response() for _ in commands]
            except (self._redis.RedisError, OSError) as error:
                connection.disconnect()
                closed = isinstance(error, self._redis.ConnectionError)
                if used and closed:
                    continue  # Redis may have closed it while it was idle
                self._failure = f"{self.name}: can't be asked: {error}"
                self._retry_at = time.monotonic() + _PAUSE
                raise StoreError(self._failure) from error
            except BaseException:
                connection.disconnect()
                raise
            self._idle_connections.append(connection)
            self._retry_at = 0.0
            return replies

    def _unstable(self) -> StoreError:
        return StoreError(f"{self.name}: its version in use keeps changing, or is incomplete; load once more")
