"""Loading an export into Redis as a new version, and switching to it.

Every key of a version that is being loaded expires after a minute; the loader renews that while it runs. The
transaction that switches to the version makes its keys persistent, and lets those of older versions expire. So the keys
of a killed loader expire by themselves, and need no search and no clean-up. In addition to the keys that
`answer_store` reads:

    related:served              list: the versions in use and kept for going back, newest first
    related:tags                hash: model version -> digest of its answers when first loaded
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from tqdm import tqdm

from recommender.errors import SettingsError, StoreError
from recommender.export.answer_store import (
    CURRENT,
    Kind,
    VersionInfo,
    hash_key,
    import_redis,
    info_key,
    redact_url,
    version_keys,
)
from recommender.export.export_reader import ExportReader

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

_SERVED, _TAGS = "related:served", "related:tags"
_TIMEOUT = 30.0  # seconds for a reply from Redis
_TTL = 60  # seconds
_TAGS_KEPT = 1000  # model versions, whose names begin with the time of training
_BATCH_BYTES = 1 << 20


class LoadResult(NamedTuple):
    """What was loaded: the model's version, the number of answers, and the number of other names and addresses."""

    version: str
    articles: int
    names: int


def load_into_redis(source: str, url: str, *, keep: int = 1, ttl: int = _TTL, progress: bool = False) -> LoadResult:
    """Load the answers of an export into Redis and switch to them in one transaction.

    Articles that are not for readers are left out. Until the switch, and after an error, the version in use stays in
    use.

    Args:
        source: path or URL of a dataset folder or of a file of answers.
        url: `redis://HOST:PORT/DB`, or any other URL that redis-py knows.
        keep: how many earlier versions stay in Redis for rolling back.
        ttl: seconds after which the keys of a dead loader, and those of versions that are not kept, expire.

    Raises:
        ExportError: the export is incomplete.
        SettingsError: the URL is invalid, or redis-py is not installed.
        StoreError: Redis can't be reached, has no memory left, or a later load has finished first.
    """
    export = ExportReader(source)
    redis, name = import_redis(), redact_url(url)
    try:
        client = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0)
        )
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{name}: is not a store; it must be redis://HOST:PORT/DB") from error
    with client, _store_errors(redis, name):
        _require_noeviction(client, name)
        writer = _VersionWriter(client, name, ttl)
        with writer.renewed():
            return _load(export, writer, keep=keep, progress=progress)


