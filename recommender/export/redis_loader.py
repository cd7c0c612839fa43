"""Answers into Redis: a version of its own beside the one in use, which gives way at the end, at once.

Beside the keys of `store`:

    related:versions            versions that may have keys
    related:removing            those whose keys are being removed
    related:served              versions that were in use, the newest first
    related:tags                each model's version, and the digest of the answers that were loaded of it first
    related:<version>:begun     there until keys of the version are removed
    related:<version>:loading   there while its load is alive: by itself it is gone in some seconds

So whatever is killed when, the next load knows what was left, and removes it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from tqdm import tqdm

from recommender.errors import SettingsError, StoreError
from recommender.export.answer_store import CURRENT, VersionInfo, import_redis, redact_url, redis_key
from recommender.export.export_reader import ExportReader

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

_VERSIONS, _REMOVING, _SERVED, _TAGS = "related:versions", "related:removing", "related:served", "related:tags"
_TIMEOUT = 30.0  # seconds for what Redis is asked
_LEASE = 3  # seconds without a sign of life after which a load counts as dead
_BATCH = 1 << 20  # bytes that are sent at a time
_COMMANDS = 2000  # at most in a batch, each of which Redis answers
_SCANNED = 1000  # keys that Redis looks at, and removes, at a time: it does nothing else meanwhile


class LoadResult(NamedTuple):
    """What was loaded: the model's version, how many answers, and how many other names and addresses."""

    version: str
    articles: int
    names: int


def load_into_redis(source: str, url: str, *, keep: int = 1, progress: bool = False) -> LoadResult:
    """Put an export's answers into Redis and switch to them; what is older than the `keep` versions before is removed.

    Until the switch the version that was in use answers, and after an error it goes on.

    Args:
        source: a dataset folder or a file of answers, as a path or an address that fsspec knows.
        url: `redis://HOST:PORT/DB`, or another that redis-py knows.

    Raises:
        ExportError: the export is not whole.
        SettingsError: the address is none, or redis-py is not installed.
        StoreError: Redis can't be reached, has no memory left, or another load has come in between.
    """
    exported = ExportReader(source)
    redis, name = import_redis(), redact_url(url)
    try:
        client = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0)
        )
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{name}: is no store; it must be redis://HOST:PORT/DB") from error
    with client, _said(redis, name):
        return _Load(client, name, keep).run(exported, progress=progress)


