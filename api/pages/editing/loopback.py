"""A server that may write answers its own machine alone: by its address, its name and the origin of its pages."""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

from api.http import problem

HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_BY_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def refuse_all_but_this_machine(app: Flask) -> None:
    """Have an application refuse every request that is not from this machine, to it by name, and from its own pages.

    The name is checked since a foreign page may have its own name lead to this machine (DNS rebinding), the origin
    since it may send forms here.
    """

    @app.before_request
    def refuse() -> Response | None:
        reason = _reason_to_refuse()
        return None if reason is None else problem(HTTPStatus.FORBIDDEN, reason)


def _reason_to_refuse() -> str | None:
    if not _is_loopback(request.remote_addr or ""):
        return "this server edits files, and answers its own machine alone"
    if proxy := _proxy():
        return f"this server edits files, and is not to be reached through a proxy ({proxy})"
    if _name_of(f"//{request.host}") not in HOSTS:
        return f"this server edits files, and has no name but {', '.join(sorted(HOSTS))}"
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        return "this server edits files, and takes requests from its own pages alone"
    if _is_for_another_page():
        return "this server edits files, and is no part of other pages"
    return None


def _proxy() -> str | None:
    """What tells of a proxy: a header, or the version of HTTP in which no browser asks, but nginx."""
    named = next((name for name in _BY_PROXIES if name in request.headers), None)
    return named or ("HTTP/1.0" if request.environ["SERVER_PROTOCOL"] == "HTTP/1.0" else None)


def _is_for_another_page() -> bool:
    """Whether the browser says that another page sends a form or holds this one; that might use up tokens of forms."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method not in ("GET", "HEAD"):
        return site != "same-origin"
    return site not in ("same-origin", "none") and request.headers.get("Sec-Fetch-Dest") != "document"


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def _name_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
