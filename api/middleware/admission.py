"""Admission control: slow bodies and costly requests wait in bounded queues, and never keep a plain look-up waiting."""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import unquote

from api.http import problem, unavailable
from api.state import EXPLANATIONS, QUEUE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Response

LARGEST_BODY = 64 << 10  # bytes
_EXPLAIN = "explain"  # in a query: an explanation costs as much as a hundred look-ups
_EXPLORE = "/explore"  # the page that explains a list
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class Admission:
    """WSGI middleware that reads bodies whole, and has a few requests computed at a time.

    What comes when a queue is full is refused with 503.
    """

    def __init__(self, wsgi_app: WSGIApplication, *, threads: int, unlimited: Collection[str]) -> None:
        """Let requests through to an application.

        Args:
            threads: requests that are computed at a time.
            unlimited: paths that never wait.
        """
        self._wsgi_app = wsgi_app
        self._unlimited = unlimited
        self._arriving = _Slots(QUEUE)
        self._waiting = _Slots(QUEUE)
        self._waiting_for_explanations = _Slots(EXPLANATIONS)
        self._computing = _Slots(threads)
        self._explaining = _Slots(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in _WITHOUT_BODY and (refusal := self._read_body(environ)) is not None:
            return refusal(environ, start_response)
        if environ["PATH_INFO"] in self._unlimited:
            return self._wsgi_app(environ, start_response)
        waiting, needed = self._waiting, [self._computing]
        if environ["PATH_INFO"] == _EXPLORE or _EXPLAIN in unquote(environ.get("QUERY_STRING", "")):
            waiting = self._waiting_for_explanations
            needed.insert(0, self._explaining)  # first, since a request that waits for it must hold no other slot
        if not waiting.take(block=False):
            return unavailable("too many requests are waiting; try again")(environ, start_response)
        for slots in needed:
            slots.take()
        try:
            return self._wsgi_app(environ, start_response)
        finally:
            for slots in needed:
                slots.give_back()
            waiting.give_back()

    def _read_body(self, environ: WSGIEnvironment) -> Response | None:
        """Read the whole body, and let the application read it from memory; returns a refusal if it is incomplete."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            # A server can't tell the application whether a body of unknown length broke off.
            return problem(HTTPStatus.LENGTH_REQUIRED, "the request has to say the length of its body (Content-Length)")
        declared = environ.get("CONTENT_LENGTH") or "0"
        length = int(declared) if declared.isascii() and declared.isdigit() else 0
        if not 0 < length <= LARGEST_BODY:
            return None  # there is none, or it is refused unread
        if not self._arriving.take(block=False):
            return unavailable("too many bodies are arriving; try again")
        try:
            body = _read(environ, length)
        finally:
            self._arriving.give_back()
        if len(body) < length:
            return problem(HTTPStatus.BAD_REQUEST, f"the body broke off after {len(body)} of {length} bytes")
        environ["wsgi.input"] = BytesIO(body)
        return None


class _Slots:
    """A semaphore as fast as a lock: the one of `threading` is a Python object around a lock and a list."""

    def __init__(self, count: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(count):
            self._free.put(None)

    def take(self, *, block: bool = True) -> bool:
        try:
            self._free.get(block)
        except Empty:
            return False
        return True

    def give_back(self) -> None:
        self._free.put(None)


def _read(environ: WSGIEnvironment, length: int) -> bytes:
    parts, missing = [], length
    while missing and (part := environ["wsgi.input"].read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
