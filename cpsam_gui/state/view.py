"""How the image is looked at: camera, plane, channels, overlay, selection. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from psygnal import SignalGroupDescriptor

from cpsam_gui.state.slice import Slice

MIN_SCALE, MAX_SCALE = 1 / 512, 64.0


@dataclass(frozen=True, slots=True)
class Camera:
    """The image position at the middle of the canvas, and screen pixels per image pixel."""

    y: float = 0.0
    x: float = 0.0
    scale: float = 1.0

    def pan(self, rows: float, columns: float) -> Camera:
        """Move the picture by a distance in screen pixels."""
        return replace(self, y=self.y - rows / self.scale, x=self.x - columns / self.scale)

    def zoom(self, factor: float, y: float, x: float) -> Camera:
        """Scale by `factor`, keeping the image position (`y`, `x`) where it is on the screen."""
        scale = min(max(self.scale * factor, MIN_SCALE), MAX_SCALE)
        ratio = self.scale / scale
        return Camera(y + (self.y - y) * ratio, x + (self.x - x) * ratio, scale)

    @classmethod
    def fit(cls, rows: float, columns: float, height: float, width: float, margin: float = 0.97) -> Camera:
        """Show `rows` x `columns` image pixels on a canvas of `height` x `width` screen pixels."""
        scale = margin * min(max(height, 1) / max(rows, 1), max(width, 1) / max(columns, 1))
        return cls(rows / 2, columns / 2, min(max(scale, MIN_SCALE), MAX_SCALE))


@dataclass(frozen=True, slots=True)
class ChannelView:
    """How one channel is shown."""

    name: str
    colour: tuple[int, int, int]
    low: float = 0.0
    high: float = 1.0
    gamma: float = 1.0
    visible: bool = True


class Overlay(str, Enum):
    """How masks are drawn over the image."""

    FILL = "fill"
    OUTLINE = "outline"
    BOTH = "both"


class Picture(str, Enum):
    """What is drawn under the masks: the image, or what the last run said."""

    IMAGE = "image"
    FLOWS = "flows"
    PROBABILITY = "cell probability"
    FLOW_ERROR = "flow error"


@dataclass(frozen=True, slots=True)
class MaskStyle:
    """Everything about the look of the masks."""

    visible: bool = True
    overlay: Overlay = Overlay.BOTH
    opacity: float = 0.35
    solo: bool = False
    """Show the selected objects only."""
    by_class: bool = False
    """Colour objects by their class instead of telling neighbours apart."""
    signs: bool = True
    """Mark what is touched by hand, locked, accepted, uncertain or of a class."""
    ids: bool = False
    """Write the ids on the objects."""


@dataclass
class View:
    """The state of looking. Each field has a signal of its own: ``view.events.plane.connect(...)``."""

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()

    camera: Camera = Camera()
    plane: int = 0
    slab: int = 1
    """Planes around the one shown whose brightest pixels are drawn, 0 for all; masks are those of the plane alone."""
    sections: bool = False
    """Show the orthogonal views of a stack."""
    cross: tuple[float, float] = (0.0, 0.0)
    """Row and column (y, x) of the cross-hair, at which the orthogonal views cut."""
    channels: tuple[ChannelView, ...] = ()
    image_visible: bool = True
    picture: Picture = Picture.IMAGE
    minimap: bool = True
    """Show the overview while a part of the image is in view."""
    masks: MaskStyle = MaskStyle()
    selection: frozenset[int] = frozenset()
    hovered: int = 0
    brush_diameter: float = 12.0
    window: tuple[float, float] = (0.0, 0.0)
    """Height and width of the canvas in screen pixels; 0 where there is none."""

    @property
    def slice(self) -> Slice:
        """The plane that the canvas shows."""
        return Slice(0, self.plane)

    def show_box(self, y0: float, y1: float, x0: float, x1: float) -> None:
        """Bring a block of image pixels into view; the view stays where the middle of the block is in it already."""
        camera, (height, width) = self.camera, self.window
        y, x = (y0 + y1) / 2, (x0 + x1) / 2
        if not height or not width:
            return
        if 2 * abs(y - camera.y) * camera.scale > height or 2 * abs(x - camera.x) * camera.scale > width:
            self.camera = Camera(y, x, camera.scale)

    def set_channel(self, index: int, **fields: object) -> None:
        """Change how one channel is shown."""
        channels = list(self.channels)
        channels[index] = replace(channels[index], **fields)  # type: ignore[arg-type]
        self.channels = tuple(channels)

    def set_masks(self, **fields: object) -> None:
        """Change the look of the masks."""
        self.masks = replace(self.masks, **fields)  # type: ignore[arg-type]

    def select(self, *ids: int) -> None:
        """Select these objects and no other; 0 is ignored."""
        self.selection = frozenset(number for number in ids if number)

    def toggle(self, number: int) -> None:
        """Add an object to the selection or take it out."""
        if number:
            self.selection = self.selection ^ {number}
