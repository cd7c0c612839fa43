"""A browser, and a page in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import Complaints, chromium
from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not complain."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    # Pictures of made-up articles lie nowhere: that is found at once, and not when a name server says so.
    context.route(re.compile(r"https?://(?!127\.0\.0\.1)"), lambda route: route.abort("namenotresolved"))
    opened = context.new_page()
    complaints = Complaints(opened)
    yield opened
    assert complaints == []
    context.close()
