"""A server that edits files: it writes what it has shown, where it may, for its own pages, and takes all of it back."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from servers import RECOMMENDER, free_port, running

from attack.answers import Page
from attack.stage import QUIET, Answer, Client, Made, Stage
from attack.tally import Tally
from recommender.frontmatter import parse_front_matter, split_front_matter

_ACTS = ("take", "leave-out", "move", "pin", "unpin", "ban", "unban")
_LISTS = ("related", "relatedPin", "relatedBan")
_LEAST = 600


def attack_editing(tally: Tally, stage: Stage) -> None:
    """Edit hostile articles, send forms as nobody may, and put something else where the file was."""
    site = stage.root / "edited-site"
    assert stage.articles
    shutil.copytree(stage.root / "site", site)
    (stage.root / "outside").mkdir()
    known = [article for article in stage.articles if not article.kind]
    with _served(stage, site) as client:
        browser = _Browser(client)
        _attack_requests(tally, browser, site, known)
        _attack_places(tally, browser, site, stage.root / "outside", known)
        while tally.tried < _LEAST:
            _edit(tally, browser, site, tally.chance.choice(known), known)


@contextmanager
def _served(stage: Stage, site: Path) -> Iterator[Client]:
    port = free_port()
    models = shutil.copytree(stage.models, stage.root / "edited-models")
    serve = [RECOMMENDER, "serve", str(site), "--edit", "--port", str(port), "--models", str(models)]
    with running(serve, port, path="/readyz", **QUIET):
        yield Client(port)


class _Browser:
    """What a browser sends: its cookie, and where its pages are from."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.own = f"http://127.0.0.1:{client.port}"
        self.cookie = ""

    def see(self, path: str) -> Answer:
        answer = self.client.ask(path, headers={"Cookie": self.cookie, "Accept": "text/html"})
        self.cookie = answer.headers.get("set-cookie", self.cookie).partition(";")[0]
        return answer

    def act(self, id: str, act: str, other: str, position: int = 1) -> Answer:
        return self.see(f"/edit?{urlencode({'id': id, 'act': act, 'other': other, 'position': position})}")

    def send(
        self, page: Answer, *, changed: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send the last form of a page that writes."""
        [*_, (path, fields)] = re.findall(
            r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page.body.decode(), re.DOTALL
        )
        values = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', fields)}
        given = {"Cookie": self.cookie, "Origin": self.own, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**values, **(changed or {})}).encode()
        return self.client.ask(path, method="POST", body=body, headers={**given, **(headers or {})})


def _edit(tally: Tally, browser: _Browser, site: Path, article: Made, known: list[Made]) -> None:
    """Change a list, and take the change back: no other value changes, and in the end no byte."""
    file, act = site / article.file, tally.chance.choice(_ACTS)
    before = file.read_bytes()
    page = browser.act(article.id, act, tally.chance.choice(known).id, tally.chance.randint(1, 3))
    what = f"{act} of {article.id!r}"
    tally.check(not Page(page.body.decode()).harm and page.status in (200, 409), f"{what} -> {page.said()}")
    if page.status != 200:
        tally.check(file.read_bytes() == before, f"{what} was refused, and has written")
        return
    written = browser.send(page)
    kept = _others(file.read_bytes()) == _others(before) and file.read_bytes() != before
    tally.check(written.status == 303 and kept, f"{what} -> {written.said()} {file.read_bytes()[:300]!r}")
    shown = browser.see(f"/explore?{urlencode({'id': article.id})}")
    tally.check(not Page(shown.body.decode()).harm, f"the page after {what}")
    if tally.chance.random() < 0.8:
        undone = browser.send(shown)
        tally.check(undone.status == 303 and file.read_bytes() == before, f"undo of {what} -> {undone.said()}")


def _others(data: bytes) -> dict[str, object]:
    """The values of a front matter beside the lists."""
    front_matter = split_front_matter(data, path="file")
    assert front_matter is not None
    values = parse_front_matter(front_matter, path="file")
    return {key: value for key, value in values.items() if key not in _LISTS}


def _attack_requests(tally: Tally, browser: _Browser, site: Path, known: list[Made]) -> None:
    """Send what its own pages would not send: nothing is written."""
    article, other = known[0], known[1]
    file = site / article.file
    before = file.read_bytes()
    port = browser.client.port
    refused: list[dict[str, str]] = [{"Origin": origin} for origin in _origins(port)]
    refused += [{"Host": host, "Origin": f"http://{host}"} for host in _HOSTS]
    refused += [{name: "127.0.0.1"} for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")]
    refused += [{"Sec-Fetch-Site": value} for value in ("cross-site", "same-site", "none")]
    refused += [{"Cookie": cookie} for cookie in ("", "a=b", f"related-editing-{port}=x")]
    for headers in refused:
        answer = browser.send(browser.act(article.id, "take", other.id), headers=headers)
        tally.check(answer.status == 403 and file.read_bytes() == before, f"a form with {headers} -> {answer.said()}")
    page = browser.act(article.id, "take", other.id)
    for changed in ({"token": ""}, {"token": "x" * 43}, {"seen": ""}, {"seen": "0" * 64}, {"id": "../../etc/passwd"}):
        answer = browser.send(page, changed=changed)
        fine = answer.status in (400, 403, 404, 409) and file.read_bytes() == before
        tally.check(fine, f"a form with {changed} -> {answer.said()}")
        page = browser.act(article.id, "take", other.id)
    for path in ("/edit", "/explore", "/corpus.csv", "/readyz", "/articles"):
        for headers in _FOREIGN:
            answer = browser.client.ask(path, headers=headers)
            tally.check(answer.status == 403, f"GET {path} with {headers} -> {answer.said()}")


_FOREIGN = (
    {"Host": "evil.example"},
    {"Origin": "http://evil.example"},
    {"X-Forwarded-For": "10.0.0.1"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
)
_HOSTS = (
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "0.0.0.0",
    "a b",
)


def _origins(port: int) -> tuple[str, ...]:
    return (
        *("null", "http://evil.example", f"http://localhost:{port}", f"https://127.0.0.1:{port}"),
        *(f"http://127.0.0.1:{port + 1}", f"http://127.0.0.1:{port}.evil.example", "", "file://"),
    )


def _attack_places(tally: Tally, browser: _Browser, site: Path, outside: Path, known: list[Made]) -> None:
    """Put something else where the file was, before the page is made or before the form is sent."""
    for number, (name, put) in enumerate(_PLACES.items()):
        for late in (False, True):
            article, other = known[10 + 2 * number + late], known[0]
            file, kept = site / article.file, outside / f"{number}{late}.md"
            text = file.read_bytes()
            kept.write_bytes(text)
            page = browser.act(article.id, "take", other.id) if late else None
            file.unlink()
            put(file, kept)
            page = page or browser.act(article.id, "take", other.id)
            answer = browser.send(page) if page.status == 200 else page
            fine = answer.status in (303, 409) and kept.read_bytes() == text
            tally.check(fine, f"{name} where the file was{', late' * late} -> {answer.said()}")
            answer = browser.client.ask("/readyz")
            tally.check(answer.status == 200, f"after {name}: {answer.said()}")
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
            file.write_bytes(text)


_PLACES: dict[str, Callable[[Path, Path], object]] = {
    "a link to a file outside": lambda file, kept: file.symlink_to(kept),
    "a link to itself": lambda file, kept: file.symlink_to(file),
    "a hard link": lambda file, kept: os.link(kept, file),
    "a pipe": lambda file, kept: os.mkfifo(file),
    "a folder": lambda file, kept: file.mkdir(),
    "nothing": lambda file, kept: None,
    "a device": lambda file, kept: file.symlink_to("/dev/zero"),
    "bytes": lambda file, kept: file.write_bytes(os.urandom(5000)),
    "a giant": lambda file, kept: file.write_bytes(kept.read_bytes() + b"a" * (64 << 20)),
    "a giant front matter": lambda file, kept: file.write_bytes(
        kept.read_bytes().replace(b"---\n", b"---\nx:\n" + b"- a\n" * 50_000, 1)
    ),
}
