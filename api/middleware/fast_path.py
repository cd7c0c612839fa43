"""Fast path: answers plain look-ups by ID before Flask, whose dispatch costs more than the look-up itself.

It has no rules of its own: other requests and errors are left to Flask, and both give the same answer, byte for byte
(tests/api/middleware/test_fast_path.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http import ANSWER, LIST, ROUTE, Deliverer, unknown
from api.state import AnswerMany, AnswerOne
from recommender.errors import UnknownArticleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_BEFORE, _AFTER = "/articles/", "/related"
_LIMITS = {"": None, **{f"limit={number}": number for number in range(1, 101)}}


class FastPath:
    """WSGI middleware in front of Flask."""

    def __init__(
        self,
        wsgi_app: WSGIApplication,
        answer_one: AnswerOne,
        deliverer: Deliverer,
        is_ready: Callable[[str, int | None], bool],
        answer_many: AnswerMany | None = None,
    ) -> None:
        """Answer look-ups, and leave the rest to an application.

        Args:
            is_ready: whether the answer to an ID and a limit is known, at a cost that does not grow with the articles.
            answer_many: answers several look-ups, for `fetch`.
        """
        self._wsgi_app = wsgi_app
        self._answer_one = answer_one
        self._answer_many = answer_many
        self._is_ready = is_ready
        self._deliverer = deliverer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_plain(environ):
            try:
                tag, body = environ.get(ANSWER) or self._answer_one(*_asked(environ))
                delivery = self._deliverer(environ, tag, body)
            except UnknownArticleError as error:
                environ[ROUTE] = "articles.related"
                return unknown(error)(environ, start_response)
            except Exception:  # noqa: BLE001, S110 - Flask repeats the look-up and handles the error
                pass
            else:
                environ[ROUTE] = "articles.related"
                environ[LIST] = body
                start_response(delivery.status, delivery.headers)
                return [delivery.body]
        return self._wsgi_app(environ, start_response)

    def fetch(self, environs: Sequence[WSGIEnvironment]) -> None:
        """Make several plain look-ups ready, except those that have to be answered one by one."""
        if self._answer_many is not None:
            answers = self._answer_many([_asked(environ) for environ in environs])
            for environ, answer in zip(environs, answers, strict=True):
                if answer is not None:
                    environ[ANSWER] = answer

    def is_ready(self, environ: WSGIEnvironment) -> bool:
        """Whether a request is a look-up that is answered in a moment, whatever the corpus."""
        try:
            return ANSWER in environ or (is_plain(environ) and self._is_ready(*_asked(environ)))
        except Exception:  # noqa: BLE001 - the error occurs again in Flask, which handles it
            return False


def is_plain(environ: WSGIEnvironment) -> bool:
    """Whether a request is a look-up by ID without special options or headers."""
    path: str = environ["PATH_INFO"]
    return (
        environ["REQUEST_METHOD"] == "GET"
        and path.startswith(_BEFORE)
        and path.endswith(_AFTER)
        and len(path) > len(_BEFORE + _AFTER)
        and environ.get("QUERY_STRING", "") in _LIMITS
        and "HTTP_AUTHORIZATION" not in environ
    )


def _asked(environ: WSGIEnvironment) -> tuple[str, int | None]:
    """The ID and the limit of a plain look-up."""
    id: str = environ["PATH_INFO"][len(_BEFORE) : -len(_AFTER)].encode("latin-1").decode(errors="replace")
    return id, _LIMITS[environ.get("QUERY_STRING", "")]