def _load(export: ExportReader, writer: _VersionWriter, *, keep: int, progress: bool) -> LoadResult:
    digest, articles, names = blake2b(digest_size=8), 0, 0
    kept_back: set[str] = set()
    for known in export.names():
        digest.update(msgspec.json.encode(known))
        if not known.public:
            kept_back.add(known.id)
            continue
        id = known.id.encode(errors="replace")
        for name in known.names:
            writer.put("names", name, id)
        for url in known.urls:
            writer.put("urls", url, id)
        names += len(known.names) + len(known.urls)
    with tqdm(desc="loading", total=export.articles, unit=" articles", disable=None if progress else True) as bar:
        for answer, line in export.answers():
            bar.update()
            digest.update(line)
            if answer.id not in kept_back:
                writer.put("answers", answer.id, line)
                articles += 1
    info = VersionInfo(
        version=export.version,
        tag=writer.claim_tag(export.version, digest.hexdigest(), live=bool(export.live)),
        limit=export.limit,
        articles=articles,
        loaded=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    writer.switch(info, keep=keep)
    return LoadResult(export.version, articles, names)


class _VersionWriter:
    """Writes the keys of one version, and switches to it."""

    def __init__(self, client: Redis, name: str, ttl: int) -> None:
        self._client: Any = client
        self._name = name
        self._ttl = ttl
        self._version = self._claim()
        self._sizes: Counter[bytes] = Counter()  # fields that were written, by key
        self._batch: defaultdict[bytes, dict[bytes, bytes]] = defaultdict(dict)
        self._batch_bytes = 0
        self._complete = threading.Event()

    def _claim(self) -> bytes:
        """A new version, later than the one in use; versions sort by the time at which their loads began."""
        seconds, microseconds = self._client.time()
        number = max(seconds * 1_000_000 + microseconds, int(self._client.get(CURRENT) or b"0", 16) + 1)
        while not self._client.set(info_key(version := b"%013x" % number), b"", nx=True, ex=self._ttl):
            number += 1
        return version

    def put(self, kind: Kind, name: str, value: bytes) -> None:
        """Set a field; fields are sent in batches."""
        key, field = hash_key(self._version, kind, name)
        self._batch[key][field] = value
        self._batch_bytes += len(field) + len(value)
        if self._batch_bytes >= _BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        # In a transaction, so that no key exists without its time to live, whenever this process is killed.
        with self._client.pipeline(transaction=True) as pipe:
            for key, fields in self._batch.items():
                pipe.hset(key, mapping=fields)
                pipe.expire(key, self._ttl)
            added = pipe.execute()[::2]
        self._sizes.update(dict(zip(self._batch, added, strict=True)))
        self._batch.clear()
        self._batch_bytes = 0

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Renew the version's time to live in a thread until the switch; after an error, remove the version."""
        with ThreadPoolExecutor(1) as pool:
            self._renewal = pool.submit(self._renew)
            try:
                yield
            except BaseException:
                with suppress(Exception):  # the keys expire in any case
                    self._client.unlink(*version_keys(self._version))
                raise
            finally:
                self._complete.set()

    def _renew(self) -> None:
        while not self._complete.wait(self._ttl / 4):
            with self._client.pipeline(transaction=False) as pipe:
                for key in version_keys(self._version):
                    pipe.expire(key, self._ttl)
                pipe.execute()

    def claim_tag(self, version: str, digest: str, *, live: bool) -> str:
        """A tag for the answers: the model's version, as its own look-ups have it, if the answers are the model's.

        They are not if the export holds live articles, or if other answers of the same version were loaded before, or
        may have been: only the latest model versions are remembered, so that Redis does not fill up with them.
        """
        remembered = sorted(self._client.hkeys(_TAGS))
        forgotten = len(remembered) >= _TAGS_KEPT and version.encode() < remembered[0]
        if not (live or forgotten):
            self._client.hsetnx(_TAGS, version, digest)
            first_digest = self._client.hget(_TAGS, version)
            if outdated := sorted(self._client.hkeys(_TAGS))[:-_TAGS_KEPT]:
                self._client.hdel(_TAGS, *outdated)
            if first_digest == digest.encode():
                return version
        return f"{version}+{digest}"

    def switch(self, info: VersionInfo, *, keep: int) -> None:
        """Make the version persistent and the one in use, and let the versions that are not kept expire."""
        self._flush()
        self._complete.set()
        self._renewal.result()  # wait for its end: it could make persistent keys expire
        self._client.transaction(lambda pipe: self._queue_switch(pipe, info, keep), CURRENT, _SERVED, *self._keys())

    def _keys(self) -> list[bytes]:
        return [info_key(self._version), *self._sizes]

    def _is_complete(self) -> bool:
        """Whether every key has all its fields: one may have expired and been created again with some of them."""
        with self._client.pipeline(transaction=False) as pipe:
            pipe.exists(info_key(self._version))
            for key in self._sizes:
                pipe.hlen(key)
            return bool(pipe.execute() == [1, *self._sizes.values()])

    def _queue_switch(self, pipe: Pipeline, info: VersionInfo, keep: int) -> None:
        # Until `multi`, commands run at once; if a watched key changes or expires before `execute`, all is run again.
        current: Any = pipe.get(CURRENT)
        if current is not None and current > self._version:
            raise StoreError(f"{self._name}: a later load has finished first; its answers stay in use")
        if not self._is_complete():
            raise StoreError(
                f"{self._name}: the load stalled for more than {self._ttl} seconds, or Redis has evicted keys, so "
                "its answers are incomplete; the previous answers stay in use: run again"
            )
        served: Any = pipe.lrange(_SERVED, 0, -1)
        pipe.multi()
        pipe.set(info_key(self._version), msgspec.json.encode(info), keepttl=True)
        for key in self._keys():
            pipe.persist(key)
        pipe.set(CURRENT, self._version)
        pipe.lpush(_SERVED, self._version)
        pipe.ltrim(_SERVED, 0, keep)
        for version in served[keep:]:
            for key in version_keys(version):
                pipe.expire(key, self._ttl)


def _require_noeviction(client: Redis, name: str) -> None:
    """Raise `StoreError` if Redis may evict persistent keys: articles would then be unknown."""
    memory: Any = client.info("memory")
    policy = str(memory.get("maxmemory_policy", ""))
    if memory.get("maxmemory") and policy.startswith("allkeys"):
        raise StoreError(
            f"{name}: may evict answers when its memory is full (maxmemory-policy {policy}); set it to noeviction"
        )


@contextmanager
def _store_errors(redis: Any, name: str) -> Iterator[None]:
    """Raise `StoreError` for any error of Redis."""
    try:
        yield
    except redis.exceptions.OutOfMemoryError as error:
        raise StoreError(
            f"{name}: has no memory left (maxmemory), and the previous answers stay in use; give it room for "
            "three versions, or for two with --keep 0, or export with a lower --limit"
        ) from error
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise StoreError(
            f"{name}: can't be reached or doesn't answer ({error}); the previous answers stay in use: run again"
        ) from error
    except redis.RedisError as error:
        raise StoreError(f"{name}: reports an error ({error}); the previous answers stay in use") from error
