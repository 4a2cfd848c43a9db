"""Give cpsam-lite more transformer blocks that change nothing at first, to train on from.

Usage: python benchmarks/lite_deeper.py BLOCKS OUT.safetensors [--model cpsam-lite]

The last layer of either half of a new block starts at zero, so the block adds nothing to what goes through it, and the
network gives what it gave before. Its card names the same images: what the old one has learnt from stays known.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from cpsam_core.checkpoints import write_checkpoint
from cpsam_core.network.vit import FlowVit
from cpsam_core.weights import load_start


def main() -> None:
    """Write the deeper network and its card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("blocks", type=int, help="how many to add")
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="cpsam-lite")
    args = parser.parse_args()
    model, card = load_start(args.model)
    write_checkpoint(args.out, deeper(model, args.blocks), card, half=True)


def deeper(model: FlowVit, blocks: int) -> FlowVit:
    """Return a copy of `model` with more blocks after its own, and the same output."""
    torch.manual_seed(0)
    result = FlowVit(replace(model.config, depth=model.config.depth + blocks))
    result.load_state_dict(model.state_dict(), strict=False)
    for number in range(model.config.depth, result.config.depth):
        for layer in ("attn.proj", "mlp.lin2"):
            for parameter in result.get_submodule(f"encoder.blocks.{number}.{layer}").parameters():
                torch.nn.init.zeros_(parameter)
    return result.eval()


if __name__ == "__main__":
    main()
