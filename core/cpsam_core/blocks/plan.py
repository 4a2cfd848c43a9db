"""How an image is cut into blocks, from the memory there is; what the run will cost is known before it starts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from cpsam_core.errors import SettingsError
from cpsam_core.segment.predict import count_tiles
from cpsam_core.segment.predict_part import tiles_of_part
from cpsam_core.segment.settings import NATIVE_DIAMETER, Settings
from cpsam_core.system.machine import memory

__all__ = [
    "CHUNK",
    "Block",
    "BlocksForecast",
    "Plan",
    "allowed_memory",
    "fits_memory",
    "forecast",
    "needed_for_whole",
    "plan_blocks",
]

CHUNK = 512
"""Rows and columns of a chunk of the labels; blocks are whole chunks, so that no two of them write to one."""

BYTES_A_PIXEL = 64
"""Of a block with its margin at the peak: pixels, flows, their steps, positions and labels."""

WHOLE_BYTES_A_PIXEL = 40
"""Of a plane that is segmented as a whole, at the peak; flows and labels of the other planes stay beside it."""

PLANE_BYTES_A_PIXEL = 16
DISK_BYTES_A_PIXEL = 8
"""Of the files between the stages, where half of the image is cells."""

PART_OF_FREE = 0.5
"""Of the free memory that is used without being told: the network and other programs need some too."""

CELLS_OF_MARGIN = 3.0
LEAST_MARGIN = 96


@dataclass(frozen=True, order=True)
class Block:
    """One block: its plane, and its row and column among the blocks of the plane."""

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
    """

    shape: tuple[int, int, int]
    side: int
    margin: int

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks in the order of planes, rows and columns."""
        counts = (self.shape[0], *(math.ceil(length / self.side) for length in self.shape[1:]))
        return (Block(*place) for place in product(*map(range, counts)))

    def core(self, block: Block) -> tuple[slice, slice]:
        """Return the rows and columns that a block owns."""
        rows, columns = (
            slice(place * self.side, min((place + 1) * self.side, length))
            for place, length in zip((block.row, block.column), self.shape[1:], strict=True)
        )
        return rows, columns

    def window(self, block: Block, margin: int | None = None) -> tuple[slice, slice]:
        """Return the rows and columns of a block with its margin."""
        wide = self.margin if margin is None else margin
        rows, columns = (
            slice(max(0, side.start - wide), min(length, side.stop + wide))
            for side, length in zip(self.core(block), self.shape[1:], strict=True)
        )
        return rows, columns

    def around(self, block: Block) -> list[Block]:
        """Return the neighbours of a block in its plane."""
        counts = [math.ceil(length / self.side) for length in self.shape[1:]]
        return [
            Block(block.plane, row, column)
            for row in range(max(0, block.row - 1), min(counts[0], block.row + 2))
            for column in range(max(0, block.column - 1), min(counts[1], block.column + 2))
            if (row, column) != (block.row, block.column)
        ]

    @property
    def count(self) -> int:
        """Number of blocks."""
        return self.shape[0] * math.prod(math.ceil(length / self.side) for length in self.shape[1:])


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
            f"{self.memory / 1e9:.1f} GB of memory beside the network, and up to {self.disk / 1e9:.1f} GB on the disk "
            "while it runs"
        )


def fits_memory(shape: tuple[int, int, int], most: int | None = None) -> bool:
    """Whether an image of planes, rows and columns can be segmented as a whole.

    Parameters
    ----------
    shape
        Of the image.
    most
        Bytes that may be used; None is half of what is free.
    """
    return needed_for_whole(shape) <= allowed_memory(most)


def needed_for_whole(shape: tuple[int, int, int]) -> int:
    """Return the bytes that an image takes as a whole."""
    plane = shape[1] * shape[2]
    return plane * WHOLE_BYTES_A_PIXEL + (shape[0] - 1) * plane * PLANE_BYTES_A_PIXEL


def plan_blocks(
    shape: tuple[int, int, int], diameter: float, *, side: int | None = None, most: int | None = None
) -> Plan:
    """Cut an image into blocks as large as memory allows.

    Parameters
    ----------
    shape
        Planes, rows and columns.
    diameter
        Of cells in pixels, for the margin.
    side
        Rows and columns of a block, instead of what memory allows; becomes a multiple of 512.
    most
        Bytes that may be used; None is half of what is free.

    Raises
    ------
    SettingsError
        Even the smallest blocks need more memory.
    """
    margin = max(LEAST_MARGIN, math.ceil(CELLS_OF_MARGIN * diameter))
    if side is None:
        across = math.isqrt(allowed_memory(most) // BYTES_A_PIXEL) - 2 * margin
        longest = math.ceil(max(shape[1:]) / CHUNK) * CHUNK
        side = min(across // CHUNK * CHUNK, longest)
        if side < CHUNK:
            needed = (CHUNK + 2 * margin) ** 2 * BYTES_A_PIXEL
            allowed = allowed_memory(most)
            raise SettingsError(
                f"Blocks of {CHUNK} pixels need {needed / 1e9:.2f} GB of memory, and {allowed / 1e9:.2f} GB may be "
                "used: close other programs, allow more (--max-memory), or set a smaller diameter if cells are smaller."
            )
    return Plan(shape, max(CHUNK, math.ceil(side / CHUNK) * CHUNK), margin)


def forecast(plan: Plan, settings: Settings, tile: int) -> BlocksForecast:
    """Return what a run costs."""
    scale = NATIVE_DIAMETER / settings.diameter if isinstance(settings.diameter, float) else 1.0
    overlap, augment = settings.tile_overlap, settings.augment
    shape = (plan.shape[1], plan.shape[2])
    first = [block for block in plan.blocks() if block.plane == 0]
    tiles = sum(
        tiles_of_part(shape, plan.window(block), tile, tile_overlap=overlap, augment=augment, scale=scale)
        for block in first
    )
    whole = count_tiles(shape, tile, tile_overlap=overlap, augment=augment, scale=scale)
    window = math.prod(min(plan.side + 2 * plan.margin, length) for length in shape)
    pixels = math.prod(plan.shape)
    return BlocksForecast(
        plan.count,
        tiles * plan.shape[0],
        whole * plan.shape[0],
        window * BYTES_A_PIXEL,
        pixels * DISK_BYTES_A_PIXEL,
    )


def allowed_memory(most: int | None) -> int:
    """Return the bytes that may be used: `most`, or half of what is free."""
    if most is not None:
        return most
    free = memory().free
    return int((4 << 30) if free is None else free * PART_OF_FREE)
