"""Pieces that all panels are made of, so that they share margins and sizes."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cpsam_gui.style.long_names import WrappedWords
from cpsam_gui.style.theme import GRID_PX


def column(parent: QWidget) -> QVBoxLayout:
    """Return a column of widgets on the grid."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
    layout.setSpacing(GRID_PX)
    return layout


def form() -> QFormLayout:
    """Return a form with the names left and the fields right, on the grid."""
    layout = QFormLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(GRID_PX * 3 // 2)
    layout.setVerticalSpacing(GRID_PX)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


def dim(text: str, *, wrap: bool = True) -> QLabel:
    """Return a label in the quiet colour."""
    label = WrappedWords(text) if wrap else QLabel(text)
    label.setObjectName("dim")
    return label


def full_height(widget: QWidget) -> int:
    """Return the height at which nothing in a widget needs to be scrolled."""
    height = widget.sizeHint().height()
    for area in widget.findChildren(QScrollArea):
        inner = area.widget()
        if inner is not None and area.isVisibleTo(widget):
            height += inner.sizeHint().height() - area.sizeHint().height()
    return height


def scrolling(widget: QWidget) -> QScrollArea:
    """Return `widget` in an area that scrolls where the window is low."""
    area = QScrollArea()
    # What is in it has the keys, and comes into view by Tab.
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    bar = area.verticalScrollBar()
    extent = bar.sizeHint().width() if bar is not None else 0
    # Nothing may be cut off at the right: there is no bar to scroll sideways.
    area.setMinimumWidth(widget.minimumSizeHint().width() + extent)
    return area


def let_go(widget: QWidget) -> None:
    """Take a widget off the screen for good, at once: Qt destroys it only once no dialog holds the events up."""
    widget.hide()
    widget.deleteLater()
