"""Guesses the language of a text from its script and function words, well enough to choose a stemmer."""

from __future__ import annotations

from collections import Counter

import regex

_WORD = regex.compile(r"[\p{L}\p{M}]+")
_NO_LETTERS = {code: " " for code in range(128) if not chr(code).isalpha()}
# Scripts that only one of Snowball's languages is written in.
_LANGUAGE_OF_SCRIPT = (
    (regex.compile(r"\p{Cyrillic}"), "russian"),
    (regex.compile(r"\p{Arabic}"), "arabic"),
    (regex.compile(r"\p{Greek}"), "greek"),
    (regex.compile(r"\p{Devanagari}"), "hindi"),
    (regex.compile(r"\p{Tamil}"), "tamil"),
    (regex.compile(r"\p{Armenian}"), "armenian"),
)
# In Latin script the language with the most function words in the text wins; English comes first, so it wins ties.
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
_LANGUAGES_OF_WORD: dict[str, list[str]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words:
        _LANGUAGES_OF_WORD.setdefault(_word, []).append(_language)
# Further stop words, not used to guess the language: they are rare or shared by several languages.
_OTHER_STOP_WORDS = {
    "english": "a an at be been but can could did do had have he her his how i if into it its may more no not or our "
    "out she so some than their them then there these they those up us we were what when where which who will would "
    "you your",
    "german": "aber als am an bei bis da dass daß dem doch durch einem einen einer eines er es hat ihr ihre in kein "
    "man mehr nach nur oder sein sie sind so über um und vom vor war was wenn wie wird wir zum zur",
    "french": "à a au c ce d elle en il ils j je n ne nous on ou par plus s sa se ses son sont un vous y",
    "spanish": "a e este esta fue ha lo más no o pero sin sobre sus un y ya",
    "italian": "a al anche come da dal è ha i in l la le ma o più se si su",
    "portuguese": "a à ao foi há já mais mas na o ou pela pelo por se sem ser sua são é",
    "dutch": "als bij dan der die door er had heeft hij ik in maar nog of om over ze zo",
}
# Scripts without spaces are counted by character. Kana weigh more than the Han characters around them, because only
# Japanese has both.
_UNSPACED = (
    (regex.compile(r"[\p{Hiragana}\p{Katakana}]"), "japanese", 3),
    (regex.compile(r"\p{Han}"), "chinese", 1),
    (regex.compile(r"\p{Hangul}"), "korean", 1),
    (regex.compile(r"\p{Thai}"), "thai", 1),
)


def language_of(text: str) -> str:
    """The English name of the language that a text seems to be in; "english" if there is no evidence."""
    if not text.isascii():
        letters = sum(len(word) for word in _WORD.findall(text))
        weights = {language: weight * len(script.findall(text)) for script, language, weight in _UNSPACED}
        if 2 * sum(weights.values()) > letters:
            return max(weights, key=weights.__getitem__)
        for script, language in _LANGUAGE_OF_SCRIPT:
            if 2 * len(script.findall(text)) > letters:
                return language
    counts = dict.fromkeys(_FUNCTION_WORDS, 0)
    text = text.lower()
    words = text.translate(_NO_LETTERS).split() if text.isascii() else _WORD.findall(text)  # the former is faster
    for word, count in Counter(filter(_LANGUAGES_OF_WORD.__contains__, words)).items():
        for language in _LANGUAGES_OF_WORD[word]:
            counts[language] += count
    return max(counts, key=counts.__getitem__)


def stop_words(language: str) -> frozenset[str]:
    """The most frequent function words of a language, in lower case; empty for most languages."""
    return _FUNCTION_WORDS.get(language, frozenset()) | frozenset(_OTHER_STOP_WORDS.get(language, "").split())
