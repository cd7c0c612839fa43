"""A browser, and a page in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import Complaints, chromium
from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module: while it is there, an event loop runs."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all tests: a new one for each would be a process for each."""
    context = browser.new_context()
    # Pictures of made-up articles lie nowhere: that is found at once, and not when a name server says so.
    context.route(re.compile(r"https?://(?!127\.0\.0\.1)"), lambda route: route.abort("namenotresolved"))
    yield context.new_page()
    context.close()


@pytest.fixture
def failing_page(tab: Page) -> Iterator[Page]:
    """A page as in a new tab, which may meet errors."""
    tab.set_viewport_size({"width": 1440, "height": 1000})
    yield tab
    tab.unroute_all()
    tab.goto("about:blank")
    tab.emulate_media(color_scheme="null")
    tab.context.clear_cookies()
    tab.context.clear_permissions()


@pytest.fixture
def page(failing_page: Page) -> Iterator[Page]:
    """A page as in a new tab, which must not complain."""
    with Complaints(failing_page) as complaints:
        yield failing_page
        assert complaints == []
