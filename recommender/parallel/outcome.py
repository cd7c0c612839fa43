"""How one task ended: with a result, or with a sentence about its failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from recommender.errors import RecommenderError, without_secrets


class Outcome(NamedTuple):
    """The result of a task, or a sentence that says why it failed."""

    result: Any
    failure: str | None


def attempt(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Outcome:
    """Run a task on a worker, and return any error as a sentence, since not every error can be pickled.

    joblib calls within the task stay in its thread.
    """
    from joblib import parallel_config

    with parallel_config(backend="sequential"):
        try:
            return Outcome(function(*arguments), None)
        except RecommenderError as error:
            return Outcome(None, str(error))
        except OSError as error:
            return Outcome(None, f"{error.filename or function.__name__}: {error.strerror or error}")
        except Exception as error:  # noqa: BLE001 - one failed task must not stop the others
            sentence = f"{function.__name__}{arguments}: {type(error).__name__}: {error}"
            return Outcome(None, without_secrets(sentence))


def attempt_numbered(number: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[int, Outcome]:
    """Like `attempt`, with the task's number before the outcome."""
    return number, attempt(function, arguments)
