"""Keys under which a request's WSGI environment carries what the middleware needs to know."""

from __future__ import annotations

ROUTE = "recommender.route"
"""The name of the route that answers."""

LIST = "recommender.list"
"""The list that the request is answered with, as bytes."""

IGNORED = "recommender.ignored"
"""The members of the request's body that say nothing here, as a list."""

REFUSAL = "recommender.refusal"
"""A response that refuses the request before it is looked at."""

POLICY = "recommender.policy"
"""The content security policy of the answer; by default the strictest."""
