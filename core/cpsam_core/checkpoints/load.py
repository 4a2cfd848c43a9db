"""Weight file to network: the architecture found, every tensor checked, nothing copied that need not be."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from cpsam_core.checkpoints.cards import ModelCard, read_card
from cpsam_core.checkpoints.convert import (
    adapt_state,
    block_count,
    config_from_state,
    shuffle_identity,
    state_from_sam,
)
from cpsam_core.checkpoints.read import config_of, kind_of, read_state
from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit

logger = logging.getLogger(__name__)

CONSTANTS = ("W2", "diam_labels", "diam_mean", "encoder.mask_token")
"""Parts of the file format that are never trained."""

TABLES = ("rel_pos_h", "rel_pos_w")
# Larger tensors are not looked through for NaN: a diverged network has it everywhere.
CHECKED_VALUES = 2**16


def load_model(
    path: str | os.PathLike[str],
    in_channels: int | None = None,
    out_channels: int | None = None,
    allow_sam: bool = False,
) -> tuple[FlowVit, ModelCard | None]:
    """Read a network from a file of any kind that the program knows.

    Parameters
    ----------
    path
        Weights: Cellpose-SAM or Cellpose-DINO as published, a model of this program, or SAM ViT (see `allow_sam`).
    in_channels, out_channels
        Change the network to so many channels and maps, see :func:`adapt_state`; None keeps them.
    allow_sam
        Accept a SAM checkpoint as a start of training. Its read-out is drawn at random, so that it cannot
        segment yet.

    Returns
    -------
    model
        On the CPU, float32, in evaluation mode. Weights stored as float32 stay mapped from the file.
    card
        What is known about the model, if anything.

    Raises
    ------
    WeightsError
        The file is missing, damaged, unsafe, or of another kind; the message says which.
    SettingsError
        `in_channels` or `out_channels` make no sense.
    """
    state, metadata = read_state(path)
    kind = kind_of(state, metadata, path)
    card = read_card(path) or _card_inside(metadata)
    if kind == "sam":
        if not allow_sam:
            raise WeightsError(
                f"{Path(path).name} is a SAM network: it can start a training, but not segment cells itself."
            )
        state, config = _start(state)
    else:
        config = _config(state, metadata, card, path)
    return adapted(build_model(state, config, Path(path).name), in_channels, out_channels), card


def adapted(model: FlowVit, in_channels: int | None = None, out_channels: int | None = None) -> FlowVit:
    """Return a network with so many channels and maps, see :func:`adapt_state`; the same one where it has them."""
    changed, wanted = adapt_state(model.state_dict(), model.config, in_channels, out_channels)
    return model if wanted == model.config else build_model(changed, wanted)


def validate(path: str | os.PathLike[str]) -> VitConfig:
    """Check that a file holds a network that can segment and return its architecture.

    Raises
    ------
    WeightsError
        As :func:`load_model`.
    """
    return load_model(path)[0].config


def build_model(state: Mapping[str, Tensor], config: VitConfig, name: str = "the network") -> FlowVit:
    """Put tensors into a network without drawing random weights first and without copying float32.

    Parameters
    ----------
    state
        Tensors by name. Tables of relative positions may have any number of rows.
    config
        Architecture.
    name
        What to call the network in messages.

    Returns
    -------
    FlowVit
        In evaluation mode; its parameters share memory with `state`.

    Raises
    ------
    WeightsError
        Tensors are missing, have other shapes than the architecture needs, or hold values that are not
        finite.
    """
    with torch.device("meta"):
        model = FlowVit(config)
    complete = dict(state)
    for key in ("diam_labels", "diam_mean"):
        complete.setdefault(key, torch.tensor([30.0]))
    if not config.small:
        complete["W2"] = shuffle_identity(config.out_channels, config.patch)
    _resize_tables(model, complete)
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    _check(complete, expected, name)
    model.load_state_dict({key: _float32(complete[key]) for key in expected}, assign=True)
    for key, parameter in model.named_parameters():
        parameter.requires_grad_(key not in CONSTANTS)
    return model.eval()


def _config(
    state: Mapping[str, Tensor],
    metadata: Mapping[str, str],
    card: ModelCard | None,
    path: str | os.PathLike[str],
) -> VitConfig:
    """Find the architecture: written in the file, else seen in its shapes, else written on the card."""
    written = config_of(metadata, path)
    if written is None and "W2" not in state:
        written = dict(card.architecture) if card and card.architecture else None
        if written is None:
            raise WeightsError(
                f"{Path(path).name} does not say which architecture it has, nor does a card beside it."
            )
    if written is None:
        return config_from_state(state)
    return _written_config(written, state, path)


def _written_config(
    written: dict[str, Any], state: Mapping[str, Tensor], path: str | os.PathLike[str]
) -> VitConfig:
    """Make the configuration that a file states, refusing values that no network can have."""
    name = Path(path).name
    kinds = {field.name: str(field.type) for field in dataclasses.fields(VitConfig)}
    for key, value in written.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if kinds.get(key) == "int" and not (whole and 0 < value < 2**20):
            raise WeightsError(
                f"{name} states an impossible architecture: {key} is {json.dumps(value)[:40]}."
            )
    try:
        config = VitConfig.from_dict(written)
    except (SettingsError, TypeError, ValueError) as error:
        raise WeightsError(f"{name} states an impossible architecture: {error}.") from error
    if config.depth != block_count(state):
        raise WeightsError(
            f"{name} states {config.depth} blocks but holds {block_count(state)}: it is incomplete."
        )
    return config


def _start(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], VitConfig]:
    """Make a start network from SAM: its encoder and a fresh read-out."""
    encoder = state_from_sam(state)
    patch = encoder["encoder.patch_embed.proj.weight"].shape[2]
    neck = encoder["encoder.neck.0.weight"].shape[0]
    fresh = nn.Conv2d(neck, 3 * patch**2, 1)
    encoder["out.weight"] = fresh.weight.detach()
    encoder["out.bias"] = cast(Tensor, fresh.bias).detach()
    return encoder, config_from_state(encoder)


def _resize_tables(model: FlowVit, state: Mapping[str, Tensor]) -> None:
    """Give the tables of relative positions the rows that the file has (27 or 127 in the published ones)."""
    for number, block in enumerate(model.encoder.blocks):
        attention = cast(nn.Module, block.attn)
        for table in TABLES:
            stored = state.get(f"encoder.blocks.{number}.attn.{table}")
            present = getattr(attention, table, None)
            if stored is None or present is None or stored.ndim != 2 or len(stored) == 0:
                continue
            setattr(attention, table, nn.Parameter(torch.empty(len(stored), present.shape[1], device="meta")))


def _check(state: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]], name: str) -> None:
    missing = sorted(set(expected) - set(state))
    if missing:
        raise WeightsError(
            f"{name} is incomplete: {len(missing)} of its arrays are missing, {missing[0]} first."
        )
    wrong = [key for key, shape in expected.items() if tuple(state[key].shape) != shape]
    if wrong:
        found, needed = (" x ".join(map(str, s)) for s in (state[wrong[0]].shape, expected[wrong[0]]))
        raise WeightsError(
            f"{name} does not fit its architecture: {wrong[0]} is {found} instead of {needed}."
        )
    unused = sorted(set(state) - set(expected) - {"diam_labels", "diam_mean"})
    if unused:
        logger.warning(
            "%s holds %d arrays that the network does not use: %s ...", name, len(unused), unused[0]
        )
    for key in expected:
        value = state[key]
        if not value.is_floating_point():
            raise WeightsError(
                f"{name} is of another kind: {key} holds {value.dtype} instead of real numbers."
            )
        if value.numel() <= CHECKED_VALUES and not bool(torch.isfinite(value).all()):
            raise WeightsError(
                f"{name} is unusable: {key} holds values that are not finite (a diverged training?)."
            )


def _float32(value: Tensor) -> Tensor:
    return value.detach().to(torch.float32)


def _card_inside(metadata: Mapping[str, str]) -> ModelCard | None:
    """Read the copy of the card that a safetensors file carries, for files that travelled without theirs."""
    if "card" not in metadata:
        return None
    try:
        return ModelCard.from_json(metadata["card"])
    except WeightsError as error:
        logger.warning("The model card inside the weights is left out: %s", error)
        return None
