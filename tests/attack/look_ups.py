"""Look-ups: every article answers to its ID and its addresses, and a list holds only what it may."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

from attack.stage import BEARER, Client, Made, Stage, path_of
from attack.tally import Tally

_OPTIONS = (
    "limit=100",
    "limit=1",
    "min_score=0.2",
    "curated=first",
    "published=only&limit=50",
    "max_age_days=400",
    "provider_cap=1&limit=20",
    "fill=newest&limit=30",
    "fill=section&limit=30",
    "fill=newest&published=only&limit=40&min_score=0.5",
    "provider_cap=2&fill=section&max_age_days=900&limit=25",
    "explain=true&limit=3",
    "",
)


def attack_round_trips(tally: Tally, stage: Stage) -> None:
    """Ask for every article by all that names it."""
    with stage.served() as client:
        for article in itertools.cycle(stage.articles):
            if tally.tried >= 11_019:
                return
            wanted = 200 if article.there else 404
            for path in _paths(article):
                answer = client.ask(path)
                found = answer.json.get("id") if answer.status == 200 else None
                fine = answer.status == wanted and found in (None, article.id)
                tally.check(fine, f"{article.kind or 'public'} {article.id!r}: GET {path} -> {answer.said()}")
            previewed = client.ask(path_of(article.id), headers=BEARER)
            private = "no-store" in previewed.headers.get("cache-control", "")
            fine = previewed.status == 200 and previewed.json["id"] == article.id and private
            tally.check(fine, f"GET {path_of(article.id)} with the token -> {previewed.said()}")


def _paths(article: Made) -> Iterator[str]:
    id, url = article.id, article.url
    bare = url.removeprefix("https://")
    host, _, path = bare.partition("/")
    yield path_of(id)
    yield path_of(id, rest="/related?limit=2")
    yield path_of(id, rest="")
    yield f"/articles/{quote(id)}/related"
    yield path_of(article.file.rpartition("/")[2].removesuffix(".md"))
    yield path_of(article.file.removesuffix(".md"))
    spellings = (
        url,
        quote(url, safe=":/"),
        f"http://{bare}",
        f"https://www.{bare}",
        f"{url}/",
        f"{url}#part",
        f"{url}?utm_source=letter&fbclid=1",
        f"https://{host}:443/{path}",
        f"https://{host.upper()}/{path}",
    )
    for spelling in spellings:
        yield f"/related?{urlencode({'url': spelling})}"


def attack_lists(tally: Tally, stage: Stage) -> None:
    """Ask for lists with all options, with and without the token, and where only published articles are suggested."""
    by_id = {article.id: article for article in stage.articles}
    with stage.served() as client, stage.served(RECOMMENDER_PUBLISHED="only") as strict:
        askable = [article for article in stage.articles if article.there]
        while tally.tried < 10_020:
            article, options = tally.chance.choice(askable), tally.chance.choice(_OPTIONS)
            excluded = tally.chance.choice(askable).id
            if tally.chance.random() < 0.2:
                options += f"&{urlencode({'exclude': excluded})}" if "," not in excluded else ""
            server, only = (strict, True) if tally.chance.random() < 0.3 else (client, "published=only" in options)
            path = path_of(article.id, rest=f"/related?fields=id,title&{options}".rstrip("&"))
            headers = BEARER if tally.chance.random() < 0.2 else {}
            answer = server.ask(path, headers=headers)
            if answer.status == 404 and only and article.kind == "unpublished":
                tally.check(True, path)  # does not exist where only published articles do
                continue
            wrong = (
                answer.said()
                if answer.status != 200
                else _wrong([one["id"] for one in answer.json["related"]], article, by_id, only=only, options=options)
            )
            if not wrong and "exclude" in options and excluded in [one["id"] for one in answer.json["related"]]:
                wrong = f"holds {excluded!r}, which is excluded"
            tally.check(not wrong, f"GET {path} {'(only published)' if only else ''}{headers} -> {wrong}")


def _wrong(ids: list[str], article: Made, by_id: dict[str, Made], *, only: bool, options: str) -> str:
    """What a list holds that it may not, in words."""
    if article.id in ids:
        return "holds itself"
    if len(set(ids)) < len(ids):
        return f"doubled: {json.dumps(ids)}"
    for id in ids:
        if by_id[id].hidden:
            return f"holds {id!r}, which is {by_id[id].kind}"
        if only and by_id[id].kind == "unpublished":
            return f"holds {id!r}, which is unpublished"
    limit = next((int(part[6:]) for part in options.split("&") if part.startswith("limit=")), 100)
    return f"{len(ids)} entries" if len(ids) > limit else ""


def names_nothing_private(client: Client, stage: Stage, path: str, tally: Tally) -> None:
    """Check that a refusal names no article that readers may not see."""
    answer = client.ask(path)
    secret = next((one for one in stage.articles if not one.there and one.title in answer.body.decode()), None)
    tally.check(answer.status < 500 and secret is None, f"GET {path} names {secret}")
