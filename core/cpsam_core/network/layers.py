"""What the networks share: how tokens go through the blocks, with layer drop and less memory; and a norm of maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

Step = Callable[[Tensor], Tensor]


def through_blocks(
    blocks: Sequence[Step], tokens: Tensor, drop: float, part: tuple[int, int], checkpointing: bool
) -> Tensor:
    """Return tokens (b, ...) after all blocks.

    Parameters
    ----------
    blocks
        Each keeps the shape of the tokens.
    tokens
        One sample a row.
    drop
        Probability with which a sample leaves out the last block; it rises linearly from 0 at the first (paper,
        "Whole-dataset training").
    part
        This process and how many train together: they draw for all samples of a step.
    checkpointing
        Compute blocks again in the backward pass instead of keeping what they computed.
    """
    rates = torch.linspace(0, drop, len(blocks)).tolist()
    rank, ranks = part
    for block, dropped in zip(blocks, rates, strict=True):
        kept = torch.rand(ranks * len(tokens))[rank * len(tokens) :][: len(tokens)] >= dropped
        if not kept.any():
            continue
        chosen = tokens if kept.all() else tokens[kept.to(tokens.device)]
        result = checkpoint(block, chosen, use_reentrant=False) if checkpointing else block(chosen)
        if chosen is tokens:
            tokens = result
        else:
            tokens = tokens.index_copy(0, kept.nonzero()[:, 0].to(tokens.device), result.to(tokens.dtype))
    return tokens


class LayerNorm2d(nn.Module):
    """Layer norm over the channels of (b, channels, y, x), eps 1e-6."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        last = F.layer_norm(maps.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, 1e-6)
        return last.permute(0, 3, 1, 2)
