"""Where the crops of a training are made: on the graphics card where the network would wait for the processor."""

from __future__ import annotations

import logging

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.device_images import DeviceImages
from cpsam_core.finetune.learner import Learner
from cpsam_core.finetune.memory import free_memory
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.progress import Progress, silent
from cpsam_core.system.sizes import size_in_words

__all__ = ["images_on_device", "made_by", "taken_by"]

log = logging.getLogger(__name__)

# Of a network's weights: two threads make the crops of a larger one while it computes.
MOST_WEIGHTS = 50_000_000
# Of the memory that a training may have.
SHARE_FOR_IMAGES = 0.25
# While a batch is made: parts of images that are averaged, and the four pixels around each point.
MAKING_BYTES = 2**30


def images_on_device(
    data: TrainingSet, learner: Learner, before: int | None, progress: Progress = silent
) -> DeviceImages | None:
    """Return the images of a training on its device, as many as fit, where crops are to be made there, else None.

    All images are read; `progress` is called at each. `before` is what they took there before the training was
    interrupted, which they get again: the device's crops differ from the processor's by rounding and in their noise.
    """
    room = _room(learner, before) if _pays(learner) else 0
    if room <= 0:
        return None
    images = DeviceImages(data, learner.device, room, progress)
    return images if len(images) else None


def _room(learner: Learner, before: int | None) -> int:
    """Return the bytes that images may take, so that the training goes on in its mode of memory."""
    free, need = free_memory(learner.device), learner.need
    if free is None:
        return 0
    # What it holds already is not free any more, and part of what it needs.
    own = free + need.weights + (need.moments if learner.steps else 0)
    most = max(0, own - need.total - MAKING_BYTES)
    if before is None:
        return min(int(SHARE_FOR_IMAGES * own), most)
    if before > most:
        log.warning(
            "%s has less memory left than when the training began: the processor makes more of the crops, so the "
            "result is not quite that of a training without interruption",
            learner.device,
        )
    return min(before, most)


def _pays(learner: Learner) -> bool:
    """Whether making crops on the device is quicker; whoever asks for processes gets processes."""
    weights = sum(parameter.numel() for parameter in learner.model.parameters())
    return learner.device.type == "cuda" and not learner.settings.processes and weights <= MOST_WEIGHTS


def taken_by(images: DeviceImages | None, learner: Learner) -> int | None:
    """Return the bytes that images take on the device; None where it makes no crops of this training in any case."""
    if not _pays(learner):
        return None
    return 0 if images is None else images.nbytes


def made_by(images: DeviceImages | None, settings: TrainSettings) -> str:
    """Return who makes the crops, for the log."""
    if images is not None:
        size = size_in_words(images.nbytes)
        return f"crops made on {images.device} from {len(images)} of {images.wanted} images there, {size}"
    if settings.processes:
        return f"crops made by processes, {settings.processes}"
    return f"crops made by threads, {settings.threads}"
