"""Headers of answers (caching, encoding, CORS, hosts), and pages, which run nothing of what they show."""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

from attack.look_ups import names_nothing_private
from attack.protocol import VALUES
from attack.stage import BEARER, PAYLOADS, Answer, Client, Stage, path_of
from attack.tally import Tally

_ORIGIN = "https://www.site.example"
_ENCODINGS = ("gzip", "gzip;q=0", "identity", "*", "br, gzip;q=0.5", "deflate", "", "gzip, gzip", "q=;,", "GZIP")
_HOSTS = ("evil.example", "evil.example:99999", "[::1]", "a'\"><b>", "xn--a", "127.0.0.1@evil.example", "a/b")
_ORIGINS = (
    _ORIGIN,
    f"{_ORIGIN}.evil.example",
    "null",
    "http://www.site.example",
    f"{_ORIGIN}:444",
    "https://WWW.site.example",
)


def attack_headers(tally: Tally, stage: Stage) -> None:
    """Ask in all ways that caches, browsers and proxies ask in."""
    ids = [article.id for article in stage.articles if not article.kind]
    paths = [path_of(id) for id in tally.chance.sample(ids, 12)]
    paths += [path_of(id, rest="") for id in tally.chance.sample(ids, 3)]
    paths += [path_of(id, rest="/related.html") for id in tally.chance.sample(ids, 4)]
    paths += ["/articles?limit=30", "/widget.js", path_of(ids[0], rest="/related?limit=50&fields=id")]
    with stage.served(RECOMMENDER_CORS_ORIGINS=_ORIGIN) as client:
        _attack_hosts(tally, client)
        for path in paths:
            plain = client.ask(path)
            for what, holds, answer in _ways(client, path, plain):
                tally.check(holds, f"GET {path}, {what} -> {answer.status} {dict(answer.headers)}")


def _ways(client: Client, path: str, plain: Answer) -> Iterator[tuple[str, bool, Answer]]:
    tag = plain.headers.get("etag", "")
    fresh = "max-age=60" in plain.headers.get("cache-control", "") and tag.startswith('"')
    yield "plainly", plain.status == 200 and fresh and "Accept-Encoding" in plain.headers.get("vary", ""), plain
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = client.ask(path, headers={"If-None-Match": given})
        yield (
            f"If-None-Match {given}",
            (answer.status, answer.body, answer.headers.get("etag")) == (304, b"", tag),
            answer,
        )
    for given in ('"x"', "x", '""', f'{tag[:-1]}x"'):
        answer = client.ask(path, headers={"If-None-Match": given})
        yield f"If-None-Match {given}", (answer.status, answer.body) == (200, plain.body), answer
    for encoding in _ENCODINGS:
        answer = client.ask(path, headers={"Accept-Encoding": encoding})
        packed = answer.headers.get("content-encoding") == "gzip"
        body = gzip.decompress(answer.body) if packed else answer.body
        allowed = ("gzip" in encoding.lower() and encoding != "gzip;q=0") or encoding == "*"
        named = answer.headers.get("etag") != tag if packed else answer.headers.get("etag") == tag
        yield f"Accept-Encoding {encoding}", body == plain.body and named and (allowed or not packed), answer
    head = client.ask(path, method="HEAD")
    same = all(head.headers.get(name) == plain.headers.get(name) for name in ("etag", "content-type", "content-length"))
    yield "HEAD", head.status == 200 and head.body == b"" and same, head
    for origin in _ORIGINS:
        answer = client.ask(path, headers={"Origin": origin})
        granted = answer.headers.get("access-control-allow-origin")
        yield (
            f"Origin {origin}",
            granted == (origin if origin == _ORIGIN else None) and "Origin" in answer.headers["vary"],
            answer,
        )
    for name, host in itertools.product(("Host", "X-Forwarded-Host"), _HOSTS[:2]):
        answer = client.ask(path, headers={name: host})
        yield f"{name} {host}", answer.body == plain.body and host not in str(answer.headers), answer
    private = client.ask(path, headers=BEARER)
    kept = path == "/widget.js" or "no-store" in private.headers.get("cache-control", "")
    yield "with the token", private.status == 200 and kept, private


