"""Back towards the start: a training moves the weights no further than what was known before bears.

The weights on the straight line between a start and what was finetuned from it are good weights, too: near the start
they have learnt most of the new and forgotten little of the old (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models"). How far to go is measured on images of the embedded model's training that are not replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch

from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.pairs import Pair
from cpsam_core.data.reference import reference_pairs
from cpsam_core.finetune.judge import Validation
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.finetune.trained import Weights
from cpsam_core.network.vit import FlowVit
from cpsam_core.preprocess.resample import NATIVE_DIAMETER_PX

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

    def draw_back(self, model: FlowVit, device: torch.device, precision: torch.dtype) -> float:
        """Move a trained network towards the start, until no kind of images is forgotten more than it may be.

        Parameters
        ----------
        model : FlowVit
            A plain network with the weights of the training, on the CPU; changed in place.
        device, precision
            Where the losses are computed, and in what.

        Returns
        -------
        float
            The share of the way from the start that is left: 1 where nothing had to be drawn back, at least a quarter.
        """
        trained = _copied(model)
        model.to(device)

        def losses(share: float) -> list[float]:
            _set(model, self._start, trained, share)
            return [kind.loss(model, device, precision, CROPS) for kind in self._kinds]

        known = losses(0.0)

        def bears(share: float) -> bool:
            limits = [(1 + self._most) * loss for loss in known]
            return all(loss <= limit for loss, limit in zip(losses(share), limits, strict=True))

        kept = 1.0 if bears(1.0) else self._between(bears)
        _set(model, self._start, trained, kept)
        model.cpu().eval()
        return kept

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
