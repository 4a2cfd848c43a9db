"""The page that shows whether the new model is better: numbers, pictures, and the choice what becomes of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPixmap
from PyQt6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.dialogs.change_views import ChangeViews
from cpsam_gui.dialogs.model_tree import class_scores
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.long_names import WrappedWords
from cpsam_gui.style.wrapped_rows import WrappedRows

if TYPE_CHECKING:
    from pathlib import Path

    from PyQt6.QtGui import QMouseEvent, QResizeEvent

    from cpsam_core.retrain import ImageChange, RetrainingOutcome, Spot
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.session.open_image import OpenImage

PLACE = Qt.ItemDataRole.UserRole
# Pixels; four rows.
OTHERS_HEIGHT_PX = 96


class ChangePicture(QLabel):
    """An image with what changed, as large as there is room; a click tells the place in the image."""

    pointed = pyqtSignal(float, float)
    """A place (y, x) in image pixels was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(360, 300)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setStyleSheet(f"background: {theme.current().canvas};")
        self._whole = QPixmap()

    def show_picture(self, picture: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        """Show an RGB picture (y, x, 3)."""
        rows, columns = picture.shape[:2]
        data = np.ascontiguousarray(picture).tobytes()
        self._whole = QPixmap.fromImage(QImage(data, columns, rows, 3 * columns, QImage.Format.Format_RGB888))
        self._scale()

    def _scale(self) -> None:
        if not self._whole.isNull():
            smooth = Qt.TransformationMode.SmoothTransformation
            self.setPixmap(self._whole.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio, smooth))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the picture as large as there is room; called by Qt."""
        super().resizeEvent(event)
        self._scale()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Tell the place; called by Qt."""
        shown = self.pixmap()
        if event is None or shown.isNull():
            return
        size = shown.deviceIndependentSize()
        corner = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)
        place = event.position() - corner
        y = place.y() / size.height() * self._whole.height()
        x = place.x() / size.width() * self._whole.width()
        if 0 <= y < self._whole.height() and 0 <= x < self._whole.width():
            self.pointed.emit(y, x)


