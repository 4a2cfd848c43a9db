"""The status bar: what is under the pointer, what the tool does, and the job that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton

from . import theme

if TYPE_CHECKING:
    from .canvas import Canvas
    from .session import Session

SHOW_MESSAGE = 6000  # milliseconds before the tool's hint is back


class Status(QStatusBar):
    """Shows words and numbers; holds the cancel button of the running job."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__()
        self._session = session
        self.setSizeGripEnabled(False)
        self.setContentsMargins(theme.GRID, 2, theme.GRID, 2)
        self.hint = QLabel()
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.job = QLabel()
        self.job.setObjectName("dim")
        self.bar = QProgressBar()
        self.bar.setFixedWidth(160)
        self.bar.setTextVisible(False)
        self.cancel = QToolButton()
        self.cancel.setIcon(theme.icon("close"))
        self.cancel.setAutoRaise(True)
        self.cancel.setToolTip("Cancel  (Ctrl+.)")
        self.cancel.clicked.connect(session.jobs.cancel)
        self.readout = QLabel()
        self.readout.setMinimumWidth(260)
        self.count = QLabel()
        self.addWidget(self.hint, 1)
        for widget in (self.job, self.bar, self.cancel, self.readout, self.count):
            self.addPermanentWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.show_hint)
        session.message.connect(self.say)
        session.tool_changed.connect(self.show_hint)
        session.objects_changed.connect(self._count)
        session.image_changed.connect(self._count)
        session.jobs.started.connect(self._started)
        session.jobs.progressed.connect(self._progressed)
        session.jobs.finished.connect(self._finished)
        canvas.pointed.connect(self._read)
        canvas.left.connect(lambda: self.readout.setText(""))
        self._finished()
        self.show_hint()

    def say(self, text: str) -> None:
        """Show a message for a while."""
        if not text:
            return
        self.hint.setText(text)
        self._timer.start(SHOW_MESSAGE)

    def show_hint(self) -> None:
        """Show what the tool does."""
        open_one = self._session.image is not None
        self.hint.setText(self._session.tool.hint if open_one else "Open an image, or drop one on the window")

    def _count(self) -> None:
        count = len(self._session.document.objects)
        self.count.setText(
            f"{count:,} object{'' if count == 1 else 's'}" if self._session.image is not None else ""
        )

    def _started(self, name: str) -> None:
        self.job.setText(name)
        self.bar.setRange(0, 0)
        self._show_job(True)

    def _progressed(self, done: int, total: int, note: str) -> None:
        # The engine counts steps, which may be millions of pixels: the bar takes thousandths.
        self.bar.setRange(0, 1000 if done else 0)
        self.bar.setValue(round(1000 * done / max(total, 1)))
        if note:
            self.job.setText(note)

    def _finished(self) -> None:
        self._show_job(False)

    def _show_job(self, on: bool) -> None:
        for widget in (self.job, self.bar, self.cancel):
            widget.setVisible(on)

    def _read(self, y: float, x: float) -> None:
        session = self._session
        row, column = int(y // 1), int(x // 1)
        if session.image is None or not (
            0 <= row < session.document.shape[1] and 0 <= column < session.document.shape[2]
        ):
            self.readout.setText("")
            return
        values = session.image.pixels[session.view.plane, row, column]
        number = session.document.label_at(session.view.plane, row, column)
        words = ", ".join(f"{value:g}" for value in values[:4].tolist()) + (" …" if len(values) > 4 else "")
        self.readout.setText(f"y {row}  x {column}   [{words}]" + (f"   object {number}" if number else ""))
