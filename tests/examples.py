"""How many examples of a property are tried."""

from __future__ import annotations

import os

_ALL = os.environ.get("EXAMPLES") == "all"


def examples(most: int) -> int:
    """A quarter of `most`, but no less than 5; with `EXAMPLES=all`, as `make test-long` has it, all of them."""
    return most if _ALL else max(most // 4, 5)
