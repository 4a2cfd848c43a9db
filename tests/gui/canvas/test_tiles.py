from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from cpsam_gui.canvas import tiles as tiles_module
from cpsam_gui.canvas.colours import LabelColours
from cpsam_gui.canvas.tiles import TileLayer
from cpsam_gui.state.palette import palette_table
from cpsam_gui.state.view import MaskStyle


def picture(layer: TileLayer, scale: float, size: int = 700) -> np.ndarray:
    """Paint the layer as the canvas would and return the pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.scale(scale, scale)
    option = QStyleOptionGraphicsItem()
    option.exposedRect = QRectF(0, 0, size / scale, size / scale)
    layer.paint(painter, option)
    painter.end()
    memory = image.bits()
    assert memory is not None
    return np.frombuffer(memory.asarray(size * size * 4), np.uint32).reshape(size, size).copy()


@pytest.mark.parametrize("scale", [0.1, 0.3, 0.5, 1.0, 2.5, 6.0])
def test_a_refreshed_rectangle_equals_a_full_repaint(qtbot: QtBot, scale: float) -> None:
    rng = np.random.default_rng(3)
    labels = np.zeros((1301, 1177), np.uint32)
    for number in range(1, 60):
        y, x, side = rng.integers(0, 1200), rng.integers(0, 1100), rng.integers(3, 90)
        labels[y : y + side, x : x + side] = number
    table = palette_table(0.5)[np.arange(1, 201) % 12]
    colours = LabelColours(labels, table, table, MaskStyle(), [3, 5])
    layer = TileLayer(magnify=True)
    layer.set_colours(colours)
    picture(layer, scale)
    for number in range(100, 140):
        y, x, height, width = (int(value) for value in rng.integers(0, [1290, 1170, 60, 60]))
        labels[y : y + height, x : x + width] = number
        layer.refresh(y - 2, y + height + 2, x - 2, x + width + 2)
    # Samples next to a change may depend on it from further away where the picture is strided.
    step = max(1, round(1 / scale))
    repainted = picture(layer, scale)
    fresh = TileLayer(magnify=True)
    fresh.set_colours(colours)
    different = repainted != picture(fresh, scale)
    assert different.mean() < (0 if step == 1 else 0.02) + 1e-9


def test_tiles_are_let_go_when_there_are_too_many(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles_module, "CACHE_BYTES", 20 << 20)
    labels = np.zeros((6000, 6000), np.uint32)
    table = palette_table(0.5)[:2]
    layer = TileLayer()
    layer.set_colours(LabelColours(labels, table, table, MaskStyle()))
    picture(layer, 1.0, 5000)
    assert layer._bytes <= 20 << 20
    layer.set_colours(None)
    assert layer.boundingRect().isEmpty()
