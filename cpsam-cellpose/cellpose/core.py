"""Which device computes."""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger("cellpose")


def assign_device(
    use_torch: bool = True, gpu: bool = False, device: int | str | None = 0
) -> tuple[Any, bool]:
    """Return a torch device and whether it is a graphics card; the processor where there is none."""
    import torch

    if gpu and torch.cuda.is_available() and device != "mps":
        return torch.device(f"cuda:{device or 0}"), True
    if gpu and torch.backends.mps.is_available():
        return torch.device("mps"), True
    if gpu:
        log.warning("no graphics card that torch can use; the processor computes")
    return torch.device("cpu"), False


def use_gpu(gpu_number: int = 0, use_torch: bool = True) -> bool:
    """Return whether there is a graphics card that torch can use."""
    import torch

    return bool(torch.cuda.is_available() or torch.backends.mps.is_available())
