"""Back towards the start: a training moves the weights no further than what was known before bears.

The weights on the straight line between a start and what was finetuned from it are good weights, too: near the start
they have learnt most of the new and forgotten little of the old (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models"). How far to go is measured on images of the embedded model's training that are not replayed.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import torch

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.pairs import Pair
from cpsam_core.data.reference import reference_pairs
from cpsam_core.errors import TrainingError
from cpsam_core.finetune.judge import Validation
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.finetune.trained import Weights
from cpsam_core.network.network import is_out_of_memory
from cpsam_core.network.vit import FlowVit
from cpsam_core.preprocess.resample import NATIVE_DIAMETER_PX
from cpsam_core.progress import Progress, silent

log = logging.getLogger(__name__)

# Of the way from the start, at the least: a training that changes nothing is none.
LEAST_SHARE = 0.25
# Halvings of what is between, to a twentieth of the way.
HALVINGS = 4
# Of one kind of images, in one measurement.
CROPS = 8


class Anchor:
    """The weights that a training starts from, and images that tell what it forgets.

    Parameters
    ----------
    model : FlowVit
        Before the training, and before adapters are added.
    settings : TrainSettings
        How much may be forgotten, and how crops are cut.
    """

    def __init__(self, model: FlowVit, settings: TrainSettings) -> None:
        self._start = _copied(model)
        self._most = settings.forgetting
        sets: dict[str, list[Pair]] = {}
        for pair in reference_pairs("held"):
            sets.setdefault(pair.set_name, []).append(pair)
        channels = model.config.in_channels
        # In the size in which the embedded model learnt them.
        shown = replace(settings, augmentation=replace(settings.augmentation, diameter=NATIVE_DIAMETER_PX))
        self._kinds = [
            Validation(TrainingSet(pairs, None, channels), shown, 2 * CROPS) for pairs in sets.values()
        ]

    def draw_back(
        self, model: FlowVit, device: torch.device, precision: torch.dtype, progress: Progress = silent
    ) -> float:
        """Move a trained network towards the start, until no kind of images is forgotten more than it may be.

        Parameters
        ----------
        model : FlowVit
            A plain network with the weights of the training, on the CPU; changed in place.
        device, precision
            Where the losses are computed, and in what. Where memory runs out, crops are looked at one by one, and
            then on the CPU.
        progress
            Called before each kind of images is looked at; may raise Cancelled.

        Returns
        -------
        float
            The share of the way from the start that is left: 1 where nothing had to be drawn back, at least a quarter.

        Raises
        ------
        TrainingError
            If memory does not suffice for a single crop on the CPU.
        """
        trained = _copied(model)
        for where in _places(device, precision):
            try:
                kept = self._share(model, trained, where, progress)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                log.warning("out of memory on %s while measuring what was forgotten: %s", where.device, error)
            else:
                _set(model, self._start, trained, kept)
                model.cpu().eval()
                return kept
            # Out here the error no longer keeps the memory of the measurement.
            if device.type == "cuda":
                torch.cuda.empty_cache()
        raise TrainingError(
            "There is not enough memory to measure what the training forgot. Close other programs and start the "
            "training again: it goes on from its end."
        )

    def _share(self, model: FlowVit, trained: Weights, where: _Place, progress: Progress) -> float:
        """Return how far from the start the weights may stay."""
        model.to(where.device)
        looks = itertools.count()
        total = (3 + HALVINGS) * len(self._kinds)

        def losses(share: float) -> list[float]:
            _set(model, self._start, trained, share)
            found = []
            for kind in self._kinds:
                progress(next(looks), total, "Measuring what was forgotten")
                found.append(kind.loss(model, where.device, where.precision, where.crops))
            return found

        known = losses(0.0)

        def bears(share: float) -> bool:
            limits = [(1 + self._most) * loss for loss in known]
            return all(loss <= limit for loss, limit in zip(losses(share), limits, strict=True))

        return 1.0 if bears(1.0) else self._between(bears)

    @staticmethod
    def _between(bears: Callable[[float], bool]) -> float:
        """Return the largest share that is borne, found by halving; the least one where even that is not."""
        low, high = LEAST_SHARE, 1.0
        if not bears(low):
            return low
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if bears(middle) else (low, middle)
        return low


@dataclass(frozen=True)
class _Place:
    """Where losses are computed, in what, and of how many crops at once."""

    device: torch.device
    precision: torch.dtype
    crops: int


def _places(device: torch.device, precision: torch.dtype) -> list[_Place]:
    """Return where to try, each with less memory of the device than the one before."""
    places = [_Place(device, precision, crops) for crops in (CROPS, 1)]
    if device.type != "cpu":
        places.append(_Place(torch.device("cpu"), torch.float32, 1))
    return places


def drawn_back_text(share: float, most: float) -> str:
    """Return in words how far the new weights were drawn back; empty where they were not."""
    if share >= 1:
        return ""
    return (
        f"Only {share:.0%} of the change was kept: more of it would make the new model worse on the kinds of images "
        f"that the built-in model knows (its loss on them would rise by more than {most:.0%})"
    )


def _copied(model: FlowVit) -> Weights:
    return {name: value.detach().to("cpu", copy=True) for name, value in model.named_parameters()}


@torch.no_grad()
def _set(
    model: FlowVit, start: Mapping[str, torch.Tensor], end: Mapping[str, torch.Tensor], share: float
) -> None:
    """Give a network the weights at a share of the way between two sets of weights."""
    for name, value in model.named_parameters():
        value.copy_(end[name] if share == 1 else torch.lerp(start[name].float(), end[name].float(), share))
