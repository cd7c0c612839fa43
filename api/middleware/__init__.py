"""WSGI middleware: request IDs, access log, metrics, security headers, rate limit, fast path."""

from api.middleware.fast_path import FastPath, is_plain
from api.middleware.metrics import Metrics, reload_failures
from api.middleware.outer import OuterMiddleware
from api.middleware.rate_limit import RateLimit

__all__ = ["FastPath", "Metrics", "OuterMiddleware", "RateLimit", "is_plain", "reload_failures"]
