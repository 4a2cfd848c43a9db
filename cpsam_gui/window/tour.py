"""A tour of the window in five steps: callouts beside the real widgets, which go on working meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, QSettings, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.settings_values import stored_flag
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QMainWindow

    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.reviewing import ReviewController
    from cpsam_gui.window.host import WindowHost

SEEN = "tour/seen"
WIDTH_PX = 320
USE_RETURN = (QLineEdit, QAbstractSpinBox, QComboBox, QAbstractItemView, QTextEdit)
"""Kinds of widgets that have a use for Return where they are in focus."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the tour: which widget, and what is said about it; a panel comes to the front first."""

    target: str
    title: str
    words: str
    panel: str = ""


STOPS = (
    Stop("canvas", "The image and its cells", "Drag to move, turn the wheel to zoom."),
    Stop(
        "segment",
        "Segment",
        "Choose a model and press Segment (Ctrl+Return). Thresholds change the masks at once, "
        "without a new run.",
        "Segment",
    ),
    Stop(
        "toolbar",
        "Correct",
        "Right click on the image begins an outline that follows the pointer. Ctrl+click "
        "deletes. The tools here draw, split and merge; each has a key.",
    ),
    Stop(
        "files",
        "One image after another",
        "The images of the folder, and the status of each. D goes to the next one. Work is saved "
        "automatically.",
        "Files",
    ),
    Stop(
        "train",
        "Improve the model",
        "Retrain on what you corrected (Ctrl+T). If the new model is better, go on with it. "
        "Ctrl+Shift+P finds every action; Help has the rest.",
        "Train",
    ),
)


def seen() -> bool:
    """Whether the tour was shown before."""
    return stored_flag(SEEN, False)


class Tour(QFrame):
    """The callout; goes from stop to stop, and frames what it speaks of."""

    ended = pyqtSignal()

    def __init__(
        self,
        window: QMainWindow,
        host: WindowHost,
        open_image: OpenImage,
        gestures: Gestures,
        reviewing: ReviewController,
    ) -> None:
        super().__init__(window)
        self._window, self._host, self.place = window, host, 0
        self._open_image, self._gestures, self._reviewing = open_image, gestures, reviewing
        QSettings().setValue(SEEN, True)
        self.setObjectName("callout")
        self.setFixedWidth(WIDTH_PX)
        scheme = theme.current()
        self.setStyleSheet(
            f"QFrame#callout {{ background: {scheme.panel}; border: 2px solid {scheme.accent}; border-radius: 8px; }}"
        )
        self.mark = QFrame(window)
        self.mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.mark.setStyleSheet(
            f"border: 2px solid {scheme.accent}; border-radius: 6px; background: transparent;"
        )
        self.title, self.words, self.count = QLabel(), QLabel(), QLabel()
        self.title.setObjectName("heading")
        self.words.setWordWrap(True)
        self.count.setObjectName("dim")
        self.skip, self.next = QPushButton(translate("Skip")), QPushButton()
        self.next.setObjectName("primary")
        self.skip.clicked.connect(self.end)
        self.next.clicked.connect(self.go_on)
        row = QHBoxLayout()
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self.skip)
        row.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addLayout(row)
        window.installEventFilter(self)
        open_image.objects_changed.connect(self._say)
        self.show_stop(0)

    def show_stop(self, place: int) -> None:
        """Speak of one part of the window."""
        self.place, stop = place, STOPS[place]
        if stop.panel and stop.panel in self._host.docks:
            self._host.show_panel(stop.panel)
        self.title.setText(translate(stop.title))
        self.count.setText(f"{place + 1} / {len(STOPS)}")
        self.skip.setVisible(place < len(STOPS) - 1)
        self._say()
        self.mark.show()
        self.show()
        self.raise_()

    def _say(self) -> None:
        """Say what there is to say as things are now: a run on the demonstration image may end meanwhile."""
        stop, some = STOPS[self.place], bool(self._open_image.document.objects)
        words = translate(stop.words)
        if stop.target == "canvas" and self._open_image.shipped and not some:
            words = f"{translate('This demo image is being segmented right now.')} {words}"
        self.words.setText(words)
        if self.place < len(STOPS) - 1:
            self.next.setText(translate("Next"))
        else:
            self.next.setText(translate("Review the first cell") if some else translate("Done"))
        self._put()

    def go_on(self) -> None:
        """Go to the next stop, or end after the last one."""
        if self.place + 1 < len(STOPS):
            self.show_stop(self.place + 1)
        else:
            self.end()
            self._begin_work()

    def _begin_work(self) -> None:
        """End with something useful: the cell that is most likely wrong, ready to be judged."""
        if self._open_image.document.objects:
            self._host.show_panel("Review")
            self._reviewing.next()

    def end(self) -> None:
        """Leave the tour."""
        self._open_image.objects_changed.disconnect(self._say)
        self._window.removeEventFilter(self)
        self.mark.deleteLater()
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stay beside the widget when the window changes its size, and follow Return and Escape; called by Qt."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._put()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        if event.key() == Qt.Key.Key_Escape:
            # Before it is a shortcut of the window, which would drop the selection.
            self.end()
            event.accept()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._means_the_tour(event):
            # Whoever came to the other button by Tab means that one.
            (self.skip if self.skip.hasFocus() else self.next).click()
            event.accept()
            return True
        return False

    def _means_the_tour(self, event: QKeyEvent) -> bool:
        """Whether Return is for the button that is drawn as its own: nothing is drawn or typed, and it is not held."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held != Qt.KeyboardModifier.NoModifier or event.isAutoRepeat() or self._gestures.tool.busy:
            return False
        return not isinstance(QApplication.focusWidget(), USE_RETURN)

    def target(self) -> QWidget:
        """Return the widget that the present stop speaks of."""
        docks, canvas = self._host.docks, self._host.canvas
        found: dict[str, QWidget | None] = {
            "canvas": canvas,
            "segment": docks["Segment"],
            "files": docks["Files"],
            "train": docks["Train"],
            "toolbar": self._window.findChild(QWidget, "toolbar"),
        }
        return found[STOPS[self.place].target] or canvas

    def _put(self) -> None:
        """Place frame and callout: beside the widget where there is room, else inside it."""
        target, window = self.target(), self._window
        place = QRect(target.mapTo(window, QPoint(0, 0)), target.size()) & window.rect()
        self.mark.setGeometry(place)
        self.mark.raise_()
        self.adjustSize()
        gap, width, height = theme.GRID_PX * 2, self.width(), self.sizeHint().height()
        if window.width() - place.right() > width + gap and place.width() < window.width() // 2:
            x = place.right() + gap
        elif place.left() > width + gap:
            x = place.left() - width - gap
        else:
            x = place.center().x() - width // 2
        y = min(place.top() + gap * 2, window.height() - height - gap)
        self.setGeometry(x, max(gap, y), width, height)
        self.raise_()