class BeforeAfterPage(QDialog):
    """Shows an outcome; ends with promoting the new model, keeping both, or discarding the new one."""

    promoted = pyqtSignal(bool)
    """Use the new model; True to open and segment the next image with it."""
    kept = pyqtSignal()
    discarded = pyqtSignal()
    visit = pyqtSignal(object, object)
    """Show this voxel (z, y, x) of an image in the window."""

    def __init__(
        self, parent: QWidget, open_image: OpenImage, jobs: Jobs, outcome: RetrainingOutcome
    ) -> None:
        super().__init__(parent)
        self._outcome, self._open_image = outcome, open_image
        self._jobs = jobs
        self._views: ChangeViews | None = None
        # Then its widgets are gone, and a picture may still come.
        self._left = False
        self.finished.connect(self._leave)
        self.setWindowTitle(translate("Before and after"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 640)
        self.title = WrappedWords(self._headline())
        self.title.setObjectName("title")
        self.words = dim(self._explain())
        self.images = QListWidget()
        self.images.setMinimumWidth(320)
        self.picture = ChangePicture()
        self.spots = QTreeWidget()
        self.spots.setHeaderHidden(True)
        self.others_title = QLabel(translate("Other data: precision before and after"))
        self.others = WrappedRows()
        self.others.setMaximumHeight(OTHERS_HEIGHT_PX)
        self.promote = QPushButton(translate("Use the new model from now on"))
        self.promote_next = QPushButton(translate("Use it and segment the next image"))
        self.keep = QPushButton(translate("Keep both, go on with the old one"))
        self.discard = QPushButton(translate("Discard the new model"))
        # Which image follows is looked for.
        self.promote_next.setEnabled(False)
        self._give_letters()
        self._show_primary()
        self._arrange()
        self._connect()
        self._fill()

    def show_following(self, following: Path | None) -> None:
        """Offer to segment an image without masks: the next one, or the open one; nothing where there is none."""
        if self._left:
            return
        here = following == self._open_image.path
        words = "Use it and segment this image" if here else "Use it and segment the next image"
        self.promote_next.setText(translate(words))
        self._give_letters()
        self.promote_next.setEnabled(following is not None)
        self.promote_next.setVisible(following is not None)
        self._show_primary()

    def _give_letters(self) -> None:
        give_letters((self.discard, self.keep, self.promote, self.promote_next))

    def _show_primary(self) -> None:
        """Let the button that the verdict speaks for stand out."""
        good = self.promote if self.promote_next.isHidden() else self.promote_next
        primary = good if self._outcome.is_better else self.keep
        for button in (self.promote, self.promote_next, self.keep):
            button.setObjectName("primary" if button is primary else "")
            button.setDefault(button is primary)
            style = button.style()
            if style is not None:
                style.polish(button)

    def _headline(self) -> str:
        change = self._outcome.change
        name = self._outcome.plan.name
        if self._outcome.skipped:
            return translate("{name} is not judged: the verdict was skipped").format(name=name)
        if change is None:
            return translate("{name} is trained").format(name=name)
        if change.verdict == "better" and self._outcome.loses_elsewhere:
            return translate("{name} is better here and worse elsewhere").format(name=name)
        verdicts = {
            "better": translate("{name} is better"),
            "not different": translate("{name} is not measurably different"),
            "worse": translate("{name} is worse"),
            "not known": translate("{name} is not judged: most outlines kept aside are unchecked"),
        }
        return verdicts[change.verdict].format(name=name)

    def _explain(self) -> str:
        """Return what is known: the difference and how sure it is, what was forgotten, and what it was judged on."""
        lines = [translate_said(line) for line in self._outcome.text.splitlines()]
        return "\n".join([*lines[:1], *filter(None, [self._classes()]), *lines[1:]])

    def _leave(self) -> None:
        self._left = True

    def _classes(self) -> str:
        """Return what the new model reaches in each class, in words; empty without classes."""
        shown = [
            f"{name} {_precision(value)}"
            for scores in self._outcome.scores.values()
            for name, value in class_scores(scores)
        ]
        return translate("Precision by class: {classes}").format(classes=", ".join(shown)) if shown else ""

    def _arrange(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(theme.GRID_PX)
        judged = QLabel(translate("Validation: precision before and after"))
        changed = QLabel(translate("Cells that changed"))
        side.addWidget(judged)
        side.addWidget(self.images, 1)
        side.addWidget(changed)
        side.addWidget(self.spots, 2)
        side.addWidget(self.others_title)
        side.addWidget(self.others)
        legend = dim(
            translate("Green: better than before. Red: worse. A click shows the place in the window.")
        )
        side.addWidget(legend)
        change = self._outcome.change
        if change is None or not change.images:
            # Nothing was kept aside to compare them on.
            for widget in (judged, self.images, changed, self.spots, legend, self.picture):
                widget.hide()
            side.addStretch(1)
            self.resize(620, 380)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GRID_PX * 2)
        middle.addLayout(side, 1)
        middle.addWidget(self.picture, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID_PX)
        buttons.addWidget(self.discard)
        buttons.addStretch(1)
        for button in (self.keep, self.promote, self.promote_next):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addLayout(middle, 1)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.images.currentRowChanged.connect(self._show)
        self.spots.itemClicked.connect(self._visit_item)
        self.picture.pointed.connect(self._visit_place)
        for button, signal in (
            (self.promote, lambda: self.promoted.emit(False)),
            (self.promote_next, lambda: self.promoted.emit(True)),
            (self.keep, self.kept.emit),
            (self.discard, self.discarded.emit),
        ):
            button.clicked.connect(signal)
            button.clicked.connect(self.accept)

    def _fill(self) -> None:
        change = self._outcome.change
        for one in change.images if change is not None else ():
            words = f"{one.pair.name}\n{_precision(one.old_precision)} → {_precision(one.new_precision)}"
            self.images.addItem(QListWidgetItem(words))
        verdicts = {
            "better": translate("better"),
            "not different": translate("no difference found"),
            "worse": translate("worse"),
        }
        for kind in self._outcome.elsewhere:
            values = f"{_precision(kind.difference.before)} → {_precision(kind.difference.after)}"
            said = translate_said(kind.difference.doubt) or verdicts[kind.difference.word]
            item = QListWidgetItem(f"{translate_said(kind.kind)}: {values}, {said}")
            if kind.difference.word == "worse":
                item.setForeground(QColor(theme.current().warning))
            self.others.addItem(item)
        for shown in (self.others, self.others_title):
            shown.setVisible(bool(self._outcome.elsewhere))
        self.promote_next.setVisible(self._open_image.path is not None)
        if self.images.count():
            self.images.setCurrentRow(0)

    @property
    def _shown(self) -> ImageChange | None:
        change, row = self._outcome.change, self.images.currentRow()
        return change.images[row] if change is not None and 0 <= row < len(change.images) else None

    def _show(self) -> None:
        one = self._shown
        if one is None:
            return
        self.spots.clear()
        for words, spots in (
            (translate("Found now, missed before"), one.gained),
            (translate("Missed now, found before"), one.lost),
            (translate("False positive removed"), one.false_gone),
            (translate("New false positive"), one.false_new),
        ):
            self._add_group(words, spots)
        self._draw(ChangeViews.of(one))

    def _draw(self, views: ChangeViews) -> None:
        """Draw a picture in the background."""
        self._views = views

        def draw(progress: object) -> Any:
            return views.picture(views.change.pair.read_image())

        def show(picture: Any) -> None:
            if not self._left and self._views is views:
                self.picture.show_picture(picture)

        self._jobs.run(draw, name=translate("Drawing"), lane=Lane.BESIDE, outlives_image=True, then=show)

    def _add_group(self, words: str, spots: tuple[Spot, ...]) -> None:
        group = QTreeWidgetItem([f"{words}: {written(len(spots))}"])
        for spot in spots:
            child = QTreeWidgetItem([self._where(spot)])
            child.setData(0, PLACE, (spot.z, spot.y, spot.x))
            group.addChild(child)
        self.spots.addTopLevelItem(group)
        group.setExpanded(0 < len(spots) <= 8)

    def _where(self, spot: Spot) -> str:
        one = self._shown
        if one is not None and one.is_volume:
            words = translate("in plane {z}, at y {y}, x {x}")
            return words.format(z=int(spot.z) + 1, y=round(spot.y), x=round(spot.x))
        return translate("at y {y}, x {x}").format(y=round(spot.y), x=round(spot.x))

    def _visit_item(self, item: QTreeWidgetItem) -> None:
        place, one = item.data(0, PLACE), self._shown
        if place is None or one is None:
            return
        if one.is_volume:
            self._draw(ChangeViews(one, place))
            self.visit.emit(one.pair, place)
        else:
            self._visit_place(*place[1:])

    def _visit_place(self, y: float, x: float) -> None:
        views = self._views
        voxel = views.voxel(y, x) if views is not None else None
        if views is not None and voxel is not None:
            self.visit.emit(views.change.pair, voxel)


def _precision(value: float) -> str:
    return "-" if math.isnan(value) else written(value, ".2f")
