"""The settings of a segmentation: the same in Python, on the command line and in the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cpsam_core.errors import SettingsError
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.preprocess.resample import NATIVE_DIAMETER_PX

__all__ = ["DEFAULT_STEPS", "NATIVE_DIAMETER_PX", "Settings"]

DEFAULT_STEPS = 200


@dataclass(frozen=True)
class Settings:
    """How to segment; names and defaults are those of the reference.

    Parameters
    ----------
    diameter : float, "auto" or None
        Diameter of the cells in pixels; the image is resized so that they measure 30. "auto" measures the cells in a
        first coarse pass, always with the default thresholds. None is what the model's card wants: the image as it is
        for the published models, "auto" for `cpsam-lite`; 30 leaves the image as it is with every model. 0 is None, as
        in the reference.
    channels : sequence of int or str, optional
        Channels that the network sees, by index from 0 or by name; None takes the first three.
    axes : str, optional
        Meaning of the image's axes ("ZCYX"), where it is not certain.
    normalize : NormalizeSettings
        How intensities are brought to 0 to 1.
    flow_threshold : float
        Objects whose flow error is above it are rejected (planes only); 0 keeps all.
    cellprob_threshold : float
        Pixels with a logit above it belong to cells; lower finds more and larger objects.
    min_size : int
        Objects of fewer pixels (voxels) are dropped.
    max_size_fraction : float
        Objects that cover more than this fraction of the image are dropped.
    niter : int, optional
        Steps along the flows; by default (or 0) 200, in proportion for a diameter other than 30.
    resample : bool
        Where the image was resized for the network, bring its flows back to full size before masks are made. False
        makes the masks at the network's size and resizes them: quicker and with less memory for large cells, rougher
        outlines. Planes only.
    augment : bool
        Average over turned-over tiles: better, three times slower.
    tile_overlap : float
        Least overlap of tiles, as a part of a tile.
    batch_size : int
        Tiles at once.
    do_3D : bool
        Segment a stack as a volume, from planes along all three axes.
    anisotropy : float, optional
        Distance of planes over the size of a pixel; None takes it from the file, else 1.
    flow3D_smooth : float or (z, y, x)
        Gaussian smoothing of the flows of a volume, in voxels.
    stitch_threshold : float
        Stacks plane by plane: objects of neighbouring planes that overlap by this IoU become one; 0 leaves planes
        apart.
    exclude_on_edges : bool
        Drop objects that touch the border of the image.

    Raises
    ------
    SettingsError
        A value makes no sense.
    """

    diameter: float | Literal["auto"] | None = None
    channels: Sequence[int | str] | None = None
    axes: str | None = None
    normalize: NormalizeSettings = field(default_factory=NormalizeSettings)
    flow_threshold: float = 0.4
    cellprob_threshold: float = 0.0
    min_size: int = 15
    max_size_fraction: float = 0.4
    niter: int | None = None
    resample: bool = True
    augment: bool = False
    tile_overlap: float = 0.1
    batch_size: int = 8
    do_3D: bool = False
    anisotropy: float | None = None
    flow3D_smooth: float | tuple[float, float, float] = 0.0
    stitch_threshold: float = 0.0
    exclude_on_edges: bool = False

    def __post_init__(self) -> None:
        _require(
            isinstance(self.normalize, NormalizeSettings),
            "normalize is a NormalizeSettings; NormalizeSettings(normalize=False) leaves values as they are",
        )
        if isinstance(self.diameter, str):
            _require(
                self.diameter == "auto",
                f'diameter is a number of pixels, "auto" or None, not {self.diameter!r}',
            )
        elif self.diameter == 0:
            object.__setattr__(self, "diameter", None)
        elif self.diameter is not None:
            sensible = math.isfinite(self.diameter) and self.diameter >= 1
            _require(sensible, f"diameter is at least one pixel, not {self.diameter}")
            # numpy's numbers, too.
            object.__setattr__(self, "diameter", float(self.diameter))
        _require(
            math.isfinite(self.flow_threshold) and self.flow_threshold >= 0, "flow_threshold is 0 or more"
        )
        _require(math.isfinite(self.cellprob_threshold), "cellprob_threshold is a number, about -6 to 6")
        _require(0 < self.max_size_fraction <= 1, "max_size_fraction is above 0 and at most 1")
        if self.niter == 0:
            object.__setattr__(self, "niter", None)
        _require(self.niter is None or self.niter >= 1, "niter is at least 1, or 0 for the default")
        _require(0 <= self.tile_overlap < 0.95, "tile_overlap is from 0 to 0.95")
        _require(self.batch_size >= 1, "batch_size is at least 1")
        _require(self.anisotropy is None or 0 < self.anisotropy < 1000, "anisotropy is above 0")
        _require(0 <= self.stitch_threshold <= 1, "stitch_threshold is from 0 to 1")
        if self.channels is not None:
            chosen = [self.channels] if isinstance(self.channels, str) else self.channels
            object.__setattr__(self, "channels", tuple(chosen))

    @property
    def steps(self) -> int:
        """Steps along the flows for the diameter set, as in the reference."""
        if self.niter is not None:
            return self.niter
        if isinstance(self.diameter, float):
            return max(1, int(DEFAULT_STEPS * self.diameter / NATIVE_DIAMETER_PX))
        return DEFAULT_STEPS


def _require(true: bool, message: str) -> None:
    if not true:
        raise SettingsError(message)
