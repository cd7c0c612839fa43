"""A request's WSGI environ: keys that pass data to the middleware, and what the request expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ROUTE = "recommender.route"
"""The name of the route."""

BEGUN = "recommender.begun"
"""When the request began to be answered, by `time.perf_counter`, if that was before the middleware."""

ANSWER = "recommender.answer"
"""The tag and the body of the answer to a look-up, if they were fetched in advance."""

LIST = "recommender.list"
"""The list in the answer, as bytes."""

IGNORED = "recommender.ignored"
"""The ignored members of the request's body, as a list."""

REFUSAL = "recommender.refusal"
"""A response that refuses the request before it is processed."""

POLICY = "recommender.policy"
"""The content security policy of the answer; by default the strictest."""


def expects_only_continue(environ: WSGIEnvironment) -> bool:
    """Whether a request expects nothing but `100-continue`; other expectations may be refused (RFC 9110, 10.1.1)."""
    expected: str = environ.get("HTTP_EXPECT", "100-continue")
    return expected.lower() == "100-continue"
