"""Keys of a request's WSGI environ that pass data to the middleware."""

from __future__ import annotations

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