def _attack_hosts(tally: Tally, client: Client) -> None:
    """Check that a request whose host can't be told is refused (RFC 9112), and that no header passes for another."""
    for hosts in (b"", b"Host: a\r\nHost: b\r\n", b"Host: a\r\nHost: a\r\n"):
        answer = client.raw(b"GET /healthz HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n", whole=True)
        tally.check(answer.startswith(b"HTTP/1.1 400"), f"{hosts!r} -> {answer[:80]!r}")
    for name in ("X_Request_ID", "X-Request_ID", "X_Request-ID"):
        told = client.ask("/healthz", headers={name: "a"}).headers["x-request-id"]
        tally.check(told != "a", f"{name} passes for X-Request-ID")


class Page(HTMLParser):
    """What a browser would run, or load, of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.harm: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what runs."""
        values = {name: value or "" for name, value in attrs}
        if (tag == "script" and not re.match("/[^/]", values.get("src", ""))) or tag in (
            "base",
            "iframe",
            "object",
            "svg/onload",
        ):
            self.harm.append(f"<{tag} {values}>")
        for name, value in values.items():
            runs = name in ("href", "src", "action", "formaction", "data") and value.strip().lower().startswith(
                ("javascript:", "data:")
            )
            if name.startswith("on") or runs or (name == "src" and value == "x"):
                self.harm.append(f"<{tag} {name}={value!r}>")


def attack_pages(tally: Tally, stage: Stage) -> None:
    """Show hostile articles and requests in pages."""
    hostile = [article for article in stage.articles if not article.kind and "<" in article.title + article.id]
    with stage.served() as client:
        for article in tally.chance.sample(hostile, 60):
            paths = [path_of(article.id, rest="/related.html"), f"/explore?{urlencode({'id': article.id})}"]
            other = tally.chance.choice(hostile).id
            paths += [
                f"/explore?{urlencode({'id': article.id, 'other': other})}",
                f"/?{urlencode({'q': article.title})}",
            ]
            for path in paths:
                _judge(tally, path, client.ask(path, headers={"Accept": "text/html"}))
        for payload, form in itertools.product(PAYLOADS, _FORMS):
            path = form + urlencode({"": payload})[1:]
            _judge(tally, path, client.ask(path, headers={"Accept": "text/html"}))
        for path, name, value in itertools.product(("/corpus", "/corpus.csv"), _SELECTING, VALUES):
            asked = f"{path}?{urlencode({name: value})}"
            _judge(tally, asked, client.ask(asked, headers={"Accept": "text/html"}))
        for page in ("/", "/corpus", "/docs", "/draft", "/corpus?state=hub"):
            _judge(tally, page, client.ask(page, headers={"Accept": "text/html"}))
        for article in tally.chance.sample([one for one in stage.articles if not one.there], 35):
            names_nothing_private(client, stage, path_of(article.id[:-1]), tally)
            names_nothing_private(client, stage, f"/?{urlencode({'q': article.title.rpartition(' ')[2]})}", tally)


_SELECTING = ("from", "provider", "topic", "state", "sort", "order", "size", "page")
_FORMS = ("/?q=", "/explore?id=", "/corpus?topic=", "/nowhere/", "/docs?a=", "/articles/")


def _judge(tally: Tally, path: str, answer: Answer) -> None:
    """Check that a page runs nothing, that its policy would not let it, and that no other site may frame it."""
    policy = answer.headers.get("content-security-policy", "")
    strict = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    sniffed = answer.headers.get("x-content-type-options") != "nosniff"
    html = "html" in answer.headers.get("content-type", "")
    harm = Page(answer.body.decode()).harm if html else []
    fine = answer.status < 500 and strict and not sniffed and not harm
    tally.check(fine, f"GET {path} -> {answer.status}, policy {policy!r}, {harm}")
