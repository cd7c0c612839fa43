"""The environment of the clusters and of the commands that join them."""

from __future__ import annotations

import os

# `ray.init(address="local")` leaves a token in the home folder, which `ray start` then demands and clients don't send.
os.environ["RAY_AUTH_MODE"] = "disabled"
