"""Cacheable responses: Cache-Control, ETag, compression."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version as installed_version
from typing import NamedTuple, cast

from flask import Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

from api.state import Config

JSON = "application/json"
_PROGRAM = installed_version("related-articles")
_MIN_COMPRESSED = 860  # bytes; below, compression saves no packet
_LEVEL = 5
_GZIP = 31  # zlib's wbits for the gzip format; its header has no time, so equal answers have equal bytes
_LONGEST_HEADER = 4096


class Delivery(NamedTuple):
    """A status, headers and a body, as WSGI takes them."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Deliverer:
    """Makes deliveries of answers that depend only on the request and the model."""

    def __init__(self, config: Config) -> None:
        self._kept = f"public, max-age={config.max_age}, stale-while-revalidate={config.stale_while_revalidate}"
        self._compression = config.compression
        self._seed = f"{_PROGRAM}\n{config.published}\n{','.join(config.fields)}\n"

    def __call__(
        self, environ: Mapping[str, str], tag: str | None, body: bytes, mimetype: str = JSON, *, is_file: bool = False
    ) -> Delivery:
        """An answer with its headers, compressed if the client prefers that, or 304 if the client's copy is current.

        The ETag is strong: a hash of the tag, the program's version, the request and the compression.

        Args:
            tag: of the snapshot; `None` for an answer that no cache may keep.
            is_file: whether the body is a file of this program, whose compressed form is cached.
        """
        headers: list[tuple[str, str]] = []
        compressed = False
        if self._compression:
            headers.append(("Vary", "Accept-Encoding"))
            wanted = environ.get("HTTP_ACCEPT_ENCODING")
            compressed = wanted is not None and len(body) >= _MIN_COMPRESSED and takes_gzip(wanted[:_LONGEST_HEADER])
        if tag is None:
            headers.append(("Cache-Control", "no-store"))
        else:
            key = f"{self._seed}{tag}\n{environ['PATH_INFO']}?{environ.get('QUERY_STRING')}\n{compressed}"
            etag = blake2b(key.encode(errors="replace"), digest_size=12).hexdigest()
            headers += (("Cache-Control", self._kept), ("ETag", f'"{etag}"'))
            known = environ.get("HTTP_IF_NONE_MATCH")
            if known is not None and parse_etags(known[:_LONGEST_HEADER]).contains_weak(etag):
                return Delivery("304 NOT MODIFIED", headers, b"")
        if compressed:
            headers.append(("Content-Encoding", "gzip"))
            body = _compressed_file(body) if is_file else _compressed(body)
        headers += (("Content-Type", mimetype), ("Content-Length", str(len(body))))
        return Delivery("200 OK", headers, body)


def _compressed(body: bytes) -> bytes:
    return zlib.compress(body, _LEVEL, wbits=_GZIP)


_compressed_file = lru_cache(maxsize=8)(_compressed)


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client accepts gzip and prefers no other encoding."""
    accepted = parse_accept_header(accept_encoding, Accept)
    return accepted.quality("gzip") > 0 and accepted.quality("gzip") >= accepted.quality("identity")


def deliver(tag: str | None, body: bytes, mimetype: str = JSON, *, is_file: bool = False) -> Response:
    """A cacheable answer, which depends only on the request and the model or store; see `Deliverer`."""
    deliverer = cast("Deliverer", current_app.extensions["deliverer"])
    delivery = deliverer(request.environ, tag, body, mimetype, is_file=is_file)
    return Response(delivery.body, delivery.status, delivery.headers)


def uncached(body: bytes, content_type: str = JSON) -> Response:
    """An answer that no cache may keep."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
