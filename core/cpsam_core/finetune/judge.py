"""Which epoch was the best: the loss on images kept aside, average precision, and when to stop waiting."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from cpsam_core.data.augment import augment
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.example import Sample
from cpsam_core.data.maker import Batch, stack
from cpsam_core.finetune.losses import class_loss, segmentation_loss
from cpsam_core.finetune.reports import EpochReport
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.network.network import is_out_of_memory
from cpsam_core.network.vit import FlowVit

log = logging.getLogger(__name__)

# Crops of the images kept aside in one measurement.
FEWEST_CROPS, MOST_CROPS = 4, 32
# The same crops after every epoch and in every training.
SEED = 0x5EED


class Validation:
    """Measures the loss on fixed crops of images kept aside; it lies around cells, turned but not resized.

    There are as many crops as images, at least 4 and at most 32, and no more than half the samples of an epoch
    (so that measuring takes far less time than training).
    """

    def __init__(self, data: TrainingSet, settings: TrainSettings, samples: int) -> None:
        count = min(max(FEWEST_CROPS, len(data)), MOST_CROPS, max(1, samples // 2))
        self._data, self._count, self._threads = data, count, settings.threads
        chosen = settings.augmentation
        self._crop = replace(
            Augmentation(),
            crop=chosen.crop,
            diameter=chosen.diameter,
            resize=chosen.resize,
            scale=(1.0, 1.0),
            on_cells=1.0,
        )

    def loss(
        self,
        model: FlowVit,
        device: torch.device,
        precision: torch.dtype,
        size: int,
        class_weights: Tensor | None = None,
    ) -> float:
        """Return the mean loss over all pixels that count, `size` crops at once; the network ends in training mode."""
        total = weights = 0.0
        model.eval()
        with torch.no_grad():
            for batch in self._batches(size):
                tiles, target, weight = (
                    torch.as_tensor(a, device=device) for a in (batch.tiles, batch.targets, batch.weights)
                )
                reduced = precision != torch.float32
                with torch.autocast(device.type, precision, enabled=reduced, cache_enabled=False):
                    output = model(tiles.contiguous(memory_format=torch.channels_last))
                loss = segmentation_loss(output, target, weight)
                if model.config.classes and batch.classes is not None:
                    loss = loss + class_loss(
                        output, torch.as_tensor(batch.classes, device=device), class_weights, weight
                    )
                counted = float(weight.sum())
                total += float(loss) * counted
                weights += counted
        model.train()
        return total / weights if weights else math.nan

    def _batches(self, size: int) -> Iterator[Batch]:
        with ThreadPoolExecutor(self._threads, thread_name_prefix="augment") as pool:
            for start in range(0, self._count, size):
                yield stack(list(pool.map(self._sample, range(start, min(start + size, self._count)))))

    def _sample(self, number: int) -> Sample:
        example = self._data.example(number * len(self._data) // self._count % len(self._data))
        return augment(example, self._crop, np.random.default_rng((SEED, number)))


def is_better(loss: float | None, precision: float | None, before: Sequence[EpochReport]) -> bool:
    """Whether an epoch beats all before: by its validation loss, and where there is none by average precision."""
    if loss is not None:
        known = [r.validation_loss for r in before if r.validation_loss is not None]
        return math.isfinite(loss) and loss < min(filter(math.isfinite, known), default=math.inf)
    if precision is not None:
        measured = [r.average_precision for r in before if r.average_precision is not None]
        return math.isfinite(precision) and precision > max(
            filter(math.isfinite, measured), default=-math.inf
        )
    return False


def out_of_patience(reports: Sequence[EpochReport], patience: int) -> bool:
    """Whether so many epochs have passed since the best one; never without patience or anything that tells."""
    best = max((report.epoch for report in reports if report.best), default=None)
    return bool(patience) and best is not None and len(reports) - best >= patience


def measured(score: Callable[[FlowVit], float], network: Callable[[], FlowVit]) -> float:
    """Return the score of a copy of the network; NaN where it does not fit beside the training, which goes on."""
    try:
        return score(network())
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        log.warning("not enough memory to measure the average precision beside the training: %s", error)
    # Out here the error no longer keeps the memory of the measurement.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return math.nan
