"""`FormTokens`: single-use tokens that protect forms against cross-site request forgery."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, abort, current_app, g, request

_MAX_UNUSED = 1000  # maximum number of unused tokens; the oldest are dropped
_SESSION = 43  # characters of `secrets.token_urlsafe`


class FormTokens:
    """Tokens of the forms of one server process, each bound to a browser's cookie."""

    def __init__(self) -> None:
        """Start without tokens; those of an earlier process are invalid."""
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self._changing = threading.Lock()

    def issue(self, session: str) -> str:
        """Issue a token for a browser."""
        token = secrets.token_urlsafe()
        with self._changing:
            self._sessions[token] = session
            if len(self._sessions) > _MAX_UNUSED:
                self._sessions.popitem(last=False)
        return token

    def redeem(self, session: str, token: str) -> bool:
        """Use up a token; returns whether it was valid: issued to this browser and unused."""
        with self._changing:
            return bool(session) and self._sessions.pop(token, None) == session


def issue_form_token() -> str:
    """Issue a token for a form in the answer to this request, which sets a cookie if the browser has none."""
    if "session" not in g:
        known = request.cookies.get(_cookie_name(), "")
        g.session, g.session_is_new = (known, False) if len(known) == _SESSION else (secrets.token_urlsafe(), True)
    return _tokens().issue(g.session)


def require_form_token(token: str) -> None:
    """Use up a form's token; a request without a valid one is refused with 403."""
    if not _tokens().redeem(request.cookies.get(_cookie_name(), ""), token):
        detail = "this form was sent before, or belongs to another browser or an earlier server; open the article again"
        abort(HTTPStatus.FORBIDDEN, detail)


def register_form_tokens(app: Flask) -> None:
    """Add tokens to an application, and the setting of their cookie."""
    app.extensions["form_tokens"] = FormTokens()

    @app.after_request
    def set_cookie(response: Response) -> Response:
        if g.get("session_is_new"):
            response.set_cookie(_cookie_name(), g.session, httponly=True, samesite="Strict")
        return response


def _tokens() -> FormTokens:
    return cast("FormTokens", current_app.extensions["form_tokens"])


def _cookie_name() -> str:
    """The cookie's name includes the port, since cookies are shared by all servers on one host."""
    return f"related-editing-{request.environ.get('SERVER_PORT', '')}"
