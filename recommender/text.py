"""Analyzers: a text becomes terms, by its script and without set-up.

Words of scripts that put spaces between them become stems, n-grams of characters, or stay words; runs of scripts that
don't (and Korean, which glues particles to its words) become n-grams of characters throughout.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex
import Stemmer

from recommender.settings import Settings, Terms

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc\u3005"
_WORD = regex.compile(
    rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)"
    rf"|[[\p{{L}}\p{{N}}]--[{_UNSPACED}]][[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]*",
    regex.VERSION1,
)

# A script that only one of Snowball's languages is written in gives the language away by itself.
_LANGUAGE_OF_SCRIPT = (
    (regex.compile(r"\p{Cyrillic}"), "russian"),
    (regex.compile(r"\p{Arabic}"), "arabic"),
    (regex.compile(r"\p{Greek}"), "greek"),
    (regex.compile(r"\p{Devanagari}"), "hindi"),
    (regex.compile(r"\p{Tamil}"), "tamil"),
    (regex.compile(r"\p{Armenian}"), "armenian"),
)
# Latin script: the language whose function words are met most often; English comes first, so it wins ties.
_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "english": "the of and to in is for that with on as are by from this it was has",
        "german": "der die das und den dem des von mit ist nicht ein eine auch für auf im sich zu",
        "french": "le la les des et du une est dans pour que qui au aux sur pas avec ce l",
        "spanish": "el la los las del y una en es por que con para se su como al",
        "italian": "il lo gli della di che e un una per con non sono alla dei nel",
        "portuguese": "o os as do da dos das e um uma em não com para que ao no na",
        "dutch": "de het een van en is dat op te voor met zijn niet aan ook",
        "swedish": "och att det som en på är av för med till inte den har",
        "danish": "og at det som en på er af for med til ikke den har et",
        "norwegian": "og å det som en på er av for med til ikke den har et",
        "finnish": "ja on ei se että oli hän mutta kun myös ovat sekä",
        "hungarian": "a az és hogy nem egy is van meg volt ezt mint",
        "romanian": "și de la cu din pe un o care nu este pentru",
        "turkish": "ve bir bu için ile da de olarak daha çok en",
    }.items()
}

_WORD_UNSPACED = regex.compile(rf"[{_UNSPACED}]")
_HAN = regex.compile(r"\p{Han}")
# Japanese first: it is written with Han characters too, and no other language with kana.
_UNSPACED_LANGUAGES = {
    "japanese": regex.compile(r"[\p{Hiragana}\p{Katakana}]{1,2}"),
    "chinese": regex.compile(r"\p{Han}{4}"),
    "korean": regex.compile(r"\p{Hangul}"),
    "thai": regex.compile(r"\p{Thai}"),
}


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

    @classmethod
    def of_titles(cls, settings: Settings) -> Analyzer:
        return cls(settings.title_terms, ngrams=settings.ngrams, unspaced_ngrams=settings.unspaced_ngrams)

    @classmethod
    def of_excerpts(cls, settings: Settings) -> Analyzer:
        return cls(settings.excerpt_terms, ngrams=settings.ngrams, unspaced_ngrams=settings.unspaced_ngrams)

    def __call__(self, text: str) -> list[str]:
        """All terms of a text, in its order, repeated as often as they occur."""
        return [term for _, terms in self.by_word(text) for term in terms]

    def by_word(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each word of a text, in lower case, with the terms that it becomes; a run of an unspaced script is one."""
        normal = unicodedata.normalize("NFKC", text).lower()
        words = [(match.group(), match.lastgroup == "unspaced") for match in _WORD.finditer(normal)]
        language = _language([word for word, _ in words]) if self.terms == "stems" else ""
        for word, unspaced in words:
            if unspaced:
                yield word, _ngrams(word, *self.unspaced_ngrams)
            elif self.terms == "ngrams":
                yield word, _ngrams(f" {word} ", *self.ngrams)
            elif self.terms == "stems":
                yield word, (_stem(word, language),)
            else:
                yield word, (word,)


@lru_cache(maxsize=1 << 18)
def _ngrams(text: str, least: int, greatest: int) -> tuple[str, ...]:
    if len(text) <= least:
        return (text,)
    return tuple(
        text[start : start + length]
        for length in range(least, min(greatest, len(text)) + 1)
        for start in range(len(text) - length + 1)
    )


def language_of(text: str) -> str:
    """The language that a text's script and function words give away; English where nothing does."""
    words = [match.group() for match in _WORD.finditer(unicodedata.normalize("NFKC", text).lower())]
    unspaced = sum(_WORD_UNSPACED.match(word) is not None for word in words)
    if 2 * unspaced > len(words):
        joined = "".join(words)
        scripts = {name: len(script.findall(joined)) for name, script in _UNSPACED_LANGUAGES.items()}
        if any(scripts.values()):
            return max(scripts, key=scripts.__getitem__)
        if _HAN.search(joined):
            return "chinese"
    return _language(words)


def _language(words: list[str]) -> str:
    foreign = [word for word in words if not word.isascii()]
    if 2 * len(foreign) > len(words):
        for script, language in _LANGUAGE_OF_SCRIPT:
            if 2 * sum(script.match(word) is not None for word in foreign) > len(foreign):
                return language
    counts = {language: sum(word in known for word in words) for language, known in _FUNCTION_WORDS.items()}
    return max(counts, key=counts.__getitem__)


_own = threading.local()  # a Snowball stemmer keeps state: one a thread


@lru_cache(maxsize=1 << 18)
def _stem(word: str, language: str) -> str:
    stemmers = _own.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(language, 0)
    return str(stemmers[language].stemWord(word))
