"""Ctrl+C in the terminal, and the system's request to end."""

from __future__ import annotations

import signal
import socket

from PyQt6.QtCore import QObject, QSocketNotifier, pyqtSignal
from PyQt6.sip import voidptr

from cpsam_core.system.ending import ending_signals


class Interrupts(QObject):
    """Hears of signals between two events; Python would raise KeyboardInterrupt halfway through a change.

    The first one is told, the next ends the program at once.
    """

    asked = pyqtSignal(int)
    """The number of the signal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        self._notifier = QSocketNotifier(voidptr(self._reading.fileno()), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)
        # Python writes the number of a signal there at once, while its own handlers wait for the next bytecode.
        self._wakeup_before = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, lambda *_: None) for number in ending_signals()}

    def stop(self) -> None:
        """Leave signals as they were."""
        if self._reading.fileno() < 0:
            return
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    def _heard(self) -> None:
        heard = [number for number in self._reading.recv(64) if number in self._before]
        if heard:
            self.stop()
            self.asked.emit(heard[0])
