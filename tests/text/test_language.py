from __future__ import annotations

import pytest

from recommender.text import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry is late", "english"),
        ("Die Fähre ist nicht da", "german"),
        ("Le bateau est dans la ville", "french"),
        ("La casa y los gatos", "spanish"),
        ("Il gatto è con gli altri", "italian"),
        ("O gato não está com os outros", "portuguese"),
        ("De kat is niet van het dorp", "dutch"),
        ("Katten är inte som den", "swedish"),
        ("Новый паром", "russian"),
        ("ferry паром новый", "russian"),
        ("العبّارة الجديدة", "arabic"),
        ("νέος δρόμος", "greek"),
        ("हिन्दी में", "hindi"),
        ("北京的地铁开通了新线路", "chinese"),
        ("地铁", "chinese"),
        ("絵を描く方法", "japanese"),
        ("서울에서 열린 회의", "korean"),
        ("รถไฟไทย", "thai"),
        ("ພາສາລາວ", "english"),
        ("Ferry", "english"),
        ("", "english"),
    ],
)
def test_the_language_is_guessed_from_script_and_function_words(text: str, language: str) -> None:
    assert language_of(text) == language
