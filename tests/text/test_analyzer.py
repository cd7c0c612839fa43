"""Terms: what words become, by script and language."""

from __future__ import annotations

import pytest

from recommender.settings import Terms
from recommender.text import Analyzer


def terms(text: str, kind: Terms = "stems") -> list[str]:
    return Analyzer(kind, ngrams=(4, 4), unspaced_ngrams=(2, 3))(text)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ngrams", [" ai ", " fer", "ferr", "erri", "rrie", "ries", "ies ", " run", "run "]),
        ("stems", ["ai", "ferri", "run"]),
        ("words", ["ai", "ferries", "run"]),
    ],
)
def test_english_words_become_ngrams_or_stems_or_stay(kind: Terms, expected: list[str]) -> None:
    assert terms("AI: ferries, run!", kind) == expected


def test_ngrams_of_several_lengths_come_shortest_first() -> None:
    analyzer = Analyzer("ngrams", ngrams=(3, 5), unspaced_ngrams=(1, 2))
    assert analyzer("run 地铁") == [" ru", "run", "un ", " run", "run ", " run ", "地", "铁", "地铁"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run to sea", ["n t", "un t", "n to", "o s", "to s", "o se"]),
        ("I am", ["i a", "i am"]),
        ("run, to: sea", []),  # what punctuation parts does not belong together
        ("run", []),
        ("", []),
    ],
)
def test_ngrams_may_reach_from_a_word_into_the_next(text: str, expected: list[str]) -> None:
    within, across = (
        Analyzer("ngrams", ngrams=(3, 4), unspaced_ngrams=(2, 3), across_words=across) for across in (False, True)
    )
    assert across(text) == within(text) + expected
    assert across(text, "en") == within(text, "en") + [f"en\x1f{term}" for term in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferries are running late", ["the", "ferri", "are", "run", "late"]),
        ("Die Gärten der Häuser", ["die", "gart", "der", "haus"]),
        ("Новые поезда опаздывают на станциях", ["нов", "поезд", "опаздыва", "на", "станц"]),
        ("Les chevaux sont dans les jardins", ["le", "cheval", "sont", "dan", "le", "jardin"]),
        ("Los gatos y las casas", ["los", "gat", "y", "las", "cas"]),
        ("De katten en de huizen van het dorp", ["de", "kat", "en", "de", "huis", "van", "het", "dorp"]),
        ("الكتب الجديدة في المكتبة", ["كتب", "جديد", "في", "مكتب"]),
        ("हिन्दी में खबरें", ["हिन्द", "म", "खबर"]),
        ("Züge Häuser", ["züge", "häuser"]),  # nothing gives German away
        ("地铁 3D", ["地铁", "3d"]),  # Chinese has no stemmer
    ],
)
def test_words_are_stemmed_in_the_language_of_the_text(text: str, expected: list[str]) -> None:
    assert terms(text, "stems") == expected


@pytest.mark.parametrize("kind", ["ngrams", "stems", "words"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京的地铁", ["北京", "京的", "的地", "地铁", "北京的", "京的地", "的地铁"]),
        ("地铁", ["地铁"]),
        ("茶", ["茶"]),
        ("地铁，公交", ["地铁", "公交"]),
        ("コーヒー店", ["コー", "ーヒ", "ヒー", "ー店", "コーヒ", "ーヒー", "ヒー店"]),
        ("人々", ["人々"]),
        ("ｶﾞｽ", ["ガス"]),
        ("서울에서 열린", ["서울", "울에", "에서", "서울에", "울에서", "열린"]),
        ("รถไฟ", ["รถ", "ถไ", "ไฟ", "รถไ", "ถไฟ"]),
    ],
)
def test_scripts_without_spaces_become_ngrams_whatever_the_terms(kind: Terms, text: str, expected: list[str]) -> None:
    assert terms(text, kind) == expected


def test_japanese_and_latin_in_one_run_are_separated() -> None:
    assert terms("AIで描く絵", "words") == ["ai", "で描", "描く", "く絵", "で描く", "描く絵"]
    assert terms("Tokyo東京Tower", "words") == ["tokyo", "東京", "tower"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" …!? 🚢", []),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("ＡＩ １２３", ["ai", "123"]),
        ("ﬁne", ["fine"]),
        ("cafe\u0301", ["café"]),
        ("don't stop—ever covid-19 3D", ["don", "t", "stop", "ever", "covid", "19", "3d"]),
        ("snake_case", ["snake", "case"]),
        ("Run RUN run", ["run", "run", "run"]),
    ],
)
def test_words_are_letters_and_digits_in_lower_case(text: str, expected: list[str]) -> None:
    assert terms(text, "words") == expected


def test_terms_are_given_with_the_word_that_they_come_from() -> None:
    analyzer = Analyzer("ngrams", ngrams=(4, 4), unspaced_ngrams=(2, 3))
    assert list(analyzer.terms_by_word("Run, 地铁站")) == [
        ("run", (" run", "run ")),
        ("地铁站", ("地铁", "铁站", "地铁站")),
    ]


def test_ngrams_keep_the_punctuation_within_a_word_and_drop_that_around_it() -> None:
    assert terms("“v6.5” (e-mail)!", "ngrams") == [" v6.", "v6.5", "6.5 ", " e-m", "e-ma", "-mai", "mail", "ail "]
    assert terms("-- (v6.5) é-v6; .", "ngrams") == [" v6.", "v6.5", "6.5 ", " é-v", "é-v6", "-v6 "]
    assert terms("max_size", "words") == ["max", "size"]


@pytest.mark.parametrize("kind", ["ngrams", "stems", "words"])
def test_a_text_has_the_terms_of_its_pieces(kind: Terms) -> None:
    analyzer = Analyzer(kind, ngrams=(4, 4), unspaced_ngrams=(2, 3))
    text = "Les ferries—\u00a0et les AI地铁 \x1csont\tdans le\u3000port."
    tokens = analyzer.tokens(text)
    assert len(tokens) == 9
    assert [term for token in tokens for term in analyzer.terms_of(token)] == analyzer(text)
