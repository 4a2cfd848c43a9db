"""The panel of the review: how far it is, why the present object is in doubt, what to do with it, what was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.class_menu import fill_classes
from cpsam_gui.program.i18n import translate, translate_said, written_keys
from cpsam_gui.program.numbers import written
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column, dim, scrolling

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session

# Doubt, 0 to 1; less reads as 0.00.
LEAST_DOUBT = 0.005


class ReviewPanel(Panel):
    """Steers the review of the open image."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._review, self._open_image = session.reviewing, session.open_image
        self._view, self._run_state = session.view, session.run_state
        self._facts, self._folder = session.facts, session.folder
        self._candidates, self._measuring = session.candidates, session.measuring
        self._missed, self._gestures = session.missed, session.gestures
        self.progress_words = QLabel()
        self.progress_words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.title, self.reasons = QLabel(), dim("")
        self.missed_words = QLabel()
        self.missed_words.setToolTip(
            translate("Listed is what the model takes for a cell; one that it does not see at all is not")
        )
        self.keys = dim("")
        self._make_buttons()
        self._arrange()
        self._review.changed.connect(self.refresh)
        self._missed.changed.connect(self.refresh)
        self._measuring.busy_changed.connect(self.refresh)
        self._gestures.gesture_changed.connect(self._show_words)
        self._gestures.tool_changed.connect(self._show_words)
        self._open_image.history_changed.connect(self.refresh)
        theme.changed.connect(self._recolour)
        self._recolour()
        self.refresh()

    def _make_buttons(self) -> None:
        review = self._review
        self.accept = _button("Accept", "Y", "check", review.accept)
        self.accept.setObjectName("primary")
        self.put_off = _button("Unsure", "S", "help_circle_outline", review.put_off)
        self.edit = _button("Edit", "E", "brush", review.edit)
        self.class_ = _button("Class", "C", "tag_outline", self.ask_class)
        self.delete = _button("Delete", "Del", "delete_outline", review.delete)
        # Four beside each other in the width of the panel leave no room for icons.
        for button in self._small:
            button.setStyleSheet("padding: 6px 2px;")
            button.setProperty("icon_name", "")
            button.setIcon(QIcon())
        self.previous = _button("Previous", "Shift+N", "arrow_left", review.previous)
        self.onward = _button("Next", "N", "arrow_right", review.next)
        self.next_missed = _button("Next missed", "J", "magnify", review.next_missed)
        self.find_here = _button("Find here", "Ctrl+J", "target", review.find_here)
        self.marks = QCheckBox(translate("Mark them on the image"))
        self.marks.setChecked(True)
        self.marks.toggled.connect(self._missed.mark)
        self.verified = QCheckBox(translate("The whole image is verified"))
        tip = f"{translate('Every object is correct and none is missing')}  ({written_keys('Ctrl+Shift+V')})"
        self.verified.setToolTip(tip)
        self.verified.clicked.connect(self._facts.toggle_verified)
        self.suggest = _button("Suggest the next image", "Ctrl+Shift+N", "lightbulb_outline", self._suggest)

    @property
    def _small(self) -> tuple[QPushButton, ...]:
        return self.delete, self.edit, self.class_, self.put_off

    def _arrange(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scrolling(self._body()), 1)
        outer.addWidget(self._foot())

    def _foot(self) -> QFrame:
        """Return the decisions, which stand where the main button of every panel stands."""
        foot = QFrame()
        foot.setObjectName("foot")
        layout = QVBoxLayout(foot)
        layout.setContentsMargins(
            theme.GRID_PX * 3 // 2, theme.GRID_PX, theme.GRID_PX * 3 // 2, theme.GRID_PX
        )
        layout.setSpacing(theme.GRID_PX)
        for button in (self.previous, self.onward):
            button.setText("")
            button.setFixedWidth(5 * theme.GRID_PX)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID_PX)
        row.addWidget(self.previous)
        row.addWidget(self.accept, 1)
        row.addWidget(self.onward)
        layout.addLayout(row)
        layout.addWidget(self.keys)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID_PX // 2)
        for button in self._small:
            row.addWidget(button, 1)
        layout.addLayout(row)
        return foot

    def _body(self) -> QWidget:
        body = QWidget()
        layout = column(body)
        top = QHBoxLayout()
        top.addWidget(self.progress_words, 1)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        self.title.setWordWrap(True)
        layout.addWidget(self.title)
        self.reasons.setMinimumHeight(2 * self.reasons.fontMetrics().lineSpacing())
        layout.addWidget(self.reasons)
        layout.addSpacing(theme.GRID_PX)
        self.missed_words.setWordWrap(True)
        layout.addWidget(self.missed_words)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID_PX)
        row.addWidget(self.next_missed)
        row.addWidget(self.find_here)
        layout.addLayout(row)
        layout.addWidget(self.marks)
        layout.addSpacing(theme.GRID_PX)
        layout.addWidget(self.verified)
        layout.addWidget(self.suggest)
        layout.addStretch(1)
        return body

    def ask_class(self) -> None:
        """Let a class be chosen for what is looked at, by its number or by a click."""
        if self._review.chosen:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            fill_classes(menu, self._open_image, self._review.give_class)
            menu.popup(self.class_.mapToGlobal(self.class_.rect().bottomLeft()))

    def _suggest(self) -> None:
        self._candidates.suggest(self._folder.images)

    def follow(self, on: bool) -> None:
        """Keep the order up to date while the panel is in view; docks behind other tabs are not."""
        self._review.follow(on)

    def refresh(self) -> None:
        """Show where the review is."""
        open_image, review = self._open_image, self._review
        there = open_image.image is not None
        looked, total = review.progress
        self.progress_words.setText(
            translate("{done} of {all} reviewed").format(done=written(looked), all=written(total))
            if total
            else translate("Nothing to review yet: segment the image first")
        )
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(looked)
        self._show_present(total)
        self._show_missed()
        some = bool(review.chosen) or review.place is not None
        self._show_words()
        for button in (self.accept, self.put_off, self.edit, self.delete):
            button.setEnabled(some)
        self.class_.setEnabled(bool(review.chosen))
        for button in (self.previous, self.onward):
            button.setEnabled(total > 0)
        self.verified.setEnabled(there)
        self.verified.setChecked(there and self._facts.state is ReviewState.VERIFIED)
        self.suggest.setEnabled(open_image.path is not None)

    def _show_words(self) -> None:
        """Name what the keys and buttons do with what is under review: an object, a missed cell, or one just found."""
        missed = self._review.place is not None
        judging = self._gestures.tool.for_judging
        if not judging:
            words = translate("Y accept, N next; V (Select) for the other keys")
        elif not missed:
            words = translate("Y accept, Del delete, E edit, C class, S unsure, N next")
        elif self._gestures.tool.busy:
            words = translate("Y accept what was found, Esc try again, Del no cell, S skip")
        else:
            words = translate("Y find it, Del no cell, S skip, N next object")
        self.keys.setText(words)
        finds = missed and not self._gestures.tool.busy
        named = (
            (self.accept, translate("Find it") if finds else translate("Accept"), "Y"),
            (self.put_off, translate("Skip") if missed else translate("Unsure"), "S" if judging else ""),
            (self.delete, translate("No cell") if missed else translate("Delete"), "Del"),
            (self.edit, translate("Edit"), "E" if judging else ""),
            (self.class_, translate("Class"), "C" if judging else ""),
        )
        for button, text, key in named:
            button.setText(text)
            button.setToolTip(f"{text}  ({written_keys(key)})" if key else text)

    def _show_present(self, total: int) -> None:
        review, selection, missed = self._review, self._view.selection, self._missed.all
        if len(selection) > 1:
            self.title.setText(translate("{count} objects selected").format(count=written(len(selection))))
            self.reasons.setText(translate("Decisions apply to all of them"))
            return
        if review.place in missed:
            words = translate("Missed cell {number} of {count}")
            place = missed.index(review.place) + 1
            self.title.setText(words.format(number=written(place), count=written(len(missed))))
            self.reasons.setText(translate("The model sees a cell here, but there is no mask"))
            return
        if not review.present:
            self.title.setText(translate("Next shows the most doubtful object") if total else "")
            measuring = self._measuring.busy
            self.reasons.setText(translate("Measuring the objects…") if measuring else "")
            return
        words = translate("Object {number}").format(number=review.present)
        if review.score is not None:
            words += "   " + translate("doubt {score}").format(score=written(review.score, ".2f"))
        self.title.setText(words)
        row = self._open_image.document.objects[review.present]
        state = (
            translate("Accepted")
            if row.verified
            else translate("Marked as uncertain")
            if row.uncertain
            else translate("Locked")
            if row.locked
            else ""
        )
        reasons = ", ".join(translate_said(reason) for reason in review.reasons)
        self.reasons.setText("\n".join(filter(None, [state, reasons or _without_reasons(review.score)])))

    def _show_missed(self) -> None:
        known = self._run_state.flows is not None
        count = len(self._missed.all)
        if self._open_image.document.large:
            words = translate("Missed cells are not looked for in images of this size")
        elif not known:
            words = translate("Missed cells are known after a run")
        elif count:
            many = translate("{count} possible cells without a mask")
            one = translate("1 possible cell without a mask")
            words = one if count == 1 else many.format(count=written(count))
        elif self._missed.looking:
            words = translate("Looking for missed cells…")
        else:
            words = translate("The model sees no other cell")
        self.missed_words.setText(words)
        self.next_missed.setEnabled(count > 0)
        self.find_here.setEnabled(self._missed.at is not None)

    def _recolour(self) -> None:
        """Take over the colours of the theme."""
        for button in self.findChildren(QPushButton):
            name = button.property("icon_name")
            if name:
                button.setIcon(theme.icon(name, _colour(button)))


def _without_reasons(score: float | None) -> str:
    """Return what is said of an object against which no single fact speaks; empty where nothing is known of it."""
    if score is None:
        return ""
    return translate("No doubts about it") if score < LEAST_DOUBT else translate("Nothing stands out")


def _button(text: str, key: str, icon: str, do: Callable[[], object]) -> QPushButton:
    button = QPushButton(translate(text))
    button.setProperty("icon_name", icon)
    button.setIcon(theme.icon(icon))
    button.setToolTip(f"{translate(text)}  ({written_keys(key)})")
    button.clicked.connect(lambda _=False: do())
    return button


def _colour(button: QPushButton) -> str | None:
    return theme.current().on_accent if button.objectName() == "primary" else None
