"""Low-rank adapters: small trained additions to frozen linear layers, merged into plain weights at the end.

Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021. A layer y = W x + b becomes
y = (W + s up down) x + b with W frozen, down drawn at random and up zero, so that training starts from the
network as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cpsam_core.errors import SettingsError
from cpsam_core.network.vit import FlowVit

# The addition is scaled by ALPHA / rank, so that the rank does not change how fast it grows.
ALPHA = 16.0
LAYERS = (
    ("attn", "qkv"),
    ("attn", "proj"),
    ("mlp", "lin1"),
    ("mlp", "lin2"),
    # Their names in networks of the DINOv3 kind.
    ("mlp", "fc1"),
    ("mlp", "fc2"),
)


class AdaptedLinear(nn.Module):
    """A frozen linear layer with a trained low-rank addition; weight and bias keep their names."""

    def __init__(self, linear: nn.Linear, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.requires_grad_(False)
        self._kind = type(linear)
        # Where it has one, it keeps its name, too.
        self.bias_mask: Tensor | None
        self.register_buffer("bias_mask", getattr(linear, "bias_mask", None))
        self.scale = ALPHA / rank
        size = linear.in_features
        bound = 1 / math.sqrt(size)
        drawn = torch.empty(rank, size).uniform_(-bound, bound, generator=generator)
        self.down = nn.Parameter(drawn.to(self.weight.device))
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank, device=self.weight.device))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return what the layer and its addition make of tokens (..., in) as (..., out)."""
        added = F.linear(F.linear(tokens, self.down), self.up * self.scale)
        bias = self.bias if self.bias_mask is None else self.bias * self.bias_mask
        return F.linear(tokens, self.weight, bias) + added

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """Return a plain layer of the same memory that computes the same."""
        outs, ins = self.weight.shape
        linear = self._kind(ins, outs, device="meta")
        self.weight += self.scale * (self.up @ self.down).to(self.weight)
        linear.weight, linear.bias = self.weight, self.bias
        if self.bias_mask is not None:
            linear.bias_mask = self.bias_mask
        return linear


def add_adapters(model: FlowVit, rank: int, seed: int) -> None:
    """Freeze the linear layers of every block and add adapters, drawn from `seed`, in place.

    Raises
    ------
    SettingsError
        If the rank is not below the width of the network, where it would be no smaller than the layers.
    """
    if rank >= model.config.width:
        raise SettingsError(f"the rank of adapters lies below the network's width, {model.config.width}")
    generator = torch.Generator().manual_seed(seed)
    for part, name in _layers(model):
        layer = getattr(part, name)
        if isinstance(layer, nn.Linear):
            setattr(part, name, AdaptedLinear(layer, rank, generator))


def merge_adapters(model: FlowVit) -> None:
    """Turn every adapted layer into a plain one that computes the same, in place."""
    for part, name in _layers(model):
        layer = getattr(part, name)
        if isinstance(layer, AdaptedLinear):
            setattr(part, name, layer.merged())


def _layers(model: FlowVit) -> Iterator[tuple[nn.Module, str]]:
    for block in model.encoder.blocks:
        for part, name in LAYERS:
            owner = getattr(block, part)
            if hasattr(owner, name):
                yield owner, name
