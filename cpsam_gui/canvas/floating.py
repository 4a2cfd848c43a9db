"""What floats over the picture and does not move with it: scale bar, legends, the name of a picture, a small map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.canvas.class_legend import ClassLegend
from cpsam_gui.canvas.legend import Legend
from cpsam_gui.canvas.minimap import Minimap
from cpsam_gui.canvas.overlays import Badge, ScaleBarWidget
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.view import Picture

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.open_image import OpenImage

# Screen pixels between the edge of the canvas and what floats over it.
INSET_PX = 12
# Screen pixels between the scale bar and the lower edge.
FOOT_PX = 8
# Screen pixels between the name of a picture and its legend.
GAP_PX = 4


class FloatingItems:
    """Keeps each at its edge of the canvas."""

    def __init__(self, open_image: OpenImage, gestures: Gestures, canvas: QWidget) -> None:
        self._open_image, self._view, self._canvas = open_image, open_image.view, canvas
        self.bar = ScaleBarWidget(canvas)
        self.bar.hide()
        self.badge = Badge(canvas)
        self.legend = Legend(canvas)
        self.classes = ClassLegend(open_image, gestures, canvas)
        self.minimap = Minimap(open_image, canvas)
        self._view.events.picture.connect(self._name_picture)
        for signal in (self._view.events.masks, self._view.events.selection):
            signal.connect(self._say_what_is_shown)

    def new_image(self) -> None:
        """Begin with another image, or with none."""
        self.bar.setVisible(self._open_image.image is not None)
        self.minimap.new_image()
        self.place()

    def follow(self) -> None:
        """Follow the camera."""
        image = self._open_image.image
        pixel_size = image.pixel_size if image is not None else None
        self.bar.set_scale(self._view.camera.scale, pixel_size)
        self.minimap.follow()

    def place(self) -> None:
        """Put everything where it belongs on a canvas of this size."""
        width, height = self._canvas.width(), self._canvas.height()
        self.bar.move(width - self.bar.width(), height - self.bar.height() - FOOT_PX)
        self.minimap.move(width - self.minimap.width() - INSET_PX, INSET_PX)
        self.badge.move(INSET_PX, INSET_PX)
        self.classes.place()
        self._place_legend()

    def _name_picture(self) -> None:
        self._say_what_is_shown()
        self.legend.show_for(self._view.picture)
        self._place_legend()

    def _say_what_is_shown(self) -> None:
        """Name the picture where it is not the image, and say that masks are hidden where only some are shown."""
        picture, masks = self._view.picture, self._view.masks
        words = [] if picture is Picture.IMAGE else [translate(picture.value.capitalize())]
        if masks.visible and masks.solo and self._view.selection:
            words.append(translate("Selected objects only"))
        self.badge.say(", ".join(words))

    def _place_legend(self) -> None:
        """Put the legend of a picture below its name."""
        self.legend.move(INSET_PX, INSET_PX + self.badge.height() + GAP_PX)
