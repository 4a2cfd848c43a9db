"""The bodies of a stack in space: turn with the mouse, zoom with the wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QOpenGLContext, QVector3D
from PyQt6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpsam_gui.tasks.surfaces import Surface

# Times the size of what is shown that the eye is away from it.
FAR = 1.1


def has_opengl() -> bool:
    """Whether this screen draws in 3D."""
    return QOpenGLContext().create()


class BodiesView(QDialog):
    """Shows surfaces, each in the colour (red, green, blue, 0 to 255) of its body."""

    def __init__(
        self, parent: QWidget, surfaces: Sequence[Surface], colours: Mapping[int, tuple[int, int, int]]
    ) -> None:
        super().__init__(parent)
        import pyqtgraph.opengl as gl

        self.setWindowTitle(translate("Bodies in 3D"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 640)
        self.view = gl.GLViewWidget()
        self.view.setBackgroundColor(theme.current().canvas)
        for surface in surfaces:
            mesh = gl.MeshData(vertexes=_upright(surface.vertices), faces=surface.faces)
            colour = tuple(part / 255 for part in colours.get(surface.id, (200, 200, 200)))
            self.view.addItem(
                gl.GLMeshItem(meshdata=mesh, color=(*colour, 1.0), shader="shaded", smooth=True)
            )
        self._aim(surfaces)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID_PX, theme.GRID_PX, theme.GRID_PX, theme.GRID_PX)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.view, 1)
        words = translate("{count} bodies   Drag: turn   Ctrl+drag: move   Wheel: zoom")
        layout.addWidget(dim(words.format(count=written(len(surfaces)))))

    def _aim(self, surfaces: Sequence[Surface]) -> None:
        """Look at the middle of all from a distance that shows them."""
        if not surfaces:
            return
        lows = np.min([_upright(one.vertices).min(axis=0) for one in surfaces], axis=0)
        highs = np.max([_upright(one.vertices).max(axis=0) for one in surfaces], axis=0)
        middle, size = (lows + highs) / 2, float(np.linalg.norm(highs - lows))
        self.view.setCameraPosition(
            pos=QVector3D(*(float(part) for part in middle)), distance=FAR * max(size, 1.0)
        )


def _upright(vertices: np.ndarray) -> np.ndarray:
    """Return places with rows going down, as on the canvas."""
    return np.asarray(vertices * np.array((1, -1, -1), np.float32))
