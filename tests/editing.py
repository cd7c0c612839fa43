"""A site of four articles, of which an editor changes one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recommender import Corpus, Recommender
from recommender.curation import Act, ArticleFinder, CuratedFile, Curator
from recommender.writing import Edit

PLAIN = "---\ntitle: Harbour\n---\n"
OTHERS = {"ferry": "Ferry", "moon": "Moon", "pier": "Pier"}


def write_site(root: Path, article: bytes | str = PLAIN) -> Path:
    """Write the article `a.md` and three others."""
    root.mkdir(exist_ok=True)
    (root / "a.md").write_bytes(article if isinstance(article, bytes) else article.encode())
    for name, title in OTHERS.items():
        lines = [
            "---",
            f"title: {title}",
            f"url: https://quay.example/{name}/",
            "---",
            "",
            f"The {title} of the harbour.",
        ]
        (root / f"{name}.md").write_text("".join(f"{line}\n" for line in lines))
    return root


def curator_of(root: Path, article: bytes | str = PLAIN) -> Curator:
    """The curator of a site that is written before."""
    return Curator(write_site(root, article), Corpus.from_path(root))


@cache
def _learnt(root: Path) -> Recommender:
    """What a server has learnt when it is started."""
    return Recommender().fit(Corpus.from_path(root))


@dataclass(frozen=True)
class Opened:
    """A file as it is now, and what it would become."""

    file: CuratedFile
    curator: Curator
    recommender: Recommender

    def after(self, act: Act) -> tuple[CuratedFile, Edit]:
        """The file, and the edit that an act makes of it."""
        new = self.file.curation.after(act)
        articles = {act.other: self.recommender.article(act.other)} if act.name == "take" else {}
        return self.file, self.file.changed_to(new, articles, self.curator.style)


def opened(curator: Curator) -> Opened:
    """The article `a`, opened."""
    recommender = _learnt(curator.root)
    return Opened(curator.open(recommender.article("a"), ArticleFinder(recommender).find), curator, recommender)
