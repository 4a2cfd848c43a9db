"""Where the crops of a training are made: on the graphics card where the network would wait for the processor."""

from __future__ import annotations

import torch

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.finetune.memory import MemoryNeed, free_memory
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Progress, silent

__all__ = ["images_on_device", "made_by"]

# Of a network's weights: two threads make the crops of a larger one while it computes.
MOST_WEIGHTS = 50_000_000
# Of the memory that a training may have.
SHARE_FOR_IMAGES = 0.25
# While a batch is made: parts of images that are averaged, and the four pixels around each point.
MAKING_BYTES = 2**30


def images_on_device(
    data: TrainingSet,
    model: FlowVit,
    settings: TrainSettings,
    device: torch.device,
    need: MemoryNeed,
    progress: Progress = silent,
) -> DeviceImages | None:
    """Return the images of a training on its device, as many as fit, where crops are to be made there, else None.

    `need` is what the training takes itself. All images are read; `progress` is called at each.
    """
    room = _room(device, need) if _pays(device, model, settings) else 0
    if room <= 0:
        return None
    images = DeviceImages(data, device, room, progress)
    return images if len(images) else None


def _room(device: torch.device, need: MemoryNeed) -> int:
    """Return the bytes that images may take, so that the training goes on in its mode of memory."""
    free = free_memory(device)
    if free is None:
        return 0
    # What it holds already counts as free: one that is taken up again holds more, and gets the same images.
    own = free + (torch.cuda.memory_allocated(device) if device.type == "cuda" else 0)
    return min(int(SHARE_FOR_IMAGES * own), own - need.total - MAKING_BYTES)


def _pays(device: torch.device, model: FlowVit, settings: TrainSettings) -> bool:
    """Whether making crops on the device is quicker; whoever asks for processes gets processes."""
    weights = sum(parameter.numel() for parameter in model.parameters())
    return device.type == "cuda" and not settings.processes and weights <= MOST_WEIGHTS


def made_by(images: DeviceImages | None, settings: TrainSettings) -> str:
    """Return who makes the crops, for the log."""
    if images is not None:
        size = f"{images.nbytes / 2**30:.1f} GB"
        return f"crops made on {images.device} from {len(images)} of {images.wanted} images there, {size}"
    if settings.processes:
        return f"crops made by processes, {settings.processes}"
    return f"crops made by threads, {settings.threads}"
