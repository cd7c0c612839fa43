"""`Curation`: what editors decided of one article's list, and what an act makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from recommender.errors import RecommenderError

ActName: TypeAlias = Literal["take", "leave-out", "move", "pin", "unpin", "ban", "unban"]
ACTS: tuple[ActName, ...] = get_args(ActName)


class ActError(RecommenderError):
    """An act that changes nothing, or contradicts what is there."""


@dataclass(frozen=True, slots=True)
class Act:
    """What an editor does with another article.

    Attributes:
        name: `take` puts it at the end of the list, `leave-out` takes it out, `move` puts it elsewhere; `pin` has this
            program's lists begin with it, `ban` keeps it out of them; `unpin` and `unban` take that back.
        other: its key, see `Curation`.
        position: where `move` puts it, from 1.
    """

    name: ActName
    other: str
    position: int = 1


@dataclass(frozen=True, slots=True)
class Curation:
    """The list of an article, and what its own lists must begin with and must never hold.

    Each member is a key: the ID of an article or, where what the file names is none, another text. No key is twice in
    one of them.

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
        """What an act makes of it.

        What is banned is neither linked nor pinned: the later of two acts holds.

        Raises:
            ActError: it would change nothing, or put the article into its own list.
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
    "move": "It stands there already, or is not in the list.",
    "pin": "It is pinned already.",
    "unpin": "It is not pinned.",
    "ban": "It is banned already.",
    "unban": "It is not banned.",
}


def _with(keys: tuple[str, ...], other: str) -> tuple[str, ...]:
    return keys if other in keys else (*keys, other)


def _without(keys: tuple[str, ...], other: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key != other)
