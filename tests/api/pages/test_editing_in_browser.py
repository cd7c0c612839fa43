"""Editing of lists as an editor does it: in a real browser, from a real server, by mouse and by keyboard."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import violations
from commands import run
from editing import PLAIN, write_site
from playwright.sync_api import Browser, Page, expect
from servers import RECOMMENDER, free_port, running

TAKEN = "---\ntitle: Harbour\nrelated:\n  - title: Pier\n    url: https://quay.example/pier/\n---\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server that may edit a site, and the site."""
    folder = tmp_path_factory.mktemp("edited")
    root, port = write_site(folder / "site"), free_port()
    command = [RECOMMENDER, "serve", str(root), "--edit", "--models", str(folder / "models"), "--port", str(port)]
    with running(command, port) as address:
        yield address, root


@pytest.fixture
def site(server: tuple[str, Path]) -> tuple[str, Path]:
    """The same, the site as it was at first."""
    shutil.copytree(write_site(server[1].parent / "new"), server[1], dirs_exist_ok=True)
    return server


def article(root: Path) -> str:
    return (root / "a.md").read_text()


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.long)])
def test_a_suggestion_is_taken_moved_pinned_banned_and_all_of_it_is_taken_back(
    page: Page, site: tuple[str, Path], width: int
) -> None:
    address, root = site
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/explore?id=a&other=pier")
    page.locator("#about").get_by_role("link", name="Take Pier").click()
    expect(page.get_by_role("heading", name="Take into the list")).to_be_visible()
    expect(page.locator(".added")).to_have_text(["+related:", "+  - title: Pier", re.compile("pier/$", re.MULTILINE)])
    assert violations(page) == []
    assert article(root) == PLAIN
    page.get_by_role("button", name="Write it").click()
    expect(page.locator(".done")).to_contain_text("“Pier” was taken into the list.")
    expect(page.locator(".done")).to_be_in_viewport()
    assert violations(page) == []
    assert article(root) == TAKEN
    page.goto(f"{address}/explore?id=a&other=moon")
    page.locator("#about").get_by_role("link", name="Take Moon").click()
    page.get_by_role("button", name="Write it").click()
    page.get_by_label("New place of Moon").select_option("1")
    page.get_by_role("button", name="Move Moon to").click()
    expect(page.locator(".detail")).to_have_text("Moon to place 1")
    page.get_by_role("button", name="Write it").click()
    listed = page.locator("#list .item h3")
    expect(listed).to_have_text(["Moon", "Pier"])
    for act, title in (("Pin", "Moon"), ("Leave out", "Pier"), ("Ban", "Pier")):
        page.goto(f"{address}/explore?id=a&other={title.lower()}")
        where = page.locator("#list") if act == "Leave out" else page.locator("#about")
        where.get_by_role("link", name=f"{act} {title}").click()
        page.get_by_role("button", name="Write it").click()
    assert article(root).splitlines()[-5:] == ["relatedPin:", "  - moon", "relatedBan:", "  - pier", "---"]
    expect(listed).to_have_text(["Moon"])
    assert violations(page) == []
    for _ in range(6):
        page.get_by_role("button", name="Undo").click()
        expect(page).to_have_url(re.compile("id=a#list$"))
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert article(root) == PLAIN
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_of_it_works_by_keyboard(page: Page, site: tuple[str, Path]) -> None:
    address, root = site
    page.goto(f"{address}/explore?id=a&other=pier#about")
    take = page.locator("#about").get_by_role("link", name="Take Pier")
    for _ in range(40):
        if take.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    confirm = page.get_by_role("button", name="Write it")
    expect(confirm).to_be_visible()
    for _ in range(20):
        if confirm.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_visible()
    assert article(root) == TAKEN
    page.wait_for_load_state()  # until then, the focus may begin at the top again
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_have_count(0)
    assert article(root) == PLAIN


