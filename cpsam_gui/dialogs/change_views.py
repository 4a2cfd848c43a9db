"""Pictures of what changed between two models: of a flat image as it is, of a volume three views through a place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui.dialogs.outline_picture import change_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.retrain import ImageChange
    from cpsam_gui.state.slice import Voxel

# Pixels between the views.
GAP_PX = 2


@dataclass(frozen=True, slots=True)
class ChangeViews:
    """A picture of an image with what changed, and what its places are in the image.

    Attributes
    ----------
    change
        What changed.
    at
        The voxel through which the views of a volume go: XY, below it XZ, at its right YZ.
    """

    change: ImageChange
    at: Voxel

    @classmethod
    def of(cls, change: ImageChange) -> ChangeViews:
        """Return the views through the body that changed most visibly, or through the middle."""
        true = change.true
        spots = (*change.lost, *change.gained, *change.false_new, *change.false_gone)
        if not change.is_volume or not spots:
            middle = tuple(length / 2 for length in true.shape)
            return cls(change, (middle if change.is_volume else (0.0, *middle)))
        planes = [int(spot.z) for spot in spots]
        busiest = max(spots, key=lambda spot: planes.count(int(spot.z)))
        return cls(change, (busiest.z, busiest.y, busiest.x))

    def picture(self, image: Image) -> NDArray[np.uint8]:
        """Draw the views, RGB (y, x, 3)."""
        from cpsam_core.images import picture_of

        image = self._shown(image)
        if not self.change.is_volume:
            return change_picture(picture_of(image), self.change)
        plane, below, beside = (self._view(image, axis) for axis in range(3))
        beside = beside.swapaxes(0, 1)
        rows, columns = plane.shape[:2]
        made = np.zeros((rows + GAP_PX + len(below), columns + GAP_PX + beside.shape[1], 3), np.uint8)
        made[:rows, :columns] = plane
        made[rows + GAP_PX :, :columns] = below
        made[:rows, columns + GAP_PX :] = beside
        return made

    def _shown(self, image: Image) -> Image:
        """Return the image with the channels alone that both models saw."""
        from cpsam_core.preprocess.channels import channel_indices

        names, channels = image.channel_names, self.change.pair.shown.channels
        if channels is None:
            return image
        chosen = list(channel_indices(len(names), names, channels))
        return replace(
            image, pixels=image.pixels[..., chosen], channel_names=tuple(names[one] for one in chosen)
        )

    def _view(self, image: Image, axis: int) -> NDArray[np.uint8]:
        from cpsam_core.data.sections import Section
        from cpsam_core.images import picture_of

        section, one = Section(axis, int(self.at[axis]), self.change.spacing), self.change

        def cut(labels: NDArray[Any]) -> NDArray[Any]:
            return section.of_labels(labels)

        flat = replace(one, true=cut(one.true), old=cut(one.old), new=cut(one.new))
        return change_picture(picture_of(section.of_image(image)), flat)

    def voxel(self, row: float, column: float) -> Voxel | None:
        """Return where a place of the picture is in the image (z, y, x); None between the views."""
        section = self.change.pair.section
        if section is not None:
            return section.voxel(row, column)
        if not self.change.is_volume:
            return 0.0, row, column
        (_, rows, columns), (z, y, x), spacing = self.change.true.shape, self.at, self.change.spacing
        if row < rows:
            if column < columns:
                return z, row, column
            deep = (column - columns - GAP_PX) / spacing
            return (deep, row, x) if deep >= 0 else None
        deep = (row - rows - GAP_PX) / spacing
        return (deep, y, column) if deep >= 0 and column < columns else None
