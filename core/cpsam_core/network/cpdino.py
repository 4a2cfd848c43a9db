"""The encoder of the `cpdino` checkpoints: a vision transformer of the DINOv3 kind, in plain torch.

Key names, shapes and outputs are those of the published checkpoints. What differs from Cellpose-SAM: patches of 16
pixels every 8, five tokens before those of the grid, rotary positions instead of tables (so that tiles may have any
size of whole patches), scaled branches, and a linear read-out without a neck.

Source: Simeoni et al., "DINOv3", 2025 (rotary positions and their random scale in training); Su et al., "RoFormer",
2021 (rotary positions).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cpsam_core.network.attention import attend
from cpsam_core.network.layers import through_blocks

if TYPE_CHECKING:
    from cpsam_core.network.config import VitConfig

# Tokens that belong to no place, beside the class token.
STORAGE = 4
# Ratio of the longest to the shortest period of the rotation, nearly.
BASE = 100.0
# Training scales the coordinates by a random factor from 1/2 to 2.
LARGEST_SCALE = 2.0
EPSILON = 1e-5
# Scale of a branch before training.
YOUNG_SCALE = 1e-5


class DinoEncoder(nn.Module):
    """Tiles to features: embedding, blocks, norm; the five tokens that belong to no place are left out at the end."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        self.part = (0, 1)
        width = config.width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.storage_tokens = nn.Parameter(torch.zeros(1, STORAGE, width))
        # Part of the format; only the training of DINO itself used it.
        self.mask_token = nn.Parameter(torch.zeros(1, width), requires_grad=False)
        self.patch_embed = OverlappingPatches(config)
        self.rope_embed = RotaryPositions(width // config.heads)
        self.blocks = nn.ModuleList(DinoBlock(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width, eps=EPSILON)

    @property
    def neck(self) -> nn.Module:
        """What stands between blocks and read-out."""
        return self.norm

    def forward(self, tiles: Tensor, checkpointing: bool = False) -> tuple[Tensor, None]:
        """Return features (b, width, rows, columns) of tiles (b, channels, y, x)."""
        grid = self.patch_embed(tiles)
        batch, width, rows, columns = grid.shape
        prefix = (self.cls_token.expand(batch, -1, -1), self.storage_tokens.expand(batch, -1, -1))
        tokens = torch.cat((*prefix, grid.flatten(2).transpose(1, 2)), dim=1)
        tokens = through_blocks(
            [partial(block, positions=self.rope_embed(rows, columns)) for block in self.blocks],
            tokens,
            self.config.layer_drop if self.training else 0.0,
            self.part,
            checkpointing,
        )
        features = self.norm(tokens)[:, 1 + STORAGE :]
        return features.transpose(1, 2).reshape(batch, width, rows, columns), None


class OverlappingPatches(nn.Module):
    """One convolution from patches of twice the stride to tokens."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.proj = nn.Conv2d(
            config.in_channels, config.width, 2 * config.patch, config.patch, config.patch // 2
        )

    def forward(self, tiles: Tensor) -> Tensor:
        """Return (b, width, rows, columns)."""
        result: Tensor = self.proj(tiles)
        return result


class RotaryPositions(nn.Module):
    """Sine and cosine of the angles by which queries and keys are turned, from their place in the tile.

    Each axis is scaled to -1 to 1, whatever the size of the tile. In training the coordinates are scaled by a random
    factor, anew at each call.
    """

    periods: Tensor

    def __init__(self, head: int) -> None:
        super().__init__()
        self.register_buffer("periods", BASE ** (torch.arange(head // 4) * 2 / (head // 2)))

    def forward(self, rows: int, columns: int) -> tuple[Tensor, Tensor]:
        """Return sine and cosine, (rows * columns, head) float32 each."""
        device = self.periods.device
        y, x = (
            (torch.arange(count, dtype=torch.float32, device=device) + 0.5) / count * 2 - 1
            for count in (rows, columns)
        )
        places = torch.stack(torch.meshgrid(y, x, indexing="ij"), dim=-1).reshape(-1, 2, 1)
        if self.training:
            places = places * LARGEST_SCALE ** float(torch.rand(()) * 2 - 1)
        angles = (2 * math.pi * places / self.periods).flatten(1).tile(2)
        return angles.sin(), angles.cos()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> RotaryPositions:
        """Keep the periods in float32: rounded, they would turn distant tokens by other angles."""
        exact = self.periods
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self.periods = exact.to(self.periods.device)
        return self


class DinoBlock(nn.Module):
    """Attention and a two-layer perceptron, each on normalised input, scaled and added to it."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        width = config.width
        self.norm1 = nn.LayerNorm(width, eps=EPSILON)
        self.attn = RotaryAttention(width, config.heads)
        self.ls1 = BranchScale(width)
        self.norm2 = nn.LayerNorm(width, eps=EPSILON)
        self.mlp = DinoMlp(width, int(width * config.mlp_ratio))
        self.ls2 = BranchScale(width)

    def forward(self, tokens: Tensor, positions: tuple[Tensor, Tensor]) -> Tensor:
        """Return tokens (b, n, width) of the same shape."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens), *positions))
        result: Tensor = tokens + self.ls2(self.mlp(self.norm2(tokens)))
        return result


class RotaryAttention(nn.Module):
    """Multi-head attention whose queries and keys are turned by their place; the first five tokens have none."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, float((width // heads) ** -0.5)
        self.qkv = MaskedLinear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
        """Return tokens (b, n, width) of the same shape."""
        batch, count, width = tokens.shape
        qkv = self.qkv(tokens).reshape(batch, count, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        query, key = _turned(query, sine, cosine), _turned(key, sine, cosine)
        mixed = attend(query, key, value, self.scale)
        result: Tensor = self.proj(mixed.transpose(1, 2).reshape(batch, count, width))
        return result


class MaskedLinear(nn.Linear):
    """A linear layer for queries, keys and values together; the bias of the keys is masked out."""

    bias_mask: Tensor

    def __init__(self, width: int, outputs: int, device: Any = None) -> None:
        super().__init__(width, outputs, device=device)
        mask = torch.ones(3, outputs // 3, device=device)
        mask[1] = 0
        self.register_buffer("bias_mask", mask.flatten())

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (..., outputs) of tokens (..., width)."""
        return F.linear(tokens, self.weight, self.bias * self.bias_mask)


class BranchScale(nn.Module):
    """A learnt factor for each channel of a branch."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), YOUNG_SCALE))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        return tokens * self.gamma


class DinoMlp(nn.Module):
    """Two linear layers with an exact GELU between them."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        result: Tensor = self.fc2(F.gelu(self.fc1(tokens)))
        return result


class LinearReadout(nn.Linear):
    """A linear layer from the features of a token to the maps of its patch."""

    def forward(self, features: Tensor) -> Tensor:
        """Return (b, maps * patch * patch, rows, columns) of features (b, width, rows, columns)."""
        return super().forward(features.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _turned(values: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
    """Turn the values (b, heads, n, head) of the tokens that have a place, in float32."""
    before, placed = values[:, :, : -len(sine)], values[:, :, -len(sine) :].float()
    first, second = placed.chunk(2, dim=-1)
    turned = placed * cosine + torch.cat((-second, first), dim=-1) * sine
    return torch.cat((before, turned.to(values.dtype)), dim=2)
