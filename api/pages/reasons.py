"""Why an article stands where it does in another's list: what each part gave, and what the two texts share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from api.pages.cards import Card
from recommender import Article, Recommender
from recommender.ranking import SharedWord
from recommender.text import is_unspaced

_WORDS = 8  # that are listed
_STRONG, _PLAIN, _WEAK = 0.08, 0.04, 0.015  # shares of the similarity from which on a word is marked so
_PAIR = 2  # characters that texts without spaces must share for them to be marked


class Piece(NamedTuple):
    """A part of a text, and how much it adds to the similarity: 0 (nothing worth a mark) to 3."""

    text: str
    strength: int


class Bar(NamedTuple):
    """How the similarity is made up and what is left of it; all together are the similarity.

    Attributes:
        title, excerpt: what the fields give to the score.
        time, popularity: what time, and being near to everything, have taken.
    """

    title: float
    excerpt: float
    time: float
    popularity: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `other` is, or is not, suggested for `article`.

    Attributes:
        words: the strongest, by contribution.
        here, there: title and excerpt of the article and of the other, with what they share.
    """

    score: float
    similarity: float
    decay: float
    weight: float
    days_apart: float | None
    bar: Bar
    words: tuple[SharedWord, ...]
    here: tuple[list[Piece], list[Piece]]
    there: tuple[list[Piece], list[Piece]]

    @classmethod
    def of(cls, recommender: Recommender, article: Article, other: Article) -> Self:
        """The reason, going by what a recommender has learnt."""
        why, back = recommender.explain(article.id, other.id), recommender.explain(other.id, article.id)
        title = sum(word.contribution for word in why.words if word.field == "title")
        share = min(title / why.similarity, 1.0) if why.similarity > 0 else 0.0
        bar = Bar(
            title=why.score * share,
            excerpt=why.score * (1 - share),
            time=why.similarity * (1 - why.decay),
            popularity=why.similarity * why.decay * (1 - why.weight),
        )
        mine, theirs = _strengths(why.words, why.similarity), _strengths(back.words, why.similarity)
        return cls(
            score=why.score,
            similarity=why.similarity,
            decay=why.decay,
            weight=why.weight,
            days_apart=why.days_apart,
            bar=bar,
            words=why.words[:_WORDS],
            here=_marked(Card.of(article.entry), mine, theirs),
            there=_marked(Card.of(other.entry), theirs, mine),
        )


def _strengths(words: tuple[SharedWord, ...], similarity: float) -> dict[str, int]:
    """How strongly to mark each word: by all that it adds, in whichever field."""
    shares: dict[str, float] = {}
    for word in words:
        shares[word.text] = shares.get(word.text, 0.0) + word.contribution / similarity
    steps = (_WEAK, _PLAIN, _STRONG)
    found = {word: sum(share >= step for step in steps) for word, share in shares.items()}
    return {word: strength for word, strength in found.items() if strength}


def _marked(card: Card, own: Mapping[str, int], others: Mapping[str, int]) -> tuple[list[Piece], list[Piece]]:
    return pieces(card.title, own, others), pieces(card.excerpt, own, others)


def pieces(text: str, own: Mapping[str, int], others: Mapping[str, int]) -> list[Piece]:
    """A text in pieces, those marked that another text has too.

    Args:
        own: the text's words that the other shares, in lower case, and how strongly each is to be marked.
        others: likewise the other's. A word without spaces around it is a whole run of such a script, of which
            only what both runs hold is marked.
    """
    strengths = [0] * len(text)
    shared = {
        word[at : at + _PAIR] for word in others if is_unspaced(word) for at in range(max(len(word) - _PAIR + 1, 0))
    }
    for word, strength in own.items():
        unspaced = is_unspaced(word)
        pattern = re.escape(word) if unspaced else rf"(?<!\w){re.escape(word)}(?!\w)"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            for at in range(match.start(), match.end()):
                around = (text[at - 1 : at + 1], text[at : at + _PAIR])
                if not unspaced or not shared.isdisjoint(around):
                    strengths[at] = max(strengths[at], strength)
    found: list[Piece] = []
    for letter, strength in zip(text, strengths, strict=True):
        if found and found[-1].strength == strength:
            found[-1] = Piece(found[-1].text + letter, strength)
        else:
            found.append(Piece(letter, strength))
    return found
