"""The gateway between granian and the WSGI application: queues requests.

granian's own WSGI interface uses a thread for each waiting request. Such threads compete for the GIL, which favours
those that ran last. Here requests wait in a FIFO queue, without a thread.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import unquote

from granian.rsgi import ProtocolClosed, ProtocolError
from werkzeug.wsgi import ClosingIterator

from api.http import BEGUN, LARGEST_BODY, REFUSAL, expects_only_continue, problem, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from flask import Response
    from granian.rsgi import HTTPProtocol, Scope

    _Answer: TypeAlias = tuple[int, list[tuple[str, str]], bytes]

_Result = TypeVar("_Result")

_QUEUE = 256  # maximum number of waiting requests, and of bodies being received
_EXPLANATIONS = 32  # maximum number of waiting requests with explanations
_DOWNLOADS = 16  # maximum number of waiting downloads
_EXPLAIN = "explain"  # in a query: an explanation costs as much as a hundred look-ups
_EXPLAINED = frozenset({"/explore", "/compare", "/compare/judge"})  # pages that cost as much or more
_DOWNLOADED = frozenset({"/corpus.csv", "/corpus.json"})  # answers that grow with the corpus
_BODY_SECONDS = 30  # time limit for receiving a body
_LAST_SECONDS = 3.0  # time limit for waiting requests once a worker stops
_END_SECONDS = 4.0  # after which it exits; its server would kill it after 5
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class Gateway:
    """An RSGI application that runs a WSGI application.

    Requests that take less time than a thread switch are answered in the event loop, the others by a few threads. If a
    queue is full, requests are refused with 503, which the application finds in its environ. Downloads are streamed, no
    faster than the client reads them.

    Attributes:
        on_start: called when the event loop begins to read requests.
    """

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        *,
        threads: int,
        at_once: Callable[[WSGIEnvironment], bool] | None = None,
        is_fetched: Callable[[WSGIEnvironment], bool] | None = None,
        fetch: Callable[[Sequence[WSGIEnvironment]], None] = lambda _: None,
        unlimited: Iterable[str] = (),
    ) -> None:
        """Serve an application.

        Args:
            wsgi_app: the application.
            threads: number of requests computed at a time.
            at_once: whether a request is so cheap that it is answered in the event loop; by default none is.
            is_fetched: whether the answer to a request is fetched from elsewhere; by default none is.
            fetch: fetches the answers to several such requests; those that it could fetch are then cheap.
            unlimited: paths that bypass the queue.
        """
        self._wsgi_app = wsgi_app
        self._at_once = at_once
        self._is_fetched = is_fetched
        self._unlimited = frozenset(unlimited)
        self._threads = _Threads(threads, _QUEUE)
        self._batches = _Batches(self._threads, fetch)
        self._unlimited_thread = _Threads(1, _QUEUE)
        self._explaining_thread = _Threads(1, _EXPLANATIONS)
        self._downloading_thread = _Threads(1, _DOWNLOADS)
        self._arriving = asyncio.Semaphore(_QUEUE)
        self._deadlines = set[asyncio.Timeout]()  # of bodies being received
        self._is_stopping = False
        self.on_start: Callable[[], object] = lambda: None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Register `stop` for SIGTERM and SIGINT; the loop calls granian's own handlers too, which then await it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.stop))
        loop.call_soon(self.on_start)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        environ = make_environ(scope)
        if self._at_once is not None and self._at_once(environ):
            answer = self._run(environ)
        elif scope.method not in _WITHOUT_BODY and (refusal := await self._read_body(environ, protocol)) is not None:
            answer = self._refuse(environ, refusal)
        elif self._is_stopping or (threads := self._threads_for(environ)).admitted.locked():
            answer = self._refuse(environ, self._unavailable())
        elif threads is self._downloading_thread and scope.method == "GET":
            await self._download(environ, protocol)
            return
        else:
            try:
                async with threads.admitted:
                    answer = await self._compute(environ, threads)
            except asyncio.CancelledError:
                answer = self._refuse(environ, self._unavailable())
        protocol.response_bytes(*answer)

    async def _compute(self, environ: WSGIEnvironment, threads: _Threads) -> _Answer:
        if self._is_fetched is not None and self._is_fetched(environ):
            environ[BEGUN] = time.perf_counter()
            await self._batches.fetch(environ)
            if self._at_once is not None and self._at_once(environ):
                return self._run(environ)
            if self._is_stopping:
                return self._refuse(environ, self._unavailable())
        return await threads.compute(lambda: self._run(environ))

    def stop(self) -> None:
        """Limit the time for waiting requests; the rest is refused, so that each request is answered."""
        loop = asyncio.get_running_loop()
        loop.call_later(_LAST_SECONDS, self._refuse_all)
        loop.call_later(_END_SECONDS, sys.exit)  # some clients never read, or never complete a request

    def _refuse_all(self) -> None:
        self._is_stopping = True
        for threads in (self._threads, self._unlimited_thread, self._explaining_thread):
            threads.stop()
        for deadline in self._deadlines:
            deadline.reschedule(0)

    def _threads_for(self, environ: WSGIEnvironment) -> _Threads:
        path = environ["PATH_INFO"]
        if path in self._unlimited:
            return self._unlimited_thread
        if path in _DOWNLOADED:
            return self._downloading_thread
        explained = path in _EXPLAINED or _EXPLAIN in unquote(environ["QUERY_STRING"])
        return self._explaining_thread if explained else self._threads

    def _unavailable(self) -> Response:
        why = "this server is stopping" if self._is_stopping else "too many requests are waiting"
        return unavailable(f"{why}; try again")

    def _refuse(self, environ: WSGIEnvironment, refusal: Response) -> _Answer:
        environ[REFUSAL] = refusal
        return self._run(environ)

    def _run(self, environ: WSGIEnvironment) -> _Answer:
        status, headers, parts = self._begin(environ)
        try:
            return status, headers, b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()

    def _begin(self, environ: WSGIEnvironment) -> tuple[int, list[tuple[str, str]], Iterable[bytes]]:
        status, headers = "", list[tuple[str, str]]()

        def start_response(*begun: Any) -> Any:
            nonlocal status, headers
            status, headers = begun[:2]

        parts = self._wsgi_app(environ, start_response)
        return int(status[:3]), headers, parts

    async def _download(self, environ: WSGIEnvironment, protocol: HTTPProtocol) -> None:
        """Stream an answer."""
        threads = self._downloading_thread
        async with threads.admitted:
            status, headers, parts = await threads.compute(lambda: self._begin(environ))
            with closing(ClosingIterator(parts)) as body, suppress(ProtocolClosed):  # the client has left
                transport = protocol.response_stream(status, headers)
                filled = filter(None, body)
                while part := await threads.compute(lambda: next(filled, b"")):
                    await transport.send_bytes(part)

    async def _read_body(self, environ: WSGIEnvironment, protocol: HTTPProtocol) -> Response | None:
        """Read the whole body into memory for the application; returns a refusal if it is incomplete."""
        if "HTTP_TRANSFER_ENCODING" in environ:  # the length would not be known in advance
            return problem(HTTPStatus.LENGTH_REQUIRED, "the request has to say the length of its body (Content-Length)")
        declared = environ.get("CONTENT_LENGTH") or "0"
        length = int(declared) if declared.isascii() and declared.isdigit() else 0
        if not (0 < length <= LARGEST_BODY and expects_only_continue(environ)):
            return None  # there is no body, or it is refused unread
        if self._arriving.locked():
            return unavailable("too many bodies are arriving; try again")
        body = bytearray()
        try:
            async with self._arriving, asyncio.timeout(_BODY_SECONDS) as deadline:
                self._deadlines.add(deadline)
                try:
                    async for part in protocol:
                        body += part
                finally:
                    self._deadlines.discard(deadline)
        except ProtocolError:
            pass  # the connection broke
        except TimeoutError:
            late = problem(HTTPStatus.REQUEST_TIMEOUT, f"the body has not arrived within {_BODY_SECONDS} seconds")
            return self._unavailable() if self._is_stopping else late
        if len(body) < length:
            return problem(HTTPStatus.BAD_REQUEST, f"the body broke off after {len(body)} of {length} bytes")
        environ["wsgi.input"] = BytesIO(body)
        return None


class _Threads:
    """Threads that compute requests from a bounded FIFO queue."""

    def __init__(self, count: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(count)
        self.admitted = asyncio.Semaphore(count + queue)

    async def compute(self, compute: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, compute)

    def stop(self) -> None:
        """Drop waiting requests."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class _Batches:
    """Requests whose answers are fetched together: those that arrive during one round trip share the next."""

    def __init__(self, threads: _Threads, fetch: Callable[[Sequence[WSGIEnvironment]], None]) -> None:
        self._threads = threads
        self._fetch = fetch
        self._under_way = asyncio.Lock()
        self._batch: list[WSGIEnvironment] = []
        self._fetched: asyncio.Task[None]  # of this batch

    async def fetch(self, environ: WSGIEnvironment) -> None:
        """Wait until the answer to a request has been fetched, or that has failed."""
        if not self._batch:
            self._fetched = asyncio.create_task(self._fetch_batch())
        self._batch.append(environ)
        await asyncio.shield(self._fetched)

    async def _fetch_batch(self) -> None:
        async with self._under_way:
            batch, self._batch = self._batch, []
            with suppress(Exception, asyncio.CancelledError):  # each request is then answered by itself
                await self._threads.compute(lambda: self._fetch(batch))


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
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
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
