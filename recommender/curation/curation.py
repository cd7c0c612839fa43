"""`Curation`: editors' choices for one article's list, and the acts that change them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from recommender.errors import RecommenderError

ActName: TypeAlias = Literal["take", "leave-out", "move", "pin", "unpin", "ban", "unban"]


class ActError(RecommenderError):
    """An act that would change nothing, or is contradictory."""


@dataclass(frozen=True, slots=True)
class Act:
    """An editor's act on another article.

    Attributes:
        name: `take` appends it to the list, `leave-out` removes it, `move` moves it; `pin` puts it first in this
            program's lists, `ban` keeps it out of them; `unpin` and `unban` undo that.
        other: its key, see `Curation`.
        position: the target of `move`, from 1.
    """

    name: ActName
    other: str
    position: int = 1


@dataclass(frozen=True, slots=True)
class Curation:
    """The curated list of an article, and the pins and bans for its generated list.

    Each member is a key: the ID of an article or, if the file's item names no known article, another text. No key
    occurs twice in one of the three.

    Attributes:
        id: of the article.
        links: the list, in its order.
        pinned, banned: `relatedPin` and `relatedBan`.
    """

    id: str
    links: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()

    def after(self, act: Act) -> Curation:
        """The curation after an act.

        A banned article is neither linked nor pinned: the later act counts.

        Raises:
            ActError: the act would change nothing, or put the article into its own list.
        """
        other, links, pinned, banned = act.other, self.links, self.pinned, self.banned
        if other == self.id and act.name in ("take", "pin", "ban"):
            raise ActError("It is this article itself.")
        match act.name:
            case "take":
                links, banned = _with(links, other), _without(banned, other)
            case "leave-out":
                links = _without(links, other)
            case "move" if other in links:
                others, at = _without(links, other), max(act.position, 1) - 1
                links = (*others[:at], other, *others[at:])
            case "pin":
                pinned, banned = _with(pinned, other), _without(banned, other)
            case "unpin":
                pinned = _without(pinned, other)
            case "ban":
                links, pinned, banned = _without(links, other), _without(pinned, other), _with(banned, other)
            case "unban":
                banned = _without(banned, other)
        changed = Curation(self.id, links, pinned, banned)
        if changed == self:
            raise ActError(_CHANGES_NOTHING[act.name])
        return changed


_CHANGES_NOTHING: dict[ActName, str] = {
    "take": "It is in the list already.",
    "leave-out": "It is not in the list.",
    "move": "It is there already, or not in the list.",
    "pin": "It is pinned already.",
    "unpin": "It is not pinned.",
    "ban": "It is banned already.",
    "unban": "It is not banned.",
}


def _with(keys: tuple[str, ...], other: str) -> tuple[str, ...]:
    return keys if other in keys else (*keys, other)


def _without(keys: tuple[str, ...], other: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key != other)
