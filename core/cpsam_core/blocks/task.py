"""What is needed to work on any block of a run: the image, the network, the settings, the plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.plan import Block, Plan
from cpsam_core.formats.ome_zarr_writing import level_folder
from cpsam_core.images.sources import Source
from cpsam_core.preprocess.channels import select_channels
from cpsam_core.preprocess.in_parts import Box, ChannelLimits, PartNormalizer
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.predict import TileNetwork, scaled_shape
from cpsam_core.segment.settings import DEFAULT_STEPS, NATIVE_DIAMETER_PX, Settings
from cpsam_core.system.paths import make_folder

__all__ = ["BlocksFolder", "Work", "anisotropy_of", "plane_settings", "read_channels"]

FloatArray = NDArray[np.float32]


def anisotropy_of(settings: Settings, source: Source) -> float:
    """Return the distance of planes over the size of a pixel: as set, else a sensible one of the file, else 1."""
    return settings.anisotropy or source.image.plane_distance or 1.0


@dataclass(frozen=True)
class BlocksFolder:
    """The files of a run."""

    path: Path

    def found(self, block: Block) -> Path:
        """Return the file of the objects of a block before any is rejected, with what the network said of them."""
        return self.path / "found" / f"{block.name}.blk"

    def steps(self, block: Block) -> Path:
        """Return the file that says how many steps of diffusion the largest object of a block needs."""
        return self.path / "found" / f"{block.name}.steps"

    def chosen(self, block: Block) -> Path:
        """Return the file of the objects that a block owns."""
        return self.path / "chosen" / f"{block.name}.blk"

    def written(self, block: Block) -> Path:
        """Return the mark of a block whose labels are written."""
        return self.path / "written" / block.name

    def joined(self, block: Block) -> Path:
        """Return the mark of a column of blocks whose bodies are written."""
        return self.path / "joined" / block.name

    def claim(self, task: str) -> Path:
        """Return the file of the claim of a task."""
        return self.claims / task

    @property
    def claims(self) -> Path:
        """Return the folder of the claims."""
        return self.path / "claims"

    @property
    def limits(self) -> Path:
        """File of the limits of the normalisation."""
        return self.path / "limits.blk"

    @property
    def numbers(self) -> Path:
        """File of the numbers of all objects."""
        return self.path / "numbers.blk"

    @property
    def bodies(self) -> Path:
        """File of what the objects of planes become in a stack that is stitched."""
        return self.path / "bodies.blk"

    @property
    def facts(self) -> Path:
        """What the run is about: image, model, settings, plan."""
        return self.path / "run.json"

    @property
    def labels(self) -> Path:
        """Folder of the labels, an OME-Zarr."""
        return self.path / "labels.ome.zarr"

    def level(self, level: int) -> Path:
        """Return the folder of a level of the labels."""
        return level_folder(self.labels, level)

    @property
    def planes(self) -> Path:
        """Folder of the labels of planes before they are stitched."""
        return self.path / "planes.zarr"

    def make(self) -> None:
        """Make the folders."""
        for name in ("found", "chosen", "written", "joined", "claims"):
            make_folder(self.path / name)


@dataclass(frozen=True, eq=False)
class Work:
    """A run as one process sees it.

    Attributes
    ----------
    folder
        Its files.
    source
        The image.
    network
        What predicts tiles.
    settings
        With the diameter that is used, a number or None.
    plan
        The blocks.
    """

    folder: BlocksFolder
    source: Source
    network: TileNetwork
    settings: Settings
    plan: Plan

    @property
    def joins(self) -> bool:
        """Whether objects of planes are joined to bodies."""
        is_planes = not self.plan.is_volume
        return is_planes and self.settings.stitch_threshold > 0 and self.plan.shape[0] > 1

    @property
    def anisotropy(self) -> float:
        """Distance of planes over the size of a pixel."""
        return anisotropy_of(self.settings, self.source)

    @property
    def drawn(self) -> tuple[int, ...]:
        """Size at which masks are made: of the image, or of what the network sees of a plane (`resample`)."""
        _, height, width = self.plan.shape
        if self.plan.is_volume:
            return self.plan.shape
        return (height, width) if self.settings.resample else scaled_shape((height, width), self.scale)

    @property
    def is_enlarged(self) -> bool:
        """Whether masks are made at another size than that of the image."""
        return self.drawn != self.plan.axes_of(self.plan.shape)

    @cached_property
    def mask_settings(self) -> Settings:
        """Settings of making masks, at the size at which they are made."""
        if not self.is_enlarged:
            return self.settings
        part = math.prod(self.drawn) / math.prod(self.plan.shape[1:])
        return replace(
            self.settings,
            min_size=int(self.settings.min_size * part),
            niter=self.settings.niter or DEFAULT_STEPS,
        )

    @property
    def scale(self) -> float:
        """What the image is resized by for the network."""
        diameter = self.settings.diameter
        return NATIVE_DIAMETER_PX / diameter if isinstance(diameter, float) else 1.0

    @cached_property
    def normalizer(self) -> PartNormalizer:
        """Gives normalised parts of the image."""
        from cpsam_core.blocks.limits import load_limits

        limits: list[ChannelLimits] = load_limits(self.folder.limits)
        return PartNormalizer(self.read, self.plan.shape, plane_settings(self.settings, self.source), limits)

    def read(self, box: Box) -> NDArray[Any]:
        """Return a part (z, y, x, c) of the channels that the network sees."""
        return read_channels(self.source, self.settings, self.network.in_channels, box)


def read_channels(source: Source, settings: Settings, count: int, box: Box) -> NDArray[Any]:
    """Return a part of the channels that a network of so many channels sees."""
    return select_channels(source.read(box), source.image.channel_names, settings.channels, count)


def plane_settings(settings: Settings, source: Source) -> NormalizeSettings:
    """Return how the image is normalised: planes of their own on their own, as in the whole-image run."""
    if not settings.do_3D and settings.stitch_threshold == 0 and source.image.is_stack:
        return replace(settings.normalize, norm3D=False)
    return settings.normalize
