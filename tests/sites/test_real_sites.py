"""Real sites, where they lie beside the project: what is read of them, and addresses as their generators make them."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from samples import REAL

from recommender import Corpus

SITES = REAL / "sites"
pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason=f"the real sites are not at {SITES}")

# Every twenty-first page of the site, as Hugo 0.168 builds it.
CDS_ADDRESSES = {
    "en/a11y/our-commitment.md": "/a11y/our-commitment/",
    "fr/blog/posts/amélioration-continue-d’alerte-covid.md": ("/2020/07/31/am%C3%A9lioration-continue-dalerte-covid/"),
    "en/blog/posts/busting-talent-myths-to-hire-multidisciplinary-teams.md": (
        "/2021/03/18/busting-talent-myths-to-hire-multidisciplinary-teams/"
    ),
    "fr/blog/posts/comment-nous-avons-installé-notification-sur-canada-ca.md": (
        "/2020/03/05/comment-nous-avons-install%C3%A9-notification-sur-canada-ca/"
    ),
    "fr/blog/posts/c’est-quoi-au-juste-un-gestionnaire-de-produits.md": (
        "/2019/07/23/cest-quoi-au-juste-un-gestionnaire-de-produits/"
    ),
    "fr/blog/posts/déplacer-le-contenu-du-code-vers-le-nuage.md": (
        "/2018/12/04/d%C3%A9placer-le-contenu-du-code-vers-le-nuage/"
    ),
    "fr/blog/posts/gc-notification-maintenant-en-version-bêta.md": (
        "/2021/02/01/gc-notification-maintenant-en-version-b%C3%AAta/"
    ),
    "en/blog/posts/how-we-implemented-notify-on-canada-ca.md": ("/2020/03/05/how-we-implemented-notify-on-canada-ca/"),
    "fr/blog/posts/juste-assez-de-détails-concevoir-le-contenu-de-l’appli-alerte-covid.md": (
        "/2020/11/18/juste-assez-de-d%C3%A9tails-concevoir-le-contenu-de-lappli-alerte-covid/"
    ),
    "en/blog/posts/leading-by-example-a-sit-down-with-our-partner-at-the-rcmp.md": (
        "/2020/03/09/leading-by-example-a-sit-down-with-our-partner-at-the-rcmp/"
    ),
    "en/blog/posts/picking-our-projects.md": "/2017/08/24/picking-our-projects/",
    "en/blog/posts/get-updates-on-covid-19-–-email-notification-service.md": (
        "/2020/05/13/get-updates-on-covid-19--email-notification-service/"
    ),
    "fr/blog/posts/aider-les-gens-à-trouver-du-contenu-:-comment-créer-une-barre-de-recherche-sur-un-site-web.md": (
        "/2022/07/14/aider-les-gens-%C3%A0-trouver-du-contenu--comment-cr%C3%A9er-une-barre-de-recherche-sur-un-site-web/"
    ),
    "fr/blog/posts/reporter-un-rendez-vous-dexamen.md": "/2018/04/13/reporter-un-rendez-vous-dexamen/",
    "fr/blog/posts/sortir-les-prototypes.md": "/2018/01/29/sortir-les-prototypes/",
    "en/blog/posts/toxic-or-positive-masculinity?-how-men-can-shift-workplace-culture.md": (
        "/2022/04/21/toxic-or-positive-masculinity-how-men-can-shift-workplace-culture/"
    ),
    "en/blog/posts/writing-privacy-notices-that-are-easy-to-read-and-understand.md": (
        "/2023/01/26/writing-privacy-notices-that-are-easy-to-read-and-understand/"
    ),
    "en/engagement-report/how-cds-started-full.html": "/how-cds-started/full-report/",
    "en/products/products/reschedule-a-citizenship-test.md": "/products/products/reschedule-a-citizenship-test/",
    "fr/products/products/aider-les-canadiens-à-faible-revenu-à-produire-leur-déclaration-fiscale.md": (
        "/products/products/aider-les-canadiens-%C3%A0-faible-revenu-%C3%A0-produire-leur-d%C3%A9claration-fiscale/"
    ),
}


def test_hugo_site_in_two_languages() -> None:
    corpus = Corpus.from_path(SITES / "cds")
    assert Counter(article.language for article in corpus.articles) == {"en": 200, "fr": 200}
    hosts = {"en": "https://digital.canada.ca", "fr": "https://numerique.canada.ca"}
    found = {article.path: article.entry["url"] for article in corpus.articles}
    expected = {f"content/{path}": f"{hosts[path[:2]]}{address}" for path, address in CDS_ADDRESSES.items()}
    assert {path: found.get(path) for path in expected} == expected


def test_zola_site_whose_pages_name_their_paths() -> None:
    corpus = Corpus.from_path(SITES / "rust")
    expected = {}
    for file in (SITES / "rust" / "content").rglob("[!_]*.md"):
        if own := re.search(r'^path = "(.+)"$', file.read_text(encoding="utf-8"), re.M):
            expected[file.relative_to(SITES / "rust").as_posix()] = f"https://blog.rust-lang.org/{own[1]}/"
    assert {article.path: article.entry["url"] for article in corpus.articles} == expected
    assert len(expected) == 750
    assert all(article.published_at is not None for article in corpus.articles)
