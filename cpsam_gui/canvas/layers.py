"""The layers of the canvas: what is drawn at the bottom, the masks over it, and what of both must be drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.canvas.colours import ImageColours, LabelColours, SlabColours
from cpsam_gui.canvas.result_colours import ErrorColours, FlowColours, ProbabilityColours
from cpsam_gui.canvas.tiles import TileLayer
from cpsam_gui.jobs.job import Problem
from cpsam_gui.state.pixels import lazy_pixels_of
from cpsam_gui.state.slice import slab_around
from cpsam_gui.state.view import Picture

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QGraphicsScene

    from cpsam_gui.canvas.tiles import Colours
    from cpsam_gui.session.mask_colours import MaskColours
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.state.box import Box

# Objects; from here on repainting everything in view is quicker than one by one.
MANY = 256
# Pixels around a change, because outlines depend on the neighbours.
MARGIN_PX = 2


class Layers:
    """Keeps two tile layers in step with the session."""

    def __init__(
        self,
        open_image: OpenImage,
        run_state: RunState,
        mask_colours: MaskColours,
        notices: Notices,
        scene: QGraphicsScene,
    ) -> None:
        self._open_image, self._view = open_image, open_image.view
        self._run_state, self._mask_colours = run_state, mask_colours
        self.image = TileLayer(smooth=True)
        self.labels = TileLayer(magnify=True)
        for z, layer in enumerate((self.image, self.labels)):
            layer.setZValue(z)
            scene.addItem(layer)
        self._colours: LabelColours | None = None
        self._peeking = self._told = False
        self._notices = notices
        self.image.unreadable.connect(self._unreadable)
        open_image.labels_changed.connect(self._labels_changed)
        open_image.overlay_changed.connect(self._all_changed)
        events = self._view.events
        events.plane.connect(self._new_plane)
        events.channels.connect(self.colour_image)
        events.image_visible.connect(self.colour_image)
        events.picture.connect(self.colour_image)
        events.slab.connect(self.colour_image)
        events.masks.connect(self.colour_labels)
        events.selection.connect(self._mark)
        events.hovered.connect(self._mark)

    @property
    def settled(self) -> bool:
        """Whether everything in view has its colours."""
        return self.image.settled and self.labels.settled

    def new_image(self) -> None:
        """Show the image that was opened; nothing of the one before may be seen under it."""
        for layer in (self.image, self.labels):
            layer.set_colours(None)
        self._told = False
        self.colour_image()
        self.colour_labels()

    def colour_image(self) -> None:
        """Colour the image anew; what is on the screen stays until then."""
        image = self._open_image.image
        slow = lazy_pixels_of(image) is not None
        self.image.set_colours(None if image is None else self._bottom(), keep=True, slow=slow)

    def colour_labels(self) -> None:
        """Colour the masks anew; what is on the screen stays until then."""
        open_image, view = self._open_image, self._view
        if open_image.image is None:
            self._colours = None
            self.labels.set_colours(None)
            return
        if view.plane >= open_image.document.shape[0]:
            # Between two images: the plane is that of the last one, and `new_image` follows.
            return
        fills, lines = self._mask_colours.tables()
        self._colours = LabelColours(
            open_image.document.labels[view.plane], fills, lines, view.masks, view.selection, view.hovered
        )
        self._show_labels()
        self.labels.set_colours(self._colours, keep=True)

    def _unreadable(self, words: str) -> None:
        """Say once that parts of the image cannot be read; they stay empty."""
        if not self._told:
            self._told = True
            self._notices.failed.emit(Problem(words))

    def peek(self, on: bool) -> None:
        """Hide the masks for a moment, whatever the settings say."""
        self._peeking = on
        self._show_labels()

    def _show_labels(self) -> None:
        self.labels.setVisible(self._view.masks.visible and not self._peeking)

    def _bottom(self) -> Colours:
        """Return the colours of what is drawn under the masks."""
        open_image, view = self._open_image, self._view
        flows = self._run_state.flows
        labels = open_image.document.labels[view.plane]
        if view.picture is Picture.FLOW_ERROR:
            return ErrorColours(labels, open_image.document.objects)
        if flows is not None and view.picture is not Picture.IMAGE:
            logits = flows.logits if flows.logits.ndim == 2 else flows.logits[view.plane]
            rows, columns = (part if part.ndim == 2 else part[view.plane] for part in flows.flows[-2:])
            if logits.shape == labels.shape:
                found = view.picture is Picture.FLOWS
                return FlowColours(rows, columns) if found else ProbabilityColours(logits)
        channels = view.channels if view.image_visible else ()
        assert open_image.image is not None
        pixels = open_image.image.pixels
        if view.slab != 1 and len(pixels) > 1 and not open_image.document.large:
            first, end = slab_around(view.plane, view.slab, len(pixels))
            return SlabColours(pixels[first:end], channels)
        return ImageColours(pixels[view.plane], channels)

    def _new_plane(self) -> None:
        self.colour_image()
        self.colour_labels()

    def _all_changed(self) -> None:
        self.colour_labels()
        if self._view.picture is not Picture.IMAGE:
            # Another result has other flows.
            self.colour_image()

    def _labels_changed(self, box: Box) -> None:
        view = self._view
        if box.z0 <= view.plane < box.z1:
            area = (box.y0 - MARGIN_PX, box.y1 + MARGIN_PX, box.x0 - MARGIN_PX, box.x1 + MARGIN_PX)
            self.labels.refresh(*area)
            if view.picture is Picture.FLOW_ERROR:
                self.image.refresh(*area)

    def _mark(self) -> None:
        """Show the selection and the object under the pointer; repaint only the objects concerned."""
        shown, view = self._colours, self._view
        if shown is None:
            return
        changed = (shown.selected ^ view.selection) | {shown.hovered, view.hovered}
        if view.masks.solo and shown.selected != view.selection:
            self.colour_labels()
            return
        shown.mark(view.selection, view.hovered)
        if len(changed) > MANY:
            self.labels.set_colours(shown, keep=True)
            return
        objects = self._open_image.document.objects
        for number in changed:
            if number in objects:
                self._labels_changed(objects[number].box)