def test_a_page_of_another_origin_writes_nothing(browser: Browser, site: tuple[str, Path], tmp_path: Path) -> None:
    address, root = site
    context = browser.new_context()
    editor, stranger = context.new_page(), context.new_page()
    editor.goto(f"{address}/edit?id=a&act=take&other=pier")
    form = editor.locator("form.confirm").evaluate("form => form.outerHTML")
    (tmp_path / "evil.html").write_text(form.replace('action="', f'action="{address}'))
    stranger.goto(f"file://{tmp_path}/evil.html")
    with stranger.expect_response(re.compile("/edit$")) as answer:
        stranger.get_by_role("button", name="Write it").click()
    assert answer.value.status == 403
    assert article(root) == PLAIN
    editor.get_by_role("button", name="Write it").click()
    expect(editor.locator(".done")).to_be_visible()
    assert article(root) == TAKEN
    context.close()


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(
    failing_page: Page, browser: Browser, site: tuple[str, Path]
) -> None:
    (address, root), page = site, failing_page
    other = browser.new_context(viewport={"width": 390, "height": 900})
    second = other.new_page()
    second.goto(f"{address}/edit?id=a&act=ban&other=moon")
    page.goto(f"{address}/edit?id=a&act=take&other=pier")
    page.get_by_role("button", name="Write it").click()
    expect(page.locator(".done")).to_be_visible()
    second.get_by_role("button", name="Write it").click()
    expect(second.get_by_role("alert")).to_contain_text("The file has changed since that page was made")
    expect(second.locator(".diff")).to_contain_text("url: https://quay.example/pier/")
    assert second.evaluate("document.documentElement.scrollWidth") == 390
    assert article(root) == TAKEN
    second.get_by_role("button", name="Write it").click()
    expect(second.locator(".done")).to_be_visible()
    assert article(root) == TAKEN.removesuffix("---\n") + "relatedBan:\n  - moon\n---\n"
    page.get_by_role("button", name="Undo").click()  # of the first, who has not seen the second's change
    expect(page.get_by_role("heading", name="Not undone")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Back to Harbour").click()
    page.get_by_role("button", name="Undo").click()  # of the second's change, which it shows now
    expect(page.locator(".done")).to_be_visible()
    assert article(root) == TAKEN
    other.close()


def test_a_file_that_changes_on_the_disk_between_page_and_write_is_kept(
    failing_page: Page, site: tuple[str, Path]
) -> None:
    address, root = site
    failing_page.goto(f"{address}/edit?id=a&act=take&other=pier")
    changed = PLAIN.replace("Harbour", "The harbour")
    (root / "a.md").write_text(changed)
    failing_page.get_by_role("button", name="Write it").click()
    expect(failing_page.get_by_role("alert")).to_contain_text("nothing was written")
    assert article(root) == changed
    failing_page.get_by_role("button", name="Write it").click()
    expect(failing_page.locator(".done")).to_be_visible()
    assert article(root) == TAKEN.replace("Harbour", "The harbour")


def test_a_proxy_that_asks_in_an_older_http_is_refused(site: tuple[str, Path]) -> None:
    host, port = site[0].removeprefix("http://").split(":")
    for version, status in (("1.0", b"HTTP/1.0 403"), ("1.1", b"HTTP/1.1 200")):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"GET / HTTP/{version}\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
            assert connection.recv(12) == status


def test_the_server_listens_to_this_machine_alone(tmp_path: Path) -> None:
    root = write_site(tmp_path / "site")
    for options, reason in (
        (("--host", "0.0.0.0"), "--edit is for this machine alone: --host 0.0.0.0 is reached by others; leave it out"),
        (("--host", "::"), "--host :: is reached by others"),
        (("--uds", str(tmp_path / "socket")), "leave out --uds, --trusted-proxies and --store"),
        (("--trusted-proxies", "1"), "leave out --uds, --trusted-proxies and --store"),
        (("--workers", "2"), "--edit needs --workers 1"),
    ):
        done = run("serve", root, "--edit", "--models", tmp_path / "models", *options)
        assert (done.exit_code, reason in done.stderr) == (2, True), done.stderr
    done = run("serve", "--edit")
    assert (done.exit_code, "--edit writes into the files of CORPUS; name it" in done.stderr) == (2, True)
    assert not (tmp_path / "models").exists()
