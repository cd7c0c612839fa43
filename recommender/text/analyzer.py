"""Analyzers: a text becomes terms, by its script and without set-up.

Words of scripts that put spaces between them become stems, n-grams of characters, or stay words; runs of scripts that
don't (and Korean, which glues particles to its words) become n-grams of characters throughout.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator

import regex
import Stemmer

from recommender.settings import Terms
from recommender.text.language import language_of

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc\u3005"
_SPACED = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]"
_RUN = rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)"
_WORD = regex.compile(rf"{_RUN}|{_SPACED}+", regex.VERSION1)
# As n-grams, a word keeps the signs within it: `6.5.0`, `max_size` and `e-mail` are told by them.
_SIGNED_WORD = regex.compile(rf"{_RUN}|{_SPACED}(?:[^\s{_UNSPACED}]*{_SPACED})?", regex.VERSION1)


class Analyzer:
    """Turns a text into terms; the same text and settings give the same terms anywhere.

    Args:
        terms: what words of spaced scripts become.
        ngrams: least and greatest length of an n-gram within a word, which has one blank at either end.
        unspaced_ngrams: least and greatest length of an n-gram within a run of an unspaced script.
    """

    def __init__(self, terms: Terms, *, ngrams: tuple[int, int], unspaced_ngrams: tuple[int, int]) -> None:
        self.terms = terms
        self.ngrams = ngrams
        self.unspaced_ngrams = unspaced_ngrams

    def __call__(self, text: str) -> list[str]:
        """All terms of a text, in its order, repeated as often as they occur."""
        return [term for piece in self.pieces(text) for term in self.terms_of(piece)]

    def pieces(self, text: str) -> list[str]:
        """What lies between the blanks of a text, in lower case; a piece gives the same terms in every text.

        Where they depend on the text's language, that and a blank stand before each.
        """
        normal = unicodedata.normalize("NFKC", text).lower()
        if self.terms != "stems":
            return normal.split()
        language = language_of(normal)
        return [f"{language} {piece}" for piece in normal.split()]

    def terms_of(self, piece: str) -> list[str]:
        """All terms of one of the `pieces`."""
        return [term for _, terms in self._by_word(piece) for term in terms]

    def by_word(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each word of a text, in lower case, with the terms that it becomes; a run of an unspaced script is one."""
        for piece in self.pieces(text):
            yield from self._by_word(piece)

    def _by_word(self, piece: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        language, _, stretch = piece.rpartition(" ")
        pattern = _SIGNED_WORD if self.terms == "ngrams" else _WORD
        for match in pattern.finditer(stretch):
            word = match.group()
            if match.lastgroup == "unspaced":
                yield word, _ngrams(word, *self.unspaced_ngrams)
            elif self.terms == "ngrams":
                yield word, _ngrams(f" {word} ", *self.ngrams)
            elif self.terms == "stems":
                yield word, (_stem(word, language),)
            else:
                yield word, (word,)


def is_unspaced(text: str) -> bool:
    """Whether most of a text's words are runs of scripts without spaces between words."""
    kinds = [match.lastgroup == "unspaced" for match in _WORD.finditer(unicodedata.normalize("NFKC", text))]
    return 2 * sum(kinds) > len(kinds)


def _ngrams(text: str, least: int, greatest: int) -> tuple[str, ...]:
    if len(text) <= least:
        return (text,)
    return tuple(
        text[start : start + length]
        for length in range(least, min(greatest, len(text)) + 1)
        for start in range(len(text) - length + 1)
    )


_STEMMED = frozenset(Stemmer.algorithms())
_own = threading.local()  # a Snowball stemmer keeps state: one a thread


def _stem(word: str, language: str) -> str:
    stemmers = _own.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(language, 0) if language in _STEMMED else None
    return word if stemmers[language] is None else str(stemmers[language].stemWord(word))
