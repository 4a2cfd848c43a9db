"""Keeps the actions of a window enabled and checked as their conditions say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

from PyQt6.QtCore import QObject
from PyQt6.sip import isdeleted

from cpsam_gui.actions.facts import TOOL

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from PyQt6.QtGui import QAction

    from cpsam_gui.actions.facts import Condition, Fact
    from cpsam_gui.actions.table import Action
    from cpsam_gui.session import Session


class ActionStates(QObject):
    """Looks up each fact after its signals, and asks the conditions that depend on it where it is another."""

    def __init__(
        self, parent: QObject, session: Session, actions: Iterable[Action], made: Mapping[str, QAction]
    ) -> None:
        super().__init__(parent)
        self._session, self._made = session, made
        self.evaluations = 0
        """How many conditions were asked so far."""
        self._dependent: dict[Fact, list[Action]] = {}
        self._values: dict[Fact, Hashable] = {}
        actions = tuple(actions)
        for action in actions:
            for fact in dict.fromkeys(_facts_of(action)):
                self._dependent.setdefault(fact, []).append(action)
        for fact in self._dependent:
            self._values[fact] = fact.value(session)
            for signal in fact.signals(session):
                signal.connect(partial(_look, ref(self), fact))
        for action in actions:
            self._show(action)

    def show(self, action: Action) -> None:
        """Enable and check one action as its conditions say now."""
        for fact in _facts_of(action):
            self.look(fact)
        self._show(action)

    def _show(self, action: Action) -> None:
        one = self._made[action.key]
        one.setEnabled(self._ask(action.enabled))
        if action.tool:
            one.setChecked(self._values[TOOL] == action.tool)
        elif action.checked is not None:
            one.setChecked(self._ask(action.checked))

    def look(self, fact: Fact) -> None:
        """Ask the conditions that depend on a fact, where it has another value."""
        value = fact.value(self._session)
        if value != self._values[fact]:
            self._values[fact] = value
            for action in self._dependent[fact]:
                self._show(action)

    def _ask(self, condition: Condition) -> bool:
        """Ask with the values as they were looked up: one that is another by now is asked about after its signal.

        While an image takes the place of another, a fact may be so only in passing, and be what it was when its
        signal comes: what was asked with it in between would stay.
        """
        self.evaluations += 1
        return condition.test(*(self._values[fact] for fact in condition.facts))


def _look(states: ref[ActionStates], fact: Fact, *_: Any) -> None:
    """Hear a signal without holding on to the window: those of the program outlive it."""
    found = states()
    if found is not None and not isdeleted(found):
        found.look(fact)


def _facts_of(action: Action) -> Iterable[Fact]:
    yield from action.enabled.facts
    if action.checked is not None:
        yield from action.checked.facts
    if action.tool:
        yield TOOL
