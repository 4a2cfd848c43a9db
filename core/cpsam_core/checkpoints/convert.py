"""Architecture from shapes, SAM to Cellpose-SAM, other numbers of channels and maps."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import torch
from torch import Tensor

from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.network.config import VitConfig

SAM_PREFIX = "image_encoder."
# Of SAM's and most other vision transformers, where no table of positions tells it.
HEAD_WIDTH = 64
BLOCK = re.compile(r"encoder\.blocks\.(\d+)\.")


def config_from_state(state: Mapping[str, Tensor]) -> VitConfig:
    """Infer the architecture of a published-type network from its shapes.

    Parameters
    ----------
    state
        Tensors by published name (``encoder.patch_embed.proj.weight``, ...).

    Returns
    -------
    VitConfig
        Without tables of relative positions the heads are taken to be 64 wide, as everywhere in the family.

    Raises
    ------
    WeightsError
        A tensor that decides the architecture is missing or has an impossible shape.
    """
    if is_dino(state):
        return _dino_config(state)
    width, channels, patch, _ = _shape(state, "encoder.patch_embed.proj.weight", 4)
    _, rows, columns, _ = _shape(state, "encoder.pos_embed", 4)
    neck = _shape(state, "encoder.neck.0.weight", 4)[0]
    readout = _shape(state, "out.weight", 4)[0]
    hidden = _shape(state, "encoder.blocks.0.mlp.lin1.weight", 2)[0]
    relative = "encoder.blocks.0.attn.rel_pos_h" in state
    head = _shape(state, "encoder.blocks.0.attn.rel_pos_h", 2)[1] if relative else min(HEAD_WIDTH, width)
    if rows != columns or 0 in (patch, head) or readout % patch**2 or width % head:
        raise WeightsError(
            f"The shapes of the weights fit no network: positions {rows} x {columns}, patch {patch}, "
            f"width {width}, heads of {head}, {readout} read-out rows."
        )
    return VitConfig(
        depth=block_count(state),
        width=width,
        heads=width // head,
        patch=patch,
        tile=rows * patch,
        in_channels=channels,
        out_channels=readout // patch**2,
        relative_positions=relative,
        neck=neck,
        mlp_ratio=hidden / width,
    )


def is_dino(state: Mapping[str, Tensor]) -> bool:
    """Tell a published network with an encoder of the DINOv3 kind, by its tokens."""
    return "encoder.cls_token" in state


def _dino_config(state: Mapping[str, Tensor]) -> VitConfig:
    width, channels, kernel, _ = _shape(state, "encoder.patch_embed.proj.weight", 4)
    head = 4 * _shape(state, "encoder.rope_embed.periods", 1)[0]
    readout = _shape(state, "out.weight", 2)[0]
    hidden = _shape(state, "encoder.blocks.0.mlp.fc1.weight", 2)[0]
    patch = kernel // 2
    if patch < 1 or readout % patch**2 or width % head:
        raise WeightsError(
            f"The shapes of the weights fit no network: patch {patch}, width {width}, heads of {head}, "
            f"{readout} read-out rows."
        )
    return VitConfig.cpdino(
        depth=block_count(state),
        width=width,
        heads=width // head,
        patch=patch,
        in_channels=channels,
        out_channels=readout // patch**2,
        neck=width,
        mlp_ratio=hidden / width,
    )


def block_count(state: Mapping[str, Tensor]) -> int:
    """Return the number of transformer blocks, which must be numbered from 0 without a gap."""
    numbers = {int(match[1]) for key in state if (match := BLOCK.match(key))}
    if numbers != set(range(len(numbers))):
        raise WeightsError("Some transformer blocks are missing from the weights.")
    return len(numbers)


def state_from_sam(state: Mapping[str, Tensor], tile: int = 256, patch: int = 8) -> dict[str, Tensor]:
    """Make the encoder of a start network from a SAM checkpoint (paper, "Model architecture").

    Patch kernels and positions are subsampled; windows are dropped, since all attention is global here. The
    read-out is not part of the result: it starts fresh.

    Parameters
    ----------
    state
        Tensors of a SAM checkpoint (``image_encoder.*``; its prompt encoder and mask decoder are left out).
    tile, patch
        Pixels along a side of the tile and of a patch of the network to be made.

    Returns
    -------
    dict
        Tensors by published name, those of the encoder only.

    Raises
    ------
    WeightsError
        The tile or the patch is no whole fraction of SAM's.
    """
    encoder = {
        "encoder." + key.removeprefix(SAM_PREFIX): value
        for key, value in state.items()
        if key.startswith(SAM_PREFIX)
    }
    size = _shape(encoder, "encoder.patch_embed.proj.weight", 4)[2]
    grid = _shape(encoder, "encoder.pos_embed", 4)[1]
    if size % patch or tile % patch or grid % (tile // patch):
        raise WeightsError(
            f"A SAM network with patches of {size} pixels on a grid of {grid} cannot start one with patches "
            f"of {patch} pixels on tiles of {tile}."
        )
    step, stride = size // patch, grid // (tile // patch)
    kernel, positions = "encoder.patch_embed.proj.weight", "encoder.pos_embed"
    encoder[kernel] = encoder[kernel][:, :, ::step, ::step].contiguous()
    encoder[positions] = encoder[positions][:, ::stride, ::stride].contiguous()
    return encoder


def adapt_state(
    state: Mapping[str, Tensor],
    config: VitConfig,
    in_channels: int | None = None,
    out_channels: int | None = None,
) -> tuple[dict[str, Tensor], VitConfig]:
    """Change the number of input channels or output maps of a network, keeping what it has learnt.

    Parameters
    ----------
    state, config
        A network of this program. It is not changed.
    in_channels
        Channels wanted; None keeps them.
    out_channels
        Maps wanted: 3, or 3 plus at least two class maps (background first); None keeps them.

    Returns
    -------
    state, config
        The changed network.

    Raises
    ------
    SettingsError
        Fewer than one channel, or a number of maps that makes no sense.
    """
    changed = dict(state)
    if in_channels is not None and in_channels != config.in_channels:
        if in_channels < 1:
            raise SettingsError(f"A network needs at least one input channel, not {in_channels}.")
        key = "encoder.patch_embed." + ("first.weight" if config.small else "proj.weight")
        changed[key] = spread_channels(changed[key], in_channels)
        config = dataclasses.replace(config, in_channels=in_channels)
    if out_channels is not None and out_channels != config.out_channels:
        if out_channels < 3 or out_channels == 4:
            raise SettingsError(
                f"A network gives three maps (flow y, flow x, cell), or three and at least two class maps, "
                f"the first of them for the background; {out_channels} maps are neither."
            )
        layer = "out.head" if config.small else "out"
        for key in (f"{layer}.weight", f"{layer}.bias"):
            changed[key] = rebuild_readout(changed[key], config.out_channels, out_channels)
        config = dataclasses.replace(config, out_channels=out_channels)
        if not config.small:
            changed["W2"] = shuffle_identity(out_channels, config.patch)
    return changed, config


def spread_channels(kernel: Tensor, channels: int) -> Tensor:
    """Give a first convolution (out, in, y, x) another number of input channels.

    The new network does what the old one did on an image whose channels are repeated (fewer channels than
    before: their kernels are added) or averaged (more: each gets its share of a kernel), so that the
    activations keep their size. Which channel is which does not matter to networks of this family.
    """
    before = kernel.shape[1]
    spread = kernel.new_zeros(kernel.shape[0], channels, *kernel.shape[2:])
    for source in range(max(before, channels)):
        if channels <= before:
            spread[:, source % channels] += kernel[:, source]
        else:
            copies = len(range(source % before, channels, before))
            spread[:, source] = kernel[:, source % before] / copies
    return spread


def rebuild_readout(values: Tensor, before: int, after: int) -> Tensor:
    """Give the read-out (maps * positions, ...) other class maps before flow y, flow x and cell logit.

    They start from the logit's weights: times -0.5 for the background and 0.5 for every class (paper,
    "Classification"), so that at first each object is any class rather than background.
    """
    maps = values.reshape(before, -1, *values.shape[1:])[-3:]
    classes = after - 3
    if classes:
        signs = torch.full((classes,), 0.5, dtype=values.dtype)
        signs[0] = -0.5
        started = signs.reshape(-1, *[1] * (maps.ndim - 1)) * maps[-1:]
        maps = torch.cat((started, maps))
    return maps.reshape(-1, *values.shape[1:]).clone()


def shuffle_identity(maps: int, patch: int) -> Tensor:
    """Return the constant ``W2`` of the file format: a pixel shuffle written as a transposed convolution."""
    return torch.eye(maps * patch**2).reshape(maps * patch**2, maps, patch, patch)


def _shape(state: Mapping[str, Tensor], key: str, dimensions: int) -> tuple[int, ...]:
    if key not in state:
        raise WeightsError(f"The weights are incomplete: {key} is missing.")
    shape = tuple(state[key].shape)
    if len(shape) != dimensions or 0 in shape:
        raise WeightsError(
            f"The weights have the wrong shape: {key} is {' x '.join(map(str, shape)) or 'a number'}."
        )
    return shape