class _Load:
    """One load."""

    def __init__(self, client: Redis, name: str, keep: int) -> None:
        self._client: Any = client
        self._name = name
        self._keep = keep

    def run(self, exported: ExportReader, *, progress: bool) -> LoadResult:
        self._require_memory_that_keeps()
        self._wait_for_the_dead()
        self._tidy()
        self._version = self._begin()
        try:
            return self._fill(exported, progress=progress)
        except BaseException:
            with suppress(Exception):  # where even that fails, the next load does it
                self._client.delete(redis_key(self._version, "loading"))
                self._tidy()
            raise

    def _fill(self, exported: ExportReader, *, progress: bool) -> LoadResult:
        digest, articles, names, longest = blake2b(digest_size=8), 0, 0, 1
        sending = _Sending(self._client, self._version)
        # What is known by other names comes first: a version is whole as soon as it is in use.
        for known in exported.names():
            digest.update(msgspec.json.encode(known))
            pairs = [("name", name) for name in known.names] + [("url", url) for url in known.urls]
            for kind, name in pairs:
                sending.set(redis_key(self._version, kind, name), known.id.encode(errors="replace"))
            names += len(pairs)
        bar = tqdm(desc="loading", total=exported.articles, unit=" articles", disable=None if progress else True)
        with bar:
            for answer, line in exported.answers():
                digest.update(line)
                sending.set(redis_key(self._version, "answer", answer.id), line)
                longest = max(longest, len(answer.related))
                articles += 1
                bar.update()
        sending.send()
        version = exported.version or digest.hexdigest()
        about = VersionInfo(
            version,
            self._tag(version, digest.hexdigest(), alone=not exported.live),
            longest if exported.limit is None else exported.limit,
            articles,
            f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        self._client.set(redis_key(self._version, "about"), msgspec.json.encode(about))
        self._client.transaction(self._switch, CURRENT, _REMOVING, redis_key(self._version, "begun"))
        self._tidy()
        return LoadResult(version, articles, names)

    def _begin(self) -> bytes:
        """A version that is later than all before, on record before its first key."""
        seconds, microseconds = self._client.time()
        moment = seconds * 1_000_000 + microseconds
        latest = max((int(one, 16) for one in self._client.smembers(_VERSIONS)), default=0)
        version = f"{max(moment, latest + 1):013x}".encode()
        with self._client.pipeline() as pipe:
            pipe.set(redis_key(version, "loading"), b"", ex=_LEASE)
            pipe.sadd(_VERSIONS, version)
            pipe.set(redis_key(version, "begun"), b"")
            pipe.execute()
        return version

    def _tag(self, version: str, digest: str, *, alone: bool) -> str:
        """The model's version, as its own look-ups are tagged, unless it was not alone or other answers have that."""
        if alone:
            self._client.hsetnx(_TAGS, version, digest)
            if self._client.hget(_TAGS, version).decode() == digest:
                return version
        return f"{version}+{digest}"

    def _switch(self, pipe: Pipeline) -> None:
        current: Any = pipe.get(CURRENT)
        if current is not None and current > self._version:
            raise StoreError(f"{self._name}: a load that began later has ended first; its answers stay")
        removing: Any = pipe.sismember(_REMOVING, self._version)  # type: ignore[arg-type]
        if removing or not pipe.exists(redis_key(self._version, "begun")):
            raise StoreError(f"{self._name}: another load took this one for dead; run it again")
        pipe.multi()
        pipe.set(CURRENT, self._version)
        pipe.lpush(_SERVED, self._version)
        pipe.ltrim(_SERVED, 0, self._keep)
        pipe.delete(redis_key(self._version, "loading"))

    def _require_memory_that_keeps(self) -> None:
        """Refuse a Redis that forgets what it was given: an article would then be unknown."""
        memory = self._client.info("memory")
        policy = str(memory.get("maxmemory_policy", ""))
        if memory.get("maxmemory") and policy.startswith("allkeys"):
            raise StoreError(
                f"{self._name}: may drop answers when its memory is full (maxmemory-policy {policy}); "
                "set it to noeviction"
            )

    def _wait_for_the_dead(self) -> None:
        """Wait until each load that is on record has shown that it lives, or has had the time to."""
        for version in self._client.smembers(_VERSIONS):
            left = self._client.pttl(redis_key(version, "loading"))
            began = time.monotonic()
            while left > 0 and time.monotonic() - began < _LEASE:
                time.sleep(min(left / 1000 + 0.001, 0.2))
                now = self._client.pttl(redis_key(version, "loading"))
                if now > left:
                    break  # it lives
                left = now

    def _tidy(self) -> None:
        """Remove the versions that are neither in use, nor kept, nor being loaded."""
        kept = {self._client.get(CURRENT), *self._client.lrange(_SERVED, 0, self._keep)}
        for version in self._client.smembers(_VERSIONS):
            if version not in kept and not self._client.exists(redis_key(version, "loading")):
                self._client.smove(_VERSIONS, _REMOVING, version)
        removing = self._client.smembers(_REMOVING)
        if not removing:
            return
        keys: Iterable[bytes] = self._client.scan_iter(match="related:*", count=_SCANNED)
        for batch in _in_batches(one for one in keys if one.split(b":", 2)[1] in removing):
            self._client.unlink(*batch)
        self._client.srem(_REMOVING, *removing)


class _Sending:
    """Keys of a version on their way, many at a time, each time with a sign of life.

    And on record: where the load had been taken for dead, and was not, something might remain that no one knows of.
    """

    def __init__(self, client: Any, version: bytes) -> None:
        self._version = version
        self._pipe = client.pipeline(transaction=False)
        self._bytes = 0

    def set(self, place: bytes, value: bytes) -> None:
        self._pipe.set(place, value)
        self._bytes += len(place) + len(value)
        if self._bytes >= _BATCH or len(self._pipe) >= _COMMANDS:
            self.send()

    def send(self) -> None:
        self._pipe.sadd(_VERSIONS, self._version)
        self._pipe.set(redis_key(self._version, "loading"), b"", ex=_LEASE)
        self._pipe.execute()
        self._bytes = 0


def _in_batches(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    keys = iter(keys)
    while batch := list(islice(keys, _SCANNED)):
        yield batch


@contextmanager
def _said(redis: Any, name: str) -> Iterator[None]:
    """Whatever Redis does, in a sentence."""
    try:
        yield
    except redis.exceptions.OutOfMemoryError as error:
        raise StoreError(
            f"{name}: has no memory left (maxmemory), and what was in use stays; give it room for three versions, or "
            "for two with --keep 0, or export with a lower --limit"
        ) from error
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise StoreError(f"{name}: is gone or does not answer ({error}); what was in use stays: run again") from error
    except redis.RedisError as error:
        raise StoreError(f"{name}: refuses ({error}); what was in use stays") from error
