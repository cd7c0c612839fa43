"""What is attacked: a made-up site with hostile articles, its trained model, and servers that answer from it."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from servers import RECOMMENDER, free_port, running

TOKEN = "a token of the attack"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
QUIET = {"RECOMMENDER_ACCESS_LOG": "false", "LOKY_MAX_CPU_COUNT": "1"}
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></script><svg/onload=alert(1)>",
    "{{7*7}} ${7*7} <%= 7*7 %> %s {0}",
    "javascript:alert(1)//",
    "<!-- --> ]]> <![CDATA[",
    "\u202eright to left\u2066",
    "&lt;b&gt;&#60;i&#62;<b>&",
    "a\u2028b\u2029c",
    "`onload=alert(1)`",
    "<base href=//evil.example>",
)
_PATIENCE = 180.0  # seconds that an answer may take on a machine that others load
_PAUSE = 0.1
_IDS = (
    *(
        "{n}-harbour",
        "über-den-hafen-{n}",
        "a b {n}",
        "100%-{n}",
        "%41-{n}",
        "deep/er/{n}",
        "q?x={n}",
        "h#{n}",
        "a+b-{n}",
    ),
    *("a&b={n}", "it's-{n}", '"{n}"', "<b>{n}", "semi;{n}", "back\\{n}", "colon:{n}", "🚢-{n}", "שלום-{n}", "..{n}"),
    *(
        "a//{n}",
        "{n}.html",
        "related-{n}",
        "related/{n}",
        "{n}/related.html/x",
        "@{n}",
        "[{n}]",
        "é-{n}",
        "e\u0301-{n}",
    ),
    *("x" * 180 + "{n}", "İ-{n}", "ﬁ-{n}", "~{n}", "|{n}|", "^{n}", "{{n}}-{n}", "$({n})", "*{n}*", "=1+{n}", "-{n}"),
)
_KINDS = {
    "draft": "draft: true",
    "deleted": "deleted: true",
    "unlisted": "unlisted: true",
    "to come": "publishDate: 2099-01-01",
    "expired": "expiryDate: 2001-01-01",
    "private": "status: private",
    "unpublished": "published: false",
}
_WORDS = (
    *("harbour", "tunnel", "ferry", "bridge", "crab", "gull", "tide", "moon"),
    *("pier", "dredger", "comet", "school", "kitchen", "lunch", "brewery", "cellar"),
)


@dataclass(frozen=True)
class Made:
    """An article of the site; `kind` is empty if it is public."""

    id: str
    title: str
    url: str
    file: str
    kind: str

    @property
    def hidden(self) -> bool:
        """Whether it may be in no list."""
        return self.kind not in ("", "unpublished")

    @property
    def there(self) -> bool:
        """Whether readers find it."""
        return self.kind in ("", "unpublished", "unlisted")


@dataclass(frozen=True)
class Answer:
    """An answer to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)

    def said(self) -> str:
        """The answer in short."""
        return f"{self.status} {self.headers.get('content-type', '')} {self.body[:200]!r}"


