"""Analyzer: turns a text into terms, depending on its script.

In scripts with spaces between words, each word becomes a stem or character n-grams, or stays as it is. Runs of scripts
without spaces, and of Korean (whose words carry particles), always become character n-grams.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

import regex
import Stemmer

from recommender.settings import Terms
from recommender.text.language import language_of

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc\u3005"
_SPACED = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]"
_RUN = rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)"
_WORD = regex.compile(rf"{_RUN}|{_SPACED}+", regex.VERSION1)
# For n-grams, words keep their inner punctuation, as in `6.5.0`, `max_size` and `e-mail`.
_PUNCTUATED_WORD = regex.compile(rf"{_RUN}|{_SPACED}(?:[^\s{_UNSPACED}]*{_SPACED})?", regex.VERSION1)

_ASCII_PUNCTUATION = "".join(sign for sign in map(chr, range(128)) if not sign.isalnum())

_OF_LANGUAGE = "\x1f"  # separates a declared language from its term
_BORDER = "\x1e"  # separates the end of a word from the beginning of the next
_TOPIC, _BLANK = "\ue000", "\ue001"  # prefix of a topic; replaces blanks within it
_TOPIC_COUNT = 8  # occurrences that a topic counts as: about the number of a word's n-grams


def topics_as_text(topics: Iterable[str]) -> str:
    """Encode topics as a text that an `Analyzer` turns into one term per topic, distinct from the terms of words."""
    return " ".join(_TOPIC + topic.strip().replace(" ", _BLANK) for topic in topics if topic.strip())


def topic_of_term(term: str) -> str:
    """The topic that a term stands for; empty for a term of a text."""
    return term.rpartition(_TOPIC)[2].replace(_BLANK, " ") if _TOPIC in term else ""


def language_of_term(term: str) -> str:
    """The declared language of a term; empty if none."""
    return term.rpartition(_OF_LANGUAGE)[0]


def without_language(term: str) -> str:
    """A term without its declared language."""
    return term.rpartition(_OF_LANGUAGE)[2]


class Analyzer:
    """Turns a text into terms; the same text and settings give the same terms anywhere.

    Args:
        terms: the kind of terms that words of spaced scripts become.
        ngrams: minimum and maximum length of an n-gram within a word, which is padded by one blank at either end.
        unspaced_ngrams: minimum and maximum length of an n-gram within a run of an unspaced script.
        across_words: whether n-grams also span two adjacent words, unless punctuation separates them.
    """

    def __init__(
        self,
        terms: Terms,
        *,
        ngrams: tuple[int, int],
        unspaced_ngrams: tuple[int, int],
        across_words: bool = False,
    ) -> None:
        self.terms = terms
        self.ngrams = ngrams
        self.unspaced_ngrams = unspaced_ngrams
        self._reach = ngrams[1] - 2 if across_words and terms == "ngrams" else 0  # characters of either word

    def __call__(self, text: str, language: str = "") -> list[str]:
        """All terms of a text, in its order, repeated as often as they occur; `language` as in `tokens`."""
        return [term for token in self.tokens(text, language) for term in self.terms_of(token)]

    def tokens(self, text: str, language: str = "") -> list[str]:
        """The whitespace-separated tokens of a text, normalised (NFKC) and in lower case, then its word borders.

        A token gives the same terms in every text. Stems depend on the text's language, so for stems each token is
        prefixed by the language and a blank. A border is the end of a token and the beginning of the next.

        Args:
            language: if given, terms are distinct from those of any other language.
        """
        prefix, tokens = self.split(text, language)
        return [prefix + token for token in tokens]

    def split(self, text: str, language: str = "") -> tuple[str, list[str]]:
        """The prefix that all `tokens` of a text have, and the tokens without it."""
        normal = unicodedata.normalize("NFKC", text).lower()
        prefix = f"{language}{_OF_LANGUAGE}" if language else ""
        if self.terms == "stems":
            prefix += f"{language_of(normal)} "
        tokens = normal.split()
        if self._reach > 0:
            tokens += [self._border(*pair) for pair in pairwise(tokens) if _are_joined(*pair)]
        return prefix, tokens

    def _border(self, word: str, following: str) -> str:
        return f"{word[-self._reach :]}{_BORDER}{following[: self._reach]}"

    def terms_of(self, token: str) -> list[str]:
        """All terms of one of the `tokens`."""
        return [term for _, terms in self._words(token) for term in terms]

    def terms_by_word(self, text: str, language: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each word of a text, in lower case, with its terms; a run of an unspaced script is one word."""
        for token in self.tokens(text, language):
            yield from self._words(token)

    def _words(self, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        declared, separator, undeclared = token.rpartition(_OF_LANGUAGE)
        if separator:
            for word, terms in self._words(undeclared):
                yield word, tuple(f"{declared}{separator}{term}" for term in terms)
            return
        if _BORDER in token:
            yield token.replace(_BORDER, " "), self._across(token)
            return
        if self.terms == "ngrams" and token.isascii():  # most tokens; the same word as the pattern's, found faster
            if word := token.strip(_ASCII_PUNCTUATION):
                yield word, _ngrams(f" {word} ", *self.ngrams)
            return
        language, _, characters = token.rpartition(" ")
        if characters.startswith(_TOPIC):
            yield topic_of_term(characters), (characters,) * _TOPIC_COUNT
            return
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

    def _across(self, border: str) -> tuple[str, ...]:
        """The n-grams that span a word border."""
        shortest, longest = self.ngrams
        text, blank = border.replace(_BORDER, " "), border.index(_BORDER)
        return tuple(
            text[start : start + length]
            for length in range(shortest, longest + 1)
            for start in range(max(blank + 2 - length, 0), min(blank, len(text) - length + 1))
        )


def _are_joined(word: str, following: str) -> bool:
    return word[-1].isalnum() and following[0].isalnum()


def is_unspaced(text: str) -> bool:
    """Whether most of a text's words are runs of scripts without spaces between words."""
    kinds = [match.lastgroup == "unspaced" for match in _WORD.finditer(unicodedata.normalize("NFKC", text))]
    return 2 * sum(kinds) > len(kinds)


def _ngrams(text: str, shortest: int, longest: int) -> tuple[str, ...]:
    if len(text) <= shortest:
        return (text,)
    return tuple(
        [  # faster than a generator
            text[start : start + length]
            for length in range(shortest, min(longest, len(text)) + 1)
            for start in range(len(text) - length + 1)
        ]
    )


_STEMMER_LANGUAGES = frozenset(Stemmer.algorithms())
_of_thread = threading.local()  # a Snowball stemmer keeps state, so each thread has its own


def _stem(word: str, language: str) -> str:
    stemmers = _of_thread.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(language, 0) if language in _STEMMER_LANGUAGES else None
    return word if stemmers[language] is None else str(stemmers[language].stemWord(word))
