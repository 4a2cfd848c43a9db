"""Which message is shown: one that offers an action is not hidden by a later one that does not."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

# Before the tool's hint is back: at least so long, and what a reader takes for each letter.
SHOW_MESSAGE_MS, LETTER_MS = 6000, 60


@dataclass(frozen=True, slots=True)
class Message:
    """Words, and the key of the action that is offered beside them; empty where none is."""

    text: str
    action: str = ""
    lasting: bool = False
    """Whether nothing but time hides it: it tells of work that was lost while much else is told."""

    @property
    def shown_ms(self) -> int:
        """How long it stands there."""
        return max(SHOW_MESSAGE_MS, LETTER_MS * len(self.text))


class MessageLine(QObject):
    """Shows one message at a time; those that have to wait follow, offers first, of the others the newest alone."""

    shown = pyqtSignal(object)
    """A `Message`, from now on."""
    over = pyqtSignal()
    """There is nothing to say any more."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._now: Message | None = None
        self._offers: list[Message] = []
        self._other: Message | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)

    @property
    def lasting(self) -> bool:
        """Whether a message is there that only time hides."""
        return self._now is not None and self._now.lasting

    @property
    def offering(self) -> bool:
        """Whether a message is there that offers an action."""
        return self._now is not None and bool(self._now.action)

    def offers(self, action: str) -> bool:
        """Whether a message is there that offers an action, given by its key."""
        return self._now is not None and self._now.action == action

    def say(self, message: Message) -> None:
        """Show a message now, or after an offer that is there."""
        again = self._now is not None and message.action != "" and message.action == self._now.action
        if message.lasting or again or not (self.offering or self.lasting):
            # What is offered again is about something newer.
            if self._now is not None and self.offering and not again:
                self._offers.insert(0, self._now)
            self._show(message)
        elif not message.action:
            self._other = message
        else:
            self._offers = [one for one in self._offers if one.action != message.action] + [message]

    def withdraw(self, action: str = "", *, taken: bool = False) -> None:
        """Take the offer that is there away, or only that of an action: it is out of date, or was `taken` up."""
        self._offers = [one for one in self._offers if one.action != action]
        if self._now is None or not self.offering:
            return
        if action == self._now.action or (not action and (taken or not self.lasting)):
            self._next()

    def _show(self, message: Message) -> None:
        self._now = message
        self._timer.start(message.shown_ms)
        self.shown.emit(message)

    def _next(self) -> None:
        self._timer.stop()
        self._now = None
        if self._offers:
            self._show(self._offers.pop(0))
        elif self._other is not None:
            waiting, self._other = self._other, None
            self._show(waiting)
        else:
            self.over.emit()
