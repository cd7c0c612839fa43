"""Requests as granian hands them to the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

from api.app import Gateway


class Request(NamedTuple):
    """A request as granian gives it, and what becomes of it."""

    path: str
    query_string: str = ""
    method: str = "GET"
    fields: tuple[tuple[str, str], ...] = (("host", "a"),)
    body: tuple[bytes, ...] = ()
    arrives: asyncio.Event | None = None
    """When the rest of the body does; by default at once."""
    reads: asyncio.Event | None = None
    """When the client reads what it is answered, if that is sent in parts; by default at once."""
    server: str = "127.0.0.1:80"
    client: str = "[::1]:2000"
    scheme: str = "http"
    http_version: str = "1.1"

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.fields)


class Protocol:
    """The other end of a connection."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.status, self.headers, self.body = 0, dict[str, str](), b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.request.body:
            yield part
            if self.request.arrives is not None:
                await self.request.arrives.wait()

    def response_bytes(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def response_stream(self, status: int, headers: Iterable[tuple[str, str]]) -> Protocol:
        self.response_bytes(status, headers, b"")
        return self

    async def send_bytes(self, part: bytes) -> None:
        self.body += part
        if self.request.reads is not None:
            await self.request.reads.wait()


async def ask(gateway: Gateway, *asked: Any, **more: Any) -> Protocol:
    """Let a gateway answer a request."""
    protocol = Protocol(Request(*asked, **more))
    await gateway.__rsgi__(protocol.request, protocol)  # type: ignore[arg-type]
    return protocol
