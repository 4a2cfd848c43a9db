"""Where the crops of a training are made: on the graphics card where the network would wait for the processor."""

from __future__ import annotations

import torch

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.finetune.memory import free_memory
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.network.vit import FlowVit

__all__ = ["images_on_device", "made_by"]

# Of a network's weights: two threads make the crops of a larger one while it computes.
MOST_WEIGHTS = 50_000_000
# Of the memory that is free once the network is there; the rest is for what it computes.
SHARE_OF_FREE = 0.25


def images_on_device(
    data: TrainingSet, model: FlowVit, settings: TrainSettings, device: torch.device
) -> DeviceImages | None:
    """Return the images of a training on its device, as many as fit, where crops are to be made there, else None."""
    if not _pays(device, model, settings):
        return None
    free = free_memory(device)
    images = DeviceImages(data, device, int(SHARE_OF_FREE * (free or 0)))
    return images if len(images) else None


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
