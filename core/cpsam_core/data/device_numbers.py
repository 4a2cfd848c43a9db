"""Numbers of the processor brought to the device that trains."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["put"]


def put(numbers: NDArray[Any], device: torch.device) -> Tensor:
    """Bring an array to the device, without waiting for what that computes at the moment."""
    here = torch.from_numpy(numbers)
    if device.type == "cuda":
        # From other memory, a copy waits for all that the card was asked for before: steps of the network, too.
        return here.pin_memory().to(device, non_blocking=True)
    return here.to(device)
