"""WSGI middleware: request IDs, access log, metrics, security headers, rate limit, fast path, admission control."""

from api.middleware.admission import LARGEST_BODY, Admission
from api.middleware.fast_path import FastPath
from api.middleware.metrics import Metrics, reload_failures
from api.middleware.outer import OuterMiddleware
from api.middleware.rate_limit import RateLimit

__all__ = [
    "LARGEST_BODY",
    "Admission",
    "FastPath",
    "Metrics",
    "OuterMiddleware",
    "RateLimit",
    "reload_failures",
]
