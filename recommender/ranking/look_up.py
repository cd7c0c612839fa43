"""Look-ups of articles by ID or address, and the identifiers of an article."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

from recommender.articles import get_address_keys
from recommender.catalogue import Catalogue, LiveCatalogue
from recommender.errors import UnknownArticleError
from recommender.ranking.rules import Rule

_MIN_SIMILARITY = 60  # of 100: the similarity that an ID needs to be named
_MAX_NAMES = 200  # names compared with an unknown ID, nearest in the alphabet; takes 1 ms
_MAX_LENGTH = 200  # characters; longer IDs are not compared, since time grows with length
_MAX_CLOSEST = 3


class LookUp:
    """Finds rows of a catalogue by ID or address.

    A hidden article gets exactly the same answer as one that does not exist.
    """

    def __init__(
        self, catalogue: Catalogue | LiveCatalogue, hidden_by: Callable[[int], Rule | None] = lambda _: None
    ) -> None:
        """Look up in a catalogue.

        Args:
            hidden_by: returns the rule that hides a row's article from the caller; by default nothing is hidden.
        """
        self._catalogue = catalogue
        self._hidden_by = hidden_by

    def find(self, id: str) -> int | None:
        """The row of the article that answers to an ID; `None` if none does."""
        return self._found(self._catalogue.names.row(id))

    def find_public(self, id: str) -> int | None:
        """The same, for articles that may be named to anybody: `None` for unlisted ones too."""
        row = self.find(id)
        return row if row is not None and self._hidden_by(row) is None else None

    def row(self, id: str) -> int:
        """The row of the article that answers to an ID.

        Raises:
            UnknownArticleError: none does; the error names the closest IDs.
        """
        row = self.find(id)
        if row is None:
            raise UnknownArticleError(id, closest=self._closest(id))
        return row

    def row_at(self, url: str) -> int:
        """The row of the article at an address, or failing that at the address's path.

        Raises:
            UnknownArticleError: none has this address.
        """
        for key in get_address_keys(url):
            row = self._found(self._catalogue.urls.row(key))
            if row is not None:
                return row
        raise UnknownArticleError(url)

    def _found(self, row: int | None) -> int | None:
        if row is None or ((rule := self._hidden_by(row)) is not None and not rule.has_readers):
            return None
        return row

    def _closest(self, id: str) -> list[str]:
        """Up to three IDs of articles with names similar to `id`, the most similar first."""
        if len(id) > _MAX_LENGTH:
            return []
        from rapidfuzz import process

        names, closest = self._catalogue.names.near(id, _MAX_NAMES), list[str]()
        for name, _, _ in process.extract(id, names, limit=None, score_cutoff=_MIN_SIMILARITY):
            row = self.find_public(name)
            if row is not None and (own := self._catalogue.id(row)) not in closest:
                closest.append(own)
                if len(closest) == _MAX_CLOSEST:
                    break
        return closest


class Identifiers(NamedTuple):
    """The names that lead to one article.

    Attributes:
        names: its other IDs.
        urls: its normalised addresses.
        public: whether readers may see its list.
        listed: whether lists and searches may name it.
    """

    id: str
    names: list[str]
    urls: list[str]
    public: bool
    listed: bool

    @classmethod
    def of(cls, catalogue: Catalogue | LiveCatalogue, row: int, *, hidden_by: Rule | None) -> Self:
        """The identifiers of the article in a row, without those that lead to another article."""
        article = catalogue[row]
        names = [name for name in article.names if name != article.id and catalogue.names.row(name) == row]
        urls = [url for url in article.urls if catalogue.urls.row(url) == row]
        return cls(article.id, names, urls, hidden_by is None or hidden_by.has_readers, hidden_by is None)
