"""Stem and read-out of `cpsam-lite`: convolutions carry borders, a transformer between carries whole cells.

Residual convolutions at a half and a quarter of the resolution lead down to tokens at an eighth, and back up from them
with the stem's features added at each resolution, as in a U-Net. They take a quarter of a training step and run at the
speed of the processor's matrix units, which small products of attention do not reach.

There is no normalisation. Each block adds nothing to its input at first (its last convolution starts at zero), so that
deep stacks train from the first step without one. Tried in runs of equal time: norms over the channels of a pixel
or over the batch learnt more slowly (brightness is what tells cells from ground early on), and over groups of
channels they cost more than the convolutions on a processor. So nothing depends on the other tiles of a batch, and one
image can be retrained at batch 1.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from cpsam_core.network.config import VitConfig

Skips = tuple[Tensor, Tensor]


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions, added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        if self.conv1.weight.is_meta:
            # Weights come from a file. Drawing none all the same would import torch's compiler, a second at each start.
            return
        nn.init.kaiming_normal_(self.conv1.weight, nonlinearity="relu")
        for values in (self.conv1.bias, self.conv2.weight, self.conv2.bias):
            if values is not None:
                nn.init.zeros_(values)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        result: Tensor = maps + self.conv2(F.relu(self.conv1(F.relu(maps))))
        return result


class UnetStem(nn.Module):
    """Convolutions from pixels to tokens, with the features at a half and a quarter of the resolution beside."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.first = nn.Conv2d(config.in_channels, config.fine, 4, 2, 1)
        self.fine = _residual(config.fine, config.fine_blocks)
        self.down = nn.Conv2d(config.fine, config.coarse, 2, 2)
        self.coarse = _residual(config.coarse, config.coarse_blocks)
        self.proj = nn.Conv2d(config.coarse, config.width, 2, 2)

    def forward(self, tiles: Tensor) -> tuple[Tensor, Skips]:
        """Return tokens (b, width, t/8, t/8) and features (b, fine, t/2, t/2) and (b, coarse, t/4, t/4)."""
        fine = self.fine(self.first(tiles))
        coarse = self.coarse(self.down(fine))
        return self.proj(coarse), (fine, coarse)


class UnetReadout(nn.Module):
    """Tokens and the stem's features to maps of the full resolution."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.lift_coarse = nn.Conv2d(config.neck, 4 * config.coarse, 1)
        self.coarse = _residual(config.coarse, config.coarse_blocks)
        self.lift_fine = nn.Conv2d(config.coarse, 4 * config.fine, 1)
        self.fine = _residual(config.fine, config.fine_blocks)
        self.head = nn.Conv2d(config.fine, 4 * config.out_channels, 1)

    def forward(self, features: Tensor, skips: Skips) -> Tensor:
        """Return (b, out_channels, tile, tile)."""
        fine, coarse = skips
        maps = self.coarse(F.pixel_shuffle(self.lift_coarse(features), 2) + coarse)
        maps = self.fine(F.pixel_shuffle(self.lift_fine(maps), 2) + fine)
        return F.pixel_shuffle(self.head(F.relu(maps)), 2)


def _residual(channels: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(blocks)))
