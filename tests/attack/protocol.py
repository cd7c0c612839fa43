"""Hostile requests (parameters, paths, methods, bytes that are no HTTP) and bodies: no answer is a server's fault."""

from __future__ import annotations

import itertools
import json
import shutil
from urllib.parse import quote, urlencode

from attack.stage import BEARER, PAYLOADS, Answer, Client, Stage, path_of
from attack.tally import Tally

_PARAMETERS = (
    *("limit", "min_score", "curated", "published", "exclude", "max_age_days", "provider_cap", "fill", "explain"),
    *("fields", "url", "ids", "q", "cursor", "since", "language", "nonsense", "limit[]", "__proto__", "LIMIT"),
)
_TAKEN_BY = {
    **dict.fromkeys(("url", "ids"), "/related"),
    **dict.fromkeys(("q", "cursor", "since", "language"), "/articles"),
}
VALUES = (
    *(
        "",
        "0",
        "1",
        "-1",
        "101",
        "1e3",
        "1.5",
        "NaN",
        "inf",
        "-0",
        "00001",
        "0x1",
        "１",
        "9" * 30,
        "true",
        "True",
        "yes",
    ),
    *("null", "undefined", "a,b", ",", ",,,", "a" * 5000, "é", "\0", "\r\nSet-Cookie: a=b", "%00", "../../etc/passwd"),
    *("any", "only", "first", "newest", "section", "id,title", "secured", "2024-13-45", "9999-12-31T99:99:99Z"),
    *("' OR 1=1 --", "${jndi:ldap://a}", *PAYLOADS[:6]),
)
_PATHS = (
    *(
        "/../../etc/passwd",
        "/static/../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2fetc/passwd",
    ),
    *(
        "/static//etc/passwd",
        "/static/explorer.css%00",
        "//",
        "///",
        "/.",
        "/..",
        "/%",
        "/%zz",
        "/%ff",
        "/%00",
        "/%0d%0aX:y",
    ),
    *(
        "/articles//related",
        "/articles/%2e%2e/related",
        "/articles/related",
        "/articles/a/related/",
        "/articles/a/related/b",
    ),
    *(
        "/articles/%ff%fe/related",
        "/articles/%ed%a0%80/related",
        "/articles/" + "a" * 4000 + "/related",
        "/articles/%00/related",
    ),
    *(
        "/models/current",
        "/live.journal",
        "/.git/config",
        "/admin",
        "/readyz/",
        "/healthz//",
        "/METRICS",
        "/openapi.json/..",
    ),
    *(
        "http://other.example/articles/a/related",
        "/articles/a/related.html/",
        "/widget.js/",
        "/corpus.csv/x",
        "/docs?x=%",
    ),
)
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", "G" * 40)
_ROUTES = (
    "/",
    "/related",
    "/articles",
    "/articles/a",
    "/articles/a/related",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
)
_HOST = b"Host: a\r\n"
_CLOSE = b"Connection: close\r\n"
_SECRETS = (b"Traceback", b"root:x:", b"site-packages", b'File "/')


def attack_requests(tally: Tally, stage: Stage) -> None:
    """Ask with hostile parameters, paths and methods, and send what is no HTTP."""
    id = next(article.id for article in stage.articles if not article.kind)
    with stage.served() as client:
        _ask_parameters(tally, client, id)
        for path, prefix in itertools.product(_PATHS, ("", "/articles", "/explore")):
            _judge(tally, client, b"GET " + f"{prefix}{path}".encode() + b" HTTP/1.1\r\n" + _HOST + _CLOSE + b"\r\n")
        for method, path in itertools.product(_METHODS, _ROUTES):
            _judge(tally, client, f"{method} {path} HTTP/1.1\r\n".encode() + _HOST + _CLOSE + b"\r\n")
        for data in _raw(path_of(id).encode()):
            _judge(tally, client, data, whole=False)
        while tally.tried < 1504:
            whole = bytearray(
                b"GET " + path_of(id).encode() + b" HTTP/1.1\r\n" + _HOST + b"Accept: */*\r\n" + _CLOSE + b"\r\n"
            )
            for _ in range(tally.chance.randint(1, 4)):
                whole[tally.chance.randrange(len(whole))] = tally.chance.randrange(256)
            _judge(tally, client, bytes(whole), whole=False)


