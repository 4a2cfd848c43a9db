"""Stem and read-out of the first small network, for models that were made from it; new ones have that of `unet`.

A transformer trained from random start on few images learns edges slowly through a single 8 x 8 embedding. Three
strided convolutions learn them quickly, and their features at a quarter of the resolution, added back before the
read-out, keep borders sharp that 32 x 32 tokens cannot place.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

# Channels at a half and at a quarter of the resolution.
STEM_WIDTHS = (32, 64)


class ConvStem(nn.Module):
    """Three strided convolutions from pixels to tokens, with the quarter-resolution features beside."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        half, quarter = STEM_WIDTHS
        self.first = nn.Conv2d(in_channels, half, 3, 2, 1)
        self.second = nn.Conv2d(half, quarter, 3, 2, 1)
        self.norm = nn.GroupNorm(8, quarter)
        self.refine = nn.Conv2d(quarter, quarter, 3, 1, 1)
        self.proj = nn.Conv2d(quarter, width, 3, 2, 1)

    def forward(self, tiles: Tensor) -> tuple[Tensor, Tensor]:
        """Return tokens (b, width, t/8, t/8) and features (b, 64, t/4, t/4)."""
        maps = F.gelu(self.first(tiles))
        maps = F.gelu(self.norm(self.second(maps)))
        maps = maps + F.gelu(self.refine(maps))
        return self.proj(maps), maps


class SkipReadout(nn.Module):
    """Tokens and quarter-resolution features to maps of the full resolution."""

    def __init__(self, neck: int, out_channels: int) -> None:
        super().__init__()
        quarter = STEM_WIDTHS[1]
        self.lift = nn.Conv2d(neck, 4 * quarter, 1)
        self.norm = nn.GroupNorm(8, quarter)
        self.mix = nn.Conv2d(quarter, quarter, 3, 1, 1)
        self.head = nn.Conv2d(quarter, 16 * out_channels, 1)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        """Return (b, out_channels, tile, tile)."""
        maps = F.pixel_shuffle(self.lift(features), 2) + skip
        maps = maps + F.gelu(self.mix(self.norm(maps)))
        return F.pixel_shuffle(self.head(maps), 4)
