"""A real browser, and what to look at in it."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

expect.set_options(timeout=30_000)  # milliseconds: a machine that others load takes longer than the usual five seconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window; where it is not installed the test is skipped, but never in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Complaints(list[str]):
    """What a page's console says that it should not, and what opens a dialog: only hostile content does."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def __enter__(self) -> Complaints:
        self._page.on("console", self._hear)
        self._page.on("pageerror", self._note)
        self._page.on("dialog", self._close)
        return self

    def __exit__(self, *_: object) -> None:
        self._page.remove_listener("console", self._hear)
        self._page.remove_listener("pageerror", self._note)
        self._page.remove_listener("dialog", self._close)

    def _note(self, error: Error) -> None:
        self.append(str(error))

    def _close(self, dialog: Dialog) -> None:
        self.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _hear(self, message: ConsoleMessage) -> None:
        # Pictures that are not to be had are expected; what is no page has no icon.
        expected = "net::ERR_NAME_NOT_RESOLVED" in message.text or message.location["url"].endswith("/favicon.ico")
        if message.type in {"error", "warning"} and not expected:
            self.append(message.text)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong in a page as it is now."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """A plain site of the files of a folder; yields its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
