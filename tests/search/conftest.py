"""A search of few is tried both ways: in numpy, and by the kernels, which are used where they are loaded."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

KERNELS = "recommender.search.kernels"


@pytest.fixture(params=["numpy", "kernels"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes two tests of one."""
    if request.param == "numpy":
        monkeypatch.delitem(sys.modules, KERNELS, raising=False)
    else:
        import_module(KERNELS)
