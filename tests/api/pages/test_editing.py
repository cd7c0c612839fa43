"""Editing of lists over HTTP: what is shown, what is written, and who is refused."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from editing import PLAIN, write_site
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from recommender import Corpus, Recommender
from recommender.storage import locked_folder

TAKEN = "---\ntitle: Harbour\nrelated:\n  - title: Pier\n    url: https://quay.example/pier/\n---\n"


class Editor:
    """An editor at a browser, who sees the pages of one site."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def see(self, act: str, other: str, **more: object) -> TestResponse:
        """The page that shows an act on the article `a`."""
        return self.client.get(f"/edit?{urlencode({'id': 'a', 'act': act, 'other': other, **more})}")

    def send(self, page: TestResponse, **changed: str) -> TestResponse:
        """Send the last form of a page, with some fields changed."""
        form = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.DOTALL)[-1]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
        return self.client.post(form[0], data={**fields, **changed}, headers={"Origin": "http://localhost"})


def editor_of(root: Path, *, edit: bool = True) -> Editor:
    recommender = Recommender().fit(Corpus.from_path(root))
    config = {"EDIT": root} if edit else {}
    return Editor(create_app(recommender, ACCESS_LOG=False, MODELS=root / "none", **config).test_client())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site of four articles."""
    return write_site(tmp_path / "site")


@pytest.fixture
def editor(root: Path) -> Editor:
    """An editor of that site."""
    return editor_of(root)


def article(root: Path) -> str:
    return (root / "a.md").read_text()


def test_an_act_is_shown_then_written_then_taken_back(root: Path, editor: Editor) -> None:
    shown = editor.see("take", "pier")
    assert re.findall(r'class="added">(.*)\n', shown.text) == [
        "+related:",
        "+  - title: Pier",
        "+    url: https://quay.example/pier/",
    ]
    assert article(root) == PLAIN
    written = editor.send(shown)
    assert (written.status_code, written.headers["Location"]) == (303, "/explore?id=a#list")
    assert article(root) == TAKEN
    page = editor.client.get("/explore?id=a")
    assert "“Pier” was taken into the list." in page.text
    undone = editor.send(page)
    assert (undone.status_code, undone.headers["Location"]) == (303, "/explore?id=a#list")
    assert article(root) == PLAIN
    assert "was taken into the list" not in editor.client.get("/explore?id=a").text


def test_the_page_shows_the_file_as_it_is_now_and_not_as_it_was_trained(root: Path, editor: Editor) -> None:
    (root / "a.md").write_text("---\ntitle: Harbour\nrelated:\n- nowhere\n- Moon\nrelatedBan: ferry\n---\n")
    page = editor.client.get("/explore?id=a").text.partition('id="list"')[2]
    assert "It names no article here." in page
    assert re.findall(r"act=(leave-out|unban)&amp;other=(\w+)", page) == [
        ("leave-out", "nowhere"),
        ("leave-out", "moon"),
        ("unban", "ferry"),
    ]


def test_of_two_editors_the_second_is_told_and_sees_the_change_anew(root: Path, editor: Editor) -> None:
    other = editor_of(root)
    shown = other.see("ban", "moon")
    editor.send(editor.see("take", "pier"))
    told = other.send(shown)
    assert told.status_code == 409
    assert "The file has changed since that page was made; nothing was written." in told.text
    assert article(root) == TAKEN
    assert other.send(told).status_code == 303
    assert article(root) == TAKEN.removesuffix("---\n") + "relatedBan:\n  - moon\n---\n"
    refused = editor.see("take", "pier")
    assert (refused.status_code, "It is in the list already." in refused.text) == (409, True)


def test_the_second_of_two_editors_who_want_the_same_is_told_so(root: Path, editor: Editor) -> None:
    first, second = editor.see("take", "pier"), editor.see("take", "pier")
    editor.send(first)
    told = editor.send(second)
    assert told.status_code == 409
    assert "It is in the list already." in told.text
    assert article(root) == TAKEN


def test_a_file_that_is_changed_on_the_disk_meanwhile_is_not_written(root: Path, editor: Editor) -> None:
    shown = editor.see("take", "pier")
    (root / "a.md").write_text(PLAIN.replace("Harbour", "The harbour"))
    assert editor.send(shown).status_code == 409
    assert article(root) == PLAIN.replace("Harbour", "The harbour")
    editor.send(editor.see("take", "pier"))
    page = editor.client.get("/explore?id=a")
    (root / "a.md").write_text(PLAIN)
    undone = editor.send(page)
    assert undone.status_code == 409
    assert article(root) == PLAIN
    (root / "a.md").unlink()
    gone = editor.see("take", "pier")
    assert (gone.status_code, "a.md: can&#39;t be read: No such file or directory" in gone.text) == (409, True)


def test_while_another_run_writes_an_editor_is_asked_to_wait(root: Path, editor: Editor) -> None:
    shown = editor.see("take", "pier")
    with locked_folder(root):
        told = editor.send(shown)
    assert told.status_code == 409
    assert "another run is writing here; try again when it has ended" in told.text
    assert editor.send(told).status_code == 303


def test_a_form_is_good_once_and_for_one_browser(root: Path, editor: Editor) -> None:
    shown = editor.see("pin", "pier")
    stranger = Editor(editor.client.application.test_client())
    assert stranger.send(shown).status_code == 403
    shown = editor.see("pin", "pier")
    assert editor.send(shown, token="x").status_code == 403
    assert editor.send(shown).status_code == 303
    again = editor.send(shown)
    assert again.status_code == 403
    assert "this form was sent before" in again.json["detail"]  # type: ignore[index]
    restarted = editor_of(root)
    assert restarted.send(editor.see("pin", "moon")).status_code == 403
    assert article(root) == "---\ntitle: Harbour\nrelatedPin:\n  - pier\n---\n"


def test_the_cookie_is_for_this_site_alone_and_no_cache_keeps_a_form(editor: Editor) -> None:
    shown = editor.see("pin", "pier")
    assert re.fullmatch(r"related-editing-80=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", shown.headers["Set-Cookie"])
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in editor.see("pin", "pier").headers
    assert "'unsafe" not in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"Host": "evil.example"}, "127.0.0.1"),
        ({"Host": "127.0.0.1.evil.example:8000"}, "127.0.0.1"),
        ({"Host": "localhost@evil.example"}, "127.0.0.1"),
        ({"Origin": "https://evil.example"}, "127.0.0.1"),
        ({"Origin": "http://localhost:8001"}, "127.0.0.1"),
        ({"Origin": "null"}, "127.0.0.1"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
        ({"Forwarded": "for=127.0.0.1"}, "127.0.0.1"),
        ({}, "192.0.2.7"),
        ({}, "::ffff:192.0.2.7"),
        ({}, ""),
    ],
)
def test_others_than_this_machine_and_its_own_pages_are_refused(
    root: Path, editor: Editor, headers: dict[str, str], address: str
) -> None:
    client = editor.client
    token = re.findall(r'name="token" value="([^"]+)"', editor.see("take", "pier").text)[0]
    environ = {"REMOTE_ADDR": address}
    for path in ("/", "/explore?id=a", "/edit?id=a&act=take&other=pier", "/articles/a/related", "/corpus.csv", "/none"):
        refused = client.get(path, headers=headers, environ_overrides=environ)
        assert refused.status_code in (400, 403), path
        assert "token" not in refused.text
    form = {"id": "a", "act": "take", "other": "pier", "seen": "x", "token": token}
    assert client.post("/edit", data=form, headers=headers, environ_overrides=environ).status_code in (400, 403)
    assert article(root) == PLAIN


@pytest.mark.parametrize(
    ("site", "kind", "status"),
    [
        ("cross-site", "document", 200),
        ("cross-site", "image", 403),
        ("same-site", "iframe", 403),
        ("none", "empty", 200),
    ],
)
def test_other_pages_may_link_here_and_hold_nothing_of_it(editor: Editor, site: str, kind: str, status: int) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": kind}
    assert editor.client.get("/edit?id=a&act=take&other=pier", headers=headers).status_code == status


def test_a_proxy_that_does_not_say_that_it_is_one_is_known_by_its_version_of_http(editor: Editor) -> None:
    refused = editor.client.get("/", environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert (refused.status_code, "through a proxy (HTTP/1.0)" in refused.text) == (403, True)


def test_a_form_that_a_browser_says_is_anothers_is_refused(editor: Editor) -> None:
    answer = editor.client.post("/edit", data={}, headers={"Sec-Fetch-Site": "same-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered_by_its_names(editor: Editor, address: str) -> None:
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        headers = {"Host": host, "Origin": f"http://{host}"}
        answer = editor.client.get("/explore?id=a", headers=headers, environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == 200


def test_without_edit_the_same_page_gives_the_lists_to_copy(root: Path) -> None:
    (root / "ferry.md").write_text("---\ntitle: Ferry\nsee_also: [moon]\nrelatedPin: moon\n---\n")
    reader = editor_of(root, edit=False)
    page = reader.client.get("/edit?id=ferry&act=take&other=pier").text
    [yaml] = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert unescape(yaml) == (
        'related:\n  - title: "Moon"\n    url: https://quay.example/moon/\n'
        '  - title: "Pier"\n    url: https://quay.example/pier/\n'
    )
    [yaml] = re.findall(
        r"<pre[^>]*>(.*?)</pre>", reader.client.get("/edit?id=ferry&act=ban&other=moon").text, re.DOTALL
    )
    assert yaml == "related: []\nrelatedPin: []\nrelatedBan:\n  - moon\n"
    assert "<form method" not in page
    written = reader.client.post("/edit", data={"id": "ferry"})
    assert written.status_code == 403
    assert (root / "ferry.md").read_text() == "---\ntitle: Ferry\nsee_also: [moon]\nrelatedPin: moon\n---\n"


def test_drafts_are_named_to_nobody_and_what_is_not_there_is_404(root: Path) -> None:
    (root / "moon.md").write_text("---\ntitle: The secret moon\ndraft: true\n---\n")
    (root / "a.md").write_text("---\ntitle: Harbour\nrelatedPin: [moon]\nrelated: [moon, pier]\n---\n")
    reader = editor_of(root, edit=False)
    page = reader.client.get("/edit?id=a&act=leave-out&other=pier").text
    assert "moon" not in page
    assert reader.see("take", "moon").status_code == 404
    assert reader.see("take", "none").status_code == 404
    assert reader.see("steal", "pier").status_code == 400


def test_hostile_titles_are_text(root: Path) -> None:
    (root / "pier.md").write_text('---\ntitle: "<script>alert(1)</script>"\n---\n')
    page = editor_of(root).see("take", "pier").text
    assert "<script>alert" not in page
    assert "+  - title: &#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34;" in page
