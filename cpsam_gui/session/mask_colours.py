"""The colours of the masks by id: neighbours differ, or each class has its own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtGui import QColor

from cpsam_gui.operations import class_colour
from cpsam_gui.state.objects import CLASSES
from cpsam_gui.state.palette import COLOURS, pack, palette_table
from cpsam_gui.state.pixels import overview_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.image_facts import ClassName

# Opacity of outlines.
LINES = 0.95
# Objects; from here on drawing everything in view anew is quicker than one by one.
MANY = 256
# Rows and columns that are looked at.
SAMPLED_PX = 128
# Of the brightest; a darker image is of fluorescence.
LEAST_LIGHT = 0.2
# Green of the mean of red and blue, where most of an image is violet.
MOST_GREEN = 0.9
CLASSLESS = (160, 160, 160)


class MaskColours:
    """Keeps the colour tables of the masks in step with the document and the view."""

    def __init__(
        self,
        open_image: OpenImage,
    ) -> None:
        self._open_image = open_image
        self._tables: tuple[NDArray[np.uint32], NDArray[np.uint32]] | None = None
        self._classes: tuple[ClassName, ...] = ()
        self._stained = False
        open_image.adopted.connect(self._new_image)
        open_image.rows_changed.connect(self.objects_changed)
        self._open_image.view.events.masks.connect(self.forget)
        self._open_image.view.events.selection.connect(self.selection_changed)

    def tables(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the colours of fills and outlines by id; new objects are added in place."""
        if self._tables is None:
            style, selection = self._open_image.view.masks, self._open_image.view.selection
            entries = self._entries(slice(None))
            if style.solo and selection:
                chosen = np.fromiter(selection, np.int64, len(selection))
                # Other masks may have taken the place of those whose objects are still selected.
                chosen = chosen[chosen < entries.size]
                alone = np.zeros_like(entries)
                alone[chosen] = entries[chosen]
                entries = alone
            self._classes = self._open_image.document.facts.classes
            self._tables = self._colours(style.opacity)[entries], self._colours(LINES)[entries]
        return self._tables

    def plain(self, largest: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the colours of fills and outlines of objects that are in no table yet, up to an id."""
        entries = np.arange(largest + 1) % len(COLOURS) + 1
        entries[0] = 0
        opacity = self._open_image.view.masks.opacity
        fills, lines = (palette_table(one, stained=self._stained) for one in (opacity, LINES))
        return fills[entries], lines[entries]

    def _new_image(self) -> None:
        image = self._open_image.image
        self._stained = image is not None and image.is_rgb and is_stained(overview_of(image))
        self.forget()

    def forget(self, *_: object) -> None:
        """Make the tables anew when they are next asked for."""
        self._tables = None

    def selection_changed(self) -> None:
        """Follow the selection where it is shown alone."""
        if self._open_image.view.masks.solo:
            self._tables = None

    def objects_changed(self, ids: frozenset[int] | None) -> None:
        """Recolour objects that are new or changed."""
        tables = self._tables
        document, style = self._open_image.document, self._open_image.view.masks
        other_size = tables is not None and tables[0].size != document.colours.size
        other_classes = style.by_class and document.facts.classes != self._classes
        if ids is None or style.solo or other_size or other_classes:
            self._tables = None
            self._open_image.overlay_changed.emit()
        elif tables is not None and ids:
            numbers = np.fromiter(ids, np.int64, len(ids))
            entries, lines = self._entries(numbers), self._colours(LINES)
            different = lines[entries] != tables[1][numbers]
            changed, entries = numbers[different], entries[different]
            tables[0][changed] = self._colours(style.opacity)[entries]
            tables[1][changed] = lines[entries]
            if changed.size > MANY:
                self._open_image.overlay_changed.emit()
                return
            for number in changed.tolist():
                if number in document.objects:
                    self._open_image.labels_changed.emit(document.objects[number].box)

    def _entries(self, numbers: slice | NDArray[np.int64]) -> NDArray[np.integer[Any]]:
        """Return which entry of the colours objects have; 0 for ids without one."""
        document = self._open_image.document
        entries = document.colours[numbers]
        if not self._open_image.view.masks.by_class:
            return entries
        return np.where(entries > 0, document.classes[numbers].astype(np.uint16) + 1, 0)

    def _colours(self, opacity: float) -> NDArray[np.uint32]:
        """Return premultiplied ARGB by entry; `opacity` is 0 to 1."""
        if self._open_image.view.masks.by_class:
            return class_table(self._open_image.document.facts.classes, opacity)
        return palette_table(opacity, stained=self._stained)


def is_stained(pixels: NDArray[Any]) -> bool:
    """Whether a colour image (z, y, x, c) is of stained tissue: most of it bright, or violet where stain is dense."""
    step = max(1, pixels.shape[1] // SAMPLED_PX), max(1, pixels.shape[2] // SAMPLED_PX)
    some = np.asarray(pixels[:1, :: step[0], :: step[1], :3], np.float64)
    top = (
        float(np.iinfo(pixels.dtype).max)
        if pixels.dtype.kind in "ui"
        else float(np.nanmax(some, initial=1.0))
    )
    if not some.size:
        return False
    if np.nanmedian(some.mean(axis=3)) > top / 2:
        return True
    red, green, blue = np.nanmedian(some.reshape(-1, 3), axis=0).tolist()
    return bool((red + green + blue) / 3 > LEAST_LIGHT * top and green < MOST_GREEN * (red + blue) / 2)


@lru_cache(maxsize=4)
def class_table(classes: tuple[ClassName, ...], opacity: float) -> NDArray[np.uint32]:
    """Return the colours of the classes as premultiplied ARGB, uint32 (classes + 2,).

    Position 0 stands for no object and is transparent, 1 for objects without a class, and 1 + `n` for class `n`.
    """
    known = {one.number: one for one in classes}
    colours = [CLASSLESS]
    for number in range(1, CLASSES + 1):
        named = QColor(class_colour(number, [known[number]] if number in known else ()))
        # A file may say anything.
        if not named.isValid():
            named = QColor(class_colour(number))
        colours.append((named.red(), named.green(), named.blue()))
    table = np.array([0, *(pack(*colour, opacity) for colour in colours)], np.uint32)
    # Shared by all callers.
    table.flags.writeable = False
    return table
