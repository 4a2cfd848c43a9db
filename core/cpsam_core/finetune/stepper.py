"""The optimiser, in as much memory as there is: all weights at once, or each as soon as its gradient is there.

Stepping within the backward pass gives what an ordinary step gives, because the gradient of a weight is complete when
it is accumulated and AdamW treats every value on its own; but gradients never live all at once. Where memory runs out
in the middle of such a pass, it is repeated for the weights that were not stepped yet: each is stepped once.

A gradient that is not finite never reaches a weight, since one sample could spoil them all. Stepped together, the
weights stay as they are. Within the backward pass others were stepped before it was seen: there it counts as zero.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from cpsam_core.errors import SettingsError
from cpsam_core.finetune.settings import MemoryMode, TrainSettings

MOMENTS = ("exp_avg", "exp_avg_sq")
# These step within the backward pass.
STEPWISE: tuple[MemoryMode, ...] = (
    "stepwise",
    "lean",
    "paged",
    "8bit",
)


class Stepper:
    """AdamW over the trained weights; weights decay, biases, norms and scales do not.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        The trained weights by name, on the device where they stay.
    settings : TrainSettings
        Rate, decay and clipping.
    memory : MemoryMode
        "plenty" and "checkpointing" step all weights together; "stepwise" and "lean" step each within the backward
        pass; "paged" also keeps the moments in main memory and brings those of one weight at a time to the
        device; "8bit" uses the paged optimiser of bitsandbytes.

    Raises
    ------
    SettingsError
        If "8bit" is asked for where bitsandbytes is missing or cannot work.
    """

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], settings: TrainSettings, memory: MemoryMode
    ) -> None:
        self._parameters, self._settings, self.memory = dict(parameters), settings, memory
        values = list(self._parameters.values())
        self.device = values[0].device
        self._decays = {p: settings.weight_decay if p.ndim > 1 else 0.0 for p in values}
        groups = [
            {"params": [p for p in values if p.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in values if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self._fused = self.device.type != "mps"
        self.optimiser = torch.optim.AdamW(
            [group for group in groups if group["params"]], lr=settings.learning_rate, fused=self._fused
        )
        self._singles: dict[nn.Parameter, Any] = {}
        self._hooks: list[RemovableHandle] = []
        self._stepped: set[nn.Parameter] = set()
        # Of the gradients that were used within the backward pass.
        self._norms: list[Tensor] = []
        self._settle()

    def set_memory(self, memory: MemoryMode) -> None:
        """Change the mode of memory between two tries of a step; moments and counts go along."""
        self.memory = memory
        self._settle()

    def set_rate(self, rate: float) -> None:
        """Set the learning rate."""
        for optimiser in (self.optimiser, *self._singles.values()):
            for group in optimiser.param_groups:
                group["lr"] = rate

    def finish_step(self) -> bool:
        """Step what the backward pass left to do, and be ready for the next one.

        Returns
        -------
        bool
            Whether every gradient was finite, and so every weight was stepped.
        """
        whole = bool(torch.isfinite(self._norm()))
        if whole and self.memory not in STEPWISE:
            self.optimiser.step()
        self._stepped.clear()
        self._norms.clear()
        return whole

    def _norm(self) -> Tensor:
        """Return the norm of the gradient, or what is as finite as that; limit it where that is asked for."""
        if self.memory not in STEPWISE and self._settings.clip:
            return torch.nn.utils.clip_grad_norm_(self._parameters.values(), self._settings.clip)
        norms = self._norms
        if self.memory not in STEPWISE:
            norms = list(
                torch._foreach_norm([p.grad for p in self._parameters.values() if p.grad is not None])
            )
        return torch.stack(norms).sum() if norms else torch.zeros(())

    def drop_gradients(self) -> None:
        """Forget the gradients of the last step, or of one that broke off."""
        for parameter in self._parameters.values():
            parameter.grad = None

    def close(self) -> None:
        """Let go of the weights, so that another training of them is not stepped by this one, too."""
        for hook in self._hooks:
            hook.remove()
        self._hooks, self._singles = [], {}
        self.drop_gradients()

    def _settle(self) -> None:
        self.close()
        if self.memory != "8bit":
            self._prime()
        if self.memory not in STEPWISE:
            return
        for parameter, decay in self._decays.items():
            self._singles[parameter] = self._single(parameter, decay)
            handle = parameter.register_post_accumulate_grad_hook(self._step_one)  # type: ignore[no-untyped-call]
            self._hooks.append(handle)

    def _prime(self) -> None:
        """Make room for the moments now, so that no step runs out of memory halfway; place them by the mode."""
        home = torch.device("cpu") if self.memory == "paged" else self.device
        pinned = home.type == "cpu" and self.device.type == "cuda"
        for parameter in self._parameters.values():
            state = self.optimiser.state[parameter]
            if not state:
                counter = self.device if self._fused else torch.device("cpu")
                state["step"] = torch.zeros((), dtype=torch.float32, device=counter)
            for name in MOMENTS:
                if name not in state:
                    state[name] = torch.zeros_like(parameter, device=home, pin_memory=pinned)
                elif state[name].device != home:
                    state[name] = state[name].to(home)

    def _single(self, parameter: nn.Parameter, decay: float) -> Any:
        """Return an optimiser of one weight, which shares its moments with the common one."""
        group = {"params": [parameter], "weight_decay": decay}
        rate = self.optimiser.param_groups[0]["lr"]
        if self.memory == "8bit":
            return eight_bit_optimiser(self.device)([group], lr=rate)
        single = torch.optim.AdamW([group], lr=rate, fused=self._fused)
        single.state[parameter] = self.optimiser.state[parameter]
        return single

    def _step_one(self, parameter: Tensor) -> None:
        """Step one weight as soon as its gradient is complete, and free the gradient."""
        assert isinstance(parameter, nn.Parameter)
        # After running out of memory the pass is repeated; what was stepped already must not be stepped twice.
        if parameter not in self._stepped:
            self._drop_broken(parameter)
            single, state = self._singles[parameter], self.optimiser.state.get(parameter, {})
            if self.memory == "paged":
                lent = {name: state[name].to(self.device, non_blocking=True) for name in MOMENTS}
                single.state[parameter] = {**state, **lent}
                single.step()
                for name in MOMENTS:
                    state[name].copy_(single.state[parameter][name])
                del single.state[parameter]
            else:
                single.step()
            self._stepped.add(parameter)
        parameter.grad = None

    def _drop_broken(self, parameter: nn.Parameter) -> None:
        """Let a gradient that is not finite count as zero, and remember that it was not."""
        gradient = parameter.grad
        assert gradient is not None
        norm = torch.linalg.vector_norm(gradient)
        self._norms.append(norm)
        broken = ~torch.isfinite(norm)
        # Asking a card for the value would wait for it at every weight.
        if self.device.type != "cpu" or broken:
            gradient.masked_fill_(broken, 0)

    def state_dict(self) -> dict[str, Any]:
        """Return the moments and counts, for a file."""
        if self.memory == "8bit":
            names = {p: name for name, p in self._parameters.items()}
            return {"8bit": {names[p]: single.state_dict() for p, single in self._singles.items()}}
        return self.optimiser.state_dict()

    def load_state_dict(self, saved: Mapping[str, Any]) -> bool:
        """Take over moments and counts; return False where they are of another kind and training starts without.

        Raises
        ------
        KeyError, TypeError, ValueError, RuntimeError
            If they are of another network.
        """
        if ("8bit" in saved) != (self.memory == "8bit"):
            return False
        if self.memory == "8bit":
            for name, state in saved["8bit"].items():
                self._singles[self._parameters[name]].load_state_dict(state)
            return True
        # Into the memory that is there already: moments that live in main memory do not visit the device.
        for number, parameter in enumerate(_in_order(self.optimiser.param_groups)):
            for name, value in saved["state"].get(number, {}).items():
                self.optimiser.state[parameter][name].copy_(value)
        return True


def _in_order(groups: Iterable[Mapping[str, Any]]) -> list[nn.Parameter]:
    return [parameter for group in groups for parameter in group["params"]]


def eight_bit_available(device: torch.device) -> bool:
    """Whether bitsandbytes can keep moments in 8 bits: it is installed, and the device is CUDA."""
    return device.type == "cuda" and importlib.util.find_spec("bitsandbytes") is not None


def eight_bit_optimiser(device: torch.device) -> Any:
    """Return the class of the paged 8-bit AdamW.

    Raises
    ------
    SettingsError
        If it cannot be used here.
    """
    if not eight_bit_available(device):
        raise SettingsError(
            "memory mode 8bit needs a CUDA device and the package bitsandbytes (pip install bitsandbytes); "
            "paged needs neither"
        )
    return importlib.import_module("bitsandbytes").optim.PagedAdamW8bit
