"""Why one article is suggested for another: what each part of the score gave, and the words that they share."""

from __future__ import annotations

from dataclasses import dataclass

import scipy

from recommender.articles import Article
from recommender.text import Documents, TfidfModel, topic_of_term

_READ = 20_000  # characters of a title and of an excerpt: a text of megabytes is no reason to keep others waiting


@dataclass(frozen=True, slots=True)
class SharedWord:
    """A word of one article that the other has too, and what it adds to their similarity.

    `text` is the word in lower case, or its stem in the field of texts; where a word became n-grams, its contribution
    is that of all that are shared.
    """

    text: str
    field: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one article is suggested for another: score = similarity * decay * weight * provider.

    Attributes:
        similarity: the weighted sum of the fields' cosines, 0 to 1; the words' contributions add up to it.
        decay: what the time between them leaves of it, 0 to 1.
        evergreen: the part of the decay that no time takes away; the rest fades with the days apart.
        weight: the suggested article's own, 0 to 1: articles that are near to everything weigh less.
        provider: below 1 where both name a provider and not the same, as far as the setting `other_provider` says so.
        days_apart: `None` where either has no date; the decay is then that of dated articles on average.
        removed_by: the name of the rule that keeps the article out of the list, `None` if none does.
        words: by contribution, greatest first.
    """

    score: float
    similarity: float
    decay: float
    evergreen: float
    weight: float
    provider: float
    days_apart: float | None
    removed_by: str | None
    words: tuple[SharedWord, ...]


def shared_words(model: TfidfModel, article: Article, contributions: scipy.sparse.csr_array) -> tuple[SharedWord, ...]:
    """The words of an article that make up what terms contribute, greatest contribution first.

    Args:
        contributions: of each term that the articles share, float32 (1, terms).
    """
    left = dict(zip(contributions.indices.tolist(), contributions.data.tolist(), strict=True))
    words: dict[tuple[str, str], float] = {}
    language = article.language or "" if model.settings.language == "own" else ""
    for field, [text] in model.texts(Documents([article.title[:_READ]], [article.excerpt[:_READ]])).items():
        for word, terms in model.analyzer(field).terms_by_word(text, language):
            for term in terms:
                column = model.column(field, term)
                # A term that several words hold counts for the first of them.
                if column is not None and (gain := left.pop(column, 0.0)) > 0:
                    words[field, word] = words.get((field, word), 0.0) + gain
    # Texts and topics are not kept, so their terms are given as they are, those of texts as stems.
    for field, columns in model.columns().items():
        for column in [column for column in left if columns.start <= column < columns.stop]:
            term = model.vocabularies_[field].terms[column - columns.start]
            topic = topic_of_term(term)
            if topic or field == "text":
                key = ("topics", topic) if topic else (field, term.rpartition(" ")[2])
                words[key] = words.get(key, 0.0) + left.pop(column)
    shared = [SharedWord(word, field, gain) for (field, word), gain in words.items()]
    return tuple(sorted(shared, key=lambda word: (-word.contribution, word.field, word.text)))