class Client:
    """Asks a server over one connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask; a connection that the server has closed is opened again, once.

        Raises:
            OSError, http.client.HTTPException: there is no answer.
        """
        for attempt in range(2):
            try:
                self._connection.request(method, path, body, dict(headers or {}))
                response = self._connection.getresponse()
                names = [name.lower() for name, _ in response.getheaders()]
                fields = {name: response.getheader(name, "") for name in names}  # those of one name joined
                return Answer(response.status, fields, response.read())
            except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
                self._connection.close()
                if attempt:
                    raise
                self._connection = self._connect()
        raise AssertionError("unreachable")

    def post(self, path: str, value: object, **headers: str) -> Answer:
        """Post JSON."""
        body = json.dumps(value).encode()
        return self.ask(path, method="POST", body=body, headers={"Content-Type": "application/json", **headers})

    def raw(self, data: bytes, *, whole: bool) -> bytes:
        """Send bytes over a connection of their own, and read what comes until nothing does for a tenth of a second.

        Args:
            whole: whether an answer, or the connection's end, has to come; `b"hangs"` if it does not.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE) as connection:
            answer = b""
            try:
                connection.sendall(data)
                connection.settimeout(_PATIENCE if whole else _PAUSE)
                while part := connection.recv(65536):
                    answer += part
                    connection.settimeout(_PAUSE)
            except TimeoutError:
                return answer or (b"hangs" if whole else b"")
            except ConnectionError:
                pass
            return answer


class Stage:
    """The site and its model, made when they are first wanted, in a folder of their own."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self._seed = seed

    @cached_property
    def articles(self) -> list[Made]:
        """The articles, whose files are written by then."""
        return write_site(self.root / "site", self._seed)

    @cached_property
    def models(self) -> Path:
        """The folder of the trained model."""
        assert self.articles
        settings = self.root / "settings.yaml"
        settings.write_text("published: any\nlearn: false\n")
        command("train", self.root / "site", "--models", self.root / "models", "--settings", settings, check=True)
        return self.root / "models"

    @contextmanager
    def served(self, models: Path | None = None, *, workers: int = 2, **settings: str) -> Iterator[Client]:
        """A server on loopback."""
        port = free_port()
        serve = [RECOMMENDER, "serve", "--port", str(port), "--models", str(models or self.models)]
        serve += ["--workers", str(workers)]
        environment = {**QUIET, "RECOMMENDER_TOKEN": TOKEN, **settings}
        with running(serve, port, path="/readyz", **environment):
            yield Client(port)


def command(*arguments: object, check: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `recommender` as a user does."""
    words = [RECOMMENDER, *(str(argument) for argument in arguments)]
    environment = {**os.environ, **QUIET, **options.pop("env", {})}
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=600, check=check, errors="replace", **options
    )


def path_of(id: str, *, rest: str = "/related") -> str:
    """The path of an article's look-up."""
    return f"/articles/{quote(id, safe='')}{rest}"


def write_site(folder: Path, seed: int, count: int = 900) -> list[Made]:
    """Write articles with hostile IDs, titles and addresses; a tenth and more is not public."""
    chance, made = random.Random(seed), []
    folder.mkdir(parents=True)
    for number in range(count):
        id = _IDS[number % len(_IDS)].replace("{n}", str(number))
        kind = chance.choice(list(_KINDS)) if chance.random() < 0.15 else ""
        payload = chance.choice(PAYLOADS) + " " if chance.random() < 0.3 else ""
        title = f"{payload}{' '.join(chance.sample(_WORDS, 3))} {number}"
        name = chance.choice(("über", "a", "b-c", "é"))
        url = f"https://site{number % 7}.example/{2000 + number % 25}/pfad-{number}/{name}"
        file = f"{number % 12:02}/f{number:04}.md"
        lines = ["---", f"id: {_quoted(id)}", f"title: {_quoted(title)}"]
        lines += [f"excerpt: {_quoted(payload + ' '.join(chance.sample(_WORDS, 8)))}"]
        lines += [f"date: {2020 + number % 5}-{number % 12 + 1:02}-{number % 28 + 1:02}"] if number % 9 else []
        lines += [f"sourceUrl: {_quoted(url)}", f"provider: {{name: {chance.choice('NSEW')}}}"]
        lines += [f"categories: [section{number % 5}]"] + ([_KINDS[kind]] if kind else [])
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text("\n".join([*lines, "---", ""]))
        made.append(Made(id, title, url, file, kind))
    return made


def _quoted(text: str) -> str:
    """A text in double quotes, as YAML reads it: JSON's pairs of surrogates are none."""
    return "".join(char if char.isascii() else f"\\U{ord(char):08x}" for char in json.dumps(text, ensure_ascii=False))
