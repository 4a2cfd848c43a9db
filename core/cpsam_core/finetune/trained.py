"""Which weights of a network are trained, and copies of them."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from cpsam_core.errors import TrainingError
from cpsam_core.finetune.adapters import add_adapters, merge_adapters
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.network.vit import FlowVit

Weights = dict[str, Tensor]


class TrainingResult:
    """The trained weights of a network by name, chosen by the settings; a running average of them where wanted.

    Parameters
    ----------
    model : FlowVit
        On its device. In the mode "adapters" it gets them here, in the others it stays as it is.
    settings : TrainSettings
        The mode, and the decay of the average.

    Raises
    ------
    TrainingError
        If nothing is left to train.
    """

    def __init__(self, model: FlowVit, settings: TrainSettings) -> None:
        self.model, self._decay = model, settings.averaging
        self._full = settings.mode == "full"
        self._wanted = {name: p.requires_grad for name, p in model.named_parameters()}
        _freeze(model, settings)
        self.parameters: dict[str, nn.Parameter] = {
            name: p for name, p in model.named_parameters() if p.requires_grad
        }
        if not self.parameters:
            raise TrainingError("every weight of this network is frozen, so there is nothing to train")
        self.average: Weights = self._cloned() if self._decay else {}

    def _cloned(self) -> Weights:
        return {name: p.detach().clone() for name, p in self.parameters.items()}

    @torch.no_grad()
    def update_average(self, steps: int) -> None:
        """Move the average towards the weights after the step of that number, from 1."""
        if not self.average:
            return
        # Young averages follow closely, else the random start would weigh on them for thousands of steps.
        decay = min(self._decay, (1 + steps) / (10 + steps))
        values = [p.detach() for p in self.parameters.values()]
        torch._foreach_lerp_(list(self.average.values()), values, 1 - decay)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Let the network have the averaged weights for a while; nothing happens where there are none."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for name, average in self.average.items():
            parameter = self.parameters[name]
            self.average[name], parameter.data = parameter.data, average

    def is_finite(self) -> bool:
        """Whether every trained weight is a number."""
        sizes = torch._foreach_norm([p.detach() for p in self.parameters.values()], 1)
        return bool(torch.isfinite(torch.stack(list(sizes))).all())

    def copied(self) -> Weights:
        """Return a copy on the CPU of the weights that would be the result now."""
        chosen: Mapping[str, Tensor] = self.average or self.parameters
        return {name: value.detach().to("cpu", copy=True) for name, value in chosen.items()}

    @torch.no_grad()
    def load(self, weights: Mapping[str, Tensor], average: Mapping[str, Tensor] | None = None) -> None:
        """Take over weights, and the average of them where one is kept.

        Raises
        ------
        KeyError, RuntimeError
            If a weight is missing or has another shape.
        """
        for name, parameter in self.parameters.items():
            parameter.copy_(weights[name])
        for name, value in self.average.items():
            value.copy_((average or weights)[name])

    @cached_property
    def frozen_digest(self) -> str:
        """Return a short text that changes with the weights that are not trained; empty where all are."""
        if self._full:
            return ""
        digest = hashlib.sha256()
        for name, value in sorted(self.model.named_parameters()):
            if name not in self.parameters:
                digest.update(name.encode())
                digest.update(value.detach().cpu().contiguous().numpy().data)
        return digest.hexdigest()[:16]

    @torch.no_grad()
    def finish(self, weights: Mapping[str, Tensor] | None) -> FlowVit:
        """Return the network on the CPU as a plain one with these weights, or those of now, ready for use."""
        if weights is not None:
            for name, parameter in self.parameters.items():
                parameter.copy_(weights[name])
        else:
            self._swap()
        return _plain(self.model.cpu(), self._wanted)

    def plain_copy(self) -> FlowVit:
        """Return a copy of the network as it would be the result now, on the CPU."""
        # With its weights named as copied already, the rest is copied without them ever being twice on the device.
        chosen = {name: self.average.get(name, p) for name, p in self.model.named_parameters()}
        memo: dict[int, Any] = {
            id(p): nn.Parameter(chosen[name].detach().to("cpu", copy=True), requires_grad=False)
            for name, p in self.model.named_parameters()
        }
        return _plain(copy.deepcopy(self.model, memo), self._wanted)


def _freeze(model: FlowVit, settings: TrainSettings) -> None:
    if settings.mode == "full":
        return
    model.requires_grad_(False)
    model.out.requires_grad_(True)
    if settings.mode == "adapters":
        add_adapters(model, settings.rank, settings.seed)
        return
    model.encoder.neck.requires_grad_(True)
    for block in list(model.encoder.blocks)[max(0, len(model.encoder.blocks) - settings.blocks) :]:
        block.requires_grad_(True)


def _plain(model: FlowVit, wanted: Mapping[str, bool]) -> FlowVit:
    merge_adapters(model)
    model.checkpointing = False
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(wanted.get(name, True))
    return model.eval()
