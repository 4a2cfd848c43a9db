"""The status bar: what is under the pointer, what the tool does, and the job that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton

from cpsam_gui.program.channel_names import channel_words
from cpsam_gui.program.i18n import translate, translate_said, written_keys
from cpsam_gui.program.numbers import counted, filled, written
from cpsam_gui.program.progress_words import ProgressWords
from cpsam_gui.session.object_words import marks_of
from cpsam_gui.session.pieces import SEPARATE
from cpsam_gui.state.pixels import lazy_pixels_of
from cpsam_gui.style import theme
from cpsam_gui.style.yielding_words import YieldingWords
from cpsam_gui.window.hint_label import HintLabel
from cpsam_gui.window.message_line import Message, MessageLine
from cpsam_gui.window.training_chip import TrainingChip

if TYPE_CHECKING:
    from cpsam_gui.canvas import Canvas
    from cpsam_gui.session import Session
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.rejected import RejectedCandidates
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.steps import Step
    from cpsam_gui.tasks.rejected import RejectedCandidate

# Channels whose brightness is read out.
SHOWN = 4
JOB_PX, READOUT_PX = 120, 260
"""Width that words of a job, and what is under the pointer, keep where there is little room."""
CHIP_BEFORE_HINT = 8
"""How much more of the room that is left the training gets than the hint, up to what it needs."""


class StatusBar(QStatusBar):
    """Shows words and numbers; holds the cancel button of the running job."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__()
        self._open_image, self._notices = session.open_image, session.notices
        self._jobs, self._gestures = session.jobs, session.gestures
        self._rejected, self._pieces = session.rejected, session.pieces
        self._watching = session.persistence.watching
        self._words = ProgressWords()
        self._offered: Step | None = None
        self._pointer: tuple[int, int] | None = None
        self._line = MessageLine(self)
        self._make_messages()
        self._make_job()
        self.training = TrainingChip(session.training)
        self.readout = YieldingWords(READOUT_PX)
        self.readout.setMinimumWidth(READOUT_PX)
        self.read_only = QLabel(translate("read-only"))
        self.read_only.setObjectName("warning")
        self.count = QLabel()
        self.count.setContentsMargins(theme.GRID_PX, 0, 0, 0)
        self._arrange()
        self._connect(canvas)
        self._show_read_only()
        self._recolour()
        self._finished()
        self.show_hint()

    def _make_messages(self) -> None:
        # What does not fit ends in dots; the tooltip has it all.
        self.hint = HintLabel()
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.offer = QToolButton()
        self.offer.setAutoRaise(True)
        self.offer.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.offer.setObjectName("offer")
        self.offer.hide()

    def _make_job(self) -> None:
        self.job = YieldingWords(JOB_PX)
        self.job.setObjectName("dim")
        self.bar = QProgressBar()
        self.bar.setFixedWidth(160)
        self.bar.setTextVisible(False)
        self.cancel = QToolButton()
        self.cancel.setAutoRaise(True)
        self.cancel.setToolTip(translate("Cancel  (Ctrl+.)"))

    def _arrange(self) -> None:
        self.setSizeGripEnabled(False)
        self.setContentsMargins(theme.GRID_PX, 2, theme.GRID_PX, 2)
        self.addWidget(self.hint, 1)
        self.addWidget(self.offer)
        job = (self.job, self.bar, self.cancel)
        # The chip has what the others leave, before the hint.
        self.addPermanentWidget(self.training, CHIP_BEFORE_HINT)
        for widget in (*job, self.readout, self.read_only, self.count):
            self.addPermanentWidget(widget)

    def _connect(self, canvas: Canvas) -> None:
        self.cancel.clicked.connect(self._jobs.cancel)
        self.offer.clicked.connect(lambda: self._line.withdraw(taken=True))
        self._watching.read_only_changed.connect(self._show_read_only)
        self._line.shown.connect(self._show)
        self._line.over.connect(self.show_hint)
        self._notices.message.connect(self.say)
        self._notices.offered.connect(self.offer_action)
        self._notices.ended.connect(lambda text, key: self._line.say(Message(text, key, lasting=True)))
        self._notices.withdrawn.connect(self._withdraw_action)
        self._open_image.history_changed.connect(self._withdraw)
        self._gestures.tool_changed.connect(self.show_hint)
        self._jobs.started.connect(self._started)
        self._jobs.resumed.connect(self._resumed)
        self._jobs.progressed.connect(self._progressed)
        self._jobs.finished.connect(self._finished)
        canvas.pointed.connect(self._read)
        canvas.left.connect(self._forget)
        # What stood there is of another image.
        self._open_image.image_changed.connect(self._forget)
        self._open_image.image_changed.connect(self._count)
        self._open_image.objects_changed.connect(self._count)
        # An object that a click made, changed or deleted lies under a pointer that does not move.
        self._open_image.objects_changed.connect(self._read_again)
        self._rejected.changed.connect(self._read_again)
        theme.changed.connect(self._recolour)

    def _recolour(self) -> None:
        self.cancel.setIcon(theme.icon("close"))

    def say(self, text: str) -> None:
        """Show a message for a while."""
        if not text:
            return
        self._line.say(Message(text))

    def offer_action(self, text: str, key: str) -> None:
        """Say something, with a button for what can be done about it; it goes with the next step of history."""
        self._line.say(Message(text, key))

    def _show(self, message: Message) -> None:
        self.hint.setText(message.text)
        # The end of a long one may be cut off.
        self.hint.setToolTip(message.text)
        window = self.window()
        action = window.findChild(QAction, message.action) if message.action and window is not None else None
        if action is None:
            return
        self._offered = self._open_image.document.state
        # Qt keeps the actions of earlier offers, and points with an arrow at a menu of them.
        for earlier in self.offer.actions():
            self.offer.removeAction(earlier)
        self.offer.setDefaultAction(action)
        key_words = written_keys(action.shortcut().toString())
        self.offer.setText(f"{action.text()}  ({key_words})" if key_words else action.text())
        self.offer.show()

    def _withdraw(self) -> None:
        """Take an offer away that was made before the last step of the history, or for another image.

        Who paints cell by cell makes the next step at once: that two have become one is there until it was read.
        """
        if self._open_image.document.state is self._offered or self._line.lasting:
            return
        if self._line.offers(SEPARATE) and self._pieces.latest:
            return
        self.offer.hide()
        self._line.withdraw()
        if not self._line.offers(SEPARATE):
            self._pieces.end_offer()

    def _withdraw_action(self, key: str) -> None:
        action = self.offer.defaultAction()
        if action is not None and action.objectName() == key:
            self.offer.hide()
        self._line.withdraw(key)

    def show_hint(self) -> None:
        """Show what the tool does, unless an offer stands there, or what is read to its end."""
        if self._line.offering or self._line.lasting:
            return
        open_one = self._open_image.image is not None
        idle = translate("Open an image, or drop one on the window")
        self.hint.setText(translate_said(self._gestures.tool.hint) if open_one else idle)
        self.hint.setToolTip(self.hint.text())

    def _show_read_only(self) -> None:
        self.read_only.setVisible(self._watching.read_only)
        self.read_only.setToolTip(self._watching.why)

    def _count(self) -> None:
        count = len(self._open_image.document.objects)
        words = counted(count, translate("1 object"), translate("{:,} objects"))
        self.count.setText(words if self._open_image.image is not None else "")

    def _started(self, name: str) -> None:
        self.job.setText(self._words.start(name))
        self.bar.setRange(0, 0)
        self._show_job(True)

    def _resumed(self, name: str) -> None:
        self._started(name)
        self._words.lose_count()

    def _progressed(self, done: int, total: int, note: str) -> None:
        # The engine counts steps, which may be millions of pixels: the bar takes thousandths.
        self.job.setText(self._words.go_on(done, total, note))
        self.bar.setRange(0, 1000 if self._words.part else 0)
        self.bar.setValue(round(1000 * self._words.part))

    def _finished(self) -> None:
        self._show_job(False)

    def _show_job(self, on: bool) -> None:
        for widget in (self.job, self.bar, self.cancel):
            widget.setVisible(on)

    def _read(self, y: float, x: float) -> None:
        self._pointer = int(y // 1), int(x // 1)
        self._read_again()

    def _read_again(self, *_: object) -> None:
        if self._pointer is not None:
            self.readout.setText(read_out(self._open_image, self._rejected, *self._pointer))

    def _forget(self) -> None:
        self._pointer = None
        self.readout.setText("")


def read_out(open_image: OpenImage, rejected: RejectedCandidates, row: int, column: int) -> str:
    """Return what there is at a pixel of the plane shown: place, brightness, object; empty outside the image."""
    document, view, image = open_image.document, open_image.view, open_image.image
    if image is None or not (0 <= row < document.shape[1] and 0 <= column < document.shape[2]):
        return ""
    place = f"y {row}  x {column}"
    if image.pixel_size:
        place += filled(translate("  ({:.1f}, {:.1f} µm)"), row * image.pixel_size, column * image.pixel_size)
    lazy = lazy_pixels_of(image)
    # What is in view was read for it; nobody waits for a file here.
    pixel = image.pixels[view.plane, row, column] if lazy is None else lazy.peek(view.plane, row, column)
    values = [] if pixel is None else pixel.tolist()
    shown = [index for index, channel in enumerate(view.channels) if channel.visible][:SHOWN]
    if len(values) < 2:
        words = "".join(written(value, "g") for value in values)
    else:
        words = "  ".join(
            f"{shorten(channel_words(view.channels[index].name))} {written(values[index], 'g')}"
            for index in shown
        )
    number = document.label_at(view.plane, row, column)
    what = _object(document, number) if number else _candidate(rejected.at(view.plane, row, column))
    return "    ".join(part for part in (place, words, what) if part)


def _candidate(one: RejectedCandidate | None) -> str:
    """Return why a candidate is no object; empty where there is none."""
    if one is None:
        return ""
    return translate("rejected: {}; click to keep it").format(translate_said(one.reason))


def _object(document: Document, number: int) -> str:
    """Return an object in words: id, class and marks."""
    row = document.objects.get(number)
    words = [translate("object {}").format(number)]
    if row is not None:
        names = {known.number: known.name for known in document.facts.classes}
        if row.class_id:
            words.append(names.get(row.class_id) or translate("class {}").format(row.class_id))
        words += marks_of(row)
    return ", ".join(words)


def shorten(name: str, length: int = 12) -> str:
    """Return a name that is no longer than `length`."""
    return name if len(name) <= length else name[: length - 1] + "…"
