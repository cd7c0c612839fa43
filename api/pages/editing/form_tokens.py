"""`FormTokens`: what a form needs to write, once, and from the browser that it was made for."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import cast

from flask import Flask, Response, current_app, g, request

_MOST = 1000  # tokens that are not used yet; the oldest goes first
_SESSION = 43  # characters of `secrets.token_urlsafe`


class FormTokens:
    """Tokens of the forms of one server process, each bound to a browser's cookie."""

    def __init__(self) -> None:
        """Begin without tokens: those of an earlier process are worth nothing."""
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self._changing = threading.Lock()

    def issue(self, session: str) -> str:
        """A new token for a browser."""
        token = secrets.token_urlsafe()
        with self._changing:
            self._sessions[token] = session
            if len(self._sessions) > _MOST:
                self._sessions.popitem(last=False)
        return token

    def redeem(self, session: str, token: str) -> bool:
        """Whether a token is that browser's and was never used; it is used now."""
        with self._changing:
            return bool(session) and self._sessions.pop(token, None) == session


def issue_form_token() -> str:
    """A token for a form of the page that answers this request, which gets a cookie if it has none."""
    if "session" not in g:
        known = request.cookies.get(_cookie_name(), "")
        g.session, g.session_is_new = (known, False) if len(known) == _SESSION else (secrets.token_urlsafe(), True)
    return _tokens().issue(g.session)


def redeem_form_token(token: str) -> bool:
    """Whether the request may write by a form's token."""
    return _tokens().redeem(request.cookies.get(_cookie_name(), ""), token)


def register_form_tokens(app: Flask) -> None:
    """Give an application tokens, and have it set the cookie."""
    app.extensions["form_tokens"] = FormTokens()

    @app.after_request
    def set_cookie(response: Response) -> Response:
        if g.get("session_is_new"):
            response.set_cookie(_cookie_name(), g.session, httponly=True, samesite="Strict")
        return response


def _tokens() -> FormTokens:
    return cast("FormTokens", current_app.extensions["form_tokens"])


def _cookie_name() -> str:
    """Cookies don't tell ports apart; two servers on one machine must not share one."""
    return f"related-editing-{request.environ.get('SERVER_PORT', '')}"
