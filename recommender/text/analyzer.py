"""Analyzer: turns a text into terms, by the script that it is written in.

In scripts with spaces between words, each word becomes a stem or character n-grams, or stays as it is. Runs of scripts
without spaces, and of Korean, whose words carry particles, always become character n-grams.
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
# Before it becomes n-grams, a word keeps the punctuation within it, which tells `6.5.0`, `max_size` and `e-mail` apart.
_PUNCTUATED_WORD = regex.compile(rf"{_RUN}|{_SPACED}(?:[^\s{_UNSPACED}]*{_SPACED})?", regex.VERSION1)


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
        return [term for token in self.tokens(text) for term in self.terms_of(token)]

    def tokens(self, text: str) -> list[str]:
        """The whitespace-separated tokens of a text, normalised (NFKC) and in lower case.

        A token gives the same terms in every text. Stems depend on the text's language, so there the language and a
        blank stand before each token.
        """
        normal = unicodedata.normalize("NFKC", text).lower()
        if self.terms != "stems":
            return normal.split()
        language = language_of(normal)
        return [f"{language} {token}" for token in normal.split()]

    def terms_of(self, token: str) -> list[str]:
        """All terms of one of the `tokens`."""
        return [term for _, terms in self._words(token) for term in terms]

    def terms_by_word(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each word of a text, in lower case, with its terms; a run of an unspaced script is one word."""
        for token in self.tokens(text):
            yield from self._words(token)

    def _words(self, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        language, _, characters = token.rpartition(" ")
        pattern = _PUNCTUATED_WORD if self.terms == "ngrams" else _WORD
        for match in pattern.finditer(characters):
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


def _ngrams(text: str, shortest: int, longest: int) -> tuple[str, ...]:
    if len(text) <= shortest:
        return (text,)
    return tuple(
        text[start : start + length]
        for length in range(shortest, min(longest, len(text)) + 1)
        for start in range(len(text) - length + 1)
    )


_STEMMER_LANGUAGES = frozenset(Stemmer.algorithms())
_of_thread = threading.local()  # a Snowball stemmer keeps state, so each thread has its own


def _stem(word: str, language: str) -> str:
    stemmers = _of_thread.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(language, 0) if language in _STEMMER_LANGUAGES else None
    return word if stemmers[language] is None else str(stemmers[language].stemWord(word))
