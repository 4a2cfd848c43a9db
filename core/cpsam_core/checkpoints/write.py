"""Network to weight file, in one step: as the published program reads it, or as safetensors."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from cpsam_core.checkpoints.cards import ModelCard, write_card
from cpsam_core.errors import WeightsError
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.system.atomic import atomic_path
from cpsam_core.system.write_errors import why_unwritten


def write_checkpoint(
    path: str | os.PathLike[str], model: FlowVit, card: ModelCard | None = None, half: bool = False
) -> Path:
    """Write a network and its card; a file of that name is replaced only when the new one is complete.

    A network of the published architecture becomes a torch file that Cellpose loads, unless `path` ends in
    ``.safetensors``. Any other becomes a safetensors file that carries its architecture.

    Parameters
    ----------
    path
        Where to write. Missing folders are made.
    model
        On any device, of any precision.
    card
        Written beside, as JSON, with the architecture filled in.
    half
        Store float16 instead of float32: half the size, relative rounding of 5e-4.

    Returns
    -------
    Path
        The written file.

    Raises
    ------
    WeightsError
        The folder cannot be written, the disk is full, or the weights do not fit into half precision.
    """
    path = Path(path)
    state = _state(model, half)
    card = dataclasses.replace(card, architecture=model.config.to_dict()) if card else None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            if is_published(model.config) and path.suffix.lower() != ".safetensors":
                # Given a name, torch would write that name into the file.
                with temporary.open("wb") as file:
                    torch.save(state, file)
            else:
                save_file(state, temporary, metadata=_metadata(model.config, card))
        if card is not None:
            write_card(path, card)
    except (OSError, RuntimeError, SafetensorError) as error:
        # torch reports a full disk as RuntimeError, safetensors as an error of its own.
        raise WeightsError(
            f"The weights cannot be written to {path}: {why_unwritten(path, error)}."
        ) from error
    return path


def is_published(config: VitConfig) -> bool:
    """Tell whether Cellpose can build this architecture: one of the published ones, whatever the number of maps."""
    free = {"out_channels": config.out_channels, "layer_drop": config.layer_drop}
    known = (VitConfig.cpsam, VitConfig.cpdino, VitConfig.cpdino_vitb)
    return any(config == shape(**free) for shape in known)


def _state(model: FlowVit, half: bool) -> dict[str, Tensor]:
    """Return the tensors on the CPU in the dtype to store, each with memory of its own."""
    dtype = torch.float16 if half else torch.float32
    state = {}
    for key, value in model.state_dict().items():
        # Half precision would turn distant tokens by other angles.
        kept = torch.float32 if key.endswith("rope_embed.periods") else dtype
        stored = value.detach().to("cpu", kept).contiguous()
        if half and bool(torch.isinf(stored).any()):
            raise WeightsError(f"The weights are too large for half precision ({key}): store them in full.")
        state[key] = stored
    return state


def _metadata(config: VitConfig, card: ModelCard | None) -> dict[str, str]:
    """Return what a safetensors file says about itself; safetensors knows text only."""
    metadata = {"format": "pt", "config": json.dumps(config.to_dict())}
    if card is not None:
        metadata["card"] = card.to_json()
    return metadata
