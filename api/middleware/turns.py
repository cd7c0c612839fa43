"""Work that many threads have for one: whoever has the turn does that of the others too, and none waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class InTurn(Generic[T]):
    """Hands things on one at a time, in the order in which they came.

    Threads that wait for a lock hand the interpreter to and fro, which costs more than what a request needs of it.
    """

    def __init__(self, handle: Callable[[T], object]) -> None:
        self._handle = handle
        self._waiting: deque[T] = deque()
        self._turn = Lock()

    def __call__(self, thing: T) -> None:
        """Hand a thing on, now or, where another thread has the turn, as soon as that has come to it."""
        self._waiting.append(thing)
        # What is put here while the turn is taken is seen by whoever has it, at the latest when it is given back.
        while self._waiting and self._turn.acquire(blocking=False):
            try:
                while self._waiting:
                    self._handle(self._waiting.popleft())
            finally:
                self._turn.release()
