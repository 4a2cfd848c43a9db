"""The network of Cellpose-SAM: a vision transformer from pixels to flows and cell probability.

Source: the paper, "Model architecture"; key names and shapes are those of the published checkpoints, so that
files go both ways. `VitConfig.cpsam()` is the published ViT-L; `VitConfig.lite()` is the small network that the
project trains itself, which differs only in its stem and read-out (see `stem.py`). `VitConfig.cpdino()` and
`VitConfig.cpdino_vitb()` are the published ones with an encoder of the DINOv3 kind (see `cpdino.py`).
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cpsam_core.errors import SettingsError
from cpsam_core.network.attention import Attention
from cpsam_core.network.config import VitConfig
from cpsam_core.network.cpdino import DinoEncoder, LinearReadout
from cpsam_core.network.layers import LayerNorm2d, through_blocks
from cpsam_core.network.stem import ConvStem, SkipReadout
from cpsam_core.network.unet import Skips, UnetReadout, UnetStem


class FlowVit(nn.Module):
    """Tiles (b, channels, tile, tile) to maps (b, out_channels, tile, tile).

    Tiles may be smaller than `config.tile` (a multiple of the patch): training uses a random window of the position
    table then, so that the whole table is trained, and evaluation its middle.
    """

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        # Recompute blocks in the backward pass: less memory, a third more time.
        self.checkpointing = False
        maps = config.out_channels * config.patch**2
        self.encoder = DinoEncoder(config) if config.stem == "dino" else Encoder(config)
        if not config.small:
            self.out: nn.Module = (
                LinearReadout(config.width, maps)
                if config.stem == "dino"
                else nn.Conv2d(config.neck, maps, 1)
            )
            # Constants of the file format: the diameter of cells in training, and the identity that the
            # published read-out convolves with, which equals a pixel shuffle and is not used here.
            self.diam_labels = nn.Parameter(torch.tensor([30.0]), requires_grad=False)
            self.diam_mean = nn.Parameter(torch.tensor([30.0]), requires_grad=False)
            identity = torch.eye(maps).reshape(maps, config.out_channels, config.patch, config.patch)
            self.W2 = nn.Parameter(identity, requires_grad=False)
        elif config.stem == "unet":
            self.out = UnetReadout(config)
        else:
            self.out = SkipReadout(config.neck, config.out_channels)

    def set_layer_drop(self, rate: float) -> None:
        """Change the probability with which training leaves out the last block."""
        self.config = self.encoder.config = replace(self.config, layer_drop=rate)

    def forward(self, tiles: Tensor) -> Tensor:
        """Return class maps, flow y, flow x and cell logit of each tile."""
        features, skip = self.encoder(tiles, self.checkpointing)
        if skip is not None:
            maps: Tensor = self.out(features, skip)
            return maps
        return F.pixel_shuffle(self.out(features), self.config.patch)


class Encoder(nn.Module):
    """Patch embedding, positions, transformer blocks and neck."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        # This process and how many train together: they draw layer drop for all samples of a step.
        self.part = (0, 1)
        self.patch_embed = _stem(config)
        self.pos_embed = nn.Parameter(torch.zeros(1, config.grid, config.grid, config.width))
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.depth))
        self.neck = nn.Sequential(
            nn.Conv2d(config.width, config.neck, 1, bias=False),
            LayerNorm2d(config.neck),
            nn.Conv2d(config.neck, config.neck, 3, padding=1, bias=False),
            LayerNorm2d(config.neck),
        )

    def forward(self, tiles: Tensor, checkpointing: bool = False) -> tuple[Tensor, Tensor | Skips | None]:
        """Return features (b, neck, grid, grid) and the stem's finer features where it has some."""
        embedded, skip = self.patch_embed(tiles)
        tokens = embedded.permute(0, 2, 3, 1)
        positions = self._positions(tokens.shape[1], tokens.shape[2])
        if self.config.small:
            # Few blocks bear sums in the precision of the products, as in use: a twentieth of a training step.
            positions = positions.to(tokens.dtype)
        tokens = tokens + positions
        tokens = self._blocks(tokens, checkpointing)
        return self.neck(tokens.permute(0, 3, 1, 2)), skip

    def _positions(self, rows: int, columns: int) -> Tensor:
        grid = self.config.grid
        if (rows, columns) == (grid, grid):
            return self.pos_embed
        if max(rows, columns) > grid:
            raise SettingsError(f"this network takes tiles of at most {self.config.tile} pixels")
        if self.training:
            top, left = (int(torch.randint(grid - n + 1, ())) for n in (rows, columns))
        else:
            top, left = ((grid - n) // 2 for n in (rows, columns))
        return self.pos_embed[:, top : top + rows, left : left + columns]

    def _blocks(self, tokens: Tensor, checkpointing: bool) -> Tensor:
        drop = self.config.layer_drop if self.training else 0.0
        return through_blocks(list(self.blocks), tokens, drop, self.part, checkpointing)


def _stem(config: VitConfig) -> nn.Module:
    if config.stem == "unet":
        return UnetStem(config)
    return ConvStem(config.in_channels, config.width) if config.stem == "conv" else PatchEmbedding(config)


class PatchEmbedding(nn.Module):
    """One strided convolution from patches of pixels to tokens."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.proj = nn.Conv2d(config.in_channels, config.width, config.patch, config.patch)

    def forward(self, tiles: Tensor) -> tuple[Tensor, None]:
        """Return (b, width, grid, grid)."""
        return self.proj(tiles), None


class TransformerBlock(nn.Module):
    """Global attention and a two-layer perceptron, each on normalised input and added to it."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=1e-6)
        self.attn = Attention(config.width, config.heads, config.grid, config.relative_positions)
        self.norm2 = nn.LayerNorm(config.width, eps=1e-6)
        self.mlp = Mlp(config.width, int(config.width * config.mlp_ratio))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens (b, rows, columns, width) of the same shape."""
        tokens = tokens + self.attn(self.norm1(tokens))
        result: Tensor = tokens + self.mlp(self.norm2(tokens))
        return result


class Mlp(nn.Module):
    """Two linear layers with an exact GELU between them."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.lin1 = nn.Linear(width, hidden)
        self.lin2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        result: Tensor = self.lin2(F.gelu(self.lin1(tokens)))
        return result
