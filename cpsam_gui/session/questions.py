"""Questions to the user, as data: what asks knows no window, and tests answer without one. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers that can be chosen."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers; the last answer is the safe one, which nobody can regret."""

    text: str
    detail: str
    answers: tuple[Answer, ...]

    @property
    def safe(self) -> str:
        """Key of the safe answer, which also stands for closing the question."""
        return self.answers[-1].key


class Questioner:
    """Asks the user; a window puts its dialog here."""

    def __init__(self) -> None:
        self.ask: Callable[[Question], str] = safe_answer


def safe_answer(question: Question) -> str:
    """Answer where nobody can be asked."""
    return question.safe
