from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from samples import article

from recommender.catalogue import Catalogue, PackedStrings

ARTICLES = [
    replace(article("b", "Zweite «Fähre» 🚢", date="2024-03-02"), names=("b", "old/b"), pinned=("a",)),
    article("a", "First ferry", "It sails.", "2024-03-01", hidden=True),
    article("渡", "渡轮", published=False),
]


def as_loaded(catalogue: Catalogue) -> Catalogue:
    """The same from its bytes and arrays alone."""
    return Catalogue(
        PackedStrings(memoryview(bytes(catalogue.records.blob)), catalogue.records.ends),
        entry_sizes=catalogue.entry_sizes,
        days=catalogue.days,
        flags=catalogue.flags,
        providers=catalogue.providers,
        names=catalogue.names,
        urls=catalogue.urls,
        copies=catalogue.copies,
    )


def test_articles_are_as_they_were() -> None:
    loaded = as_loaded(Catalogue.from_articles(ARTICLES))
    assert list(loaded) == [loaded[0], loaded[1], loaded[2]] == loaded[:] == ARTICLES
    assert loaded[-1] == ARTICLES[-1]
    assert len(loaded) == 3
    with pytest.raises(IndexError):
        loaded[3]
    loaded.check()


def test_entries_are_ready_as_they_leave() -> None:
    loaded = as_loaded(Catalogue.from_articles(ARTICLES))
    assert [bytes(entry).decode() for entry in loaded.entries_json([2, 0])] == [
        '{"title":"渡轮","sourceUrl":"https://site.example/渡"}',
        json.dumps(ARTICLES[0].entry, ensure_ascii=False, separators=(",", ":")),
    ]


def test_every_name_and_address_has_its_row() -> None:
    loaded = as_loaded(Catalogue.from_articles(ARTICLES))
    names = ("a", "b", "old/b", "渡", "", "c", "\ud83d")
    assert [loaded.names.row(name) for name in names] == [1, 0, 0, 2, None, None, None]
    assert [loaded.urls.row(f"site.example/{id}") for id in ("a", "b", "渡", "c")] == [1, 0, 2, None]


def test_providers_are_told_by_domain_then_name() -> None:
    providers = [{"name": "Gull", "domain": "gull.example"}, {"domain": "gull.example"}, {"name": "Gull"}, None]
    made = []
    for number, provider in enumerate(providers):
        one = article(str(number), "Title")
        made.append(replace(one, entry={**one.entry, "provider": provider}) if provider else one)
    catalogue = Catalogue.from_articles(made)
    assert catalogue.providers.tolist() == [0, 0, 1, -1]
    assert as_loaded(catalogue).provider_numbers == {"gull.example": 0, "Gull": 1}


@pytest.mark.parametrize("part", ["ends", "sizes", "days", "names", "own name", "entry"])
def test_what_does_not_fit_is_refused(part: str) -> None:
    whole = Catalogue.from_articles(ARTICLES)
    if part == "ends":
        whole.records.ends[-1] += 1
    elif part == "sizes":
        whole.entry_sizes[0] -= 1
    elif part == "days":
        whole.days = whole.days[:2]
    elif part == "names":
        whole.names.rows[0] = 3
    elif part == "own name":
        whole.names.keys.blob = bytes(whole.names.keys.blob).replace("渡".encode(), "港".encode())
    else:
        whole.records.blob = bytes(whole.records.blob).replace(b'"title":"F', b'"titel":"F')
    with pytest.raises((ValueError, TypeError, KeyError)):
        as_loaded(whole).check()


def test_an_empty_catalogue_is_whole() -> None:
    empty = Catalogue.from_articles([])
    empty.check()
    assert list(empty) == []
    assert np.array_equal(empty.providers, [])