def _ask_parameters(tally: Tally, client: Client, id: str) -> None:
    for name, value in itertools.product(_PARAMETERS, VALUES):
        base = _TAKEN_BY.get(name, path_of(id))
        path = f"{base}?{urlencode({name: value})}"
        answer = client.ask(path)
        fine = answer.status in (200, 400, 404) and _is_clean(answer)
        if fine and answer.status == 400:
            fine = answer.json.get("parameter") in (name, None) and name[:20] in answer.json["detail"]
        tally.check(fine, f"GET {path} -> {answer.said()}")


def _is_clean(answer: Answer) -> bool:
    """Whether an answer tells nothing of the machine, and an error is a problem document."""
    if answer.status >= 400 and "json" in answer.headers.get("content-type", ""):
        answer.json["detail"]
    return "set-cookie" not in answer.headers and not any(secret in answer.body for secret in _SECRETS)


def _raw(path: bytes) -> list[bytes]:
    """Bytes that are no HTTP, or that two readers could read differently."""
    get, post = b"GET " + path + b" HTTP/1.1\r\n", b"POST /related HTTP/1.1\r\nContent-Type: application/json\r\n"
    body = b'{"title":"a"}'
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    heads = [
        *(get + _HOST + b"Content-Length: " + value + b"\r\n\r\n" + smuggled for value in _LENGTHS),
        *(post + _HOST + b"Content-Length: " + value + b"\r\n\r\n" + body for value in _LENGTHS),
        *(post + _HOST + b"Transfer-Encoding: " + value + b"\r\n\r\n0\r\n\r\n" + smuggled for value in _ENCODINGS),
        *(
            post + _HOST + b"Content-Length: 13\r\nTransfer-Encoding: " + value + b"\r\n\r\n" + body
            for value in _ENCODINGS
        ),
        *(
            get + _HOST + b"X: " + value + b"\r\n\r\n"
            for value in (b"\0", b"\x7f", b"\xff" * 9, b"a" * 70_000, b"\x0b")
        ),
        *(get + _HOST + name + b": 1\r\n\r\n" for name in (b"", b" X", b"X ", b"X\0", b"X\xff", b"\xc3\xbc", b"X:Y")),
        *(b"GET " + path + b" " + version + b"\r\n" + _HOST + b"\r\n" for version in _VERSIONS),
        get + _HOST + b"X-%d: y\r\n" * 0 + b"".join(b"X-%d: y\r\n" % number for number in range(500)) + b"\r\n",
        get + _HOST + b" folded\r\n\r\n",
        *(
            b"GET /articles?" + name + b" HTTP/1.1\r\n" + _HOST + b"\r\n"
            for name in (b"q=\xc3\xbc", b"q=\xe9", b"\xf0\x9f")
        ),
        get + _HOST + b"Expect: nonsense\r\n\r\n",
        get + _HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
        get + b"Host: a, b\r\n\r\n",
        get + b"Host: a\nX: y\r\n\r\n",
        get.replace(b"\r\n", b"\n") + b"Host: a\n\n",
        b"\r\n\r\n" + get + _HOST + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
        bytes(1000),
        b"\xff" * 1000,
        b"GET",
        b"",
    ]
    return [*heads, *(head[:cut] for head in heads[:20] for cut in (1, len(head) // 2, len(head) - 1))]


_LENGTHS = (
    b"0",
    b"-1",
    b"+13",
    b"13, 13",
    b"13, 14",
    b"0x0d",
    b"1e1",
    b"99999999999999999999",
    b"13 ",
    b"",
    b"\xb2",
    b"a",
)
_ENCODINGS = (b"chunked", b"Chunked", b"identity", b"chunked, identity", b"gzip", b"xchunked", b"chunked\x0b", b"")
_VERSIONS = (
    b"HTTP/1.0",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/9.9",
    b"http/1.1",
    b"HTTP/1.1 x",
    b"",
    b"HTTPS/1.1",
    b"HTTP/1,1",
)


def _judge(tally: Tally, client: Client, data: bytes, *, whole: bool = True) -> None:
    """Send bytes: what is whole is answered, one request once, and nothing is a fault of the server, which lives on."""
    answer = client.raw(data, whole=whole)
    statuses = [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.") and b" " in line]
    bad = answer == b"hangs" or any(status[:1] == b"5" for status in statuses) or any(one in answer for one in _SECRETS)
    alive = tally.tried % 25 or client.ask("/healthz").status == 200
    smuggled = b"smuggled" in answer and data.startswith(b"POST") and b"Content-Length: 13" in data
    tally.check(not bad and not smuggled and bool(alive), f"{data[:300]!r} -> {answer[:150]!r}")


def attack_bodies(tally: Tally, stage: Stage) -> None:
    """Post drafts and articles that are none; what is refused leaves nothing behind."""
    models = shutil.copytree(stage.models, stage.root / "posted")  # what is posted is answered by all that serve these
    with stage.served(models) as client:
        for number, (kind, body) in enumerate(itertools.product(_KINDS, _bodies())):
            data = body if isinstance(body, bytes) else json.dumps(body).encode(errors="surrogatepass")
            for path in ("/related", "/articles"):
                headers = {"Content-Type": kind, **(BEARER if path == "/articles" else {})}
                answer = client.ask(path, method="POST", body=data, headers=headers)
                fine = answer.status in (200, 201, 400, 413, 415, 422) and _is_clean(answer)
                tally.check(fine, f"POST {path} {kind} {data[:200]!r} -> {answer.said()}")
                if path == "/articles" and answer.status in (200, 201):
                    own = answer.json["id"]
                    gone = client.ask(path_of(own, rest=""), method="DELETE", headers=BEARER)
                    there = client.ask(path_of(own))
                    tally.check(gone.status == 200, f"DELETE {own!r} -> {gone.said()}")
                    tally.check(there.status == 404, f"{own!r} is withdrawn, and answers {there.said()}")
            if number % 10 == 0:
                for token in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
                    refused = client.ask("/articles", method="POST", body=data, headers={"Content-Type": kind, **token})
                    tally.check(refused.status == 401, f"POST /articles with {token} -> {refused.said()}")


_KINDS = ("application/json", "text/markdown", "text/plain")


def _bodies() -> list[object]:
    """Bodies that are no drafts, or hostile ones."""
    wrong: list[object] = [None, True, 1, -1, 1.5, "", [], {}, [[]], {"a": {}}, "x" * 3000, ["a"] * 300, 10**40]
    keys = ("title", "excerpt", "text", "topics", "language", "date", "provider", "id", "related", "url", "images")
    values: tuple[object, ...] = (None, 1, [], {"a": []}, "x" * 2000)
    members: list[object] = [{"title": "a", key: value} for key in keys for value in values]
    hostile: list[object] = [
        *({"title": payload, "excerpt": payload, "id": payload} for payload in PAYLOADS),
        {"title": "a", "id": "guide/related"},
        {"title": "a", "id": ".."},
        {"title": "a" * 70_000},
        {"title": "\ud800"},
        {"title": "a", "date": "9999-99-99"},
        b"",
        b"{",
        b"\xff\xfe",
        b'{"title": "a", "title": "b"}',
        b'{"title": NaN}',
        b"[" * 30_000,
        b'{"a":' * 9_000,
        b"---\ntitle: a\n---\n",
        b"---\ntitle: [a\n---\n",
        b"---\na: &a [x]\nb: &b ["
        + b"*a," * 9
        + b"]\nc: &c ["
        + b"*b," * 9
        + b"]\nd: ["
        + b"*c," * 9
        + b"]\ntitle: t\n---\n",
        b"---\ntitle: !!python/object/apply:os.system [id]\n---\n",
        b"---\ntitle: a\nid: " + quote("../../etc").encode() + b"\n---\n",
    ]
    return [*wrong, *members, *hostile]
