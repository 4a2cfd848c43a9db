"""Small networks whose weights are drawn, and files that hold them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from cpsam_core.checkpoints import build_model
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit

TINY = VitConfig(depth=2, width=128, heads=2, tile=64, neck=32)
LITE = VitConfig.lite(depth=1, width=32, heads=2, tile=32, neck=16)


def tiny(config: VitConfig = TINY, rows: int | None = None) -> FlowVit:
    """Make a network with drawn weights everywhere, its tables with `rows` rows."""
    torch.manual_seed(0)
    model = FlowVit(config)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    for key, value in state.items():
        if "rel_pos" in key:
            state[key] = torch.randn(rows or len(value), value.shape[1]) * 0.1
    return build_model(state, config)


@torch.no_grad()
def outputs(model: FlowVit) -> Tensor:
    """Return what a network makes of the same two tiles."""
    torch.manual_seed(1)
    side = model.config.tile
    result: Tensor = model.eval()(torch.randn(2, model.config.in_channels, side, side))
    return result


def torch_file(path: Path, model: FlowVit, prefix: str = "", legacy: bool = False) -> Path:
    """Write the weights as torch does, in the present or the old kind of file."""
    state = {prefix + key: value for key, value in model.state_dict().items()}
    torch.save(state, path, _use_new_zipfile_serialization=not legacy)
    return path
