"""Pens for lines on the image: of one thickness at every zoom, and on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QColor, QGuiApplication, QPen

if TYPE_CHECKING:
    from collections.abc import Sequence


def line_pen(colour: QColor, width: float, dashes: Sequence[float] = ()) -> QPen:
    """Return a pen for items of a scene, `width` screen pixels wide.

    Qt takes the width of such a pen for pixels of the device: on a screen at 200 % lines would be half as thick.
    """
    app = QGuiApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    pen = QPen(colour, width * ratio)
    pen.setCosmetic(True)
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen
