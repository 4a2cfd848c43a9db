"""How an image is cut into blocks, from the memory there is; what the run will cost is known before it starts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from cpsam_core.errors import SettingsError
from cpsam_core.images.sources import Box
from cpsam_core.segment.predict import count_tiles
from cpsam_core.segment.predict_part import tiles_of_part
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings
from cpsam_core.segment.volume_part import SLAB_BYTES, VolumeFrame, tiles_of_volume_part
from cpsam_core.system.machine import memory
from cpsam_core.system.sizes import size_in_words

T = TypeVar("T")

__all__ = [
    "CHUNK_PX",
    "Block",
    "BlocksForecast",
    "Plan",
    "allowed_memory",
    "fits_memory",
    "forecast",
    "needed_for_whole",
    "plan_blocks",
]

CHUNK_PX = 512
"""Rows and columns of a chunk of the labels; blocks are whole chunks, so that no two of them write to one."""

VOLUME_CHUNK_PX = (16, 128, 128)
"""Planes, rows and columns of a chunk of the labels of a volume."""

BYTES_A_PIXEL = 64
"""Of a block with its margin at the peak: pixels, flows, their steps, positions and labels."""

BYTES_A_VOXEL = 88
"""The same of a block of a volume, whose flows have three components."""

WHOLE_BYTES_A_PIXEL = 40
"""Of a plane that is segmented as a whole, at the peak; flows and labels of the other planes stay beside it."""

PLANE_BYTES_A_PIXEL = 16
WHOLE_BYTES_A_VOXEL = 60
"""Of a volume that is segmented as a whole, at the peak."""

DISK_BYTES_A_PIXEL = 8
"""Of the files between the stages, where half of the image is cells."""

PART_OF_FREE = 0.5
"""Of the free memory that is used without being told: the network and other programs need some too."""

CELLS_OF_MARGIN = 3.0
LEAST_MARGIN_PX = 96

CELLS_OF_VOLUME_MARGIN = 1.5
LEAST_VOLUME_MARGIN_PX = 40
"""Less than in a plane, because a margin on all sides of a volume costs far more; it grows where it has to."""


@dataclass(frozen=True, order=True)
class Block:
    """One block: its plane (of a volume its place along z), and its row and column among the blocks."""

    plane: int
    row: int
    column: int

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.plane}_{self.row}_{self.column}"


@dataclass(frozen=True)
class Plan:
    """How an image is cut.

    Attributes
    ----------
    shape
        Planes, rows and columns of the image.
    side
        Rows and columns of a block.
    margin
        Pixels around a block that are looked at with it; more where its objects need it.
    depth
        Planes of a block; 1 where planes are segmented one by one.
    depth_margin
        Planes below and above a block of a volume that are looked at with it.
    is_volume
        Whether objects are bodies of a volume (do_3D).
    """

    shape: tuple[int, int, int]
    side: int
    margin: int
    depth: int = 1
    depth_margin: int = 0
    is_volume: bool = False

    @property
    def counts(self) -> tuple[int, int, int]:
        """Blocks along z, y and x."""
        sides = (self.depth, self.side, self.side)
        z, y, x = (math.ceil(length / side) for length, side in zip(self.shape, sides, strict=True))
        return z, y, x

    @property
    def chunks(self) -> tuple[int, int, int]:
        """Planes, rows and columns of a chunk of the labels."""
        return VOLUME_CHUNK_PX if self.is_volume else (1, CHUNK_PX, CHUNK_PX)

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks in the order of planes, rows and columns."""
        return (Block(*place) for place in product(*map(range, self.counts)))

    def core(self, block: Block) -> Box:
        """Return the planes, rows and columns that a block owns."""
        return self._box(block, (0, 0))

    def window(self, block: Block, times: int = 1) -> Box:
        """Return the planes, rows and columns of a block with its margin, or a multiple of it."""
        return self._box(block, (self.depth_margin * times, self.margin * times))

    def _box(self, block: Block, wide: tuple[int, int]) -> Box:
        places = (block.plane, block.row, block.column)
        sides = (self.depth, self.side, self.side)
        z, y, x = (
            slice(max(0, place * side - more), min((place + 1) * side + more, length))
            for place, side, more, length in zip(
                places, sides, (wide[0], wide[1], wide[1]), self.shape, strict=True
            )
        )
        return z, y, x

    def around(self, block: Block) -> list[Block]:
        """Return the neighbours of a block, in its plane or in the volume."""
        places = (block.plane, block.row, block.column)
        reach = (1 if self.is_volume else 0, 1, 1)
        near = product(
            *(
                range(max(0, place - far), min(count, place + far + 1))
                for place, far, count in zip(places, reach, self.counts, strict=True)
            )
        )
        return [Block(*one) for one in near if one != places]

    def axes_of(self, values: tuple[T, T, T]) -> tuple[T, ...]:
        """Return what belongs to the axes of the objects: all three of a volume, rows and columns of planes."""
        return values if self.is_volume else values[1:]

    @property
    def count(self) -> int:
        """Number of blocks."""
        return math.prod(self.counts)


@dataclass(frozen=True)
class BlocksForecast:
    """What a run costs: tiles (and how many the whole image would cost), peak memory and disk space in bytes."""

    blocks: int
    tiles: int
    tiles_of_whole: int
    memory: int
    disk: int

    def text(self) -> str:
        """Return it in a line."""
        more = 100 * (self.tiles / max(1, self.tiles_of_whole) - 1)
        return (
            f"{self.blocks} blocks, {self.tiles:,} tiles ({more:.0f} % more than at once), about "
            f"{size_in_words(self.memory)} of memory beside the network, and up to {size_in_words(self.disk)} on the "
            "disk while it runs"
        )


def fits_memory(shape: tuple[int, int, int], most: int | None = None, *, volume: bool = False) -> bool:
    """Whether an image of planes, rows and columns can be segmented as a whole.

    Parameters
    ----------
    shape
        Of the image.
    most
        Bytes that may be used; None is half of what is free.
    volume
        Whether it is segmented as a volume.
    """
    return needed_for_whole(shape, volume=volume) <= allowed_memory(most)


def needed_for_whole(shape: tuple[int, int, int], *, volume: bool = False) -> int:
    """Return the bytes that an image takes as a whole."""
    plane = shape[1] * shape[2]
    if volume:
        return shape[0] * plane * WHOLE_BYTES_A_VOXEL
    return plane * WHOLE_BYTES_A_PIXEL + (shape[0] - 1) * plane * PLANE_BYTES_A_PIXEL


def plan_blocks(
    shape: tuple[int, int, int],
    diameter: float,
    *,
    side: int | None = None,
    most: int | None = None,
    anisotropy: float | None = None,
) -> Plan:
    """Cut an image into blocks as large as memory allows.

    Parameters
    ----------
    shape
        Planes, rows and columns.
    diameter
        Of cells in pixels, for the margin.
    side
        Rows and columns of a block, instead of what memory allows; becomes a multiple of 512, of 128 in a volume.
    most
        Bytes that may be used; None is half of what is free.
    anisotropy
        Of a volume: distance of planes over the size of a pixel. None where planes are segmented one by one.

    Raises
    ------
    SettingsError
        Even the smallest blocks need more memory.
    """
    chunk = VOLUME_CHUNK_PX[1] if anisotropy is not None else CHUNK_PX
    longest = math.ceil(max(shape[1:]) / chunk)
    if side is not None:
        return _plan_of(shape, diameter, max(chunk, math.ceil(side / chunk) * chunk), anisotropy)
    allowed = allowed_memory(most)
    low, high = 0, longest
    while low < high:
        middle = (low + high + 1) // 2
        fits = _bytes_of(_plan_of(shape, diameter, middle * chunk, anisotropy)) <= allowed
        low, high = (middle, high) if fits else (low, middle - 1)
    if low == 0:
        needed = _bytes_of(_plan_of(shape, diameter, chunk, anisotropy))
        raise SettingsError(
            f"Blocks of {chunk} pixels need {size_in_words(needed)} of memory, and {size_in_words(allowed)} may be "
            "used: close other programs, allow more, or set a smaller diameter if cells are smaller.",
            options="--max-memory",
        )
    return _plan_of(shape, diameter, low * chunk, anisotropy)


def _plan_of(shape: tuple[int, int, int], diameter: float, side: int, anisotropy: float | None) -> Plan:
    if anisotropy is None:
        return Plan(shape, side, max(LEAST_MARGIN_PX, math.ceil(CELLS_OF_MARGIN * diameter)))
    margin = max(LEAST_VOLUME_MARGIN_PX, math.ceil(CELLS_OF_VOLUME_MARGIN * diameter))
    planes = VOLUME_CHUNK_PX[0]
    depth = min(math.ceil(side / anisotropy / planes), math.ceil(shape[0] / planes)) * planes
    return Plan(shape, side, margin, depth, math.ceil(margin / anisotropy), is_volume=True)


def _bytes_of(plan: Plan) -> int:
    """Return the memory of the largest block with its margin."""
    margins = (plan.depth_margin, plan.margin, plan.margin)
    sides = (plan.depth, plan.side, plan.side)
    window = math.prod(
        min(side + 2 * margin, max(side, length)) if plan.is_volume else side + 2 * margin
        for side, margin, length in zip(sides, margins, plan.shape, strict=True)
    )
    # A slab of a view, and the same before it was resized.
    return window * BYTES_A_VOXEL + 2 * SLAB_BYTES if plan.is_volume else window * BYTES_A_PIXEL


def forecast(plan: Plan, settings: Settings, tile: int, anisotropy: float = 1.0) -> BlocksForecast:
    """Return what a run costs.

    Parameters
    ----------
    plan
        The blocks.
    settings
        Of the run, with the diameter that is used.
    tile
        Edge of a tile of the network.
    anisotropy
        Of a volume: distance of planes over the size of a pixel.
    """
    scale = NATIVE_DIAMETER_PX / settings.diameter if isinstance(settings.diameter, float) else 1.0
    if plan.is_volume:
        tiles, whole = _volume_tiles(plan, settings, tile, VolumeFrame(plan.shape, scale, anisotropy))
    else:
        tiles, whole = _plane_tiles(plan, settings, tile, scale)
    window = math.prod(
        min(side + 2 * margin, length)
        for side, margin, length in zip(
            (plan.depth, plan.side, plan.side),
            (plan.depth_margin, plan.margin, plan.margin),
            plan.shape,
            strict=True,
        )
    )
    of_each = BYTES_A_VOXEL if plan.is_volume else BYTES_A_PIXEL
    return BlocksForecast(
        plan.count, tiles, whole, window * of_each, math.prod(plan.shape) * DISK_BYTES_A_PIXEL
    )


def _plane_tiles(plan: Plan, settings: Settings, tile: int, scale: float) -> tuple[int, int]:
    """Return the tiles of all blocks, and those of the planes as a whole."""
    overlap, augment = settings.tile_overlap, settings.augment
    shape = (plan.shape[1], plan.shape[2])
    tiles = sum(
        tiles_of_part(shape, plan.window(block)[1:], tile, tile_overlap=overlap, augment=augment, scale=scale)
        for block in plan.blocks()
        if block.plane == 0
    )
    whole = count_tiles(shape, tile, tile_overlap=overlap, augment=augment, scale=scale)
    return tiles * plan.shape[0], whole * plan.shape[0]


def _volume_tiles(plan: Plan, settings: Settings, tile: int, frame: VolumeFrame) -> tuple[int, int]:
    overlap, augment = settings.tile_overlap, settings.augment
    whole = (slice(0, plan.shape[0]), slice(0, plan.shape[1]), slice(0, plan.shape[2]))
    every = [*(plan.window(block) for block in plan.blocks()), whole]
    counts = [
        tiles_of_volume_part(frame, part, tile, tile_overlap=overlap, augment=augment) for part in every
    ]
    return sum(counts[:-1]), counts[-1]


def allowed_memory(most: int | None) -> int:
    """Return the bytes that may be used: `most`, or half of what is free."""
    if most is not None:
        return most
    free = memory().free
    return int((4 << 30) if free is None else free * PART_OF_FREE)
