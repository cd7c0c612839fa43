"""The server's token: who has it may post and withdraw articles, and preview drafts."""

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
    # Compared in constant time: how long a refusal takes tells nothing of the token.
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def visible_snapshot() -> Snapshot:
    """What the request may see: with the token drafts, too, and then no cache may keep the answer."""
    snapshot = current_snapshot(current_app)
    return replace(snapshot, recommender=snapshot.previews, tag=None) if has_token() else snapshot
