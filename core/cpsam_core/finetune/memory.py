"""How much memory training takes in each mode, and the fastest mode that fits.

Measured with `torch.autograd.graph.saved_tensors_hooks`, one block of a vision transformer keeps for its backward
pass about 22 values for each token and channel (20 without relative positions), the attention matrix on the CPU (fused
kernels of graphics cards keep none) and, where it computes in reduced precision, the rounded copy of its weights. With
checkpointing it keeps its input alone, and one block at a time is computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from cpsam_core.finetune.settings import MemoryMode, TrainSettings
from cpsam_core.finetune.stepper import STEPWISE
from cpsam_core.network.config import VitConfig
from cpsam_core.system import machine

# Kept by one block for each token and channel, two more than measured for what passes.
VALUES_PER_TOKEN = 24
# Values of stem, neck, read-out and loss for each pixel of a crop.
BYTES_PER_PIXEL = 75
# What allocators lose between the blocks of memory that they keep.
SPARE = 1.15
# These keep what every block computed.
KEEPING: tuple[MemoryMode, ...] = ("plenty", "stepwise")
# These hold all gradients at once.
TOGETHER: tuple[MemoryMode, ...] = ("plenty", "checkpointing")
SINGLY: tuple[MemoryMode, ...] = ("plenty", "stepwise", "lean", "paged")


@dataclass(frozen=True)
class MemoryNeed:
    """Bytes on the device that training needs: weights, their gradients, moments of the optimiser, activations."""

    weights: int
    gradients: int
    moments: int
    activations: int

    @property
    def total(self) -> int:
        """All of them, with what allocators lose."""
        return int(SPARE * (self.weights + self.gradients + self.moments + self.activations))


def estimate_memory(
    config: VitConfig,
    settings: TrainSettings,
    memory: MemoryMode,
    device: torch.device,
    precision: torch.dtype = torch.float32,
) -> MemoryNeed:
    """Return what a training needs at its peak.

    Parameters
    ----------
    config, settings
        Network and training; the batch is that of one process.
    memory : MemoryMode
        How it saves memory.
    device, precision
        Where the network computes, and in what. Weights and moments are float32 always, but for "8bit".
    """
    in_all, trained, largest = _parameters(config, settings)
    stepwise = memory in STEPWISE
    gradients = 4 * min(trained, 2 * largest) if stepwise else 4 * trained
    moments = {"paged": 8 * min(trained, 2 * largest), "8bit": 2 * trained}.get(memory, 8 * trained)
    weights = 4 * in_all + (4 * trained if settings.averaging else 0)
    return MemoryNeed(weights, gradients, moments, _activations(config, settings, memory, device, precision))


def _activations(
    config: VitConfig,
    settings: TrainSettings,
    memory: MemoryMode,
    device: torch.device,
    precision: torch.dtype,
) -> int:
    size = 4 if precision == torch.float32 else 2
    crop, batch = settings.augmentation.crop, settings.batch_size
    tokens = (crop // config.patch) ** 2
    kept = batch * tokens * config.width
    block = VALUES_PER_TOKEN * size * kept
    if device.type == "cpu":
        block += batch * config.heads * tokens**2 * size
    if precision != torch.float32:
        block += int((4 + 2 * config.mlp_ratio) * config.width**2) * size
    blocks = config.depth if settings.mode != "last" else min(config.depth, settings.blocks)
    rest = batch * crop**2 * BYTES_PER_PIXEL * size
    if memory in KEEPING:
        return blocks * block + rest
    # One block once more, and its gradients.
    return 4 * kept * blocks + 2 * block + rest


def _parameters(config: VitConfig, settings: TrainSettings) -> tuple[int, int, int]:
    """Return how many weights there are, how many of them are trained, and the size of the largest."""
    width, neck = config.width, config.neck
    largest = int(config.mlp_ratio * width**2)
    block = int((4 + 2 * config.mlp_ratio) * width**2)
    necks = 0 if config.stem == "dino" else width * neck + 9 * neck**2
    readout = neck * config.out_channels * config.patch**2
    in_all = config.depth * block + necks + readout + config.grid**2 * width
    if settings.mode == "full":
        return in_all, in_all, largest
    if settings.mode == "last":
        blocks = min(config.depth, settings.blocks)
        return in_all, blocks * block + necks + readout, largest
    # Each of four layers has one side of the width; the others are 3, 1, ratio and ratio times as long.
    added = int(settings.rank * width * (4 + 4 + 2 * config.mlp_ratio)) * config.depth
    return in_all + added, added + readout, max(readout, settings.rank * largest // width)


def free_memory(device: torch.device) -> int | None:
    """Return the bytes that are free on a device, or None where nothing tells."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        # What torch keeps for itself but does not use is free to us, too.
        return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return machine.memory().free


def choose_memory_mode(
    device: torch.device,
    config: VitConfig,
    settings: TrainSettings,
    precision: torch.dtype = torch.float32,
    free: int | None = None,
) -> MemoryMode:
    """Return the fastest mode of memory that fits into what is free; the leanest where none does.

    Parameters
    ----------
    device, config, settings, precision
        As in `estimate_memory`. With `settings.memory` other than "auto" the answer is that mode.
    free : int, optional
        Bytes that are free, before the network is moved to the device; asked from the device unless given.
    """
    if settings.memory != "auto":
        return settings.memory
    free = free_memory(device) if free is None else free
    modes = allowed_modes(device, settings)
    if free is None:
        return modes[0]
    for mode in modes:
        need = estimate_memory(config, settings, mode, device, precision)
        if device.type == "cpu":
            # They are there already.
            need = replace(need, weights=need.weights // 2 if settings.averaging else 0)
        if need.total <= free:
            return mode
    return modes[-1]


def allowed_modes(device: torch.device, settings: TrainSettings) -> tuple[MemoryMode, ...]:
    """Return the modes that may be chosen by themselves, the fastest first.

    Clipping needs all gradients at once; and on the CPU main memory is all there is, so that nothing is won by
    paging.
    """
    modes = TOGETHER if settings.clip else SINGLY
    return tuple(mode for mode in modes if mode != "paged" or device.type != "cpu")


def leaner(memory: MemoryMode, device: torch.device, settings: TrainSettings) -> MemoryMode | None:
    """Return the next mode after memory ran out in this one, or None where there is none."""
    modes = allowed_modes(device, settings)
    if memory == "checkpointing" and memory not in modes:
        return "lean"
    if memory not in modes:
        return None
    following = modes[modes.index(memory) + 1 :]
    return following[0] if following else None
