"""How long an answer may be kept, and how it is known again."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from samples import SEED_ID, article, corpus_of

from api import create_app
from api.http import takes_gzip
from recommender import Recommender
from recommender.artefacts import Manifest

PATH = f"/articles/{SEED_ID}/related"
PATHS = (PATH, f"{PATH}?explain=true", f"/articles/{SEED_ID}", "/articles?q=comet")


def _client(recommender: Recommender, **config: object) -> FlaskClient:
    return create_app(recommender, **{"VERSION": "one", **config}).test_client()


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_is_known_again_by_its_etag(seeds_recommender: Recommender, path: str) -> None:
    client = _client(seeds_recommender)
    whole = client.get(path)
    etag = whole.headers["ETag"]
    assert etag.startswith('"')
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.headers[name] == whole.headers[name]
        assert "Content-Type" not in again.headers
    assert client.get(path, headers={"If-None-Match": '"other"'}).data == whole.data
    assert client.head(path, headers={"If-None-Match": etag}).status_code == 304


def test_an_etag_is_that_of_the_model_the_request_and_the_compression(seeds_recommender: Recommender) -> None:
    clients = {version: _client(seeds_recommender, VERSION=version) for version in ("one", "two")}
    seen = [
        clients[version].get(path, headers={"Accept-Encoding": coding}).headers["ETag"]
        for version in clients
        for path in (*PATHS, f"{PATH}?limit=5", f"{PATH}?limit=6")
        for coding in ("", "gzip")
        if not (coding and path == "/articles?q=comet")  # too short to be compressed
    ]
    assert len(set(seen)) == len(seen)
    path = "/articles/2024-03-05-watchdog-faults-old-seabed-maps-in-costly-underwater-road"
    forced = _client(seeds_recommender, PUBLISHED="only").get(path).headers["ETag"]
    assert forced != clients["one"].get(path).headers["ETag"]


def test_answers_are_the_same_from_every_process(seeds_recommender: Recommender) -> None:
    one, other = _client(seeds_recommender), _client(seeds_recommender)
    for path in PATHS:
        for coding in ("", "gzip"):
            first, second = (client.get(path, headers={"Accept-Encoding": coding}) for client in (one, other))
            assert (first.data, first.headers["ETag"]) == (second.data, second.headers["ETag"])


def test_how_long_an_answer_is_kept_is_a_setting(seeds_recommender: Recommender) -> None:
    assert _client(seeds_recommender).get(PATH).headers["Cache-Control"] == (
        "public, max-age=60, stale-while-revalidate=600"
    )
    other = _client(seeds_recommender, MAX_AGE=5, STALE_WHILE_REVALIDATE=0)
    assert other.get(PATH).headers["Cache-Control"] == "public, max-age=5, stale-while-revalidate=0"


def test_what_may_change_at_any_moment_is_not_kept(seeds_recommender: Recommender) -> None:
    client = _client(seeds_recommender)
    for path in ("/articles/nothing/related", f"{PATH}?limit=0", "/nothing", "/healthz", "/readyz", "/metrics"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
    nameless = create_app(Recommender().fit(corpus_of(article("a", "Comet")))).test_client()
    assert nameless.get("/articles/a").headers["Cache-Control"] == "no-store"
    assert "ETag" not in nameless.get("/articles/a").headers


def test_an_unknown_article_is_not_taken_for_a_known_answer(seeds_recommender: Recommender) -> None:
    for path in ("/articles/nothing", "/articles/nothing/related"):
        assert _client(seeds_recommender).get(path, headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("path", [PATH, f"{PATH}?explain=true"])
def test_answers_are_compressed_for_those_who_want_it(seeds_recommender: Recommender, path: str) -> None:
    client = _client(seeds_recommender)
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    off = _client(seeds_recommender, COMPRESSION=False).get(path, headers={"Accept-Encoding": "gzip"})
    assert off.data == plain.data
    assert "Vary" not in off.headers


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("GZIP;q=0.5, br", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=nonsense", False),
    ],
)
def test_who_wants_it_is_told_by_accept_encoding(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_a_published_model_names_its_answers(published: tuple[Path, Manifest]) -> None:
    models, manifest = published
    client = create_app(MODELS=models).test_client()
    ready = client.get("/readyz").json
    assert ready is not None
    assert (ready["version"], ready["created"], ready["articles"]) == (manifest.version, manifest.created, 158)
    assert "ETag" in client.get(PATH).headers
