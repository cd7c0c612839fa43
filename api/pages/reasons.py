"""Reasons: what a score consists of, and what two articles share, marked in their texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from api.pages.cards import Card
from recommender import Article, Explanation, Recommender
from recommender.ranking import SharedWord
from recommender.text import is_unspaced

_STRONG, _PLAIN, _WEAK = 0.08, 0.04, 0.015  # minimum shares of the similarity for each strength of mark
_PAIR = 2  # minimum length of a shared run of characters that is marked in texts without spaces


class Piece(NamedTuple):
    """A part of a text, and how strongly it is marked: 0 (not at all) to 3, by its share of the similarity."""

    text: str
    strength: int


class Bar(NamedTuple):
    """The parts of a similarity: what goes into the score, and what is lost to its factors.

    Attributes:
        title, excerpt: contributions to the score; those of the text and of topics count as the excerpt's.
        decay, hub_weight, other_provider: losses to these factors of the score.
    """

    title: float
    excerpt: float
    decay: float
    hub_weight: float
    other_provider: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one article is or is not suggested for another, for display.

    Attributes:
        here, there: title and excerpt of the article and of the other, with their shared words marked.
    """

    why: Explanation
    bar: Bar
    here: tuple[list[Piece], list[Piece]]
    there: tuple[list[Piece], list[Piece]]

    @classmethod
    def of(cls, recommender: Recommender, article: Article, other: Article) -> Self:
        """The reason, by the model of a recommender."""
        why, back = recommender.explain(article.id, other.id), recommender.explain(other.id, article.id)
        title = sum(word.contribution for word in why.words if word.field == "title")
        share = min(title / why.similarity, 1.0) if why.similarity > 0 else 0.0
        bar = Bar(
            title=why.score * share,
            excerpt=why.score * (1 - share),
            decay=why.similarity * (1 - why.decay),
            hub_weight=why.similarity * why.decay * (1 - why.hub_weight),
            other_provider=why.similarity * why.decay * why.hub_weight * (1 - why.other_provider),
        )
        mine, theirs = _strengths(why.words, why.similarity), _strengths(back.words, why.similarity)
        return cls(
            why=why,
            bar=bar,
            here=_marked(Card.of(article.entry), mine, theirs),
            there=_marked(Card.of(other.entry), theirs, mine),
        )


def _strengths(words: tuple[SharedWord, ...], similarity: float) -> dict[str, int]:
    """How strongly to mark each word, by its contributions in all fields."""
    shares: dict[str, float] = {}
    for word in words:
        shares[word.word] = shares.get(word.word, 0.0) + word.contribution / similarity
    steps = (_WEAK, _PLAIN, _STRONG)
    found = {word: sum(share >= step for step in steps) for word, share in shares.items()}
    return {word: strength for word, strength in found.items() if strength}


def _marked(card: Card, own: Mapping[str, int], others: Mapping[str, int]) -> tuple[list[Piece], list[Piece]]:
    return pieces(card.title, own, others), pieces(card.excerpt, own, others)


def pieces(text: str, own: Mapping[str, int], others: Mapping[str, int]) -> list[Piece]:
    """Split a text into pieces, and mark those shared with another text.

    Args:
        own: the shared words of this text, in lower case, and how strongly to mark each.
        others: those of the other text. In a script without spaces, a word is a whole run of characters, and only the
            parts that both runs contain are marked.
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
