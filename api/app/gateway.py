"""The gateway between granian and the WSGI application: queues requests.

granian's own WSGI interface uses a thread for each waiting request. Such threads compete for the GIL, which favours
those that ran last. Here requests wait in a FIFO queue, without a thread.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from granian.rsgi import ProtocolError

from api.http import LARGEST_BODY, REFUSAL, problem, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from flask import Response
    from granian.rsgi import HTTPProtocol, Scope

    _Answer = tuple[int, list[tuple[str, str]], bytes]

_QUEUE = 256  # maximum number of waiting requests, and of bodies being received
_EXPLANATIONS = 32  # maximum number of waiting requests with explanations
_EXPLAIN = "explain"  # in a query: an explanation costs as much as a hundred look-ups
_EXPLAINED = frozenset({"/explore", "/compare", "/compare/judge"})  # pages that cost as much or more
_BODY_SECONDS = 30  # time limit for receiving a body
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class Gateway:
    """An RSGI application that runs a WSGI application.

    Requests that take less time than a thread switch are answered in the event loop, the others by a few threads. If a
    queue is full, requests are refused with 503, which the application finds in its environ.
    """

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        *,
        threads: int,
        at_once: Callable[[WSGIEnvironment], bool] | None = None,
        unlimited: Iterable[str] = (),
    ) -> None:
        """Serve an application.

        Args:
            wsgi_app: the application.
            threads: number of requests computed at a time.
            at_once: whether a request is so cheap that it is answered in the event loop; by default none is.
            unlimited: paths that bypass the queue.
        """
        self._wsgi_app = wsgi_app
        self._at_once = at_once
        self._unlimited = frozenset(unlimited)
        self._threads = _Threads(threads, _QUEUE)
        self._thread_beside = _Threads(1, _QUEUE)
        self._explaining_thread = _Threads(1, _EXPLANATIONS)
        self._arriving = asyncio.Semaphore(_QUEUE)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        environ = make_environ(scope)
        if self._at_once is not None and self._at_once(environ):
            answer = self._run(environ)
        elif scope.method not in _WITHOUT_BODY and (refusal := await self._read_body(environ, protocol)) is not None:
            answer = self._refuse(environ, refusal)
        elif (threads := self._threads_for(environ)).are_full():
            answer = self._refuse(environ, unavailable("too many requests are waiting; try again"))
        else:
            answer = await threads.run(lambda: self._run(environ))
        protocol.response_bytes(*answer)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Drop waiting requests when the worker ends."""
        for threads in (self._threads, self._thread_beside, self._explaining_thread):
            threads.stop()

    def _threads_for(self, environ: WSGIEnvironment) -> _Threads:
        if environ["PATH_INFO"] in self._unlimited:
            return self._thread_beside
        explained = environ["PATH_INFO"] in _EXPLAINED or _EXPLAIN in unquote(environ["QUERY_STRING"])
        return self._explaining_thread if explained else self._threads

    def _refuse(self, environ: WSGIEnvironment, refusal: Response) -> _Answer:
        environ[REFUSAL] = refusal
        return self._run(environ)

    def _run(self, environ: WSGIEnvironment) -> _Answer:
        status, headers = "", list[tuple[str, str]]()

        def start_response(*begun: Any) -> Any:
            nonlocal status, headers
            status, headers = begun[:2]

        parts = self._wsgi_app(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        return int(status[:3]), headers, body

    async def _read_body(self, environ: WSGIEnvironment, protocol: HTTPProtocol) -> Response | None:
        """Read the whole body into memory for the application; returns a refusal if it is incomplete."""
        if "HTTP_TRANSFER_ENCODING" in environ:  # the length would not be known in advance
            return problem(HTTPStatus.LENGTH_REQUIRED, "the request has to say the length of its body (Content-Length)")
        declared = environ.get("CONTENT_LENGTH") or "0"
        length = int(declared) if declared.isascii() and declared.isdigit() else 0
        if not 0 < length <= LARGEST_BODY:
            return None  # there is no body, or it is refused unread
        if self._arriving.locked():
            return unavailable("too many bodies are arriving; try again")
        body = b""
        try:
            async with self._arriving, asyncio.timeout(_BODY_SECONDS):
                async for part in protocol:
                    body += part
        except ProtocolError:
            pass  # the connection broke
        except TimeoutError:
            return problem(HTTPStatus.REQUEST_TIMEOUT, f"the body has not arrived within {_BODY_SECONDS} seconds")
        if len(body) < length:
            return problem(HTTPStatus.BAD_REQUEST, f"the body broke off after {len(body)} of {length} bytes")
        environ["wsgi.input"] = BytesIO(body)
        return None


class _Threads:
    """Threads that compute requests from a bounded FIFO queue."""

    def __init__(self, count: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(count)
        self._admitted = asyncio.Semaphore(count + queue)

    def are_full(self) -> bool:
        return self._admitted.locked()

    async def run(self, compute: Callable[[], _Answer]) -> _Answer:
        async with self._admitted:
            return await asyncio.get_running_loop().run_in_executor(self._executor, compute)

    def stop(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def make_environ(scope: Scope) -> WSGIEnvironment:
    """The WSGI environ (PEP 3333) of a request, with an empty body.

    Headers with an underscore in their name are dropped, as nginx does: they could be mistaken for those with a hyphen,
    which a proxy in front sets.
    """
    server, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode(errors="replace").decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode(errors="replace").decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = _environ_key(name)
        if key is not None:
            environ[key] = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}" if key in environ else value
    return environ


@lru_cache(maxsize=512)
def _environ_key(header: str) -> str | None:
    if "_" in header:
        return None
    key = header.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
