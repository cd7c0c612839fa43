"""The server's token, for posting and withdrawing articles and for previewing drafts."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import cast

from flask import current_app, request

from api.state.snapshot import Snapshot, current_snapshot


def has_token() -> bool:
    """Whether the request carries the server's token."""
    token = cast("str", current_app.extensions["token"])
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Compare in constant time, so that timing reveals nothing about the token.
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def visible_snapshot() -> Snapshot:
    """The snapshot that the request may see: with the token it includes drafts, and caches may not keep the answer."""
    snapshot = current_snapshot(current_app)
    return replace(snapshot, recommender=snapshot.previews, tag=None) if has_token() else snapshot
