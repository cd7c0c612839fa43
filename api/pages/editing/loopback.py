"""Restricts a server that may write files to its own machine, by client address, host name and origin."""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

from api.http import problem

HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_BY_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def refuse_all_but_this_machine(app: Flask) -> None:
    """Make an application refuse requests from other machines, for other host names, or from other sites' pages.

    The host name is checked against DNS rebinding, by which another site's name leads to this machine, and the origin
    against forms sent by other sites' pages.
    """

    @app.before_request
    def refuse() -> Response | None:
        reason = _reason_to_refuse()
        return None if reason is None else problem(HTTPStatus.FORBIDDEN, reason)


def _reason_to_refuse() -> str | None:
    if not _is_loopback(request.remote_addr or ""):
        return "this server edits files, and serves only its own machine"
    if proxy := _proxy():
        return f"this server edits files, and must not be used through a proxy ({proxy})"
    if _name_of(f"//{request.host}") not in HOSTS:
        return f"this server edits files, and answers only to the names {', '.join(sorted(HOSTS))}"
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        return "this server edits files, and accepts requests only from its own pages"
    if _is_for_another_page():
        return "this server edits files, and can't be embedded in other pages"
    return None


def _proxy() -> str | None:
    """The sign of a proxy, if any: a header, or HTTP/1.0, which nginx uses but no browser."""
    named = next((name for name in _BY_PROXIES if name in request.headers), None)
    return named or ("HTTP/1.0" if request.environ["SERVER_PROTOCOL"] == "HTTP/1.0" else None)


def _is_for_another_page() -> bool:
    """Whether, according to the browser, another page sends a form or embeds this one, which may use up form tokens."""
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
